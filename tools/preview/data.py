"""Renders scenes, spoils them, and labels them with the teachers, once: training then only reads.

A scene gives eight images: clean, the decode of its latent, and either two decodes of spoilt latents and four distorted images or,
from shard DECODED on, six decodes of spoilt latents. That is 28 pairs from eight passes of the teacher, and the first three latents with their decodes.
TAEF2 runs in bfloat16 here (54 dB from float32), LPIPS in float32.
"""
import argparse
import glob
import itertools
import os

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import fields
import perturbations
import scenes
import teachers

SEED, SIZE, SHARD = 6, 128, 36
# What the shards from each of these numbers on hold, up to the next (1500 to 1999 are for trying models on):
# LATER: every scene is shifted once, and sizes alternate
# DECODED: only latents are spoilt, of one size
# VARIED: the same of varied scenes of both sizes
# HARDEST: the same of scenes.HARD, only those of 256 pixels varied
LATER, DECODED, VARIED, HARDEST = 94, 2000, 5000, 7000
KINDS = (  # of the shards before these
    (62, scenes.DRAWN), (82, fields.KINDS), (LATER, fields.SMOOTH), (188, scenes.BANDS), (HARDEST, scenes.TRAINING), (10**9, scenes.HARD))
PAIRS = list(itertools.combinations(range(8), 2))
CELLS = 8
SPOILT = 6  # images of a scene that are spoilt, as latents or afterwards


def to_tensor(image):
    """[H,W,3] in [0,1] -> [3,H,W] in [-1,1]."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float() * 2 - 1


class Norm(nn.Module):
    """Group normalisation in float32: in bfloat16, torch 1.13 adds up so many values wrongly (19 dB at 256 pixels)."""

    def __init__(self, norm):
        super().__init__()
        self.norm = norm

    def forward(self, x):
        return self.norm(x.float()).to(x.dtype)


def channels_last(x):
    return x.contiguous(memory_format=torch.channels_last)


def half(network):
    """The network in bfloat16 and channels-last, behind a float32 face."""
    fast = network.bfloat16().to(memory_format=torch.channels_last)
    for module in [m for m in fast.modules() if isinstance(m, teachers.Pool)]:
        module[1] = Norm(module[1].float())
    return lambda x: fast(channels_last(x.bfloat16())).float().contiguous()


def turned(x, turns, flip):
    """One of the eight ways to lay squares [...,n,n]: quarter turns, and then perhaps a reflection."""
    x = torch.rot90(x, turns, (-2, -1))
    return x.flip(-1) if flip else x


def label(lpips, images):
    """The teacher's distance of each pair of eight images [8,3,H,W]: totals [28] and means over an 8x8 grid [28,8,8]."""
    a, b = (torch.tensor([pair[side] for pair in PAIRS]) for side in (0, 1))
    totals, cells = 0, 0
    for features, head in zip(lpips.features(images), lpips.heads):
        # |x - y|^2 = |x|^2 + |y|^2 - 2 xy: one small matrix product per pixel instead of 28 differences.
        count, channels, height, width = features.shape
        x = (features * head.sqrt()).permute(2, 3, 0, 1).reshape(height * width, count, channels)
        products = torch.bmm(x, x.transpose(1, 2))
        square = products.diagonal(dim1=1, dim2=2)
        distance = (square[:, a] + square[:, b] - 2 * products[:, a, b]).clamp(min=0).T.reshape(len(PAIRS), 1, height, width)
        totals = totals + distance.mean((1, 2, 3))
        cells = cells + F.adaptive_avg_pool2d(distance, CELLS)[:, 0]
    return totals, cells


def sizes(index):
    """The side of the pictures of a shard and how many there are: every other shard has a quarter as many at twice the size."""
    return (2 * SIZE, SHARD // 4) if index % 2 else (SIZE, SHARD)


def shard(index, encoder, decoder, lpips):
    """The scenes 36 k ... 36 k + 35; where they are of twice the size, the first nine of them."""
    first = index * SHARD
    later = LATER <= index < DECODED
    varied = index >= VARIED and (index < HARDEST or index % 2)
    size, count = sizes(index) if later or index >= VARIED else (SIZE, SHARD)
    decodes = 2 if index < DECODED else SPOILT  # of spoilt latents
    kinds = next(kinds for end, kinds in KINDS if index < end)
    clean = [(scenes.varied if varied else scenes.render)(kinds, SEED, first + i, size) for i in range(count)]
    encoded = encoder(torch.stack([to_tensor(image) for image in clean]))
    all_images, all_latents, totals, cells, shifted = [], [], [], [], []
    for i, image in enumerate(clean):
        rng = np.random.default_rng([SEED + 1, first + i])
        latents = [encoded[i]]
        for _ in range(decodes):
            latent = encoded[i]
            for _ in range(1 + (rng.random() < 0.25)):
                latent = perturbations.LATENT[rng.integers(9)](rng, rng.random(), latent, encoded[i - 1])
            latents.append(latent)
        decoded = decoder(torch.stack(latents))
        distorted = []
        distortions = perturbations.choose(rng, SPOILT - decodes, shifted=later)
        for kind in distortions:
            base = ((decoded[0].numpy().transpose(1, 2, 0) + 1) / 2).clip(0, 1) if rng.random() < 0.15 else image
            distorted.append(to_tensor(perturbations.spoil(rng, kind, rng.random(), base)))
        images = torch.stack([to_tensor(image), *decoded, *distorted]).half()
        total, grid = label(lpips, images.float())
        all_images.append(images)
        all_latents.append(torch.stack(latents[:3]).half())
        totals.append(total)
        cells.append(grid)
        shifted.append([kind is perturbations.shift for kind in distortions])
    return {'images': torch.stack(all_images), 'latents': torch.stack(all_latents),
            'totals': torch.stack(totals), 'cells': torch.stack(cells), 'shifted': torch.tensor(shifted, dtype=torch.bool)}


class Stored:
    """A tensor of float16 in a file of its own: stored[i] reads what is at the first index i, and nothing around it.

    Mapped into memory, shards larger than it are read ahead for nothing and crowd each other out: a third of the time of training.
    """

    def __init__(self, path, shape):
        self.path, self.shape = path, shape

    def __getitem__(self, i):
        value = torch.empty(self.shape[1:], dtype=torch.half)
        size = value.numel() * value.element_size()
        with open(self.path, 'rb', buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_RANDOM)
            file.seek(i * size)
            found = file.readinto(value.numpy())
        if found != size:
            raise EOFError(f'{self.path} ends within item {i}: {found} bytes of {size}. Remove this shard, and write it again.')
        return value


def read(path):
    """A shard by the path of its labels; its images and latents stay on the disk until they are used."""
    part = torch.load(path)
    return {**part, **{key: Stored(path[:-len('labels')] + key, shape) for key, shape in part.pop('stored').items()}}


def write(options, make):
    """The shards of a folder that are not there yet: labels beside images and latents, which are complete where there are labels."""
    os.makedirs(options.out, exist_ok=True)
    for index in range(options.first, options.last, options.step):
        path = os.path.join(options.out, f'{index:04}')
        if not os.path.exists(path + '.labels'):
            part, stored = make(index), {}
            for key in [key for key in ('images', 'latents') if key in part]:
                tensor = part.pop(key)
                tensor.numpy().tofile(f'{path}.{key}')
                stored[key] = tuple(tensor.shape)
            torch.save({**part, 'stored': stored}, path + '.part')
            os.replace(path + '.part', path + '.labels')
            print(f'shard {index}', flush=True)


class Shards:
    """What the shards of some folders hold, found as they appear; a folder that is named n times counts n times.

    The last two scenes of the first 24 are kept for validation: drawn ones of the first folder.
    """

    VALIDATING = 24

    def __init__(self, *folders):
        self.folders, self.found, self.parts = folders, set(), []

    def refresh(self):
        for folder in self.folders:
            for path in sorted(glob.glob(os.path.join(folder, '*.labels'))):
                if path not in self.found:
                    self.found.add(path)
                    self.parts += [read(path)] * self.folders.count(folder)
        return self

    def scenes(self):
        return [(part, i) for k, part in enumerate(self.parts) for i in range(part['images'].shape[0] - (2 if k < self.VALIDATING else 0))]

    def validation(self):
        return [(part, i) for part in self.parts[:self.VALIDATING] for i in range(part['images'].shape[0] - 2, part['images'].shape[0])]


def arguments(description):
    """The options of a program that writes shards."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--teachers', required=True, help='folder with the weight files of TAEF2, SqueezeNet and LPIPS')
    parser.add_argument('--out', required=True)
    parser.add_argument('--first', type=int, default=0)
    parser.add_argument('--last', type=int, required=True, help='the first shard that is not written')
    parser.add_argument('--step', type=int, default=1)
    return parser


@torch.no_grad()
def main():
    options = arguments(__doc__).parse_args()
    torch.set_num_threads(1)
    encoder, decoder, lpips = teachers.load(options.teachers)
    encoder, decoder = half(encoder), half(decoder)
    write(options, lambda index: shard(index, encoder, decoder, lpips))


if __name__ == '__main__':
    main()
