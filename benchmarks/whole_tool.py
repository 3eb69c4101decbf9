"""Times the tool as a process, start-up included, and measures its peak memory; prints a Markdown table.

    dotnet build -c Release && python3 benchmarks/make_models.py && python3 benchmarks/whole_tool.py [ROW …]

Rows are named below; all run by default, for about half an hour. Every row is a ratio of two things that are measured here, in turns; the
table gives the median of the ratios of its rounds. Needs PyTorch, numpy, onnx, and the folder shared/ beside the repository.
"""
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
SHARED = REPOSITORY.parent / 'shared' / 'models'
TOOL = REPOSITORY / 'src/PerceptualEval.Cli/bin/Release/net10.0/perceptual-eval'
BENCHMARKS = REPOSITORY / 'benchmarks/PerceptualEval.Benchmarks/bin/Release/net10.0/PerceptualEval.Benchmarks'
LARGE = pathlib.Path(os.environ.get('PERCEPTUAL_EVAL_BENCHMARK_MODELS', REPOSITORY / 'benchmarks' / 'models'))


class Workplace:
    """A temporary folder with the models and the latents of the rows."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.random = np.random.default_rng(1)

    def model(self, name, *build):
        if not (self.root / 'models' / name).exists():
            run([TOOL, 'build', *build, '--name', name, '--models', self.root / 'models'])
        return self.root / 'models' / name

    def taef2(self):
        return self.model('taef2', 'decoder', SHARED / 'taef2_decoder.pth')

    def squeeze(self):
        return self.model('squeeze', 'lpips', '--net', 'squeeze', '--backbone', SHARED / 'squeezenet1_1-features.pth', '--heads', SHARED / 'lpips-v0.1-squeeze.pth')

    def sd(self):
        return self.model('sd', 'decoder', LARGE / 'sd-decoder.pth')

    def vgg(self):
        return self.model('vgg', 'lpips', '--net', 'vgg', '--backbone', LARGE / 'vgg16-features.pth', '--heads', SHARED / 'lpips-v0.1-vgg.pth')

    def latents(self, name, count, *shape):
        """A folder of .npy files of one random latent each; those of another name differ."""
        folder = self.root / f'{name}-{count}-{"x".join(map(str, shape))}'
        if not folder.exists():
            folder.mkdir()
            for i in range(count):
                np.save(folder / f'{i:05}.npy', self.random.standard_normal(shape).astype(np.float32))
        return folder


def run(command):
    """Runs a command to its end: (seconds, peak MiB)."""
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f'{command[1]} failed: {errors.decode()[-500:]}')
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def score(predicted, target, decoder, lpips, *more):
    return [TOOL, 'score', '--pred', predicted, '--target', target, '--decoder', decoder, '--lpips', lpips, *more]


def compare(target, predictions, decoder, lpips, *more):
    names = [item for i, path in enumerate(predictions) for item in ('--pred', f'c{i}={path}')]
    return [TOOL, 'compare', '--target', target, *names, '--decoder', decoder, '--lpips', lpips, *more]


def ratios(rounds, numerator, denominator):
    """The median ratio of what two functions give, called in turns, and the medians of both."""
    pairs = [(numerator(), denominator()) for _ in range(rounds)]
    return statistics.median(a / b for a, b in pairs), *(statistics.median(side) for side in zip(*pairs))


def waiting(place):
    """score of 500 pairs less that of one, against as many bare runs of its sessions (TAEF2, squeeze, 256 px)."""
    many, one = ([place.latents(side, count, 32, 32, 32) for side in ('pred', 'target')] for count in (500, 1))
    models = place.taef2(), place.squeeze()

    def tool():
        return run(score(*many, *models))[0] - run(score(*one, *models))[0]

    def sessions():
        return float(subprocess.run([BENCHMARKS, 'sessions', *models, '499'], check=True, capture_output=True, text=True).stdout)

    return ratios(3, tool, sessions)


def comparing(place):
    """compare of 4 checkpoints against 4 score runs (TAEF2, squeeze, 256 px, 40 samples)."""
    target, *checkpoints = (place.latents(name, 40, 32, 32, 32) for name in ('target', 'a', 'b', 'c', 'd'))
    models = place.taef2(), place.squeeze()
    return ratios(3, lambda: run(compare(target, checkpoints, *models))[0],
                  lambda: sum(run(score(checkpoint, target, *models))[0] for checkpoint in checkpoints))


def caching(place):
    """compare of one more checkpoint with --cache against the first (TAEF2, squeeze, 256 px, 40 samples)."""
    target, first, second = (place.latents(name, 40, 32, 32, 32) for name in ('target', 'a', 'b'))
    models = place.taef2(), place.squeeze()

    def once(checkpoint, cache):
        return run(compare(target, [checkpoint], *models, '--cache', place.root / f'cache{cache}'))[0]

    rounds = [(once(first, cache), once(second, cache)) for cache in range(3)]
    return statistics.median(b / a for a, b in rounds), statistics.median(b for _, b in rounds), statistics.median(a for a, _ in rounds)


def starting(place):
    """Start to the score of one pair, against Python that imports torch and does the same (TAEF2, squeeze, 256 px)."""
    predicted, target = (place.latents(side, 1, 32, 32, 32) for side in ('pred', 'target'))
    files = predicted / '00000.npy', target / '00000.npy'
    for side, folder in (('pred', predicted), ('target', target)):
        np.save(place.root / f'{side}.npy', np.load(folder / '00000.npy')[None])
    python = [sys.executable, REPOSITORY / 'tools/score_with_pytorch.py', place.root / 'pred.npy', place.root / 'target.npy', '--teachers', SHARED]
    command = score(*files, place.taef2(), place.squeeze())
    run(command), run(python)
    return ratios(7, lambda: run(command)[0], lambda: run(python)[0])


def remembering(place):
    """Peak memory of score at 10,000 pairs against 100 (preview models, 64 px), MiB."""
    peak = lambda count: run([TOOL, 'score', '--pred', place.latents('pred', count, 32, 8, 8), '--target', place.latents('target', count, 32, 8, 8),
                              '--out', place.root / 'out.jsonl'])[1]
    return ratios(3, lambda: peak(10_000), lambda: peak(100))


def calculating(place):
    """GFLOP/s of score with Stable Diffusion's decoder and LPIPS-VGG at 512 px, against the processor's peak."""
    threads = len(os.sched_getaffinity(0))
    few, many = 1, 4
    models = place.sd(), place.vgg()
    sides = {count: [place.latents(side, count, 4, 64, 64) for side in ('pred', 'target')] for count in (few, many)}
    work = 2 * (operations(models[0] / 'decoder.onnx', 'latent', (1, 4, 64, 64)) + operations(models[1] / 'features.onnx', 'image', (1, 3, 512, 512)))

    def rate():
        seconds = run(score(*sides[many], *models))[0] - run(score(*sides[few], *models))[0]
        return work * (many - few) / seconds / 1e9

    def peak():
        told = subprocess.run([BENCHMARKS, 'fma-peak', str(threads)], check=True, capture_output=True, text=True).stdout
        return float(re.match('[0-9.]+', told)[0])

    return ratios(3, rate, peak)


def operations(path, name, shape):
    """Multiplications and additions of a graph's convolutions and matrix products for one input."""
    import onnx
    model = onnx.load(str(path))
    values = next(value for value in model.graph.input if value.name == name)
    for dimension, length in zip(values.type.tensor_type.shape.dim, shape):
        dimension.dim_value = length
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    shapes = {value.name: [d.dim_value for d in value.type.tensor_type.shape.dim] for value in (*model.graph.value_info, *model.graph.output, *model.graph.input)}
    shapes.update((weights.name, list(weights.dims)) for weights in model.graph.initializer)
    return sum(2 * np.prod(shapes[node.output[0]]) * np.prod(shapes[node.input[1]][1:]) if node.op_type == 'Conv'
               else 2 * np.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1]
               for node in model.graph.node if node.op_type in ('Conv', 'MatMul'))


ROWS = {'waiting': waiting, 'comparing': comparing, 'caching': caching, 'starting': starting, 'remembering': remembering, 'calculating': calculating}


def main():
    print('| Row | What is compared | Ratio | Measured | Against |\n|---|---|---:|---:|---:|')
    with tempfile.TemporaryDirectory() as root:
        place = Workplace(root)
        for name in sys.argv[1:] or ROWS:
            ratio, measured, against = ROWS[name](place)
            print(f'| {name} | {ROWS[name].__doc__} | {ratio:.2f} | {measured:.4g} | {against:.4g} |', flush=True)


if __name__ == '__main__':
    main()
