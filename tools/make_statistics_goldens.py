#!/usr/bin/env python3
"""Writes the goldens of tests/PerceptualEval.Tests/Statistics: term-summaries.json, numpy's statistics of small sets of values, and
comparisons.json, SciPy's tests and intervals.

Needs numpy, and SciPy (1.10 of Debian 12) for the second. Student's t quantiles come from the finite series of its CDF for whole degrees of freedom
(Abramowitz and Stegun 1964, 26.7.3 and 26.7.4), and are checked against the table of the NIST/SEMATECH e-Handbook, 1.3.6.7.2.
"""
import json
import math
import os

import numpy as np
from scipy import stats

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


def differences(rng):
    """Sets of paired differences: small and large, with and without ties and zeros."""
    return {
        'one': [0.5],
        'three of one sign': [-0.1, -0.3, -0.2],
        'ten': rng.normal(0.3, 1, 10).tolist(),
        'fifty': rng.normal(0.2, 1, 50).tolist(),
        'fifty-one': rng.normal(0.2, 1, 51).tolist(),
        'ties and zeros': [0.0, 0.5, -0.5, 0.5, 1.0, 0.0, -0.25, 0.75, 1.0, 1.0, -1.5, 0.25],
        'ties of many': np.round(rng.normal(0.1, 0.3, 80), 1).tolist(),
        'skewed, 200': (rng.lognormal(-2, 0.8, 200) - 0.17).tolist(),
    }


def wilcoxon(values):
    exact = len(values) <= 50 and 0 not in values and len({abs(v) for v in values}) == len(values)
    return float(stats.wilcoxon(values, zero_method='wilcox', correction=False, mode='exact' if exact else 'approx').pvalue)


def interval(values, seed):
    result = stats.bootstrap((np.array(values),), np.mean, n_resamples=9999, method='BCa', random_state=np.random.default_rng(seed))
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


def intervals(values):
    """The mean of 40 runs, and how far single runs scatter: what Monte Carlo explains."""
    runs = np.array([interval(values, seed) for seed in range(40)])
    return dict(low=float(runs[:, 0].mean()), high=float(runs[:, 1].mean()), low_std=float(runs[:, 0].std(ddof=1)), high_std=float(runs[:, 1].std(ddof=1)))


def correlation(a, b):
    result = stats.spearmanr(a, b)
    return dict(a=list(a), b=list(b), rho=float(result.correlation), p=float(result.pvalue))


def holm(values):
    """By the definition, for SciPy has none: the k-th smallest of m times m - k + 1, never less than the one before."""
    result, largest = [0.0] * len(values), 0.0
    for rank, index in enumerate(np.argsort(values, kind='stable')):
        largest = max(largest, min(1.0, (len(values) - rank) * values[index]))
        result[index] = largest
    return result


def comparisons():
    rng = np.random.default_rng(5)
    sets = differences(rng)
    latent = rng.lognormal(-3, 0.5, 30)
    return dict(
        wilcoxon=[dict(name=name, values=values, p=wilcoxon(values)) for name, values in sets.items()],
        bootstrap=[dict(name=name, values=values, **intervals(values)) for name, values in sets.items() if len(values) >= 10],
        spearman=[
            correlation([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0]),
            correlation([1.0, 2.0, 2.0, 4.0, 5.0, 5.0, 5.0], [0.5, 0.5, 0.1, 0.9, 0.9, 0.2, 1.5]),
            correlation(latent.tolist(), (latent + rng.normal(0, 0.05, 30)).tolist()),
            correlation(latent.tolist(), rng.uniform(0, 1, 30).tolist()),
            correlation(latent.tolist(), (-latent ** 3).tolist()),
        ],
        holm=[dict(p=p, adjusted=holm(p)) for p in ([0.01, 0.04, 0.03], [0.2, 0.5, 0.01, 0.01], [0.9], [0.04, 0.04, 0.04, 0.5])],
    )


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
    with open(os.path.join(folder, 'comparisons.json'), 'w', encoding='utf-8') as file:
        json.dump(comparisons(), file, indent=1)
        file.write('\n')


if __name__ == '__main__':
    main()
