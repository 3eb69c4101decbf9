"""A .safetensors file of float16 tensors, and back: what the C# builder reads."""
import json
import struct

import numpy as np
import torch


def save(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, value in tensors.items():
        half = np.ascontiguousarray(value.detach().contiguous().numpy().astype('<f2'))
        if not np.isfinite(half).all():
            raise ValueError(f'{name}: float16 does not hold its largest value, {value.abs().max().item():g}')
        blob = half.tobytes()
        header[name] = {'dtype': 'F16', 'shape': list(value.shape), 'data_offsets': [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def load(path):
    with open(path, 'rb') as file:
        content = file.read()
    length = struct.unpack('<Q', content[:8])[0]
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    return {name: torch.from_numpy(np.frombuffer(data[slice(*entry['data_offsets'])], '<f2').astype(np.float32).reshape(entry['shape']))
            for name, entry in header.items()}
