"""Trains one preview model on the shards that data.py wrote. The learning rate falls along a cosine over the minutes given."""
import argparse
import copy
import json
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import students
import teachers
from data import CELLS, PAIRS, Shards, channels_last, turned


RATES = {'decoder': 1.5e-3, 'encoder': 1.5e-3, 'lpips': 3e-3}
FLOOR = 0.001  # is added to the distance of a part before the logarithm, a quarter of it to that of the whole: the smallest count less
REVIVE_UNTIL = 0.75  # shares of the schedule
TURN_UNTIL = 0.85  # the teacher's distances change by 5 % where a picture is turned: the last steps see the true ones only


def gradients(x):
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


class DecoderTask:
    """Squared error, the same of the gradients, and (in part of the steps) the teacher's LPIPS between the two outputs."""

    batch = 4

    def __init__(self, lpips):
        self.lpips = lpips

    def loss(self, network, batch, progress, rng):
        latents = torch.stack([part['latents'][i] for part, i in batch]).float().flatten(0, 1)
        targets = torch.stack([part['images'][i][1:4] for part, i in batch]).float().flatten(0, 1)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            output = network(channels_last(latents))
        output = output.float()
        loss = F.mse_loss(output, targets) + 0.5 * sum(F.mse_loss(a, b) for a, b in zip(gradients(output), gradients(targets)))
        if progress > 0.3 and rng.random() < 0.5:
            pick = torch.from_numpy(rng.permutation(len(targets))[:3])
            with torch.no_grad():
                reference = self.lpips.features(targets[pick])
            distance = sum(m.mean() for m in self.lpips.maps(self.lpips.features(output[pick]), reference))
            loss = loss + 0.03 * distance
        return loss

    @torch.no_grad()
    def validate(self, network, scenes):
        values = []
        for part, i in scenes:
            output = network(part['latents'][i].float())
            error = (output - part['images'][i][1:4].float()).pow(2).mean((1, 2, 3))
            values.append(10 * torch.log10(4 / error))
        return {'psnr': torch.cat(values).mean().item()}


class EncoderTask:
    """Squared error of the latents of clean images."""

    batch = 12

    def __init__(self, lpips):
        pass

    def loss(self, network, batch, progress, rng):
        images = torch.stack([part['images'][i][0] for part, i in batch]).float()
        latents = torch.stack([part['latents'][i][0] for part, i in batch]).float()
        with torch.autocast('cpu', dtype=torch.bfloat16):
            output = network(channels_last(images))
        return F.mse_loss(output.float(), latents)

    @torch.no_grad()
    def validate(self, network, scenes):
        error = [F.mse_loss(network(part['images'][i][:1].float()), part['latents'][i][:1].float()).item() for part, i in scenes]
        scale = [part['latents'][i][0].float().var().item() for part, i in scenes]
        return {'explained': 1 - sum(error) / sum(scale)}


class LpipsTask:
    """Smooth L1 on the logarithm of the distances of all pairs of a scene, of the whole picture and of each of 64 parts of it."""

    batch = 4

    def __init__(self, lpips):
        self.a, self.b = (torch.tensor([pair[side] for pair in PAIRS]) for side in (0, 1))

    @staticmethod
    def weigh(shifted):
        """The weights [28] of a scene's pairs; shifted says of each of its distorted images, the last of the eight, whether it is shifted."""
        first = 8 - len(shifted)
        # What is spoilt is compared with what it was made from, above all: the decodes of latents, then images.
        weights = torch.tensor([24.0 if a == 1 and b < first else 6.0 if a == 0 and b >= first else 0.3 for a, b in PAIRS])
        weights = weights / weights.mean()
        weights[first - 1:7][shifted] *= 7  # of the pairs (0, first) to (0, 7): the student over-charges shifts
        return weights

    def distances(self, network, images):
        """Totals [28] and means over an 8x8 grid [28,8,8] of eight images."""
        totals, cells = 0, 0
        for features, root in zip(network.features(channels_last(images)), network.roots):
            count, channels, height, width = features.shape
            x = (features * root).permute(2, 3, 0, 1).reshape(height * width, count, channels)
            distance = torch.cdist(x, x).pow(2)[:, self.a, self.b].T.reshape(len(PAIRS), height, width)
            totals = totals + distance.mean((1, 2))
            cells = cells + F.adaptive_avg_pool2d(distance[None], CELLS)[0]
        return totals, cells

    def loss(self, network, batch, progress, rng):
        def ask(found, truth, floor, weights):
            errors = F.smooth_l1_loss(torch.log(found + floor), torch.log(truth + floor), beta=0.1, reduction='none')
            return (errors * weights.view(-1, *[1] * (errors.dim() - 1))).mean()

        loss = 0
        for part, i in batch:  # not stacked: their sizes differ
            images, truth = part['images'][i].float(), part['cells'][i]
            if progress < TURN_UNTIL and rng.random() < 0.25:
                turns, flip = int(rng.integers(4)), rng.random() < 0.5
                images, truth = (turned(x, turns, flip) for x in (images, truth))
            totals, cells = self.distances(network, images)
            weights = self.weigh(part['shifted'][i])
            loss = loss + ask(totals, part['totals'][i].clamp(min=0), FLOOR / 4, weights)
            loss = loss + 0.25 * ask(cells, truth.clamp(min=0), FLOOR, weights)
        return loss / len(batch)

    @torch.no_grad()
    def revive(self, networks, scenes):
        """New filters for channels of the first network that nothing in these scenes activates: no gradient would reach them again.

        The other networks get the same filters. Without this a third of the channels ends dead. Returns how many there were.
        """
        first, revived = networks[0], 0
        pictures = [channels_last(part['images'][i].float()) for part, i in scenes]
        for layer, conv in enumerate(first.convs):
            pictures = [F.max_pool2d(x, 3, 2, padding=1) if layer in first.POOLED else x for x in pictures]
            dead = torch.stack([conv(x).amax((0, 2, 3)) for x in pictures]).amax(0) <= 0
            count = int(dead.sum())
            if 0 < count < len(dead):
                # As large as half the others, and active about half the time; the next layer takes no notice at first.
                fresh = torch.randn(count, *conv.weight.shape[1:])
                fresh *= 0.5 * conv.weight[~dead].flatten(1).norm(dim=1).mean() / fresh.flatten(1).norm(dim=1).view(-1, 1, 1, 1)
                bias = -torch.stack([F.conv2d(x, fresh, stride=conv.stride, padding=1).mean((0, 2, 3)) for x in pictures]).mean(0)
                for network in networks:
                    network.convs[layer].weight[dead], network.convs[layer].bias[dead] = fresh, bias
                    if layer + 1 < len(network.convs):
                        network.convs[layer + 1].weight[:, dead] = 0
                    if layer:
                        network.roots[layer - 1][:, dead] = 0.1
                revived += count
            pictures = [F.relu(conv(x)) for x in pictures]
        return revived

    @torch.no_grad()
    def validate(self, network, scenes):
        found = torch.stack([self.distances(network, part['images'][i].float())[0] for part, i in scenes])
        truth = torch.stack([part['totals'][i] for part, i in scenes])
        relative = lambda pairs: ((found[:, pairs] / truth[:, pairs]) - 1).abs().nanmedian().item()
        decoded = [k for k, pair in enumerate(PAIRS) if pair in ((1, 2), (1, 3), (2, 3))]
        distorted = [k for k, pair in enumerate(PAIRS) if pair[0] == 0 and pair[1] >= 4]
        return {'decoded': relative(decoded), 'distorted': relative(distorted), 'ratio': (found[:, distorted] / truth[:, distorted]).nanmedian().item()}


TASKS = {'decoder': DecoderTask, 'encoder': EncoderTask, 'lpips': LpipsTask}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('model', choices=students.NETWORKS)
    parser.add_argument('--data', required=True, nargs='+', help='folders of shards; those with mixtures or with two sizes train LPIPS only')
    parser.add_argument('--teachers', required=True)
    parser.add_argument('--out', required=True, help='the checkpoint (.pt) that is written now and then; its log gets .jsonl')
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--seed', type=int, default=6)
    parser.add_argument('--resume', type=float, help='continue from the checkpoint in --out, at this share of the schedule')
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)

    network = students.NETWORKS[options.model]().to(memory_format=torch.channels_last)
    if options.resume:
        network.load_state_dict(torch.load(options.out))
    average = copy.deepcopy(network).requires_grad_(False)
    task = TASKS[options.model](teachers.load(options.teachers)[2])
    shards = Shards(*options.data).refresh()
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATES[options.model], betas=(0.9, 0.98), weight_decay=1e-4)
    start, step, queue, losses, told, refreshed, first = time.time(), 0, [], [], 0.0, 0.0, options.resume or 0
    while (progress := first + (1 - first) * (time.time() - start) / (60 * options.minutes)) < 1:
        if time.time() - refreshed > 60:
            shards.refresh()
            refreshed = time.time()
        if len(queue) < task.batch:
            scenes = shards.scenes()
            queue = [scenes[i] for i in rng.permutation(len(scenes))]
        batch, queue = queue[:task.batch], queue[task.batch:]
        rate = RATES[options.model] * min(1, step / 200) * (0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * progress)))
        for group in optimiser.param_groups:
            group['lr'] = rate
        loss = task.loss(network, batch, progress, rng)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        step += 1
        losses.append(loss.item())
        keep = min(0.999, step / (step + 100))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), network.parameters()):
                slow.lerp_(fast, 1 - keep)
        if time.time() - told > 90:
            told = time.time()
            save(average, options, step, progress, np.mean(losses), task, shards)
            losses = []
            if options.model == 'lpips' and progress < REVIVE_UNTIL:
                print(f'step {step}: {task.revive((network, average), [scenes[i] for i in rng.permutation(len(scenes))[:48]])} channels revived', flush=True)
    save(average, options, step, 1, np.mean(losses), task, shards)


def save(average, options, step, progress, loss, task, shards):
    line = {'step': step, 'progress': round(progress, 4), 'scenes': len(shards.scenes()), 'loss': round(float(loss), 5)}
    line.update({key: round(value, 4) for key, value in task.validate(average, shards.validation()).items()})
    with open(os.path.splitext(options.out)[0] + '.jsonl', 'a') as log:
        log.write(json.dumps(line) + '\n')
    torch.save(average.state_dict(), options.out + '.part')
    os.replace(options.out + '.part', options.out)


if __name__ == '__main__':
    main()
