"""Bootstrap intervals with an explicit seed: percentile and bias-corrected accelerated (BCa)."""

from collections.abc import Callable
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import Interval, finite_sample

Statistic = Callable[[NDArray[np.float64]], float]
Kind = Literal["percentile", "bca"]


def bootstrap(
    values: ArrayLike,
    statistic: Statistic,
    seed: int,
    draws: int = 2000,
    level: float = 0.95,
    kind: Kind = "bca",
) -> Interval:
    """`statistic` of `values` (n,) with a bootstrap interval; the values are the independent units.

    A bootstrap of fewer than about ten units is too narrow; for a mean of few experiments use
    `selenolab.stats.intervals.mean_t`. Needs n >= 2.

    Source: Efron 1987 (BCa), doi:10.1080/01621459.1987.10478410.
    """
    sample = finite_sample(values, 2, "a bootstrap interval")
    if draws < 100:
        raise StudyError(f"Expected at least 100 bootstrap draws, found {draws}.")
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, sample.size, size=(draws, sample.size))
    found = np.sort([statistic(sample[row]) for row in picks])
    value = float(statistic(sample))
    if not np.isfinite(found).all():
        raise StudyError("Expected a finite statistic on every bootstrap draw, found some that are not.")
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if kind == "bca" and found[0] < found[-1]:
        tails = _corrected(tails, found, value, _jackknife(sample, statistic))
    low, high = np.quantile(found, tails)
    method = f"{'BCa' if kind == 'bca' else 'percentile'} bootstrap, {draws} draws, seed {seed}"
    return Interval(value, min(float(low), value), max(float(high), value), level, sample.size, inf, method)


def _corrected(
    tails: NDArray[np.float64], found: NDArray[np.float64], value: float, left_out: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The tail probabilities after correction for bias and acceleration."""
    below = (np.sum(found < value) + 0.5 * np.sum(found == value)) / found.size
    bias = special.ndtri(np.clip(below, 0.5 / found.size, 1 - 0.5 / found.size))
    away = left_out.mean() - left_out
    spread = float(np.sum(away**2))
    acceleration = float(np.sum(away**3)) / (6 * spread**1.5) if spread > 0 else 0.0
    shifted = bias + special.ndtri(tails)
    corrected: NDArray[np.float64] = special.ndtr(bias + shifted / (1 - acceleration * shifted))
    return corrected


def _jackknife(sample: NDArray[np.float64], statistic: Statistic) -> NDArray[np.float64]:
    return np.array([statistic(np.delete(sample, i)) for i in range(sample.size)])
