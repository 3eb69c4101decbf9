"""What the scene kinds draw with: grids, noise, shapes, palettes. Arrays are [H,W] or [H,W,3] float in [0,1]."""
import glob

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

FONTS = sorted(glob.glob('/usr/share/fonts/truetype/dejavu/*.ttf'))  # not whatever is installed: the scenes are to be the same everywhere


def grid(size):
    """x and y in [0,1), [H,W] each."""
    axis = np.arange(size, dtype=np.float32) / size
    return np.meshgrid(axis, axis)


def spectrum_noise(rng, size, slope, channels=1):
    """Noise whose amplitude falls as 1/f^slope, standardised, [H,W,channels]."""
    fy, fx = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]
    frequency = np.sqrt(fx * fx + fy * fy)
    frequency[0, 0] = 1
    amplitude = frequency ** -slope
    amplitude[0, 0] = 0
    white = rng.standard_normal((channels, size, size)).astype(np.float32)
    noise = np.fft.irfft2(np.fft.rfft2(white) * amplitude, s=(size, size)).astype(np.float32)
    noise /= noise.std((1, 2), keepdims=True) + 1e-9
    return noise.transpose(1, 2, 0)


def colour(rng):
    """A colour: grey more often than chance, since photographs are."""
    value = rng.random(3) ** rng.uniform(0.6, 1.6)
    return (value + (value.mean() - value) * rng.random() ** 0.7).astype(np.float32)


def ramp(rng, t, stops=None):
    """Maps t in [0,1] through a random palette, [...,3]."""
    stops = stops or rng.integers(2, 6)
    at = np.sort(np.concatenate([[0, 1], rng.random(stops - 2)]))
    values = np.stack([colour(rng) for _ in range(stops)])
    return np.stack([np.interp(t, at, values[:, c]) for c in range(3)], -1).astype(np.float32)


def gradient(rng, size):
    """A smooth background: linear or radial."""
    x, y = grid(size)
    if rng.random() < 0.6:
        angle = rng.uniform(0, 2 * np.pi)
        t = x * np.cos(angle) + y * np.sin(angle)
    else:
        t = np.hypot(x - rng.random(), y - rng.random())
    t = (t - t.min()) / (np.ptp(t) + 1e-6)
    return ramp(rng, t ** rng.uniform(0.5, 2))


def texture(rng, size):
    """A fill for shapes: flat, noise of one colour direction, stripes, or a gradient."""
    kind = rng.integers(5)
    base = np.broadcast_to(colour(rng), (size, size, 3))
    if kind == 0:
        return base
    if kind == 1:
        return gradient(rng, size)
    if kind == 2:
        noise = spectrum_noise(rng, size, rng.uniform(0.3, 1.8))
        return base + noise * rng.uniform(-0.15, 0.15, 3).astype(np.float32)
    if kind == 3:
        x, y = grid(size)
        angle, frequency = rng.uniform(0, np.pi), rng.uniform(4, 60)
        wave = np.sin(2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)))
        wave = np.sign(wave) if rng.random() < 0.4 else wave
        return base + wave[..., None] * rng.uniform(-0.25, 0.25, 3).astype(np.float32)
    noise = spectrum_noise(rng, size, rng.uniform(0.8, 1.6))[..., 0]
    return ramp(rng, np.clip(noise / 5 + 0.5, 0, 1))


def polygon(rng, size, x, y, radius):
    """The mask of an ellipse, rectangle or rough polygon around (x, y), in pixels."""
    image = Image.new('L', (size, size))
    draw = ImageDraw.Draw(image)
    kind, turn, stretch = rng.integers(4), rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 1)
    count = (48, 4, 3, int(rng.integers(5, 12)))[kind]
    angles = np.arange(count) * 2 * np.pi / count + (np.pi / 4 if kind == 1 else 0)
    radii = radius * (rng.uniform(0.5, 1, count) if kind == 3 else 1)
    px, py = np.cos(angles) * radii, np.sin(angles) * radii * stretch
    cos, sin = np.cos(turn), np.sin(turn)
    draw.polygon([(float(a), float(b)) for a, b in zip(x + px * cos - py * sin, y + px * sin + py * cos)], fill=255)
    return np.asarray(image, np.float32) / 255


def blend(image, mask, fill):
    """Paints a fill through a mask."""
    return image + mask[..., None] * (fill - image)


def write(rng, image, lines, words):
    """Writes lines of text on an image, in a random font, size, slant and colour."""
    size = image.shape[0]
    mask = Image.new('L', (size, size))
    draw = ImageDraw.Draw(mask)
    for _ in range(lines):
        font = ImageFont.truetype(FONTS[rng.integers(len(FONTS))], int(size * rng.uniform(0.04, 0.25)))
        draw.text((size * rng.uniform(-0.1, 0.5), size * rng.uniform(0, 0.9)), words(), font=font, fill=int(rng.integers(140, 256)))
    if rng.random() < 0.4:
        mask = mask.rotate(rng.uniform(-40, 40), resample=Image.BILINEAR)
    return blend(image, np.asarray(mask, np.float32) / 255, colour(rng))


def letters(rng):
    """A word made up of letters and figures."""
    alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789    .,:;!?-'
    return ''.join(alphabet[rng.integers(len(alphabet))] for _ in range(rng.integers(3, 20)))


def laid(rng, image):
    """A square image [H,H,3] turned by any angle, zoomed and perhaps stretched, and mirrored where it ends."""
    size = len(image)
    angle, zoom = rng.uniform(0, 2 * np.pi), 2 ** rng.uniform(-0.7, 1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / zoom
    if rng.random() < 0.5:
        turn[0] *= rng.uniform(0.6, 1.6)
    start = rng.uniform(0.2, 0.8, 2) * size - turn @ [size / 2, size / 2]
    image = ndimage.gaussian_filter(image, (*[max(0, 0.4 / zoom - 0.3)] * 2, 0))
    return np.stack([ndimage.affine_transform(image[..., c], turn, start, order=1, mode='reflect') for c in range(3)], -1)


def recoloured(rng, image):
    """Images [...,3] in about [0,1] with channels exchanged, inverted, with another contrast and brightness, or folded over."""
    if rng.random() < 0.5:
        image = image[..., rng.permutation(3)]
    if rng.random() < 0.2:
        image = 1 - image
    if rng.random() < 0.5:
        image = (image - 0.5) * rng.uniform(0.4, 1.3) + 0.5 + rng.uniform(-0.15, 0.15, 3) * (rng.random() < 0.5)
    if rng.random() < 0.25:  # tones folded over: bands where there were slopes
        image = 0.5 + 0.5 * np.sin((2 * image - 1) * rng.uniform(0.8, 4, 3) + rng.uniform(0, 2 * np.pi, 3))
    return image.astype(np.float32)


def finish(rng, image, size):
    """Down to the size asked for by averaging, then what a camera does: exposure, blur, vignette, grain."""
    factor = image.shape[0] // size
    image = image.reshape(size, factor, size, factor, 3).mean((1, 3))
    image = np.clip(image, 0, 1)
    if rng.random() < 0.6:
        image = image ** rng.uniform(0.6, 1.7)
    if rng.random() < 0.3:
        image = ndimage.gaussian_filter(image, (*[rng.uniform(0.3, 1.5)] * 2, 0))
    if rng.random() < 0.2:
        x, y = grid(size)
        image = image * (1 - rng.uniform(0.2, 0.8) * ((x - 0.5) ** 2 + (y - 0.5) ** 2)[..., None] * 2)
    if rng.random() < 0.4:
        image = image + rng.standard_normal(image.shape) * rng.uniform(0.003, 0.05)
    if rng.random() < 0.1:
        image = np.repeat(image.mean(2, keepdims=True), 3, 2)
    return np.clip(image, 0, 1).astype(np.float32)
