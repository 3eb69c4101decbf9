"""Makes the large models of the benchmarks, with random weights: Stable Diffusion's decoder and LPIPS-VGG, as checkpoints and as torch.onnx exports.

    python3 benchmarks/make_models.py [FOLDER]        (default: benchmarks/models, 0.6 GB)

Arithmetic costs the same whatever the weights are; the public checkpoints are too large to come with the repository. The modules are those
of diffusers' AutoencoderKL and of the lpips package, and so are the exports' operators. Needs PyTorch, torchvision and onnx.
"""
import pathlib
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from torchvision.models import vgg16

CHANNELS, LAYERS = (512, 512, 256, 128), 3
TAPS = (4, 9, 16, 23, 30)  # where lpips cuts VGG's features: after the last ReLU of each size


def norm(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


class Resnet(nn.Module):
    def __init__(self, channels, to):
        super().__init__()
        self.norm1, self.conv1 = norm(channels), nn.Conv2d(channels, to, 3, padding=1)
        self.norm2, self.conv2 = norm(to), nn.Conv2d(to, to, 3, padding=1)
        if channels != to:
            self.conv_shortcut = nn.Conv2d(channels, to, 1)

    def forward(self, x):
        h = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return h + (self.conv_shortcut(x) if hasattr(self, 'conv_shortcut') else x)


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.group_norm = norm(channels)
        self.to_q, self.to_k, self.to_v = (nn.Linear(channels, channels) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x):
        n, c, h, w = x.shape
        y = self.group_norm(x).view(n, c, h * w).transpose(1, 2)
        scores = torch.matmul(self.to_q(y), self.to_k(y).transpose(-1, -2)) * c ** -0.5
        return x + self.to_out[0](torch.matmul(scores.softmax(-1), self.to_v(y))).transpose(-1, -2).reshape(n, c, h, w)


class Middle(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.resnets = nn.ModuleList([Resnet(channels, channels), Resnet(channels, channels)])
        self.attentions = nn.ModuleList([Attention(channels)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Upsampler(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode='nearest'))


class UpBlock(nn.Module):
    def __init__(self, channels, to, upsamples):
        super().__init__()
        self.resnets = nn.ModuleList([Resnet(to if i else channels, to) for i in range(LAYERS)])
        self.upsamplers = nn.ModuleList([Upsampler(to)] if upsamples else [])

    def forward(self, x):
        for part in [*self.resnets, *self.upsamplers]:
            x = part(x)
        return x


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = (CHANNELS[0], *CHANNELS[:-1])
        self.conv_in = nn.Conv2d(4, CHANNELS[0], 3, padding=1)
        self.mid_block = Middle(CHANNELS[0])
        self.up_blocks = nn.ModuleList([UpBlock(a, b, i < 3) for i, (a, b) in enumerate(zip(inputs, CHANNELS))])
        self.conv_norm_out, self.conv_out = norm(CHANNELS[-1]), nn.Conv2d(CHANNELS[-1], 3, 3, padding=1)

    def forward(self, z):
        x = self.mid_block(self.conv_in(z))
        for block in self.up_blocks:
            x = block(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class Autoencoder(nn.Module):
    """The decoding half of AutoencoderKL: latent [N,4,h,w] to image [N,3,8h,8w]."""

    def __init__(self):
        super().__init__()
        self.post_quant_conv, self.decoder = nn.Conv2d(4, 4, 1), Decoder()

    def forward(self, z):
        return self.decoder(self.post_quant_conv(z))


class LpipsVgg(nn.Module):
    """lpips.LPIPS(net='vgg'): images [N,3,H,W] in [-1,1], distance [N,1,1,1]."""

    def __init__(self, backbone, heads):
        super().__init__()
        self.slices = nn.ModuleList([backbone[a:b] for a, b in zip((0, *TAPS[:-1]), TAPS)])
        self.heads = nn.ModuleList([nn.Conv2d(head.shape[1], 1, 1, bias=False) for head in heads])
        for layer, head in zip(self.heads, heads):
            layer.weight.data = head
        self.register_buffer('shift', torch.tensor([-.030, -.088, -.188])[None, :, None, None])
        self.register_buffer('scale', torch.tensor([.458, .448, .450])[None, :, None, None])

    def features(self, x):
        x, found = (x - self.shift) / self.scale, []
        for part in self.slices:
            x = part(x)
            found.append(x)
        return found

    def forward(self, a, b):
        unit = lambda f: f / (torch.sqrt(torch.sum(f ** 2, dim=1, keepdim=True)) + 1e-10)
        return sum(head((unit(x) - unit(y)) ** 2).mean([2, 3], keepdim=True) for x, y, head in zip(self.features(a), self.features(b), self.heads))


def export(module, inputs, names, path):
    size = {0: 'n', 2: 'h', 3: 'w'}
    torch.onnx.export(module.eval(), inputs, str(path), opset_version=16, input_names=names, output_names=['y'], dynamic_axes={name: size for name in names})


@torch.no_grad()
def main():
    repository = pathlib.Path(__file__).resolve().parent.parent
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else repository / 'benchmarks' / 'models')
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    decoder = Autoencoder()
    torch.save(decoder.state_dict(), folder / 'sd-decoder.pth')
    export(decoder, (torch.randn(1, 4, 8, 8),), ['z'], folder / 'sd-decoder.torch-export.onnx')
    backbone = vgg16(weights=None).features
    torch.save(backbone.state_dict(), folder / 'vgg16-features.pth')
    heads = torch.load(repository.parent / 'shared' / 'models' / 'lpips-v0.1-vgg.pth', map_location='cpu').values()
    images = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    export(LpipsVgg(backbone, list(heads)), images, ['a', 'b'], folder / 'lpips-vgg.torch-export.onnx')


if __name__ == '__main__':
    main()
