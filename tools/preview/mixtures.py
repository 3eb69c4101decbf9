"""Endless new pictures from the labelled ones: pieces of scenes, zoomed, turned, recoloured and spoilt afresh, labelled on the way.

Three thousand rendered scenes are few: a network that sees only them errs two fifths more on others of the same kinds.
"""
import itertools

import numpy as np
import torch
import torch.nn.functional as F

import perturbations
import teachers
from canvas import recoloured
from data import SEED, SIZE, Shards, arguments, channels_last, label, sizes, to_tensor, turned, write

SHIFTED = 280  # from this shard on every mixture is shifted once


def pieces(rng, scenes, side):
    """A square of the eight images [8,3,side,side], from a floor tiled with scenes if one scene is too small for it."""
    tiles = 1 if side <= SIZE else -(-side // SIZE) + 1
    floor = torch.empty(8, 3, tiles * SIZE, tiles * SIZE)
    spoilt = rng.uniform(0.2, 1)
    for row, column in itertools.product(range(tiles), repeat=2):
        part, i = scenes[rng.integers(len(scenes))]
        images = part['images'][i].float()
        if images.shape[-1] > SIZE:
            top, left = rng.integers(0, images.shape[-1] - SIZE + 1, 2)
            images = images[..., top:top + SIZE, left:left + SIZE]
        if tiles > 1 and rng.random() > spoilt:
            images[2:4] = images[1]
        floor[..., row * SIZE:(row + 1) * SIZE, column * SIZE:(column + 1) * SIZE] = images
    y, x = rng.integers(0, tiles * SIZE - side + 1, 2)
    return floor[..., y:y + side, x:x + side]


def mixture(rng, scenes, size, shifted):
    """Eight images [8,3,size,size] as data.py makes them (clean, three decodes, four distorted), and which of the four are shifted."""
    zoom = 1 if rng.random() < 0.4 else 2 ** rng.uniform(-1 if size == SIZE else -0.5, 0.7)
    images = pieces(rng, scenes, int(round(size / zoom)))
    if zoom != 1:
        images = F.interpolate(images, (size, size), mode='bilinear', antialias=True)
    images = turned(images, int(rng.integers(4)), rng.random() < 0.5).permute(0, 2, 3, 1) / 2 + 0.5
    images = torch.from_numpy(recoloured(rng, images.numpy()).transpose(0, 3, 1, 2) * 2 - 1).contiguous()
    images[0].clamp_(-1, 1)
    distortions = perturbations.choose(rng, 4, shifted)
    for slot, kind in zip(range(4, 8), distortions):
        base = images[1 if rng.random() < 0.15 else 0].numpy().transpose(1, 2, 0) / 2 + 0.5
        images[slot] = to_tensor(perturbations.spoil(rng, kind, rng.random(), base.clip(0, 1)))
    return images.half(), [kind is perturbations.shift for kind in distortions]


def shard(index, scenes, lpips):
    """36 mixtures of 128 pixels or, every other time, 9 of 256; without latents."""
    size, count = sizes(index)
    rng = np.random.default_rng([SEED + 2, index])
    images, shifted = zip(*(mixture(rng, scenes, size, index >= SHIFTED) for _ in range(count)))
    totals, cells = zip(*(label(lpips, channels_last(x.float())) for x in images))
    return {'images': torch.stack(images), 'totals': torch.stack(totals), 'cells': torch.stack(cells), 'shifted': torch.tensor(shifted)}


@torch.no_grad()
def main():
    parser = arguments(__doc__)
    parser.add_argument('--data', required=True, help='the shards of data.py')
    options = parser.parse_args()
    torch.set_num_threads(1)
    scenes = Shards(options.data).refresh().scenes()
    lpips = teachers.load(options.teachers)[2].to(memory_format=torch.channels_last)
    write(options, lambda index: shard(index, scenes, lpips))


if __name__ == '__main__':
    main()
