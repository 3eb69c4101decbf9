"""The preview models. Their shapes are those that src/PerceptualEval.ModelBuilder/Preview builds as ONNX graphs."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Norm(nn.GroupNorm):
    """Group normalisation in float32, also where the rest trains in bfloat16."""

    def forward(self, x):
        return super().forward(x.float()).to(x.dtype)


class Pooled(nn.Sequential):
    """A branch that sees the whole picture: normalised over it, as in TAEF2."""

    def __init__(self, width, inner):
        super().__init__(nn.Conv2d(width, inner, 1, bias=False), Norm(4, inner), nn.ReLU(), nn.Conv2d(inner, width, 1, bias=False))


class Residual(nn.Module):
    def __init__(self, width, pooled=0):
        super().__init__()
        self.pool = Pooled(width, pooled) if pooled else None
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        x = x if self.pool is None else x + self.pool(x)
        return F.relu(x + self.conv2(F.relu(self.conv1(x))))


class PreviewDecoder(nn.Module):
    """latent [N,32,h,w] -> image [N,3,8h,8w]. Doublings repeat pixels, as in TAEF2; the last one is a rearrangement of channels."""

    WIDTHS = (64, 48, 32)

    def __init__(self):
        super().__init__()
        a, b, c = self.WIDTHS
        self.input = nn.Conv2d(32, a, 3, padding=1)
        self.blocks8 = nn.Sequential(Residual(a, 64), Residual(a))
        self.up4 = nn.Conv2d(a, b, 3, padding=1)
        self.blocks4 = nn.Sequential(Residual(b))
        self.up2 = nn.Conv2d(b, c, 3, padding=1)
        self.blocks2 = nn.Sequential(Residual(c), Residual(c))
        self.output = nn.Conv2d(c, 12, 3, padding=1)

    def forward(self, latent):
        x = F.relu(self.input(torch.tanh(latent / 3) * 3))
        x = self.blocks8(x)
        x = self.blocks4(F.relu(self.up4(F.interpolate(x, scale_factor=2, mode='nearest'))))
        x = self.blocks2(F.relu(self.up2(F.interpolate(x, scale_factor=2, mode='nearest'))))
        return F.pixel_shuffle(self.output(x), 2)


class PreviewEncoder(nn.Module):
    """image [N,3,8h,8w] -> latent [N,32,h,w]."""

    WIDTHS = (16, 32, 64)

    def __init__(self):
        super().__init__()
        a, b, c = self.WIDTHS
        self.down2 = nn.Conv2d(3, a, 4, stride=2, padding=1)
        self.blocks2 = nn.Sequential(Residual(a))
        self.down4 = nn.Conv2d(a, b, 4, stride=2, padding=1)
        self.blocks4 = nn.Sequential(Residual(b))
        self.down8 = nn.Conv2d(b, c, 4, stride=2, padding=1)
        self.blocks8 = nn.Sequential(Residual(c), Residual(c, 128))
        self.output = nn.Conv2d(c, 32, 3, padding=1)

    def forward(self, image):
        x = self.blocks2(F.relu(self.down2(image)))
        x = self.blocks4(F.relu(self.down4(x)))
        return self.output(self.blocks8(F.relu(self.down8(x))))


class PreviewLpips(nn.Module):
    """LPIPS in the usual form over a small network: features, normalised over the channels; squared differences; heads that are squares."""

    CHANNELS = (16, 16, 32, 48, 64, 64)
    POOLED = (1, 2, 3, 5)

    def __init__(self):
        super().__init__()
        inputs = (3, *self.CHANNELS[:-1])
        self.convs = nn.ModuleList([nn.Conv2d(a, b, 3, stride=1 if i else 2, padding=1) for i, (a, b) in enumerate(zip(inputs, self.CHANNELS))])
        # The first layer is not compared: at half the picture's size it has more values than all the others together.
        self.roots = nn.ParameterList([nn.Parameter(torch.full((1, width, 1, 1), 0.5)) for width in self.CHANNELS[1:]])

    def features(self, image):
        x, found = image, []
        for layer, conv in enumerate(self.convs):
            # Overlapping maxima as in SqueezeNet: strides alone over-charge small shifts.
            x = F.relu(conv(F.max_pool2d(x, 3, 2, padding=1) if layer in self.POOLED else x))
            found.append(x)
        # LPIPS adds 1e-10 to the norm; under the root, a pixel that nothing activates has a gradient, too.
        return [f / (f.pow(2).sum(1, keepdim=True) + 1e-20).sqrt() for f in found[1:]]

    def maps(self, a, b):
        """The distance per pixel of each layer, [N,1,h,w]."""
        return [((x - y).pow(2) * root.pow(2)).sum(1, keepdim=True) for x, y, root in zip(a, b, self.roots)]

    def forward(self, a, b):
        return sum(m.mean((1, 2, 3)) for m in self.maps(self.features(a), self.features(b)))


NETWORKS = {'decoder': PreviewDecoder, 'encoder': PreviewEncoder, 'lpips': PreviewLpips}


def scaled(state):
    """PreviewLpips' parameters with each layer scaled by a power of two, so that float16 holds its biases: features are normalised, and stay what they are."""
    state, before = dict(state), 1.0
    for layer in range(len(PreviewLpips.CHANNELS)):
        weight, bias = f'convs.{layer}.weight', f'convs.{layer}.bias'
        scale = 2.0 ** -math.ceil(math.log2(max(1, state[bias].abs().max().item() / 16)))
        state[weight], state[bias], before = state[weight] * scale / before, state[bias] * scale, scale
    return state


def save(state):
    """A network's parameters as they are published: heads instead of their roots, named as in lpips."""
    return {key if not key.startswith('roots.') else f'lin{key[6:]}': value if not key.startswith('roots.') else value.pow(2) for key, value in state.items()}


def load(name, tensors):
    """A frozen network from what save gave."""
    network = NETWORKS[name]()
    network.load_state_dict({key if not key.startswith('lin') else f'roots.{key[3:]}': value if not key.startswith('lin') else value.sqrt()
                             for key, value in tensors.items()})
    return network.eval().requires_grad_(False)
