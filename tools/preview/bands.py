"""More scene kinds of the training: repeating bands and curves, smooth and fine."""
import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from canvas import blend, colour, gradient, grid, ramp, spectrum_noise, texture


def _turned(rng, size):
    """Coordinates in about [-1,1], turned, stretched and moved."""
    x, y = grid(size)
    x, y = 2 * x - 1 + rng.uniform(-0.5, 0.5), 2 * y - 1 + rng.uniform(-0.5, 0.5)
    angle, stretch = rng.uniform(0, 2 * np.pi), 2 ** rng.uniform(-0.7, 0.7)
    return (x * np.cos(angle) + y * np.sin(angle)) * stretch, (y * np.cos(angle) - x * np.sin(angle)) / stretch


def _profile(rng, phase):
    """A periodic function of the phase (a period is 1) into [0,1]: smooth, a saw, thin lines, or bars with soft edges."""
    kind = rng.integers(4)
    if kind == 0:
        return (0.5 + 0.5 * np.sin(2 * np.pi * phase)) ** rng.uniform(0.4, 2.5)
    if kind == 1:
        return phase % 1
    distance = np.abs(phase % 1 - 0.5) * 2
    return np.clip((distance - rng.uniform(0.3, 0.85)) * rng.uniform(1.5, 12) + 0.5, 0, 1)


def _painted(rng, tone):
    """A tone in [0,1] as colours: through a palette, or as the mask between two fills."""
    image = ramp(rng, tone) if rng.random() < 0.7 else blend(texture(rng, tone.shape[0]), tone.astype(np.float32), texture(rng, tone.shape[0]))
    contrast = rng.uniform(0.3, 1.2)
    return image.mean((0, 1)) + contrast * (image - image.mean((0, 1)))


def chirps(rng, size):
    """Gratings that grow finer along their way, one or two across each other."""
    tone = 1
    for _ in range(rng.integers(1, 3)):
        u, v = _turned(rng, size)
        tone = tone * _profile(rng, 2 ** rng.uniform(0, 3.5) * u + 2 ** rng.uniform(-1, 3) * u * u + rng.uniform(-2, 2) * u * v)
    return _painted(rng, tone)


def spirals(rng, size):
    """Arms that wind around a point, as shells and galaxies."""
    u, v = _turned(rng, size)
    radius, angle = np.hypot(u, v) + 1e-3, np.arctan2(v, u) / (2 * np.pi)
    phase = int(rng.integers(1, 14)) * angle + rng.choice([-1, 1]) * rng.uniform(0.3, 4) * np.log(radius)
    return _painted(rng, _profile(rng, phase)) * np.clip(radius * rng.uniform(1, 8), 0, 1)[..., None]


def lattices(rng, size):
    """Plane waves of one length in three to nine directions: honeycombs, quasicrystals, lace."""
    u, v = _turned(rng, size)
    ways, frequency = int(rng.integers(3, 10)), 2 ** rng.uniform(1, 4)
    total = sum(np.cos(2 * np.pi * (frequency * (u * np.cos(a) + v * np.sin(a)) + rng.random() * (ways > 6))) for a in np.pi * np.arange(ways) / ways)
    total = total / ways ** 0.5
    return _painted(rng, np.clip((total - rng.uniform(-0.8, 0.8)) * rng.uniform(0.3, 5) + 0.5, 0, 1))


def contours(rng, size):
    """Level lines of smooth hills, on a ground or on the hills' own tints."""
    hills = spectrum_noise(rng, size, rng.uniform(2.2, 3.5))[..., 0] * rng.uniform(0.5, 6)
    line = np.clip((np.abs(hills % 1 - 0.5) * 2 - rng.uniform(0.6, 0.9)) * rng.uniform(3, 10), 0, 1)
    ground = ramp(rng, np.clip(hills / 12 + 0.5, 0, 1)) if rng.random() < 0.5 else texture(rng, size)
    return blend(ground, line.astype(np.float32), colour(rng))


def phases(rng, size):
    """The argument and the size of a random rational function of the plane."""
    u, v = _turned(rng, size)
    z = (u + 1j * v) * rng.uniform(1, 2.5)
    value = np.ones_like(z)
    for _ in range(rng.integers(2, 8)):
        root = complex(*rng.normal(0, 0.9, 2))
        value = value * (z - root) if rng.random() < 0.6 else value / (z - root + 1e-3)
    tone = _profile(rng, int(rng.integers(1, 6)) * np.angle(value) / (2 * np.pi))
    light = np.clip(0.5 + rng.uniform(0, 0.3) * (np.log(np.abs(value) + 1e-6) % 1 - 0.5) + 0.1, 0, 1.2)
    return _painted(rng, tone) * light[..., None]


def zebra(rng, size):
    """Stripes and spots that grow out of noise by near help and far hindrance: fur, fingerprints, dunes."""
    field = rng.standard_normal((size, size)).astype(np.float32)
    near, slant = size * rng.uniform(0.004, 0.02), rng.uniform(1, 2.2)
    for _ in range(rng.integers(2, 6)):
        field = ndimage.gaussian_filter(field, (near, near * slant), mode='wrap') - ndimage.gaussian_filter(field, (2 * near, 2 * near * slant), mode='wrap')
        field = np.tanh(field / (field.std() + 1e-6) * 2 + rng.uniform(-0.3, 0.3)).astype(np.float32)
    return _painted(rng, 0.5 + 0.5 * field)


def smoke(rng, size):
    """The density of a wandering point: veils, filaments and dust."""
    count, (a, b, c, d) = 20000, rng.uniform(-2.2, 2.2, 4)
    x, y = rng.uniform(-1, 1, (2, count))
    density = np.zeros((size, size), np.float32)
    for step in range(60):
        x, y = np.sin(a * y) + c * np.cos(a * x), np.sin(b * x) + d * np.cos(b * y)
        if step >= 10:
            density += np.histogram2d(x, y, size, [[-3.2, 3.2]] * 2)[0].astype(np.float32)
    density = np.log1p(ndimage.gaussian_filter(density, rng.uniform(0.5, 3)))
    density = density / (density.max() + 1e-6)
    return blend(gradient(rng, size), np.clip(density * rng.uniform(1, 2.5), 0, 1), ramp(rng, density))


def folds(rng, size):
    """Cloth: soft ridges across each other in slanting light, with or without a print."""
    height = np.zeros((size, size), np.float32)
    warp = spectrum_noise(rng, size, 2.5, 2) * rng.uniform(0, 0.25)
    for _ in range(rng.integers(2, 7)):
        u, v = _turned(rng, size)
        u = u + warp[..., 0] * rng.uniform(0, 1)
        height += rng.uniform(0.2, 1) * (1 - np.abs(np.sin(np.pi * (u * 2 ** rng.uniform(-1, 1.8) + rng.random())))) ** rng.uniform(1, 4) * np.exp(-v * v * rng.uniform(0, 1))
    dy, dx = np.gradient(ndimage.gaussian_filter(height, size * rng.uniform(0.002, 0.02)) * size * rng.uniform(0.02, 0.15))
    light = rng.standard_normal(3) + [0, 0, 1.5]
    light /= np.linalg.norm(light)
    lit = np.clip((light[2] - dx * light[0] - dy * light[1]) / np.sqrt(1 + dx * dx + dy * dy), 0, 1)[..., None]
    cloth = texture(rng, size) if rng.random() < 0.5 else np.broadcast_to(colour(rng), (size, size, 3))
    return cloth * (rng.uniform(0, 0.3) + lit) + rng.uniform(0, 0.4) * lit ** rng.uniform(4, 30)


def _field(rng, size):
    """A smooth or rough function of the position, of about unit slope."""
    u, v = _turned(rng, size)
    kind = rng.integers(6)
    if kind == 0:
        return u
    if kind == 1:
        return int(rng.integers(1, 6)) * np.arctan2(v, u) / np.pi
    if kind == 2:
        return np.maximum(np.abs(u), np.abs(v)) if rng.random() < 0.5 else np.abs(u) + rng.uniform(-1, 1) * np.abs(v)
    if kind == 3:
        return u * v
    if kind == 4:
        points = rng.uniform(-1.5, 1.5, (int(rng.integers(2, 40)), 2))
        near = cKDTree(points).query(np.stack([u, v], -1).reshape(-1, 2), k=2)[0]
        return (near[:, 1] - near[:, 0]).reshape(size, size) * len(points) ** 0.5
    return spectrum_noise(rng, size, rng.uniform(1.4, 3))[..., 0] * 0.5


def formulas(rng, size):
    """Bands along random formulas of the position: sums, products, edges and bends of simple fields."""
    def formula():
        total = _field(rng, size)
        for _ in range(rng.integers(0, 3)):
            other = _field(rng, size)
            total = [lambda: total + rng.uniform(-1, 1) * other, lambda: np.maximum(total, other), lambda: total * other,
                     lambda: total + rng.uniform(0.1, 0.5) * np.sin(rng.uniform(2, 9) * other)][rng.integers(4)]()
        return total

    image = _painted(rng, _profile(rng, 2 ** rng.uniform(-1, 3.7) * formula()))
    for _ in range(rng.integers(0, 3)):
        mask = _profile(rng, 2 ** rng.uniform(-1, 2.5) * formula()) * rng.uniform(0.3, 1)
        over = _painted(rng, _profile(rng, 2 ** rng.uniform(-1, 3.7) * formula())) if rng.random() < 0.5 else texture(rng, size)
        image = blend(image, mask.astype(np.float32), over)
    return image


def coasts(rng, size):
    """Rough hills cut into a few tones, with ragged borders: maps, bark, rust, camouflage."""
    hills = spectrum_noise(rng, size, rng.uniform(1, 2.2))[..., 0]
    if rng.random() < 0.5:
        hills = np.abs(hills)
    tone = hills * rng.uniform(0.3, 2)
    tone = np.floor(tone) + np.clip((tone % 1) / rng.uniform(0.02, 1), 0, 1)
    tone = (tone - tone.min()) / (np.ptp(tone) + 1e-6)
    return _painted(rng, tone ** rng.uniform(0.4, 1.5))


KINDS = [chirps, spirals, lattices, contours, phases, zebra, smoke, folds, formulas, coasts]
