#!/usr/bin/env python3
"""Writes tests/PerceptualEval.ModelBuilder.Tests/Goldens/CogVideoX: a tiny CogVideoX VAE decoder and clips that it decodes.

Needs torch and numpy. The network is written down once more here, plainly and in float64, from what diffusers'
AutoencoderKLCogVideoX does: the latent is enlarged before its convolutions, every causal convolution keeps its own last frames,
and latent frames go through in twos, the first batch taking the odd one. Three levels instead of four, so that the number of
levels and of those that double the frames are both not the published models'.
"""
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

CONFIG = dict(_class_name='AutoencoderKLCogVideoX', act_fn='silu', block_out_channels=[4, 8, 8], latent_channels=2, layers_per_block=1,
              norm_num_groups=2, scaling_factor=0.7, temporal_compression_ratio=2, use_post_quant_conv=False, invert_scale_latents=True)
FRAMES = [1, 2, 3, 6, 9]
OUT = os.path.join(os.path.dirname(__file__), '..', 'tests', 'PerceptualEval.ModelBuilder.Tests', 'Goldens', 'CogVideoX')


class Weights(dict):
    """Random parameters, made when they are first asked for; float16 values, so that the file is small and exact."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(7)

    def get(self, name, *shape, mean=0.0, scale=None):
        if name not in self:
            spread = scale or 1.4 / np.sqrt(np.prod(shape[1:]))
            self[name] = (mean + spread * self.rng.standard_normal(shape)).astype('<f2')
        return torch.tensor(self[name].astype('f8'))

    def conv(self, name, to, source, *kernel):
        return self.get(f'{name}.weight', to, source, *kernel), self.get(f'{name}.bias', to, scale=0.1)


def same_frames(x, size):
    """Nearest neighbours in time and space; the first frame of an odd number stays single."""
    if x.shape[2] > 1 and size[0] % 2:
        return torch.cat([F.interpolate(x[:, :, :1], size=(1, *size[1:])), F.interpolate(x[:, :, 1:], size=(size[0] - 1, *size[1:]))], 2)
    return F.interpolate(x, size=size)


class Decoder:
    def __init__(self, weights):
        self.weights, self.memory = weights, {}

    def causal(self, name, x, to):
        weight, bias = self.weights.conv(f'{name}.conv', to, x.shape[1], 3, 3, 3)
        before = self.memory.get(name, x[:, :, :1].expand(-1, -1, 2, -1, -1))
        x = torch.cat([before, x], 2)
        self.memory[name] = x[:, :, -2:]
        return F.conv3d(x, weight, bias, padding=(0, 1, 1))

    def norm(self, name, x, z):
        channels = x.shape[1]
        z = same_frames(z, x.shape[2:])
        gain = F.conv3d(z, *self.weights.conv(f'{name}.conv_y.conv', channels, z.shape[1], 1, 1, 1))
        offset = F.conv3d(z, *self.weights.conv(f'{name}.conv_b.conv', channels, z.shape[1], 1, 1, 1))
        weight = self.weights.get(f'{name}.norm_layer.weight', channels, mean=1.0, scale=0.2)
        bias = self.weights.get(f'{name}.norm_layer.bias', channels, scale=0.2)
        return F.group_norm(x, CONFIG['norm_num_groups'], weight, bias, eps=1e-6) * gain + offset

    def block(self, name, x, z, to):
        y = self.causal(f'{name}.conv1', F.silu(self.norm(f'{name}.norm1', x, z)), to)
        y = self.causal(f'{name}.conv2', F.silu(self.norm(f'{name}.norm2', y, z)), to)
        if x.shape[1] != to:
            x = F.conv3d(x, *self.weights.conv(f'{name}.conv_shortcut', to, x.shape[1], 1, 1, 1))
        return x + y

    def upsample(self, name, x, double_frames):
        frames, height, width = x.shape[2:]
        if double_frames:
            frames = 2 * frames - frames % 2
        x = same_frames(x, (frames, 2 * height, 2 * width))
        weight, bias = self.weights.conv(f'{name}.conv', x.shape[1], x.shape[1], 3, 3)
        return F.conv3d(x, weight[:, :, None], bias, padding=(0, 1, 1))

    def batch(self, z):
        channels = CONFIG['block_out_channels'][::-1]
        doubled = CONFIG['temporal_compression_ratio'].bit_length() - 1
        x = self.causal('decoder.conv_in', z, channels[0])
        for i in range(2):
            x = self.block(f'decoder.mid_block.resnets.{i}', x, z, channels[0])
        for level, width in enumerate(channels):
            for i in range(CONFIG['layers_per_block'] + 1):
                x = self.block(f'decoder.up_blocks.{level}.resnets.{i}', x, z, width)
            if level < len(channels) - 1:
                x = self.upsample(f'decoder.up_blocks.{level}.upsamplers.0', x, level < doubled)
        return self.causal('decoder.conv_out', F.silu(self.norm('decoder.norm_out', x, z)), 3)

    def decode(self, z):
        self.memory = {}
        first = min(2 + z.shape[2] % 2, z.shape[2])
        return torch.cat([self.batch(part) for part in (z[:, :, :first], *z[:, :, first:].split(2, 2)) if part.shape[2]], 2)


def save_safetensors(path, tensors):
    header, blobs, offset = {}, [], 0
    for name, values in tensors.items():
        header[name] = dict(dtype='F16', shape=list(values.shape), data_offsets=[offset, offset + values.nbytes])
        blobs.append(values.tobytes())
        offset += values.nbytes
    text = json.dumps(header).encode()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


def main():
    torch.manual_seed(3)
    weights = Weights()
    decoder = Decoder(weights)
    clips = {}
    for frames in FRAMES:
        z = torch.randn(2 if frames == 3 else 1, CONFIG['latent_channels'], frames, 4, 3).float()
        video = decoder.decode(z.double())
        assert video.shape[2] == 2 * frames - frames % 2, video.shape
        clips[f'latent{frames}'], clips[f'video{frames}'] = z.numpy(), video.numpy().astype('<f4')
    os.makedirs(OUT, exist_ok=True)
    # What an encoder's tensor looks like: the decoder's builder passes it over.
    weights['encoder.conv_in.conv.bias'] = np.zeros(4, '<f2')
    save_safetensors(os.path.join(OUT, 'diffusion_pytorch_model.safetensors'), weights)
    np.savez_compressed(os.path.join(OUT, 'clips.npz'), **clips)
    with open(os.path.join(OUT, 'config.json'), 'w') as file:
        file.write(json.dumps(CONFIG, indent=2) + '\n')


if __name__ == '__main__':
    main()
