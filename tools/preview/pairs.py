"""The distances of all pairs of eight images, for torch. In C, compiled here: as torch's own matrix products they took half of the training's time.

Run as a program, it holds the C code against a few lines of torch.
"""
import ctypes
import functools
import itertools
import os
import subprocess
import tempfile

import torch

IMAGES, MOST_CHANNELS = 8, 64


@functools.lru_cache(None)
def library():
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'pairs.c')
    # Not all of -ffast-math, which would have the whole process flush small numbers to 0.
    options = ['-O3', '-march=native', '-fassociative-math', '-fno-signed-zeros', '-fno-trapping-math', '-fno-math-errno']
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'pairs.so')
        subprocess.run(['cc', *options, '-shared', '-fPIC', source, '-o', path, '-lm'], check=True)
        loaded = ctypes.CDLL(path)
    pointer = ctypes.c_void_p
    loaded.forward.argtypes = [pointer, pointer, ctypes.c_size_t, ctypes.c_int, pointer]
    loaded.backward.argtypes = [pointer, pointer, pointer, ctypes.c_size_t, ctypes.c_int, pointer, pointer]
    return loaded


class PairDistances(torch.autograd.Function):
    """activations [8,C,h,w] and weights [1,C,1,1], C a multiple of 16 up to 64 -> LPIPS' distance of each pair and pixel [28,h,w]."""

    @staticmethod
    def forward(context, activations, weights):
        count, channels, height, width = activations.shape
        if count != IMAGES or channels % 16 or channels > MOST_CHANNELS or activations.dtype != torch.float32:
            raise ValueError(f'activations {tuple(activations.shape)} of {activations.dtype}; expected [8,C,h,w] of float32, C a multiple of 16 up to 64')
        x = activations.contiguous(memory_format=torch.channels_last)
        w = weights.flatten().contiguous()
        context.save_for_backward(x, w)
        distances = torch.empty(IMAGES * (IMAGES - 1) // 2, height, width)
        library().forward(x.data_ptr(), w.data_ptr(), height * width, channels, distances.data_ptr())
        return distances

    @staticmethod
    def backward(context, gradient):
        x, w = context.saved_tensors
        gradient = gradient.contiguous()
        _, channels, height, width = x.shape
        of_x, of_w = torch.empty_like(x, memory_format=torch.channels_last), torch.empty_like(w)
        library().backward(x.data_ptr(), w.data_ptr(), gradient.data_ptr(), height * width, channels, of_x.data_ptr(), of_w.data_ptr())
        return of_x, of_w.view(1, -1, 1, 1)


def plain(activations, weights):
    x = activations / (activations.pow(2).sum(1, keepdim=True) + 1e-20).sqrt()
    return torch.stack([((x[a] - x[b]).pow(2) * weights[0]).sum(0) for a, b in itertools.combinations(range(IMAGES), 2)])


def main():
    for channels in (16, 32, 48, 64):
        found = []
        for distances in (PairDistances.apply, plain):
            torch.manual_seed(channels)
            x = torch.randn(IMAGES, channels, 5, 7).relu()
            x[3, :, 2, 2] = 0  # a pixel without any activation, in one of the images
            x, w = x.requires_grad_(), torch.rand(1, channels, 1, 1).requires_grad_()
            d = distances(x, w)
            d.backward(torch.randn(d.shape))
            x.grad[3, :, 2, 2] = 0  # its own gradient does not exist
            found.append((d.detach(), x.grad, w.grad))
        for name, fast, slow in zip(('distances', 'gradients of activations', 'gradients of weights'), *found):
            difference = ((fast - slow).abs().max() / slow.abs().max()).item()
            print(f'{channels} channels, {name}: differ by {difference:.1e}')
            if not difference < 1e-5:
                raise SystemExit('pairs.c is wrong')


if __name__ == '__main__':
    main()
