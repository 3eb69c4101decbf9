"""Makes the small tensor files of tests/PerceptualEval.Tests/Goldens/TensorFiles. Needs numpy and torch.

Element i (C order) of every tensor is (i % 17 - 8) / 4 where it is a float, i % 17 - 8 where a signed integer, i % 17 where an
unsigned one, and i % 3 == 0 where a boolean: exact in every type, so the tests need no second copy of the values.
"""

import collections
import io
import json
import pathlib
import struct
import sys
import zipfile

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "tests/PerceptualEval.Tests/Goldens/TensorFiles"


def values(shape, dtype):
    i = np.arange(int(np.prod(shape)))
    dtype = np.dtype(dtype)
    pattern = {"f": (i % 17 - 8) / 4, "i": i % 17 - 8, "u": i % 17, "b": i % 3 == 0}[dtype.kind]
    return pattern.astype(dtype).reshape(shape)


def tensor(shape, dtype=torch.float32):
    kind = "float32" if dtype.is_floating_point else str(dtype).removeprefix("torch.")
    return torch.from_numpy(values(shape, kind)).to(dtype)


def bfloat16(array):
    return (array.astype(np.float32).view(np.uint32) >> 16).astype("<u2").tobytes()


def float8(array, exponent_bits):
    """Encodes multiples of 1/4 up to 2, all of which are exact and normal."""
    mantissa_bits, bias = 7 - exponent_bits, (1 << (exponent_bits - 1)) - 1
    codes = bytearray()
    for x in array.ravel().tolist():
        mantissa, exponent = np.frexp(abs(x))
        code = 0 if x == 0 else (int(exponent) - 1 + bias << mantissa_bits) + int((mantissa * 2 - 1) * (1 << mantissa_bits))
        codes.append(code | (0x80 if x < 0 else 0))
    return bytes(codes)


def npy():
    np.save(OUT / "c_order.npy", values((2, 3, 4), "<f4"))
    np.save(OUT / "fortran.npy", np.asfortranarray(values((3, 4, 5), "<f4")))
    np.save(OUT / "fortran_big.npy", np.asfortranarray(values((3, 5), ">i4")))
    np.save(OUT / "scalar.npy", values((), "<f4"))
    np.save(OUT / "empty.npy", values((0, 4), "<f4"))
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"]:
        np.save(OUT / f"little_{code}.npy", values((5, 7), "<" + code))
        if code[1] != "1":
            np.save(OUT / f"big_{code}.npy", values((5, 7), ">" + code))
    for version in [(2, 0), (3, 0)]:
        with open(OUT / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, values((2, 3), "<f4"), version)
    np.save(OUT / "refused_objects.npy", np.array([1, "a"], dtype=object))
    np.save(OUT / "refused_structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")]))
    np.save(OUT / "refused_text.npy", np.array(["a", "bc"]))
    np.save(OUT / "refused_complex.npy", np.zeros(2, dtype="<c8"))


def npz():
    arrays = {
        "latents_8x6": values((4, 8, 6), "<f4"),
        "original_size_8x6": np.array([0, 1]) - 8,
        "alpha_mask_8x6": values((8, 6), "<f4"),
    }
    np.savez(OUT / "stored.npz", **arrays)
    arrays["fortran"] = np.asfortranarray(values((9, 7), "<f2"))
    np.savez_compressed(OUT / "deflated.npz", **arrays)
    np.savez(OUT / "empty.npz")


def safetensors():
    header, data = {"__metadata__": {"format": "pt", "note": "ü"}}, b""
    shape = (3, 5)
    for name, code in {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I8": "i1", "I16": "<i2", "I32": "<i4", "I64": "<i8",
                       "U8": "u1", "U16": "<u2", "U32": "<u4", "U64": "<u8", "BOOL": "b1"}.items():
        content = values(shape, code).tobytes()
        header[name.lower()] = {"dtype": name, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    for name, content in {"BF16": bfloat16(values(shape, "f4")), "F8_E4M3": float8(values(shape, "f4"), 4),
                          "F8_E5M2": float8(values(shape, "f4"), 5)}.items():
        header[name.lower()] = {"dtype": name, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    (OUT / "all_types.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def checkpoint():
    base = torch.full((5, 6, 4), 99.0)
    view = base[1:4, ::2, 1:3]
    view.copy_(tensor((3, 3, 2)))
    shared = tensor((2, 3))
    transposed = torch.empty(7, 4, dtype=torch.float16).t()
    transposed.copy_(tensor((4, 7), torch.float16))
    return {
        "state_dict": collections.OrderedDict([("conv.weight", torch.nn.Parameter(tensor((2, 3, 3, 3)))), ("conv.bias", tensor((2,)))]),
        "views": [view, transposed, tensor((1,)).expand(1)],
        "shared": (shared, shared.view(6)),
        "bf16": tensor((3, 4), torch.bfloat16),
        "f64": tensor((3,), torch.float64),
        "ints": {4: tensor((4,), torch.int64), "i32": tensor((4,), torch.int32), "i16": tensor((4,), torch.int16),
                 "i8": tensor((4,), torch.int8), "u8": tensor((4,), torch.uint8)},
        "mask": tensor((2, 2), torch.bool),
        "empty": tensor((0, 3)),
        "scalar": tensor(()),
        "epoch": 3, "lr": 1e-05, "name": "größe", "ema": True, "none": None, "big": 1 << 70,
        "size": torch.Size([640, 480]), "dtype": torch.float16, "device": torch.device("cpu"),
        "default": collections.defaultdict(list, a=1), "set": {5}, "bytes": b"\xff\x00",
        "numpy": [np.float64(0.5), np.int64(-7), np.float32(0.25), np.bool_(True)],
    }


def by_hand(pickle, members, byteorder=None):
    """A torch zip file whose pickle is written opcode by opcode."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", pickle)
        if byteorder:
            archive.writestr("archive/byteorder", byteorder)
        for key, content in members.items():
            archive.writestr(f"archive/data/{key}", content)
    return buffer.getvalue()


def storage(kind, key, count):
    module, name = kind.rsplit(".", 1)
    return (b"(X\x07\x00\x00\x00storagec" + f"{module}\n{name}\n".encode() + b"X" + struct.pack("<I", len(key)) + key.encode()
            + b"X\x06\x00\x00\x00cuda:0K" + bytes([count]) + b"tQ")


def torch_files():
    for protocol in [2, 4]:
        torch.save(checkpoint(), OUT / f"checkpoint_protocol{protocol}.pt", pickle_protocol=protocol)
    for protocol in [3, 5]:
        small = {"latent": tensor((1, 4)), "ids": frozenset({7}), "raw": bytearray(b"ab"), "note": "x" * 300}
        torch.save(small, OUT / f"small_protocol{protocol}.pt", pickle_protocol=protocol)
    torch.save(checkpoint(), OUT / "checkpoint_legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(tensor((2, 4)), OUT / "bare.pt")

    # Newer than torch 1.13: types without a storage class of their own; files of big-endian machines.
    v3 = b"ctorch._utils\n_rebuild_tensor_v3\n("
    tail = b"K\x00K\x03K\x05\x86K\x05K\x01\x86\x89ccollections\nOrderedDict\n)Rctorch\n%s\nN}tR"
    pickle = b"\x80\x02}("
    for key, name in [("0", b"float8_e4m3fn"), ("1", b"float8_e5m2"), ("2", b"uint16")]:
        count = 30 if key == "2" else 15
        pickle += b"X" + struct.pack("<I", len(name)) + name + v3 + storage("torch.storage.UntypedStorage", key, count) + tail % name
    array = values((3, 5), "f4")
    (OUT / "torch2_types.pt").write_bytes(by_hand(pickle + b"u.", {
        "0": float8(array, 4), "1": float8(array, 5), "2": values((3, 5), "<u2").tobytes()}, "little"))
    v2 = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage("torch.FloatStorage", "0", 6)
    v2 += b"K\x00K\x02K\x03\x86K\x01K\x02\x86\x89ccollections\nOrderedDict\n)RtR."
    (OUT / "big_endian.pt").write_bytes(by_hand(v2, {"0": values((2, 3), ">f4").tobytes(order="F")}, "big"))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    npy()
    npz()
    safetensors()
    torch_files()
    print(sum(path.stat().st_size for path in OUT.iterdir()), "bytes", file=sys.stderr)


main()
