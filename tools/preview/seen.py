"""More scene kinds of the training: what is seen through glass, in motion or in print."""
import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from bands import chirps, contours, folds, lattices, phases, spirals, zebra
from canvas import blend, colour, grid, letters, spectrum_noise, texture, write

SUBJECTS = [chirps, spirals, lattices, contours, phases, zebra, folds]


def _seen(rng, size):
    """Another scene, to be seen through something."""
    image = SUBJECTS[rng.integers(len(SUBJECTS))](rng, size) if rng.random() < 0.5 else texture(rng, size)
    if rng.random() < 0.4:
        image = write(rng, image, rng.integers(1, 6), lambda: letters(rng))
    canvas = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    for _ in range(rng.integers(0, 25)):
        x, y, w, h = (float(v) for v in rng.uniform(0, size, 4) * [1, 1, 0.4, 0.4])
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape([x, y, x + w, y + h], fill=tuple(int(255 * v) for v in colour(rng)))
    return np.asarray(canvas, np.float32) / 255


def halftone(rng, size):
    """A picture printed in dots or lines, in one ink or three."""
    tones = ndimage.gaussian_filter(_seen(rng, size), (size * 0.01, size * 0.01, 0))
    inks = 3 if rng.random() < 0.5 else 1
    frequency, sharp = size / rng.uniform(6, 26), rng.uniform(1, 6)
    printed = []
    for ink in range(inks):
        u, v = grid(size)
        angle = rng.uniform(0, np.pi)
        u, v = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
        screen = np.cos(2 * np.pi * frequency * u) * (np.cos(2 * np.pi * frequency * v) if rng.random() < 0.7 else 1)
        tone = tones[..., ink] if inks == 3 else tones.mean(2)
        printed.append(np.clip((tone * 2 - 1 + screen) * sharp + 0.5, 0, 1))
    return np.stack(printed, -1) if inks == 3 else blend(np.broadcast_to(colour(rng), tones.shape), printed[0].astype(np.float32), colour(rng))


def refracted(rng, size):
    """A scene through water or wavy glass."""
    image, swell = _seen(rng, size), size * rng.uniform(0.005, 0.06)
    warp = spectrum_noise(rng, size, rng.uniform(1.6, 3), 2) * swell
    where = np.mgrid[:size, :size] + warp.transpose(2, 0, 1)
    return np.stack([ndimage.map_coordinates(image[..., c], where, order=1, mode='reflect') for c in range(3)], -1)


def moved(rng, size):
    """A scene smeared along a line, or out of focus, as a whole or in part."""
    image = _seen(rng, size)
    length, angle = int(size * rng.uniform(0.02, 0.2)), rng.uniform(0, 360)
    if rng.random() < 0.6:
        smeared = ndimage.rotate(image, angle, (0, 1), reshape=False, order=1, mode='reflect')
        smeared = ndimage.uniform_filter1d(smeared, max(2, length), axis=1)
        smeared = ndimage.rotate(smeared, -angle, (0, 1), reshape=False, order=1, mode='reflect')
    else:
        smeared = ndimage.uniform_filter(ndimage.uniform_filter(image, (length // 3 + 1,) * 2 + (1,)), (length // 3 + 1,) * 2 + (1,))
    if rng.random() < 0.5:
        return smeared
    mask = ndimage.gaussian_filter((spectrum_noise(rng, size, 2)[..., 0] > 0).astype(np.float32), size * rng.uniform(0.005, 0.05))
    return blend(smeared, mask, image)


KINDS = [halftone, refracted, moved]
