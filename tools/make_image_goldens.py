"""Writes tests/PerceptualEval.Cli.Tests/Goldens/Images: small image files of every kind, and images.json with what they hold.

Run from the repository's root with Pillow and numpy:  python tools/make_image_goldens.py
Pillow writes what it can; the PNGs that it can't write (16-bit colour, Adam7) come from the few lines of write_png below.
images.json has for every file its size, bits per sample and RGB samples in base64 (row by row, little-endian), as Pillow's
convert("RGB") after exif_transpose gives them, or, for 16 bits and where Pillow loses precision, the samples that were written.
"transparent" is the number of pixels that are not opaque.
"""
import base64
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

OUTPUT = pathlib.Path("tests/PerceptualEval.Cli.Tests/Goldens/Images")
HEIGHT, WIDTH = 9, 7
GREY, RGB, GREY_ALPHA, RGBA = 0, 2, 4, 6
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]  # x, y, step x, step y

manifest = []


def picture(height, width, seed):
    """Smooth colours with some noise, so that JPEG and WebP have something to lose."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    noise = np.random.RandomState(seed).uniform(-18, 18, (height, width, 3))
    smooth = np.stack([255 * x, 255 * y, 128 + 120 * np.sin(5 * x + 3 * y)], -1)
    return np.clip(smooth + noise, 0, 255).round().astype(np.uint8)


def note(name, samples, transparent=0, compare="exact"):
    """Adds a file to the manifest; samples is [H,W,3], uint8 or uint16."""
    bits = samples.dtype.itemsize * 8
    manifest.append({
        "file": name, "height": samples.shape[0], "width": samples.shape[1], "bits": bits, "transparent": int(transparent),
        "compare": compare, "rgb": base64.b64encode(samples.astype(f"<u{bits // 8}").tobytes()).decode(),
    })


def save(name, image, compare="exact", **options):
    """Lets Pillow write a file and read it back."""
    image.save(OUTPUT / name, **options)
    with Image.open(OUTPUT / name) as reread:
        upright = ImageOps.exif_transpose(reread)
        alpha = np.asarray(upright.convert("RGBA"))[..., 3]
        note(name, np.asarray(upright.convert("RGB")), (alpha != 255).sum(), compare)


def paeth(a, b, c):
    p = a + b - c
    distances = [abs(p - a), abs(p - b), abs(p - c)]
    return (a, b, c)[distances.index(min(distances))]


def filtered(rows, pixel_bytes, first_filter):
    """Scanlines with the five filter types in turn."""
    out = bytearray()
    previous = bytes(len(rows[0]))
    for index, row in enumerate(rows):
        kind = (first_filter + index) % 5
        out.append(kind)
        for i, value in enumerate(row):
            left = row[i - pixel_bytes] if i >= pixel_bytes else 0
            corner = previous[i - pixel_bytes] if i >= pixel_bytes else 0
            up = previous[i]
            predictor = [0, left, up, (left + up) // 2, paeth(left, up, corner)][kind]
            out.append((value - predictor) & 255)
        previous = row
    return bytes(out)


def write_png(name, samples, colour, interlaced=False, transparent_key=None, data_chunks=1):
    """Writes [H,W,channels] samples, uint8 or big uint16, as PNG."""
    height, width, channels = samples.shape
    size = samples.dtype.itemsize
    big_endian = samples.astype(f">u{size}")
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b"".join(
        filtered([row.tobytes() for row in big_endian[y::step_y, x::step_x]], channels * size, index)
        for index, (x, y, step_x, step_y) in enumerate(passes)
        if big_endian[y::step_y, x::step_x].size
    )
    packed = zlib.compress(raw, 9)
    cuts = [len(packed) * i // data_chunks for i in range(data_chunks + 1)]
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8 * size, colour, 0, 0, int(interlaced)))]
    if transparent_key is not None:
        chunks.append((b"tRNS", struct.pack(f">{len(transparent_key)}H", *transparent_key)))
    chunks += [(b"IDAT", packed[start:end]) for start, end in zip(cuts, cuts[1:])]
    chunks.append((b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks)
    (OUTPUT / name).write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def eight_bit_pngs(rgb):
    grey = Image.fromarray(rgb).convert("L")
    save("rgb8.png", Image.fromarray(rgb))
    save("grey8.png", grey)
    save("grey1.png", grey.convert("1"))
    opaque = Image.new("L", grey.size, 255)
    holes = opaque.copy()
    for x in range(5):
        holes.putpixel((x, x), 50 * x)
    save("grey-alpha-opaque.png", Image.merge("LA", (grey, opaque)))
    save("grey-alpha-holes.png", Image.merge("LA", (grey, holes)))
    save("rgba-opaque.png", Image.merge("RGBA", (*Image.fromarray(rgb).split(), opaque)))
    save("rgba-holes.png", Image.merge("RGBA", (*Image.fromarray(rgb).split(), holes)))
    palette = Image.fromarray(rgb).quantize(13)
    save("palette4.png", palette, bits=4)
    save("palette-opaque-alpha.png", palette, transparency=bytes([255] * 13))
    save("palette-holes.png", palette, transparency=3)
    write_png("interlaced8.png", rgb, RGB, interlaced=True)
    with Image.open(OUTPUT / "interlaced8.png") as reread:
        assert (np.asarray(reread) == rgb).all()
    note("interlaced8.png", rgb)


def sixteen_bit_pngs():
    samples = np.random.RandomState(5).randint(0, 65536, (HEIGHT, WIDTH, 4)).astype(np.uint16)
    samples[..., 3] = 65535
    grey = np.repeat(samples[..., :1], 3, -1)
    write_png("rgb16.png", samples[..., :3], RGB, data_chunks=3)
    note("rgb16.png", samples[..., :3])
    write_png("rgb16-interlaced.png", samples[..., :3], RGB, interlaced=True)
    note("rgb16-interlaced.png", samples[..., :3])
    tiny = samples[:1, :2, :3]
    write_png("rgb16-interlaced-1x2.png", tiny, RGB, interlaced=True)
    note("rgb16-interlaced-1x2.png", tiny)
    write_png("grey16.png", samples[..., :1], GREY)
    with Image.open(OUTPUT / "grey16.png") as reread:
        assert (np.asarray(reread) == samples[..., 0]).all()
    note("grey16.png", grey)
    write_png("grey16-key.png", samples[..., :1], GREY, transparent_key=[int(samples[2, 3, 0])])
    note("grey16-key.png", grey, (samples[..., 0] == samples[2, 3, 0]).sum())
    write_png("rgb16-key-unused.png", samples[..., :3], RGB, transparent_key=[1, 2, 3])
    note("rgb16-key-unused.png", samples[..., :3])
    write_png("grey-alpha16-opaque.png", samples[..., [0, 3]], GREY_ALPHA)
    note("grey-alpha16-opaque.png", grey)
    write_png("rgba16-opaque.png", samples, RGBA)
    note("rgba16-opaque.png", samples[..., :3])
    holes = samples.copy()
    holes[1, 2:5, 3] = [65534, 0, 255]
    write_png("rgba16-holes.png", holes, RGBA)
    note("rgba16-holes.png", samples[..., :3], 3)


def lossy_and_others(rgb):
    image = Image.fromarray(rgb)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"orientation{orientation}.jpg", image, "near", quality=90, exif=exif)
    save("rgb444.jpg", image, "near", quality=95, subsampling=0)
    save("progressive.jpg", image, "near", quality=85, progressive=True)
    save("grey.jpg", image.convert("L"), "near", quality=85)
    save("cmyk.jpg", image.convert("CMYK"), "near", quality=95)
    save("lossless.webp", image, lossless=True)
    save("lossy.webp", image, "near", quality=80)
    exif = Image.Exif()
    exif[0x0112] = 6
    save("orientation6.webp", image, lossless=True, exif=exif)
    holes = Image.new("L", image.size, 255)
    holes.putpixel((1, 1), 7)
    save("holes.webp", Image.merge("RGBA", (*image.split(), holes)), lossless=True, exact=True)
    save("rgb.bmp", image)
    save("palette.gif", image.quantize(32))
    save("two-frames.gif", image.quantize(16), save_all=True, append_images=[ImageOps.invert(image).quantize(16)])


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    rgb = picture(HEIGHT, WIDTH, 0)
    eight_bit_pngs(rgb)
    sixteen_bit_pngs()
    lossy_and_others(picture(12, 18, 1))
    lines = ",\n  ".join(json.dumps(entry) for entry in manifest)
    (OUTPUT / "images.json").write_text(f"[\n  {lines}\n]\n")


if __name__ == "__main__":
    main()
