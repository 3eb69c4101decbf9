"""Plants 31 defects in 32 of 300 good samples, several times over, audits each dataset, and counts what is found and what is invented.

    python3 tools/plant_audit_defects.py FOLDER --models MODELS --decoder taef2 --encoder taef2-encoder --lpips squeeze

FOLDER gets the datasets, MODELS is a folder with the three models; the decoder gets a made-up scaling there, so that units can be wrong.
Needs numpy and Pillow, and the built tool (dotnet build src/PerceptualEval.Cli -c Release).
"""
import argparse
import json
import pathlib
import shutil
import subprocess

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

TOOL = ["dotnet", str(pathlib.Path(__file__).resolve().parent.parent / "src/PerceptualEval.Cli/bin/Release/net10.0/perceptual-eval.dll")]
SAMPLES, SIDE, SETS, SCALING = 300, 64, 3, 0.3
# Kinds that may stand for what was planted: a latent of another image may be no more than suspicious.
ALSO = {"other-image": {"other-image", "poor-reconstruction"}}


def color(rng, most=256):
    return tuple(int(value) for value in rng.integers(0, most, 3))


def scene(rng):
    side = 2 * SIDE
    image = Image.new("RGB", (side, side), color(rng))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 15))):
        (x, y), radius = rng.uniform(0, side, 2), rng.uniform(side / 30, side / 4)
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape([x - radius, y - radius * rng.uniform(0.3, 1), x + radius, y + radius * 0.8], fill=color(rng))
    image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 3)))).resize((SIDE, SIDE), Image.LANCZOS)
    return from_array(np.asarray(image).astype(float) + rng.normal(0, rng.uniform(0, 12), (SIDE, SIDE, 1)))


def text(rng):
    image = Image.new("RGB", (SIDE, SIDE), (255, 255, 255))
    for y in range(2, SIDE - 8, 11):
        letters = "".join(chr(rng.integers(48, 122)) for _ in range(int(rng.integers(2, SIDE // 6))))
        ImageDraw.Draw(image).text((2, y), letters, fill=color(rng, 120))
    return image


def patches(rng):
    count = int(rng.integers(2, 16))
    return from_array(rng.integers(0, 256, (count, count, 3))).resize((SIDE, SIDE), Image.BICUBIC)


def gradient(rng):
    ramp = np.linspace(0, 1, SIDE)
    return from_array(ramp[:, None, None] * rng.uniform(0, 255, 3) + ramp[None, :, None] * rng.uniform(0, 128, 3))


def from_array(values):
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


PICTURES = [
    scene, scene, scene, patches, text, lambda rng: from_array(rng.integers(0, 256, (SIDE, SIDE, 3))), lambda rng: Image.new("RGB", (SIDE, SIDE), color(rng)),
    gradient, lambda rng: from_array(np.asarray(scene(rng)) * 0.08), lambda rng: scene(rng).convert("L").convert("RGB"),
]


def encode(images, latents, options):
    subprocess.run([*TOOL, "encode", images, "--encoder", options.encoder, "--models", options.models, "--out", latents], check=True, capture_output=True)


def make_set(folder, seed, options):
    """300 good samples. The first three of every ten are scenes, whose mirror images are others."""
    rng = np.random.default_rng(seed)
    (folder / "images").mkdir(parents=True)
    for index in range(SAMPLES):
        PICTURES[index % len(PICTURES) if rng.random() < 0.7 else 0](rng).save(folder / f"images/p{index:03}.png")
    encode(folder / "images", folder / "latents", options)


def with_infinity(latent):
    latent.flat[5] = np.inf
    return latent


def with_zeros(latent):
    latent[:, :3, :3] = 0
    return latent


class Planting:
    """A copy of a good dataset, and what is planted in it: kind by sample."""

    def __init__(self, source, other, folder, seed):
        shutil.copytree(source, folder)
        self.folder, self.other, self.rng = folder, other, np.random.default_rng(seed)
        scenes = [index for index in range(1, SAMPLES) if index % len(PICTURES) < 3]
        self.hosts = [f"p{index:03}" for index in self.rng.permutation(scenes)]
        self.planted = {}

    def host(self, kind):
        name = self.hosts.pop()
        self.planted[name] = kind
        return name

    def image(self, name):
        return self.folder / f"images/{name}.png"

    def latent(self, name):
        return self.folder / f"latents/{name}.npy"

    def change(self, kind, change):
        path = self.latent(self.host(kind))
        np.save(path, change(np.load(path)).astype(np.float32))

    def swap(self, count):
        paths = [self.latent(self.host("swapped")) for _ in range(count)]
        latents = [np.load(path) for path in paths]
        for path, latent in zip(paths, latents[1:] + latents[:1]):
            np.save(path, latent)

    def cut(self, path):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def plant(self, options):
        self.planted["p000"] = "unreadable"
        self.cut(self.image("p000"))
        self.cut(self.latent(self.host("unreadable")))
        changed = {}
        for _ in range(3):
            for kind, mirror in [("flipped-horizontally", ImageOps.mirror), ("flipped-vertically", ImageOps.flip)]:
                name = self.host(kind)
                changed[name] = mirror(Image.open(self.image(name)))
            changed[self.host("other-image")] = Image.open(self.other / f"images/p{10 * self.rng.integers(0, 30):03}.png")
            self.change("units", lambda latent: latent / SCALING)
            self.swap(2)
            self.change("non-finite", with_infinity)
            self.change("zero-block", with_zeros)
        self.swap(3)
        self.change("other-image", lambda latent: 0.3 * latent + 0.9 * self.rng.standard_normal(latent.shape))
        source = self.host("duplicate")
        shutil.copy(self.latent(source), self.latent(self.host("duplicate")))
        self.encode(changed, options)

    def encode(self, images, options):
        scratch = self.folder / "changed"
        scratch.mkdir()
        for name, image in images.items():
            image.save(scratch / f"{name}.png")
        encode(scratch, self.folder / "latents", options)

    def audit(self, options):
        run = subprocess.run(
            [*TOOL, "audit", self.folder / "latents", "--images", self.folder / "images", "--decoder", options.folder / "scaled", "--lpips", options.lpips,
             "--models", options.models, "--json"], stdout=subprocess.PIPE)
        findings = json.loads(run.stdout)["findings"]
        of = lambda name: {finding["kind"] for finding in findings if finding["severity"] != "note" and name in finding["samples"]}
        missed = {name: kind for name, kind in self.planted.items() if not of(name) & ALSO.get(kind, {kind})}
        found = {name for finding in findings if finding["severity"] != "note" for name in finding["samples"]}
        return missed, found - set(self.planted)


def scaled_decoder(options):
    folder = options.folder / "scaled"
    shutil.copytree(pathlib.Path(options.models) / options.decoder, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["latent"]["scaling"] = SCALING
    (folder / "manifest.json").write_text(json.dumps(manifest))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    for name in ["models", "decoder", "encoder", "lpips"]:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--plantings", type=int, default=7)
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    scaled_decoder(options)
    sets = [options.folder / f"good{seed}" for seed in range(SETS)]
    for seed, folder in enumerate(sets):
        make_set(folder, seed, options)
    for seed in range(options.plantings):
        planting = Planting(sets[seed % SETS], sets[(seed + 1) % SETS], options.folder / f"planted{seed}", seed)
        planting.plant(options)
        missed, invented = planting.audit(options)
        samples = len(planting.planted)
        print(f"planting {seed}: {samples - len(missed)} of {samples} found; missed {missed}; invented {sorted(invented)}", flush=True)


main()
