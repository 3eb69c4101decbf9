"""What PerceptualEval replaces: scores latents with PyTorch, TAEF2 and LPIPS-squeeze, by a script as people write it. The benchmarks' baseline.

    python3 tools/score_with_pytorch.py PRED.npy TARGET.npy --teachers FOLDER      prints the loss of each pair
    python3 tools/score_with_pytorch.py --time --teachers FOLDER                   prints milliseconds, medians of nine

FOLDER holds taef2_encoder.pth, taef2_decoder.pth, squeezenet1_1-features.pth and lpips-v0.1-squeeze.pth. Needs PyTorch and numpy.
"""
import argparse
import os
import pathlib
import statistics
import sys
import time

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / 'preview'))
import teachers  # noqa: E402


def median_milliseconds(work):
    work()
    times = []
    for _ in range(9):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('latents', nargs='*', help='PRED.npy and TARGET.npy, [N,32,h,w] each')
    parser.add_argument('--teachers', required=True)
    parser.add_argument('--time', action='store_true')
    options = parser.parse_args()
    _, decoder, lpips = teachers.load(options.teachers)
    if options.time:
        # Its default may be fewer, where virtual cores look like two threads of one.
        torch.set_num_threads(os.cpu_count())
        print(f'PyTorch {torch.__version__}, {torch.get_num_threads()} threads')
        for pixels in (256, 512):
            latents, images = torch.randn(1, 32, pixels // 8, pixels // 8), torch.rand(2, 1, 3, pixels, pixels) * 2 - 1
            print(f'decode, {pixels} px: {median_milliseconds(lambda: decoder(latents)):.0f} ms')
            print(f'LPIPS of a pair, {pixels} px: {median_milliseconds(lambda: lpips(*images)):.0f} ms')
    else:
        predicted, target = (torch.from_numpy(np.load(path).astype(np.float32)) for path in options.latents)
        squared = (target - predicted).pow(2).mean((1, 2, 3))
        for i in range(len(target)):
            print((squared[i] + lpips(decoder(target[i:i + 1]), decoder(predicted[i:i + 1]))[0]).item())


if __name__ == '__main__':
    main()
