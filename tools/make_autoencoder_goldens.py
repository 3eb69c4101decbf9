#!/usr/bin/env python3
"""Makes tests/PerceptualEval.ModelBuilder.Tests/Goldens/Autoencoders: tiny VAEs with random weights, inputs, and outputs in float64.

Needs torch (1.13 or later) and numpy. The networks are written down here once more, from the papers and the layer lists of
huggingface/diffusers (AutoencoderKL) and madebyollin/taesd, so that the goldens do not depend on the C# code. Values are rounded to
float16 before anything is computed, so that the files stay small and every precision holds the same weights.
"""
import json
import os
import struct

import numpy as np
import torch
import torch.nn.functional as F

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'PerceptualEval.ModelBuilder.Tests', 'Goldens', 'Autoencoders')


def save(path, tensors):
    """A .safetensors file; float16 where a tensor is a weight, float32 where it is an input or output."""
    header, offset, blobs = {}, 0, []
    for name, value in tensors.items():
        dtype, kind = ('<f4', 'F32') if name.startswith('golden.') else ('<f2', 'F16')
        blob = np.ascontiguousarray(value.numpy().astype(dtype)).tobytes()
        header[name] = {'dtype': kind, 'shape': list(value.shape), 'data_offsets': [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(blobs))


class Weights:
    """Draws weights as they are asked for, so that a network's own code lists its parameters."""

    def __init__(self, seed, gain=1.0):
        self.generator, self.gain, self.tensors = torch.Generator().manual_seed(seed), gain, {}

    def draw(self, name, shape, scale, shift=0.0):
        if name not in self.tensors:
            value = torch.randn(shape, generator=self.generator, dtype=torch.float64) * scale + shift
            self.tensors[name] = value.half().double()
        return self.tensors[name]

    def conv(self, name, x, to, kernel=3, stride=1, padding=None, bias=True):
        weight = self.draw(name + '.weight', (to, x.shape[1], kernel, kernel), self.gain / (x.shape[1] * kernel * kernel) ** 0.5)
        return F.conv2d(x, weight, self.draw(name + '.bias', (to,), 0.1) if bias else None, stride, kernel // 2 if padding is None else padding)

    def linear(self, name, x, to):
        weight = self.draw(name + '.weight', (to, x.shape[-1]), x.shape[-1] ** -0.5)
        return F.linear(x, weight, self.draw(name + '.bias', (to,), 0.1))

    def norm(self, name, x, groups, eps):
        channels = x.shape[1]
        return F.group_norm(x, groups, self.draw(name + '.weight', (channels,), 0.2, 1.0), self.draw(name + '.bias', (channels,), 0.1), eps)


class AutoencoderKL:
    def __init__(self, weights, channels, layers, groups, attention=True, quant=True):
        self.w, self.channels, self.layers, self.groups, self.attention, self.quant = weights, channels, layers, groups, attention, quant

    def norm(self, name, x):
        return self.w.norm(name, x, self.groups, 1e-6)

    def resnet(self, name, x, to):
        y = self.w.conv(name + '.conv1', F.silu(self.norm(name + '.norm1', x)), to)
        y = self.w.conv(name + '.conv2', F.silu(self.norm(name + '.norm2', y)), to)
        return y + (x if x.shape[1] == to else self.w.conv(name + '.conv_shortcut', x, to, kernel=1))

    def middle(self, name, x):
        n, c, h, w = x.shape
        x = self.resnet(name + '.resnets.0', x, c)
        if self.attention:
            a = name + '.attentions.0'
            tokens = self.norm(a + '.group_norm', x).flatten(2).transpose(1, 2)
            q, k, v = (self.w.linear(f'{a}.to_{p}', tokens, c) for p in 'qkv')
            y = torch.softmax(q @ k.transpose(1, 2) / c ** 0.5, -1) @ v
            x = x + self.w.linear(a + '.to_out.0', y, c).transpose(1, 2).reshape(n, c, h, w)
        return self.resnet(name + '.resnets.1', x, c)

    def decode(self, z):
        z = self.w.conv('post_quant_conv', z, z.shape[1], kernel=1) if self.quant else z
        x = self.middle('decoder.mid_block', self.w.conv('decoder.conv_in', z, self.channels[-1]))
        for i, c in enumerate(reversed(self.channels)):
            for j in range(self.layers + 1):
                x = self.resnet(f'decoder.up_blocks.{i}.resnets.{j}', x, c)
            if i < len(self.channels) - 1:
                x = self.w.conv(f'decoder.up_blocks.{i}.upsamplers.0.conv', F.interpolate(x, scale_factor=2.0, mode='nearest'), c)
        return self.w.conv('decoder.conv_out', F.silu(self.norm('decoder.conv_norm_out', x)), 3)

    def encode(self, image, latent_channels):
        x = self.w.conv('encoder.conv_in', image, self.channels[0])
        for i, c in enumerate(self.channels):
            for j in range(self.layers):
                x = self.resnet(f'encoder.down_blocks.{i}.resnets.{j}', x, c)
            if i < len(self.channels) - 1:
                x = self.w.conv(f'encoder.down_blocks.{i}.downsamplers.0.conv', F.pad(x, (0, 1, 0, 1)), c, stride=2, padding=0)
        x = F.silu(self.norm('encoder.conv_norm_out', self.middle('encoder.mid_block', x)))
        x = self.w.conv('encoder.conv_out', x, 2 * latent_channels)
        return (self.w.conv('quant_conv', x, 2 * latent_channels, kernel=1) if self.quant else x)[:, :latent_channels]


class Taesd:
    """madebyollin/taesd, both depths; parameters under their index in the sequence of layers."""

    def __init__(self, weights, pooled=False):
        self.w, self.pooled = weights, pooled

    def block(self, name, x, pooled=False):
        c = x.shape[1]
        if pooled:
            y = F.relu(self.w.norm(f'{name}.pool.1', self.w.conv(f'{name}.pool.0', x, 4 * c, kernel=1, bias=False), 4, 1e-5))
            x = x + self.w.conv(f'{name}.pool.3', y, c, kernel=1, bias=False)
        y = F.relu(self.w.conv(f'{name}.conv.0', x, c))
        y = F.relu(self.w.conv(f'{name}.conv.2', y, c))
        return F.relu(self.w.conv(f'{name}.conv.4', y, c) + x)

    def decode(self, z, widths):
        x, i = F.relu(self.w.conv('decoder.1', 3 * torch.tanh(z / 3), widths[0])), 3
        for level, width in enumerate(widths[1:]):
            for _ in range(3):
                x, i = self.block(f'decoder.{i}', x, self.pooled and level == 0), i + 1
            x = self.w.conv(f'decoder.{i + 1}', F.interpolate(x, scale_factor=2.0, mode='nearest'), width, bias=False)
            i += 2
        return 2 * self.w.conv(f'decoder.{i + 1}', self.block(f'decoder.{i}', x), 3) - 1

    def encode(self, image, widths, channels, deep):
        x, i = (image + 1) / 2, 1
        if deep:
            x = F.relu(self.w.conv('encoder.0', x, widths[0], stride=2))
            x, i = F.relu(self.w.conv('encoder.2', x, widths[1], stride=2)), 4
            widths = widths[1:]
        else:
            x = self.w.conv('encoder.0', x, widths[0])
        x, i = self.block(f'encoder.{i}', x), i + 1
        for level, width in enumerate(widths[1:]):
            x, i = self.w.conv(f'encoder.{i}', x, width, stride=2, bias=False), i + 1
            for _ in range(3):
                x, i = self.block(f'encoder.{i}', x, self.pooled and level == len(widths) - 2), i + 1
        return self.w.conv(f'encoder.{i}', x, channels)


def noise(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).float().double()


def golden(name, weights, **values):
    save(os.path.join(FOLDER, name), {**weights.tensors, **{f'golden.{key}': value for key, value in values.items()}})


def config(name, **fields):
    with open(os.path.join(FOLDER, name), 'w') as file:
        json.dump(fields, file, indent=2)
        file.write('\n')


def unpatchify(z):
    n, c, h, w = z.shape
    return z.reshape(n, c // 4, 2, 2, h, w).permute(0, 1, 4, 2, 5, 3).reshape(n, c // 4, 2 * h, 2 * w)


def main():
    os.makedirs(FOLDER, exist_ok=True)

    # 552 latent cells: two chunks of queries, of unequal use.
    weights = Weights(1)
    vae, z, image = AutoencoderKL(weights, [4, 8], 1, 4), noise(2, 1, 3, 24, 23), noise(3, 2, 3, 12, 10)
    golden('autoencoder_kl.safetensors', weights, z=z, image=vae.decode(z), picture=image, latent=vae.encode(image, 3))
    config('autoencoder_kl.json', _class_name='AutoencoderKL', act_fn='silu', block_out_channels=[4, 8], layers_per_block=1, latent_channels=3,
           norm_num_groups=4, scaling_factor=0.5, shift_factor=0.25, use_quant_conv=True, use_post_quant_conv=True, mid_block_add_attention=True)

    # Without config: 32 groups. Small weights before the norms make a wrong epsilon visible.
    weights = Weights(4, gain=0.004)
    z = noise(5, 1, 2, 3, 2)
    golden('autoencoder_kl_plain.safetensors', weights, z=z, image=AutoencoderKL(weights, [32], 0, 32, attention=False, quant=False).decode(z))

    # FLUX.2: 2 raw channels are 8 in model units.
    weights = Weights(6)
    patched = noise(7, 2, 8, 3, 4)
    mean = weights.draw('bn.running_mean', (8,), 0.5)
    variance = weights.draw('bn.running_var', (8,), 0.0, 1.0) * torch.linspace(0.25, 2, 8, dtype=torch.float64)
    weights.tensors['bn.running_var'] = variance
    raw = unpatchify(patched * torch.sqrt(variance + 1e-4).view(1, -1, 1, 1) + mean.view(1, -1, 1, 1))
    golden('flux2.safetensors', weights, patched=patched, raw=raw, image=AutoencoderKL(weights, [4, 4], 1, 2).decode(raw))
    config('flux2.json', _class_name='AutoencoderKLFlux2', act_fn='silu', block_out_channels=[4, 4], layers_per_block=1, latent_channels=2,
           norm_num_groups=2, batch_norm_eps=1e-4, patch_size=[2, 2])

    for name, widths, pooled, deep in (('taesd', [4, 4, 4, 4], False, False), ('taesd_pooled', [4, 4, 4, 4], True, False), ('taesd_f32', [8, 6, 4, 4, 4, 4], False, True)):
        weights = Weights(8 + len(name))
        net, z, image = Taesd(weights, pooled), 2 * noise(9, 1, 3, 2, 3), noise(10, 1, 3, 32, 64).clamp(-1, 1)
        decoded = net.decode(z, widths)
        encoded = net.encode(image, [3, 4, 4, 4, 4] if deep else [4, 4, 4, 4], 3, deep)
        golden(f'{name}.safetensors', weights, z=z, image=decoded, picture=image, latent=encoded)


if __name__ == '__main__':
    main()
