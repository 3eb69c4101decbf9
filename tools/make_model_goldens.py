"""Writes tests/PerceptualEval.ModelBuilder.Tests/Goldens: what LPIPS, TAESD and the composite loss give in float64 on formula weights.

Run from the repository's root with torch >= 1.13, torchvision and numpy:  python tools/make_model_goldens.py
Weights, images and latents are made by a formula that tests/Shared/FormulaWeights.cs and FormulaTensors.cs repeat, so only the
results are stored. The networks are torchvision's; LPIPS and TAESD are written here from their definitions, in float64 throughout:
the weights are rounded to float32 first, as the models under test hold them.
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

OUTPUT = pathlib.Path("tests/PerceptualEval.ModelBuilder.Tests/Goldens")

# Where the compared activations come out of torchvision's features, and their channels.
BACKBONES = {
    "squeeze": (torchvision.models.squeezenet1_1, [1, 4, 7, 9, 10, 11, 12], [64, 128, 256, 384, 384, 512, 512]),
    "alex": (torchvision.models.alexnet, [1, 4, 7, 9, 11], [64, 192, 384, 256, 256]),
    "vgg": (torchvision.models.vgg16, [3, 8, 15, 22, 29], [64, 128, 256, 512, 512]),
}
SHIFT = torch.tensor([-0.030, -0.088, -0.188], dtype=torch.float64).view(1, 3, 1, 1)
SCALE = torch.tensor([0.458, 0.448, 0.450], dtype=torch.float64).view(1, 3, 1, 1)
EPSILON = 1e-10

# Keep TAESD's activations, and the pictures that it makes, about 1.
GAIN = 0.7
LAST_GAIN = 0.5
LAST_BIAS = 0.6

# id, net, version, learned heads, batch, height, width, map: the smallest sizes, odd, non-square, batches, baseline, v0.0.
LPIPS_CASES = [
    ("squeeze-17x17", "squeeze", "0.1", True, 1, 17, 17, True),
    ("squeeze-33x41", "squeeze", "0.1", True, 1, 33, 41, False),
    ("squeeze-50x37-batch", "squeeze", "0.1", True, 3, 50, 37, False),
    ("squeeze-100x63", "squeeze", "0.1", True, 1, 100, 63, False),
    ("squeeze-baseline", "squeeze", "0.1", False, 2, 23, 30, False),
    ("squeeze-v0.0", "squeeze", "0.0", True, 2, 31, 26, False),
    ("alex-31x31", "alex", "0.1", True, 1, 31, 31, False),
    ("alex-47x66-batch", "alex", "0.1", True, 2, 47, 66, False),
    ("alex-35x39-map", "alex", "0.1", True, 1, 35, 39, True),
    ("alex-baseline", "alex", "0.1", False, 1, 64, 51, False),
    ("vgg-16x16", "vgg", "0.1", True, 1, 16, 16, False),
    ("vgg-39x29-batch", "vgg", "0.1", True, 2, 39, 29, False),
    ("vgg-19x26-map", "vgg", "0.1", True, 1, 19, 26, True),
    ("vgg-v0.0", "vgg", "0.0", True, 1, 33, 48, False),
]

# id, kind, latent channels, pooled, batch, latent height, latent width.
TAESD_CASES = [
    ("decoder-4", "decoder", 4, False, 2, 2, 3),
    ("decoder-16", "decoder", 16, False, 1, 3, 2),
    ("decoder-32", "decoder", 32, False, 1, 1, 3),
    ("decoder-32-pooled", "decoder", 32, True, 2, 3, 2),
    ("encoder-4", "encoder", 4, False, 2, 3, 4),
    ("encoder-16", "encoder", 16, False, 1, 4, 3),
    ("encoder-32", "encoder", 32, False, 1, 3, 3),
    ("encoder-32-pooled", "encoder", 32, True, 2, 3, 2),
]

# id, (latent, perceptual, input) weights, resize, clamp, image height and width (None: no image). Latents are [2,4,5,4]: 40x32 pixels.
COMPOSITE_LATENTS = (2, 4, 5, 4)
COMPOSITE_CASES = [
    ("two-terms", (1, 1, 0), "none", False, None),
    ("weighted", (0.5, 2, 0), "none", False, None),
    ("three-terms", (0.25, 1.5, 0.75), "none", False, (40, 32)),
    ("image-shrunk", (1, 1, 1), "image", False, (57, 45)),
    ("image-enlarged", (1, 1, 1), "image", False, (29, 37)),
    ("decoded-enlarged", (1, 1, 1), "decoded", False, (57, 45)),
    ("decoded-shrunk", (1, 1, 1), "decoded", False, (29, 37)),
    ("clamped", (1, 1, 0), "none", True, None),
    ("clamped-decoded-enlarged", (1, 1, 1), "decoded", True, (57, 45)),
    ("third-only", (0, 0, 2), "none", False, (40, 32)),
    ("latent-only", (3, 0, 0), "none", False, None),
    ("no-perceptual", (3, 0, 1), "none", False, (40, 32)),
]


def uniform(name, count):
    """Hashed numbers in [0,1), one stream per name: FNV-1a of the name, then a 32-bit mix of it and the index."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    u = (np.uint64(h) + np.uint64(2654435761) * np.arange(1, count + 1, dtype=np.uint64)) & np.uint64(0xFFFFFFFF)
    u ^= u >> np.uint64(16)
    u = (u * np.uint64(0x7FEB352D)) & np.uint64(0xFFFFFFFF)
    u ^= u >> np.uint64(15)
    u = (u * np.uint64(0x846CA68B)) & np.uint64(0xFFFFFFFF)
    u ^= u >> np.uint64(16)
    return (u >> np.uint64(8)).astype(np.float64) / 2**24


def signed(name, count):
    return 2 * uniform(name, count) - 1


def rounded(values, shape):
    """Float32 values, held in float64."""
    return torch.from_numpy(np.asarray(values).astype(np.float32).astype(np.float64).reshape(shape))


def convolution(name, shape, gain=1.0):
    return rounded(signed(name, math.prod(shape)) * (gain * math.sqrt(6 / math.prod(shape[1:]))), shape)


def bias(name, count):
    return rounded(signed(name, count) * 0.05, (count,))


def norm(name, count):
    return rounded(1 + signed(name, count) * 0.5, (count,))


def last_bias(name, count):
    return rounded(LAST_BIAS + signed(name, count) * 0.05, (count,))


def image(name, shape):
    """Blocks of 4x4 pixels with noise over them, in (-1,1)."""
    n, c, height, width = shape
    rows, columns = -(-height // 4), -(-width // 4)
    blocks = signed(name + ".blocks", n * c * rows * columns).reshape(n, c, rows, columns)
    blocks = blocks.repeat(4, axis=2).repeat(4, axis=3)[:, :, :height, :width]
    return rounded(0.7 * blocks + 0.3 * signed(name, math.prod(shape)).reshape(shape), shape)


def near(name, first):
    """A tensor near another one."""
    return rounded(0.6 * first.numpy() + 0.4 * signed(name, first.numel()).reshape(first.shape), first.shape)


def latents(name, shape):
    return rounded(3 * signed(name, math.prod(shape)), shape)


class Lpips:
    def __init__(self, net, version, learned):
        make, self.taps, channels = BACKBONES[net]
        self.features = make(weights=None).features
        state = {}
        for key, value in self.features.state_dict().items():
            name = f"features.{key}"
            state[key] = convolution(name, value.shape) if value.dim() == 4 else bias(name, value.numel())
        self.features.double().load_state_dict(state)
        self.features.eval()
        self.scaled = version == "0.1"
        learned_heads = (uniform(f"lin{i}.model.1.weight", c) for i, c in enumerate(channels))
        self.heads = [rounded(head, (1, -1, 1, 1)) for head in (learned_heads if learned else map(np.ones, channels))]

    def normalised(self, x):
        x = (x - SHIFT) / SCALE if self.scaled else x
        result = []
        for index, layer in enumerate(self.features[:self.taps[-1] + 1]):  # the last pool needs bigger images and is not compared
            x = layer(x)
            if index in self.taps:
                result.append(x / (x.pow(2).sum(1, keepdim=True).sqrt() + EPSILON))
        return result

    def per_pixel(self, a, b):
        """Per layer [N,1,h,w]: the weighted squared difference of the normalised features."""
        return [((x - y) ** 2 * head).sum(1, keepdim=True) for x, y, head in zip(self.normalised(a), self.normalised(b), self.heads)]

    def layers(self, a, b):
        return torch.stack([p.mean((1, 2, 3)) for p in self.per_pixel(a, b)], 1)

    def map(self, a, b):
        return sum(F.interpolate(p, a.shape[2:], mode="bilinear", align_corners=False) for p in self.per_pixel(a, b))


class Taesd:
    """The TAESD family with formula weights; parameters named as in the original files."""

    def conv(self, name, x, channels, stride=1, with_bias=True, gain=GAIN):
        weight = convolution(f"{name}.weight", (channels, x.shape[1], 3, 3), gain)
        return F.conv2d(x, weight, bias(f"{name}.bias", channels) if with_bias else None, stride=stride, padding=1)

    def block(self, name, x, pooled):
        if pooled:
            p = F.conv2d(x, convolution(f"{name}.pool.0.weight", (256, 64, 1, 1), gain=GAIN))
            p = F.group_norm(p, 4, norm(f"{name}.pool.1.weight", 256), bias(f"{name}.pool.1.bias", 256), eps=1e-5)
            x = x + F.conv2d(F.relu(p), convolution(f"{name}.pool.3.weight", (64, 256, 1, 1), gain=GAIN))
        y = F.relu(self.conv(f"{name}.conv.0", x, 64))
        y = F.relu(self.conv(f"{name}.conv.2", y, 64))
        return F.relu(self.conv(f"{name}.conv.4", y, 64) + x)

    def decode(self, z, pooled=False):
        x = F.relu(self.conv("1", torch.tanh(z / 3) * 3, 64))
        for first in (3, 8, 13):
            for index in range(first, first + 3):
                x = self.block(f"{index}", x, pooled and first == 3)
            x = self.conv(f"{first + 4}", F.interpolate(x, scale_factor=2, mode="nearest"), 64, with_bias=False)
        y = self.conv("19", self.block("18", x, False), 3, with_bias=False, gain=LAST_GAIN)
        return 2 * (y + last_bias("19.bias", 3).view(1, 3, 1, 1)) - 1

    def encode(self, pixels, channels, pooled=False):
        x = self.block("1", self.conv("0", (pixels + 1) / 2, 64), False)
        for first in (2, 6, 10):
            x = self.conv(f"{first}", x, 64, stride=2, with_bias=False)
            for index in range(first + 1, first + 4):
                x = self.block(f"{index}", x, pooled and first == 10)
        return self.conv("14", x, channels)


def numbers(tensor):
    return [float(f"{value:.12g}") for value in tensor.reshape(-1).tolist()]


def save_npy(name, tensor):
    np.save(OUTPUT / f"{name}.npy", tensor.numpy().astype(np.float32))


def write_json(name, cases):
    lines = ",\n  ".join(json.dumps(case) for case in cases)
    versions = f'"torch": "{torch.__version__}", "torchvision": "{torchvision.__version__}"'
    (OUTPUT / name).write_text(f'{{{versions}, "cases": [\n  {lines}\n]}}\n')


def lpips_goldens():
    for case, net, version, learned, batch, height, width, with_map in LPIPS_CASES:
        network = Lpips(net, version, learned)
        a = image(case, (batch, 3, height, width))
        b = near(case + ".near", a)
        layers = network.layers(a, b)
        if with_map:
            save_npy(case, network.map(a, b))
        yield {"id": case, "net": net, "version": version, "baseline": not learned, "batch": batch, "height": height, "width": width,
               "map": with_map, "totals": numbers(layers.sum(1)), "layers": [numbers(row) for row in layers]}


def taesd_goldens():
    for case, kind, channels, pooled, batch, height, width in TAESD_CASES:
        if kind == "decoder":
            result = Taesd().decode(latents(case, (batch, channels, height, width)), pooled)
        else:
            result = Taesd().encode(image(case, (batch, 3, 8 * height, 8 * width)), channels, pooled)
        save_npy(case, result)
        yield {"id": case, "kind": kind, "channels": channels, "pooled": pooled, "batch": batch, "height": height, "width": width,
               "mean": float(result.mean()), "std": float(result.std())}


def composite_goldens():
    target = latents("composite", COMPOSITE_LATENTS)
    predicted = near("composite.near", target)
    lpips = Lpips("squeeze", "0.1", True)
    latent_term = ((target - predicted) ** 2).mean((1, 2, 3))
    for case, (w_latent, w_perceptual, w_input), resize, clamp, size in COMPOSITE_CASES:
        decoded_target, decoded = (Taesd().decode(z).clamp(-1, 1) if clamp else Taesd().decode(z) for z in (target, predicted))
        loss = w_latent * latent_term
        perceptual = on_inputs = None
        if w_perceptual > 0:
            perceptual = lpips.layers(decoded_target, decoded).sum(1)
            loss = loss + w_perceptual * perceptual
        if w_input > 0:
            pixels = image("composite.image", (COMPOSITE_LATENTS[0], 3, *size))
            if resize == "image":
                pixels = F.interpolate(pixels, decoded.shape[2:], mode="bicubic", antialias=True, align_corners=False)
            elif resize == "decoded":
                decoded = F.interpolate(decoded, size, mode="bicubic", antialias=True, align_corners=False)
            on_inputs = lpips.layers(pixels, decoded).sum(1)
            loss = loss + w_input * on_inputs
        yield {"id": case, "latentWeight": w_latent, "perceptualWeight": w_perceptual, "inputWeight": w_input,
               "resize": resize, "clamp": clamp, "imageHeight": size[0] if size else 0, "imageWidth": size[1] if size else 0,
               "loss": numbers(loss), "latentL2Loss": numbers(latent_term),
               "perceptualLoss": None if perceptual is None else numbers(perceptual),
               "perceptualLossOnInputs": None if on_inputs is None else numbers(on_inputs)}


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        write_json("lpips.json", lpips_goldens())
        write_json("taesd.json", taesd_goldens())
        write_json("composite.json", composite_goldens())


if __name__ == "__main__":
    main()
