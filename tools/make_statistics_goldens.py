#!/usr/bin/env python3
"""Writes tests/PerceptualEval.Tests/Statistics/term-summaries.json: numpy's statistics of small sets of values.

Needs numpy only. Student's t quantiles come from the finite series of its CDF for whole degrees of freedom
(Abramowitz and Stegun 1964, 26.7.3 and 26.7.4), and are checked against the table of the NIST/SEMATECH e-Handbook, 1.3.6.7.2.
"""
import json
import math
import os

import numpy as np

NIST_975 = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 30: 2.042, 100: 1.984}


def central_probability(t, freedom):
    """P(|T| < t)."""
    theta = math.atan2(t, math.sqrt(freedom))
    sin, cos2 = math.sin(theta), math.cos(theta) ** 2
    if freedom % 2:
        term, total = math.cos(theta), 0.0
        for k in range(1, freedom - 1, 2):
            total += term
            term *= cos2 * (k + 1) / (k + 2)
        return 2 / math.pi * (theta + sin * total)
    term, total = 1.0, 0.0
    for k in range(0, freedom, 2):
        total += term
        term *= cos2 * (k + 1) / (k + 2)
    return sin * total


def quantile_975(freedom):
    low, high = 0.0, 20.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        low, high = (middle, high) if central_probability(middle, freedom) < 0.95 else (low, middle)


def summary(values):
    mean, std = float(np.mean(values)), float(np.std(values, ddof=1))
    half = quantile_975(len(values) - 1) * std / math.sqrt(len(values))
    p50, p95 = (float(p) for p in np.percentile(values, [50, 95]))
    return dict(mean=mean, std=std, min=float(np.min(values)), p50=p50, p95=p95, max=float(np.max(values)), low=mean - half, high=mean + half)


def main():
    for freedom, printed in NIST_975.items():
        assert abs(quantile_975(freedom) - printed) < 5.1e-4, (freedom, quantile_975(freedom))
    rng = np.random.default_rng(20)
    sets = {
        'two': [0.25, 0.75],
        'three': [0.3, 0.1, 0.2],
        'five with ties': [0.5, 0.125, 0.5, 0.125, 1.0],
        'ten uniform': rng.uniform(0, 1, 10).tolist(),
        'skewed like losses': rng.lognormal(-2, 0.6, 101).tolist(),
        'far from zero': (1e6 + rng.uniform(0, 1e-3, 31)).tolist(),
        'tiny': (1e-30 * rng.uniform(1, 2, 10)).tolist(),
    }
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'PerceptualEval.Tests', 'Statistics')
    with open(os.path.join(folder, 'term-summaries.json'), 'w', encoding='utf-8') as file:
        json.dump([dict(name=name, values=values, expected=summary(values)) for name, values in sets.items()], file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
