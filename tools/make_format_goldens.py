"""Makes tests/PerceptualEval.Cli.Tests/Goldens/Formats: caches and outputs in the layouts of the tools that write latents, and
formats.json, which says for each what a reader should make of it. Needs numpy and torch.

Values are multiples of 1/8 between -6 and 6: exact in float16 and bfloat16. formats.json has, per file, the format's name, the id
of the image it was made from, the units, the shape of one sample, whether there is a batch dimension, what the reader has to be
told (the image's size), and per latent its key and the first sample's values as little-endian float32 in base64. A file that must
be refused has the words that the message must contain instead.
"""
import base64
import json
import pathlib
import shutil
import struct

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/PerceptualEval.Cli.Tests/Goldens/Formats"
HASH = "Zm9vYmFyYmF6cXV4-_1234"  # 22 characters of URL-safe base64, as an MD5 is written
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DTYPES = {"F32": np.float32, "F16": np.float16, "U8": np.uint8, "I32": np.int32}

manifest = []
_counter = 0


def values(*shape):
    """Other values for each call."""
    global _counter
    _counter += 1
    i = np.arange(int(np.prod(shape))) + 11 * _counter
    return (((i * 7) % 97) / 8 - 6).astype(np.float32).reshape(shape)


def place(name):
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def note(file, tool, image, units, latents, shape=None, batch=False, **told):
    """latents: pairs of key and the first sample as it should be read."""
    manifest.append({
        "file": file, "format": tool, "id": image, "units": units, "shape": list(shape or latents[0][1].shape), "batch": batch, **told,
        "latents": [{"key": key, "values": base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()} for key, array in latents],
    })


def refuse(file, *words):
    manifest.append({"file": file, "refused": list(words)})


def safetensors(name, tensors, metadata=None):
    """tensors: name -> (dtype, float array); BF16 is cut off from float32, which is exact here."""
    header, blobs, offset = {"__metadata__": metadata} if metadata else {}, [], 0
    for key, (dtype, array) in tensors.items():
        blob = (array.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes() if dtype == "BF16" else np.ascontiguousarray(array, DTYPES[dtype]).tobytes()
        header[key] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    place(name).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def npz(name, **arrays):
    np.savez(place(name), **arrays)


def npy(name, array):
    np.save(place(name), array)


def pt(name, value):
    torch.save(value, place(name))


def tensor(array, dtype=torch.float32):
    return torch.from_numpy(array).to(dtype)


def kohya():
    companions = {"original_size": np.array([48, 40]), "crop_ltrb": np.array([4, 0, 44, 40])}
    for arch, units, channels in [("sd", "raw", 4), ("sdxl", "raw", 4)]:
        latent, flipped = values(channels, 2, 3), values(channels, 2, 3)
        file = f"kohya/dog_0024x0016_{arch}.npz"
        npz(file, latents=latent, latents_flipped=flipped, alpha_mask=np.ones((16, 24), np.float32), **companions)
        note(file, "kohya", "dog", units, [("", latent), ("flipped", flipped)])
    for arch, units, channels in [("flux", "model", 16), ("lumina", "model", 16), ("hi", "raw", 64)]:
        latent = values(channels, 2, 3)
        file = f"kohya/dog_0024x0016_{arch}.npz"
        npz(file, latents_2x3=latent, original_size_2x3=companions["original_size"], crop_ltrb_2x3=companions["crop_ltrb"])
        note(file, "kohya", "dog", units, [("", latent)])
    anima = values(16, 1, 2, 3)
    npz("kohya/dog_0024x0016_anima.npz", latents_2x3=anima, original_size_2x3=companions["original_size"], crop_ltrb_2x3=companions["crop_ltrb"])
    note("kohya/dog_0024x0016_anima.npz", "kohya", "dog", "model", [("", anima[:, 0])])
    small, large = values(16, 2, 3), values(16, 2, 3)
    npz("kohya/dog_0024x0016_sd3.npz", **{
        "latents_2x3": small, "original_size_2x3": companions["original_size"], "crop_ltrb_2x3": companions["crop_ltrb"],
        "latents_flipped_3x2": large.reshape(16, 3, 2), "latents_3x2": large.reshape(16, 3, 2), "original_size_3x2": companions["original_size"], "crop_ltrb_3x2": companions["crop_ltrb"]})
    note("kohya/dog_0024x0016_sd3.npz", "kohya", "dog", "raw", [("2x3", small), ("3x2/flipped", large), ("3x2", large)])
    legacy = values(4, 2, 3)
    npz("kohya/old.npz", latents=legacy, **companions)
    note("kohya/old.npz", "kohya", "old", "raw", [("", legacy)])
    npz("kohya/dog_te_outputs.npz", hidden_state1=values(7, 8), hidden_state2=values(7, 8), pool2=values(8))
    refuse("kohya/dog_te_outputs.npz", "text-encoder cache")
    for arch, kind, word, units in [("sdxl", "BF16", "bfloat16", "raw"), ("flux", "F16", "fp16", "model")]:
        latent, flipped = values(4, 2, 3), values(4, 2, 3)
        file = f"kohya-safetensors/dog_0024x0016_{arch}.safetensors"
        safetensors(file, {f"latents_2x3_{word}": (kind, latent), f"latents_flipped_2x3_{word}": (kind, flipped), "alpha_mask_2x3": ("F32", np.ones((16, 24)))},
                    {"architecture": arch, "width": "24", "height": "16", "crop_ltrb_2x3": "4,0,44,40", "format_version": "1.0.0"})
        note(file, "kohya-safetensors", "dog", units, [("", latent), ("flipped", flipped)])


def musubi():
    def cache(image, arch, units, tensors, latents, **told):
        file = f"musubi/{image}_0024x0016_{arch}.safetensors"
        safetensors(file, tensors, {"architecture": arch, "width": "24", "height": "16", "format_version": "1.0.1"})
        note(file, "musubi", image, units, latents, **told)

    clip = values(16, 3, 2, 3)
    cache("clip_00000-009", "wan", "model", {"latents_3x2x3_bfloat16": ("BF16", clip)}, [("", clip)])
    still = values(16, 1, 2, 3)
    cache("still", "hv", "raw", {"latents_1x2x3_float16": ("F16", still)}, [("", still[:, 0])])
    target, control = values(16, 1, 2, 3), values(16, 1, 2, 3)
    cache("edit", "fk", "model", {"latents_1x2x3_bfloat16": ("BF16", target), "latents_control_1x2x3_bfloat16": ("BF16", control)},
          [("", target[:, 0]), ("control", control[:, 0])])
    patchified = values(128, 2, 3)
    cache("art", "f2d", "model", {"latents_2x3_bfloat16": ("BF16", patchified)}, [("", patchified)])
    image = values(16, 1, 2, 3)
    cache("z", "zi", "raw", {"latents_1x2x3_bfloat16": ("BF16", image)}, [("", image[:, 0])])
    safetensors("musubi/p_0064x0064_ho1.safetensors", {"latents_1x2x2_bfloat16": ("BF16", values(2, 2, 12))}, {"architecture": "ho1", "format_version": "1.0.1"})
    refuse("musubi/p_0064x0064_ho1.safetensors", "patches of pixels")
    safetensors("musubi/clip_wan_te.safetensors", {"varlen_t5_bfloat16": ("BF16", values(5, 8))}, {"architecture": "wan"})
    refuse("musubi/clip_wan_te.safetensors", "text-encoder cache")
    video = values(16, 3, 2, 3)
    safetensors("musubi-output/20260101_42_latent.safetensors", {"latent": ("F32", video)},
                {"seeds": "42", "prompt": "a dog", "height": "16", "width": "24", "video_length": "9"})
    note("musubi-output/20260101_42_latent.safetensors", "musubi-output", "20260101_42_latent", "model", [("", video)])


def trainers():
    latent = values(16, 2, 3)
    file = f"ai-toolkit/_latent_cache/my_cat_{HASH}.safetensors"
    safetensors(file, {"latent": ("BF16", latent)},
                {"filename": "my_cat.png", "crop_x": "4", "crop_y": "0", "crop_width": "40", "crop_height": "40", "latent_space_version": "flux1"})
    note(file, "ai-toolkit", "my_cat", "model", [("", latent)])
    file = f"ai-toolkit/_latent_cache/pixels_{HASH}.safetensors"
    safetensors(file, {"latent": ("U8", np.zeros((3, 4, 4)))}, {"filename": "pixels.png", "latent_space_version": "pixel"})
    refuse(file, "pixels", "UInt8")

    latent = values(4, 2, 3)
    pt("onetrainer/variation-0/0.pt", {"latent_image": tensor(latent, torch.float16), "latent_mask": torch.ones(1, 2, 3), "original_resolution": (40, 48), "crop_offset": (0, 4)})
    note("onetrainer/variation-0/0.pt", "onetrainer", "0", "raw", [("", latent)])

    latent = values(4, 2, 3)
    pt(f"simpletuner/{SHA256}.pt", tensor(latent, torch.bfloat16))
    note(f"simpletuner/{SHA256}.pt", "simpletuner", SHA256, "model", [("", latent)])
    clip = values(128, 2, 2, 3)
    pt(f"simpletuner/ltx/{SHA256}.pt", {"latents": tensor(clip, torch.bfloat16), "num_frames": 2, "height": 2, "width": 3})
    note(f"simpletuner/ltx/{SHA256}.pt", "simpletuner", SHA256, "model", [("", clip)])
    clip = values(16, 2, 2, 3)
    pt(f"simpletuner/wan/{SHA256}.pt", tensor(clip, torch.bfloat16))
    note(f"simpletuner/wan/{SHA256}.pt", "simpletuner", SHA256, None, [("", clip)])

    mean, logvar = values(16, 2, 2, 3), values(16, 2, 2, 3)
    moments = np.concatenate([mean, logvar])
    pt("finetrainers/finetrainers-precomputed-data/latent-0.pt", {"latents": tensor(moments[None]), "latents_mean": torch.zeros(1, 16), "latents_std": torch.ones(1, 16)})
    note("finetrainers/finetrainers-precomputed-data/latent-0.pt", "finetrainers", "latent-0", "raw", [("", mean)], batch=True)
    frames_first = np.ascontiguousarray(moments.transpose(1, 0, 2, 3))
    pt("finetrainers/finetrainers-precomputed-data/latent-1.pt", {"latents": tensor(frames_first[None])})
    note("finetrainers/finetrainers-precomputed-data/latent-1.pt", "finetrainers", "latent-1", "raw", [("", mean)], batch=True)
    pt("finetrainers/finetrainers-precomputed-data/condition-0.pt", {"encoder_hidden_states": torch.zeros(1, 3, 4)})
    refuse("finetrainers/finetrainers-precomputed-data/condition-0.pt", "text-encoder cache")
    pt("finetrainers/video_latents/clip.pt", tensor(moments))
    note("finetrainers/video_latents/clip.pt", "finetrainers-legacy", "clip", "raw", [("", mean)])
    mochi = values(24, 2, 2, 3)
    pt("finetrainers/mochi/clip.latent.pt", {"ldist": tensor(mochi[None])})
    note("finetrainers/mochi/clip.latent.pt", "finetrainers-legacy", "clip", "raw", [("", mochi[:12])], batch=True)

    clip = values(16, 2, 2, 3)
    safetensors("cogvideo/video_latent/cogvideox/2x16x24/clip.safetensors", {"encoded_video": ("BF16", clip)})
    note("cogvideo/video_latent/cogvideox/2x16x24/clip.safetensors", "cogvideo", "clip", "model", [("", clip)])

    clip = values(128, 2, 2, 3)
    pt("ltx/latents/clip.pt", {"latents": tensor(np.ascontiguousarray(clip.reshape(128, 12).T), torch.bfloat16), "num_frames": 2, "height": 2, "width": 3, "fps": 24.0})
    note("ltx/latents/clip.pt", "ltx-trainer", "clip", "model", [("", clip)])

    latent, control = values(16, 2, 3), values(16, 2, 3)
    pt("diffusion-pipe/item.pt", {"latents": tensor(latent, torch.bfloat16), "control_latents": tensor(control, torch.bfloat16)})
    note("diffusion-pipe/item.pt", "diffusion-pipe", "item", "model", [("", latent), ("control", control)])

    latent = values(16, 2, 3)
    pt("diffsynth/0/7.pth", ({"input_latents": tensor(latent[None], torch.bfloat16), "height": 16, "width": 24}, {"prompt": "a dog"}, {}))
    note("diffsynth/0/7.pth", "diffsynth", "7", "model", [("", latent)], batch=True)


def tools():
    latent = values(4, 2, 3)
    marker = ("F32", np.zeros(0))
    safetensors("comfyui/new.latent", {"latent_format_version_0": marker, "latent_tensor": ("F32", latent[None])}, {"prompt": "{}"})
    note("comfyui/new.latent", "comfyui", "new", "raw", [("", latent)], batch=True)
    safetensors("comfyui/old.latent", {"latent_tensor": ("F32", latent[None])})
    note("comfyui/old.latent", "comfyui", "old", "raw", [("", latent * np.float32(1 / np.float32(0.18215)))], batch=True)

    latent = values(4, 2, 3)
    pt("invokeai/Tensor_0b1ad5f8-44d5-4f9c-8f6b-0fda5a9cfb11", tensor(latent[None], torch.float16))
    note("invokeai/Tensor_0b1ad5f8-44d5-4f9c-8f6b-0fda5a9cfb11", "invokeai", "Tensor_0b1ad5f8-44d5-4f9c-8f6b-0fda5a9cfb11", "model", [("", latent)], batch=True)

    # diffusers packs 2x2 cells: view [C,h/2,2,w/2,2], permute to [h/2,w/2,C,2,2].
    flux = values(16, 4, 6)
    tokens = flux.reshape(16, 2, 2, 3, 2).transpose(1, 3, 0, 2, 4).reshape(6, 64)
    npy("packed/flux.npy", tokens[None])
    note("packed/flux.npy", "packed", "flux", "model", [("", flux)], batch=True, size="32x48")
    flux2 = values(128, 2, 3)
    pt("packed/flux2.pt", tensor(np.ascontiguousarray(flux2.reshape(128, 6).T[None]), torch.bfloat16))
    note("packed/flux2.pt", "packed", "flux2", "model", [("", flux2)], batch=True, size="32x48")
    # The same for a decoder of 32 channels: [32,4,6], channel c*4 + y*2 + x of a patch being cell (y,x) of channel c.
    cells = flux2.reshape(32, 2, 2, 2, 3).transpose(0, 3, 1, 4, 2).reshape(32, 4, 6)
    note("packed/flux2.pt", "packed", "flux2", "model", [("", cells)], batch=True, size="32x48", channels=32)
    refuse("packed/flux.npy", "--size HxW")


def datasets():
    latents, flipped = values(3, 4, 2, 3), values(3, 4, 2, 3)
    safetensors("lightningdit/latents_rank00_shard000.safetensors",
                {"latents": ("F32", latents), "latents_flip": ("F32", flipped), "labels": ("I32", np.array([3, 1, 2]))}, {"total_size": "3", "dtype": "float32"})
    note("lightningdit/latents_rank00_shard000.safetensors", "lightningdit", "latents_rank00_shard000", "raw", [("", latents[0]), ("flipped", flipped[0])], batch=True)

    moments, flipped = values(32, 2, 3), values(32, 2, 3)
    npz("mar/n01440764/a.npz", moments=moments, moments_flip=flipped)
    note("mar/n01440764/a.npz", "mar", "a", "raw", [("", moments[:16]), ("flipped", flipped[:16])])

    mean_std = np.concatenate([values(4, 2, 3), np.abs(values(4, 2, 3))])
    npy("edm2/vae-sd/00000/img-mean-std-00000042.npy", mean_std)
    note("edm2/vae-sd/00000/img-mean-std-00000042.npy", "edm2", "img00000042", "raw", [("", mean_std[:4])])
    npy("pixart/img_sdxl_vae_features_512resolution_ms_new/a.npy", mean_std.astype(np.float16))
    note("pixart/img_sdxl_vae_features_512resolution_ms_new/a.npy", "pixart", "a", "raw", [("", mean_std[:4])])
    latent = values(4, 2, 3)
    npy("fast-dit/imagenet256_features/17.npy", latent[None])
    note("fast-dit/imagenet256_features/17.npy", "fast-dit", "17", "model", [("", latent)], batch=True)

    latent = values(4, 2, 3)
    npy("plain/a.npy", latent)
    note("plain/a.npy", "plain", "a", None, [("", latent)])


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    for write in (kohya, musubi, trainers, tools, datasets):
        write()
    rows = ",\n".join(json.dumps(row) for row in manifest)
    (OUT / "formats.json").write_text(f"[\n{rows}\n]\n")
