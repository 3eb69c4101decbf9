"""Reads the same latent files with numpy and with PerceptualEval, in one run: microseconds a file, from the page cache.

    python3 tools/compare_read_speed.py

Needs numpy and the .NET SDK; the safetensors package is compared where it is installed.
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

PASSES = 60
REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
# (name, latent shape, files): what trainers cache for 512, 1024 pixels, and a clip.
SIZES = [("4x64x64", (4, 64, 64), 40), ("16x128x128", (16, 128, 128), 20), ("16x21x60x104", (16, 21, 60, 104), 5)]


def write_safetensors(path, array):
    header = json.dumps({"latents": {"dtype": "F32", "shape": array.shape, "data_offsets": [0, array.nbytes]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + array.tobytes())


def write_kohya(path, array):
    np.savez(path, latents=array, original_size=np.array([512, 512]), crop_ltrb=np.array([0, 0, 512, 512]))


def read_npz(path):
    with np.load(path) as file:
        return [file[key] for key in file.files]


def measure(read, paths):
    best = float("inf")
    for _ in range(PASSES):
        start = time.perf_counter()
        for path in paths:
            read(path)
        best = min(best, time.perf_counter() - start)
    return best * 1e6 / len(paths)


def main():
    try:
        from safetensors.numpy import load_file
    except ImportError:
        load_file = None
    formats = {"npy": np.save, "safetensors": write_safetensors, "npz": write_kohya}
    readers = {"npy": np.load, "safetensors": load_file, "npz": read_npz}
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as root:
        python = {}
        for size, shape, count in SIZES:
            for extension, write in formats.items():
                folder = pathlib.Path(root, f"{extension}-{size}")
                folder.mkdir()
                for i in range(count):
                    write(folder / f"{i}.{extension}", random.standard_normal(shape, dtype=np.float32))
        for folder in sorted(pathlib.Path(root).iterdir()):
            read = readers[folder.name.split("-")[0]]
            python[folder.name] = measure(read, list(folder.iterdir())) if read else None
        command = ["dotnet", "run", "-c", "Release", str(REPOSITORY / "tools" / "ReadSpeed.cs"), "--", *map(str, sorted(pathlib.Path(root).iterdir()))]
        ours = dict(line.split() for line in subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines())
    print(f"numpy {np.__version__}, Python {sys.version.split()[0]}; microseconds a file, best of {PASSES} passes")
    print("| files | Python | PerceptualEval | ratio | against numpy.load of .npy |")
    print("|---|---:|---:|---:|---:|")
    for name, theirs in python.items():
        mine = float(ours[name])
        baseline = python["npy-" + name.split("-")[1]]
        shown = (f"{theirs:.0f}", f"{theirs / mine:.1f}x") if theirs else ("-", "-")
        print(f"| {name} | {shown[0]} | {mine:.0f} | {shown[1]} | {baseline / mine:.1f}x |")


if __name__ == "__main__":
    main()
