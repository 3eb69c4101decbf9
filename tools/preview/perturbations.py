"""What goes wrong with latents and with images. Every function takes a random generator and a strength in [0,1]."""
import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy import ndimage

from canvas import spectrum_noise


def between(low, high, strength):
    """A value that grows geometrically with the strength."""
    return low * (high / low) ** strength


def _gaussian(rng, shape):
    return torch.from_numpy(rng.standard_normal(shape).astype(np.float32))


def _blurred(latent, sigma):
    reach = max(1, int(3 * sigma + 0.5))
    kernel = torch.exp(-torch.arange(-reach, reach + 1).float() ** 2 / (2 * sigma * sigma))
    kernel = (kernel / kernel.sum()).repeat(latent.shape[0], 1, 1, 1)
    x = F.pad(latent[None], [reach] * 4, mode='replicate')
    return F.conv2d(F.conv2d(x, kernel, groups=latent.shape[0]), kernel.transpose(2, 3), groups=latent.shape[0])[0]


# Latents: [32,h,w], of standard deviation about 1; `other` is the latent of another scene.

def latent_noise(rng, strength, latent, other):
    return latent + between(0.03, 1, strength) * _gaussian(rng, latent.shape)


def latent_cloud(rng, strength, latent, other):
    cloud = spectrum_noise(rng, latent.shape[-1], 1.2, latent.shape[0]).transpose(2, 0, 1)
    return latent + between(0.03, 0.7, strength) * torch.from_numpy(np.ascontiguousarray(cloud))


def latent_blur(rng, strength, latent, other):
    return _blurred(latent, between(0.3, 2, strength))


def latent_colour(rng, strength, latent, other):
    return latent + between(0.03, 0.6, strength) * _gaussian(rng, (latent.shape[0], 1, 1))


def latent_blend(rng, strength, latent, other):
    return torch.lerp(latent, other, between(0.03, 0.7, strength))


def latent_quantised(rng, strength, latent, other):
    step = between(0.15, 2, strength)
    return torch.round(latent / step) * step


def latent_dropped(rng, strength, latent, other):
    keep = torch.ones(latent.shape[0], 1, 1)
    keep[torch.from_numpy(rng.permutation(latent.shape[0])[:1 + int(11 * strength)])] = 0
    return latent * keep


def latent_scaled(rng, strength, latent, other):
    factor = 1 + between(0.02, 0.4, strength)
    return latent * (factor if rng.random() < 0.5 else 1 / factor)


def latent_patch(rng, strength, latent, other):
    side = max(1, int(latent.shape[-1] * between(0.08, 0.6, strength)))
    y, x = rng.integers(0, latent.shape[-1] - side + 1, 2)
    latent = latent.clone()
    latent[:, y:y + side, x:x + side] = other[:, y:y + side, x:x + side]
    return latent


LATENT = [latent_noise, latent_cloud, latent_blur, latent_colour, latent_blend, latent_quantised, latent_dropped, latent_scaled, latent_patch]


# Images: [H,W,3] float in [0,1].

def noise(rng, strength, image):
    kind, sigma = rng.integers(3), between(0.008, 0.25, strength)
    if kind == 0:
        return image + sigma * rng.standard_normal((*image.shape[:2], 1))
    return image + sigma * rng.standard_normal(image.shape)


def blur(rng, strength, image):
    sigma = between(0.4, 4, strength)
    return ndimage.gaussian_filter(image, (sigma, sigma, 0), mode='reflect')


def jpeg(rng, strength, image):
    file = io.BytesIO()
    Image.fromarray((image.clip(0, 1) * 255 + 0.5).astype(np.uint8)).save(file, 'JPEG', quality=int(round(between(95, 5, strength))))
    return np.asarray(Image.open(file), np.float32) / 255


def shift(rng, strength, image):
    angle, length = rng.uniform(0, 2 * np.pi), between(0.3, 8, strength)
    if rng.random() < 0.5:
        y, x = np.round([length * np.sin(angle), length * np.cos(angle)])
        return ndimage.shift(image, (y, x if x or y else 1, 0), order=0, mode='reflect')
    return ndimage.shift(image, (length * np.sin(angle), length * np.cos(angle), 0), order=1, mode='reflect')


def colour(rng, strength, image):
    amount, kind = between(0.02, 0.5, strength), rng.integers(4)
    if kind == 0:
        return image + amount * rng.uniform(-1, 1, 3)
    if kind == 1:
        return image * (1 + amount * rng.uniform(-1, 1, 3))
    if kind == 2:
        grey = image.mean(2, keepdims=True)
        return grey + (image - grey) * (1 + (2 * amount if rng.random() < 0.5 else -2 * amount))
    return 0.5 + (image - 0.5) * (1 + (amount if rng.random() < 0.5 else -amount))


def elastic(rng, strength, image):
    size = image.shape[:2]
    field = np.stack([ndimage.gaussian_filter(rng.standard_normal(size), rng.uniform(3, 10)) for _ in range(2)])
    field *= between(0.3, 5, strength) / (field.std() + 1e-9)
    where = np.mgrid[:size[0], :size[1]] + field
    return np.stack([ndimage.map_coordinates(image[..., c], where, order=1, mode='reflect') for c in range(3)], -1)


IMAGE = [noise, blur, jpeg, shift, colour, elastic]


def choose(rng, count, shifted):
    """Different kinds of distortion; a shift among them where one is asked for."""
    kinds = [IMAGE[kind] for kind in rng.choice(len(IMAGE), count, replace=False)]
    if shifted and shift not in kinds:
        kinds[0] = shift
    return kinds


def spoil(rng, function, strength, image):
    """An image after a distortion: in [0,1], float32."""
    return np.clip(function(rng, strength, image), 0, 1).astype(np.float32)
