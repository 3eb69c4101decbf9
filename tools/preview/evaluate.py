"""Holds the preview models against their teachers on images and perturbations that the training never saw; prints the tables.

Three sets: the training's scene kinds with another seed, other scene kinds, and photographs (the samples that come with scikit-image).
The sets and the teachers' answers are computed once, into a file; photographs are evaluated, never trained on and never committed.
"""
import argparse
import json
import os

import numpy as np
import torch
from PIL import Image
from scipy.stats import spearmanr
from skimage import data as samples

import perturbations
import safetensors
import scenes
import students
import teachers
from data import half, to_tensor

SEED, STRENGTHS, DECODES = 1006, 3, 6
SAME, OTHER = 12, 72  # scenes of each kind: the median errors get standard errors of about 0.4 points
PHOTOGRAPHS = ['astronaut', 'camera', 'chelsea', 'coffee', 'coins', 'hubble_deep_field', 'immunohistochemistry', 'moon', 'motorcycle_left',
               'motorcycle_right', 'page', 'rocket', 'grass', 'gravel', 'brick', 'clock_motion', 'ihc']


def photographs():
    """Squares of 256 pixels from the middle of each picture that is installed."""
    folder = os.path.dirname(samples.__file__)
    found = []
    for name in PHOTOGRAPHS:
        path = next((p for p in (os.path.join(folder, name + end) for end in ('.png', '.jpg')) if os.path.exists(p)), None)
        if path:
            image = Image.open(path).convert('RGB')
            side = min(image.size)
            left, top = (image.width - side) // 2, (image.height - side) // 2
            image = image.crop((left, top, left + side, top + side)).resize((256, 256), Image.LANCZOS)
            found.append((name, np.asarray(image, np.float32) / 255))
    return found


def prepare(images, networks):
    """Everything the comparison needs of a set, teachers' answers included."""
    encoder, decoder, fast, lpips = networks
    cases = []
    encoded = [encoder(to_tensor(image)[None])[0] for _, image in images]
    for index, (name, image) in enumerate(images):
        rng = np.random.default_rng([SEED, 1, index])
        clean, latent = to_tensor(image), encoded[index]
        latents, kinds = [latent], []
        for k in range(DECODES):
            kind = perturbations.LATENT[(index * DECODES + k) % len(perturbations.LATENT)]
            latents.append(kind(rng, rng.random(), latent, encoded[index - 1]))
            kinds.append(kind.__name__)
        latents = torch.stack(latents)
        decoded = torch.cat([decoder(latents[:1]), *(fast(z[None]) for z in latents[1:])])
        distorted = [(kind.__name__, to_tensor(perturbations.spoil(rng, kind, rng.random(), image)))
                     for kind in perturbations.IMAGE for _ in range(STRENGTHS)]
        repeat = lambda x, n: x[None].expand(n, -1, -1, -1)
        cases.append({
            'name': name, 'image': clean.half(), 'latents': latents, 'kinds': kinds, 'decoded': decoded.half(),
            'distorted': torch.stack([x for _, x in distorted]).half(), 'distortions': [kind for kind, _ in distorted],
            'decoded_lpips': torch.cat([lpips(decoded[:1], decoded[k:k + 1]) for k in range(1, len(decoded))]),
            'distorted_lpips': torch.cat([lpips(clean[None], x[None]) for _, x in distorted])})
    return cases


def sets(path, folder):
    if not os.path.exists(path):
        encoder, decoder, lpips = teachers.load(folder)
        networks = encoder, decoder, half(teachers.load(folder)[1]), lpips
        rendered = lambda kinds, each: [(kinds[i % len(kinds)].__name__, scenes.render(kinds, SEED, i, 128)) for i in range(each * len(kinds))]
        made = {'same kinds': prepare(rendered(scenes.TRAINING, SAME), networks), 'other kinds': prepare(rendered(scenes.HELD_OUT, OTHER), networks),
                'photographs': prepare(photographs(), networks)}
        torch.save(made, path)
    made = torch.load(path)
    for name, kinds, each in ('same kinds', scenes.TRAINING, SAME), ('other kinds', scenes.HELD_OUT, OTHER):
        found, expected = [case['name'] for case in made[name]], [kind.__name__ for kind in kinds] * each
        if found != expected:
            raise SystemExit(f'{path} holds {len(found)} scenes of {len(set(found))} kinds as "{name}", where {len(expected)} of {len(kinds)} '
                             'are evaluated now, or other kinds: remove it.')
    return made


def agreement(found, truth):
    found, truth = np.asarray(found), np.asarray(truth)
    use = truth > 1e-4
    found, truth = found[use], truth[use]
    return {'n': int(use.sum()), 'spearman': round(float(spearmanr(found, truth)[0]), 4), 'error': round(float(np.median(np.abs(found / truth - 1))), 4),
            'ratio': round(float(found.mean() / truth.mean()), 3)}


def particulars(found, truth):
    """How sure the median error is, and where it comes from; found and truth are the distances of decoded pairs, scene by scene.

    The standard error is that of drawing the scenes again; the ratios are medians of small and of large distances.
    """
    found, truth = (np.reshape(values, (-1, DECODES)) for values in (found, truth))
    ratios = np.where(truth > 1e-4, found / truth, np.nan)
    rng = np.random.default_rng(SEED)
    medians = [np.nanmedian(np.abs(ratios[rng.integers(0, len(ratios), len(ratios))] - 1)) for _ in range(500)]
    return {'standard error': round(float(np.std(medians)), 4), 'ratio under 0.01': round(float(np.nanmedian(ratios[truth < 0.01])), 3),
            'ratio over 0.1': round(float(np.median(ratios[truth > 0.1])), 3)}


def psnr(a, b):
    return (10 * torch.log10(4 / (a - b).pow(2).mean((1, 2, 3)))).tolist()


def measure(cases, encoder, decoder, lpips, teacher):
    decoded, truth, kinds, distorted, distorted_truth, distortions = [], [], [], [], [], []
    clean, spoiled, perceptual, explained, end_to_end = [], [], [], [], []
    for case in cases:
        image, outputs, n = case['image'].float(), case['decoded'].float(), len(case['distortions'])
        features = lpips.features(torch.cat([image[None], case['distorted'].float(), outputs]))
        pick = lambda rows: [f[rows] for f in features]
        compare = lambda a, b: sum(m.mean((1, 2, 3)) for m in lpips.maps(a, b)).tolist()
        distorted += compare(pick(slice(0, 1)), pick(slice(1, n + 1)))
        decoded += compare(pick(slice(n + 1, n + 2)), pick(slice(n + 2, None)))
        truth += case['decoded_lpips'].tolist()
        kinds += case['kinds']
        distorted_truth += case['distorted_lpips'].tolist()
        distortions += case['distortions']
        own = torch.cat([decoder(z[None]) for z in case['latents']])
        clean += psnr(own[:1], outputs[:1])
        spoiled += psnr(own[1:], outputs[1:])
        perceptual += teacher(own[:1], outputs[:1]).tolist()
        own_features = lpips.features(own)
        end_to_end += compare([f[:1] for f in own_features], [f[1:] for f in own_features])
        if encoder:
            explained.append(1 - ((encoder(image[None])[0] - case['latents'][0]).pow(2).mean() / case['latents'][0].var()).item())
    by = lambda names, found, true: {name: agreement([f for f, k in zip(found, names) if k == name], [t for t, k in zip(true, names) if k == name])
                                     for name in sorted(set(names))}
    return {
        'lpips, decoded pairs': {**agreement(decoded, truth), **particulars(decoded, truth)}, 'lpips, distortions': agreement(distorted, distorted_truth),
        'by distortion': by(distortions, distorted, distorted_truth), 'by latent perturbation': by(kinds, decoded, truth),
        'score (both preview models)': agreement(end_to_end, truth),
        'decoder': {'psnr': round(float(np.mean(clean)), 2), 'worst psnr': round(min(clean), 2), 'psnr of spoiled latents': round(float(np.mean(spoiled)), 2),
                    'lpips': round(float(np.mean(perceptual)), 4)},
        'encoder': {'explained variance': round(float(np.mean(explained)), 4)} if explained else {}}


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--teachers', required=True)
    parser.add_argument('--sets', required=True, help='the file that keeps the sets between runs')
    parser.add_argument('--weights', required=True, help='folder with preview-{decoder,encoder,lpips}.safetensors')
    parser.add_argument('--out', help='also write the numbers to this JSON file')
    options = parser.parse_args()
    torch.set_num_threads(1)
    made = sets(options.sets, options.teachers)
    networks = {}
    for name in ('encoder', 'decoder', 'lpips'):
        path = os.path.join(options.weights, f'preview-{name}.safetensors')
        networks[name] = students.load(name, safetensors.load(path)) if os.path.exists(path) else None
    teacher = teachers.load(options.teachers)[2]
    result = {name: measure(cases, **networks, teacher=teacher) for name, cases in made.items()}
    for name, numbers in result.items():
        print(name)
        for key, value in numbers.items():
            if key.startswith('by'):
                for kind, line in value.items():
                    print(f'  {key} {kind}: {line}')
            else:
                print(f'  {key}: {value}')
    if options.out:
        with open(options.out, 'w') as file:
            json.dump(result, file, indent=1)
            file.write('\n')


if __name__ == '__main__':
    main()
