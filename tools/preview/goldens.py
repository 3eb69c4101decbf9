"""Makes tests/PerceptualEval.Cli.Tests/Goldens/Preview: small pictures with LPIPS-squeeze's distance of them and the student's, and a
latent with TAEF2's image of it and the student's. All of it from scene kinds that the training never saw."""
import argparse
import json
import os

import numpy as np
import torch
from PIL import Image

import perturbations
import safetensors
import scenes
import students
import teachers
from data import to_tensor
from evaluate import psnr

SEED, SIZE = 2006, 96
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tests', 'PerceptualEval.Cli.Tests', 'Goldens', 'Preview')


def png(name, image):
    """Writes [H,W,3] in [0,1] and gives the tensor of what was written."""
    stored = (np.clip(image, 0, 1) * 255 + 0.5).astype(np.uint8)
    Image.fromarray(stored).save(os.path.join(FOLDER, name), optimize=True)
    return to_tensor(stored.astype(np.float32) / 255)[None]


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--teachers', required=True)
    parser.add_argument('--weights', required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(FOLDER, exist_ok=True)
    encoder, decoder, lpips = teachers.load(options.teachers)
    student = {name: students.load(name, safetensors.load(os.path.join(options.weights, f'preview-{name}.safetensors'))) for name in students.NETWORKS}
    cases = []
    for index, (kind, strength) in enumerate(zip(perturbations.IMAGE, (0.7, 0.35, 0.8, 0.5, 0.6, 0.55))):
        image = scenes.render(scenes.HELD_OUT, SEED, index, SIZE)
        spoiled = perturbations.spoil(np.random.default_rng([SEED, index]), kind, strength, image)
        a, b = png(f'{kind.__name__}-a.png', image), png(f'{kind.__name__}-b.png', spoiled)
        cases.append({'name': kind.__name__, 'teacher': round(lpips(a, b).item(), 6), 'student': round(student['lpips'](a, b).item(), 6)})
    image = to_tensor(scenes.render(scenes.HELD_OUT, SEED, 1, SIZE))[None]
    latent = encoder(image).half().float()
    np.save(os.path.join(FOLDER, 'latent.npy'), latent[0].numpy().astype(np.float16))
    real, own = decoder(latent), student['decoder'](latent)
    png('decoded.png', ((real[0].numpy().transpose(1, 2, 0) + 1) / 2))
    encoded = student['encoder'](to_tensor(np.asarray(Image.open(os.path.join(FOLDER, 'noise-a.png')), np.float32) / 255)[None])
    facts = {'pairs': cases, 'decoder': {'psnr': round(psnr(real, own)[0], 3), 'mean': round(own.mean().item(), 6), 'rms': round(own.pow(2).mean().sqrt().item(), 6)},
             'encoder': {'mean': round(encoded.mean().item(), 6), 'rms': round(encoded.pow(2).mean().sqrt().item(), 6)}}
    with open(os.path.join(FOLDER, 'cases.json'), 'w') as file:
        json.dump(facts, file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
