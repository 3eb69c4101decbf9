"""More scene kinds of the training: those made of fields, surfaces and crowds rather than of drawn shapes."""
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import Delaunay

from canvas import blend, colour, gradient, grid, ramp, spectrum_noise, texture

ACTIVATIONS = [np.sin, np.tanh, lambda v: np.exp(-v * v), np.abs, lambda v: 1 / (1 + np.exp(-3 * v))]


def _stretched(values, rng):
    """Each channel brought to about [0,1], with a random contrast and brightness."""
    values = (values - values.mean((0, 1))) / (values.std((0, 1)) + 1e-6)
    return (rng.uniform(0.3, 0.7, 3) + rng.uniform(0.05, 0.35) * values).astype(np.float32)


def composed(rng, size):
    """A small random network of smooth functions of the position: colours without texture, and edges without noise."""
    x, y = grid(size)
    x, y = (x - 0.5) * rng.uniform(2, 10), (y - 0.5) * rng.uniform(2, 10)
    values = np.stack([x, y, np.hypot(x, y)], -1)
    for _ in range(rng.integers(2, 6)):
        width = int(rng.integers(6, 14))
        values = values @ rng.standard_normal((values.shape[-1], width)) * rng.uniform(0.4, 1) + rng.standard_normal(width)
        values = np.stack([ACTIVATIONS[rng.integers(len(ACTIVATIONS))](values[..., i]) for i in range(width)], -1)
    mix = rng.standard_normal((values.shape[-1], 3)) + rng.uniform(0, 2) * rng.standard_normal((values.shape[-1], 1))
    return _stretched(values @ mix, rng)


def synthesised(rng, size):
    """Noise grown from coarse to fine by random convolutions, as an untrained generator does."""
    torch.manual_seed(int(rng.integers(1 << 31)))
    width = int(rng.integers(8, 20))
    x = torch.randn(1, width, size >> 6, size >> 6)
    while x.shape[-1] < size:
        x = F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)
        x = F.conv2d(F.pad(x, [1] * 4, mode='replicate'), torch.randn(width, width, 3, 3) / (3 * width ** 0.5) * 1.6)
        x = F.leaky_relu(x + rng.uniform(0, 0.4) * torch.randn(1, 1, *x.shape[2:]) * torch.randn(1, width, 1, 1), 0.2)
        x = x / x.pow(2).mean((1, 2, 3), keepdim=True).sqrt()
    return _stretched((x[0].permute(1, 2, 0) @ torch.randn(width, 3)).numpy(), rng)


def mesh(rng, size):
    """A few colours, interpolated smoothly: skin, sky, out of focus."""
    columns = np.stack([colour(rng) for _ in range(rng.integers(2, 9))])
    coarse = np.stack([columns[rng.permutation(len(columns))] for _ in range(rng.integers(2, 9))])
    image = Image.fromarray((coarse * 255).astype(np.uint8)).resize((size, size), Image.BICUBIC)
    image = np.asarray(image, np.float32) / 255
    for _ in range(rng.integers(0, 20)):
        x, y = grid(size)
        disc = np.clip((rng.uniform(0.01, 0.12) - np.hypot(x - rng.random(), y - rng.random())) * size / rng.uniform(1, 8), 0, 1)
        image = blend(image, disc * rng.uniform(0.2, 0.9), colour(rng))
    return image


def facets(rng, size):
    """Triangles between random points, each of one tone or a gradient."""
    points = np.concatenate([rng.random((int(rng.integers(6, 220)), 2)), [[0, 0], [0, 1], [1, 0], [1, 1]]]) * size
    base = ramp(rng, rng.random(len(points)))
    over = gradient(rng, size)
    canvas = Image.new('RGB', (size, size))
    draw = ImageDraw.Draw(canvas)
    for triangle in Delaunay(points).simplices:
        x, y = points[triangle].mean(0).astype(int).clip(0, size - 1)
        tone = 0.5 * base[triangle].mean(0) + 0.5 * over[y, x]
        draw.polygon([tuple(map(float, p)) for p in points[triangle]], fill=tuple(int(255 * v) for v in np.clip(tone, 0, 1)))
    image = np.asarray(canvas, np.float32) / 255
    return blend(image, np.full((size, size), rng.uniform(0, 0.2), np.float32), texture(rng, size))


def specks(rng, size):
    """Many small lights or grains on a ground: stars, cells, coins, sand."""
    image = (gradient(rng, size) if rng.random() < 0.7 else texture(rng, size)) * rng.uniform(0.1, 1)
    impulses = np.zeros((size, size, 3), np.float32)
    count = int(10 ** rng.uniform(1.3, 3.7))
    where = rng.integers(0, size, (2, count))
    impulses[where[0], where[1]] = np.stack([colour(rng) for _ in range(16)])[rng.integers(0, 16, count)] * rng.pareto(2, (count, 1))
    sigma = rng.uniform(0.6, 5)
    glow = ndimage.gaussian_filter(impulses, (sigma, sigma, 0)) * 2 * np.pi * sigma ** 2
    if rng.random() < 0.5:
        glow = np.clip((glow - 0.3) * rng.uniform(1, 8), 0, 1)
    return image + rng.choice([-1, 1]) * np.clip(glow, 0, 1)


def blades(rng, size):
    """Thousands of short lines along a flow: grass, fur, fabric."""
    canvas = Image.fromarray((np.clip(texture(rng, size), 0, 1) * 255).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    flow = spectrum_noise(rng, size, 2)[..., 0] * rng.uniform(0, 1.5) + rng.uniform(0, 2 * np.pi)
    palette = ramp(rng, rng.random(32))
    length = size * rng.uniform(0.01, 0.12)
    count = int(rng.uniform(0.5, 3) * size * size / (length * 8))
    for x, y, tone, angle in zip(rng.random(count) * size, rng.random(count) * size, rng.integers(0, 32, count), rng.normal(0, rng.uniform(0, 0.6), count)):
        turn = flow[int(y), int(x)] + angle
        draw.line([(x, y), (x + length * np.cos(turn), y + length * np.sin(turn))], fill=tuple(int(255 * v) for v in np.clip(palette[tone], 0, 1)),
                  width=int(rng.integers(1, 4)))
    return np.asarray(canvas, np.float32) / 255


def relief(rng, size):
    """A rough surface in raking light: stone, plaster, cloth, coins."""
    height = spectrum_noise(rng, size, rng.uniform(1, 2.4))[..., 0]
    if rng.random() < 0.5:
        x, y = grid(size)
        height = np.maximum(height * rng.uniform(0.1, 1), np.sin(x * rng.uniform(10, 120)) * np.sin(y * rng.uniform(10, 120)))
    if rng.random() < 0.3:
        height = np.clip(height, rng.uniform(-1, 0), rng.uniform(0.1, 1))
    dy, dx = np.gradient(ndimage.gaussian_filter(height, rng.uniform(0.5, 2)) * rng.uniform(2, 12))
    light = rng.standard_normal(3) + [0, 0, 1.2]
    light /= np.linalg.norm(light)
    lit = np.clip((light[2] - dx * light[0] - dy * light[1]) / np.sqrt(1 + dx * dx + dy * dy), 0, 1)[..., None]
    base = ramp(rng, np.clip(height / 5 + 0.5, 0, 1)) if rng.random() < 0.5 else np.broadcast_to(colour(rng), (size, size, 3))
    return (base * (0.15 + 0.85 * lit) + rng.uniform(0, 0.6) * lit ** rng.uniform(10, 50)).astype(np.float32)


def waves(rng, size):
    """A few sinusoids of all directions and lengths, through a palette or one for each colour."""
    x, y = grid(size)

    def field():
        total = np.zeros_like(x)
        for _ in range(rng.integers(1, 7)):
            angle, frequency = rng.uniform(0, 2 * np.pi), 2 ** rng.uniform(0, 4.6)
            wave = np.sin(2 * np.pi * (frequency * (x * np.cos(angle) + y * np.sin(angle)) + rng.random()))
            total += rng.uniform(0.2, 1) * wave
        return np.clip(0.5 + rng.uniform(0.1, 0.4) * total, 0, 1)

    if rng.random() < 0.6:
        return ramp(rng, field(), int(rng.integers(2, 7)))
    return np.stack([field() for _ in range(3)], -1) * colour(rng) + rng.uniform(0, 0.5)


def steps(rng, size):
    """Smooth hills cut into a few tones: flat areas with hard or soft borders, as in prints and shadows."""
    hills = ndimage.gaussian_filter(rng.standard_normal((size, size)), size * rng.uniform(0.02, 0.12), mode='wrap')
    hills = (hills - hills.min()) / np.ptp(hills) * rng.integers(2, 9)
    softness = rng.uniform(0.02, 1)
    tone = np.floor(hills) + np.clip((hills % 1) / softness, 0, 1)
    return ramp(rng, tone / tone.max(), int(rng.integers(2, 8)))


SMOOTH = [waves, steps, composed, mesh]
KINDS = [composed, synthesised, mesh, facets, specks, blades, relief]
