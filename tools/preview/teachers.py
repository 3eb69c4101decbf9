"""The networks that the preview models stand in for, as torch modules: TAEF2's encoder and decoder, and LPIPS-squeeze.

Written down from the layer lists of madebyollin/taesd (taesd.py) and richzhang/PerceptualSimilarity (lpips.py, version 0.1).
Images are [N,3,H,W] in [-1,1] everywhere; latents are in TAEF2's own units, those that the FLUX.2 transformer trains on.
"""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F


class Pool(nn.Sequential):
    def __init__(self, width):
        super().__init__(nn.Conv2d(width, 4 * width, 1, bias=False), nn.GroupNorm(4, 4 * width), nn.ReLU(),
                         nn.Conv2d(4 * width, width, 1, bias=False))


class Block(nn.Module):
    def __init__(self, width, pooled):
        super().__init__()
        conv = lambda: nn.Conv2d(width, width, 3, padding=1)
        self.conv = nn.Sequential(conv(), nn.ReLU(), conv(), nn.ReLU(), conv())
        self.pool = Pool(width) if pooled else None

    def forward(self, x):
        x = x if self.pool is None else x + self.pool(x)
        return F.relu(self.conv(x) + x)


class Clamp(nn.Module):
    def forward(self, x):
        return torch.tanh(x / 3) * 3


class Decoder(nn.Sequential):
    """latent [N,32,h,w] -> image [N,3,8h,8w], nominally in [-1,1]."""

    def __init__(self, width=64):
        conv = lambda: nn.Conv2d(width, width, 3, padding=1, bias=False)
        level = lambda pooled: [Block(width, pooled) for _ in range(3)]
        up = lambda: [nn.Upsample(scale_factor=2), conv()]
        super().__init__(Clamp(), nn.Conv2d(32, width, 3, padding=1), nn.ReLU(), *level(True), *up(), *level(False), *up(), *level(False),
                         *up(), Block(width, False), nn.Conv2d(width, 3, 3, padding=1))

    def forward(self, latent):
        return 2 * super().forward(latent) - 1


class Encoder(nn.Sequential):
    """image [N,3,8h,8w] in [-1,1] -> latent [N,32,h,w]."""

    def __init__(self, width=64):
        down = lambda: nn.Conv2d(width, width, 3, padding=1, stride=2, bias=False)
        level = lambda pooled: [Block(width, pooled) for _ in range(3)]
        super().__init__(nn.Conv2d(3, width, 3, padding=1), Block(width, False), down(), *level(False), down(), *level(False), down(),
                         *level(True), nn.Conv2d(width, 32, 3, padding=1))

    def forward(self, image):
        return super().forward(image / 2 + 0.5)


class Fire(nn.Module):
    def __init__(self, inputs, squeeze, expand):
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        return F.relu(torch.cat([self.expand1x1(x), self.expand3x3(x)], 1))


def normalise(features):
    """Each pixel's features divided by their norm over the channels, as in lpips."""
    return [f / (f.pow(2).sum(1, keepdim=True).sqrt() + 1e-10) for f in features]


class Lpips(nn.Module):
    """LPIPS-squeeze, version 0.1: images -> normalised features -> the weighted squared difference of each layer."""

    COMPARED = (1, 4, 7, 9, 10, 11, 12)

    def __init__(self):
        super().__init__()
        pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
        self.net = nn.Sequential(
            nn.Conv2d(3, 64, 3, stride=2), nn.ReLU(), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(), Fire(128, 32, 128),
            Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256))
        self.heads = nn.ParameterList([nn.Parameter(torch.zeros(1, c, 1, 1)) for c in (64, 128, 256, 384, 384, 512, 512)])
        self.register_buffer('shift', torch.tensor([-.030, -.088, -.188]).view(1, 3, 1, 1))
        self.register_buffer('scale', torch.tensor([.458, .448, .450]).view(1, 3, 1, 1))

    def features(self, image):
        x, found = (image - self.shift) / self.scale, []
        for index, layer in enumerate(self.net):
            x = layer(x)
            if index in self.COMPARED:
                found.append(x)
        return normalise(found)

    def maps(self, a, b):
        """The distance per pixel of each layer, [N,1,h,w]."""
        return [((x - y).pow(2) * head).sum(1, keepdim=True) for x, y, head in zip(a, b, self.heads)]

    def forward(self, a, b):
        """The distance [N] of two batches of images."""
        return sum(m.mean((1, 2, 3)) for m in self.maps(self.features(a), self.features(b)))


def load(folder):
    """TAEF2's encoder and decoder and LPIPS-squeeze from a folder of weight files, frozen."""
    read = lambda name: torch.load(os.path.join(folder, name), map_location='cpu')
    widen = lambda state: {key: value.float() for key, value in state.items()}
    encoder, decoder, lpips = Encoder(), Decoder(), Lpips()
    encoder.load_state_dict(widen(read('taef2_encoder.pth')))
    decoder.load_state_dict(widen(read('taef2_decoder.pth')))
    lpips.net.load_state_dict(read('squeezenet1_1-features.pth'))
    heads = read('lpips-v0.1-squeeze.pth')
    for layer, head in enumerate(lpips.heads):
        head.data = heads[f'lin{layer}.model.1.weight']
    for network in (encoder, decoder, lpips):
        network.eval().requires_grad_(False)
    return encoder, decoder, lpips
