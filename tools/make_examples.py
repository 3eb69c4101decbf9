#!/usr/bin/env python3
"""Makes examples/: a drawn picture, its TAEF2 latents as the target, and two predictions with different faults.

Needs numpy, Pillow and the built tool with the model 'taef2-encoder'. Usage: make_examples.py 'perceptual-eval …' MODELS_FOLDER
"""
import pathlib
import shlex
import subprocess
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 128
SCALE = 4
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "examples"


def picture(seed):
    """A drawn landscape, supersampled so that its edges are smooth."""
    rng = np.random.default_rng(seed)
    side = SIZE * SCALE
    rows = np.linspace(0, 1, side)[:, None, None]
    sky = (1 - rows) * np.array([70, 120, 200]) + rows * np.array([250, 200, 160])
    image = Image.fromarray(np.broadcast_to(sky, (side, side, 3)).astype(np.uint8).copy())
    draw = ImageDraw.Draw(image)
    sun = rng.integers(side // 4, 3 * side // 4)
    draw.ellipse([sun - 40, 60, sun + 40, 140], fill=(255, 240, 190))
    for layer in range(4):
        base = side * (0.5 + 0.12 * layer)
        x = np.arange(0, side + 1, 8)
        heights = base + sum(rng.uniform(10, 40) * np.sin(x * rng.uniform(0.004, 0.03) + rng.uniform(0, 6)) for _ in range(3))
        color = tuple(int(c) for c in np.array([60, 90, 70]) * (1 - 0.2 * layer) + rng.uniform(0, 20, 3))
        draw.polygon([(0, side), *zip(x.tolist(), heights.tolist()), (side, side)], fill=color)
    return image.filter(ImageFilter.GaussianBlur(1)).resize((SIZE, SIZE), Image.LANCZOS)


def main():
    tool, models = shlex.split(sys.argv[1]), sys.argv[2]
    for name in ("images", "target", "early", "late"):
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
    for index, name in enumerate(("hills", "lake", "valley")):
        picture(index).save(FOLDER / "images" / f"{name}.png")
    subprocess.run([*tool, "encode", FOLDER / "images", "--encoder", "taef2-encoder", "--models", models, "--out", FOLDER / "target"], check=True)
    rng = np.random.default_rng(7)
    for path in sorted((FOLDER / "target").glob("*.npy")):
        latent = np.load(path)
        noise = rng.standard_normal(latent.shape)
        smooth = (latent + np.roll(latent, 1, 1) + np.roll(latent, 1, 2)) / 3
        np.save(path, latent.astype(np.float16))
        np.save(FOLDER / "early" / path.name, (0.5 * latent + 0.5 * smooth + 0.25 * noise).astype(np.float16))
        np.save(FOLDER / "late" / path.name, (latent + 0.08 * noise).astype(np.float16))


if __name__ == "__main__":
    main()
