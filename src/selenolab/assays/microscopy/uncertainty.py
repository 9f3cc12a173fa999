"""Intervals over images (or grids, or batches): what varies between them is what a size is unsure by.

Particles of one image are no replicates of one another. An estimate is made anew with each image left out
in turn, all its particles at once; Student's t is taken of its logarithm. Quantiles do not change smoothly
with the particles: for them the share below the quantile gets the interval, which is then read back as sizes
(Woodruff). Means have one degree of freedom less than images; statistics of the spread and the tails, to
which few images contribute most, have fewer, estimated from how unequal the contributions are.

Measured on simulated populations (tests/assays/test_microscopy_coverage.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from selenolab.assays.microscopy.moments import Array, Statistic, log_moments, quantile, shares_below
from selenolab.stats.intervals import t_quantile, wilson

Index = NDArray[np.integer[Any]]
_OPEN = log(10)  # a size that may be ten times as large or small is not bounded by the data
_FEWEST = 3  # units up to which the spread of contributions says nothing about the degrees of freedom


@dataclass(frozen=True, slots=True)
class Between:
    """A value with its limits, open where the data cannot close them."""

    value: float
    low: float
    high: float


def smooth(
    statistic: Statistic, d: Array, w: Array, unit: Index, level: float, tails: bool = False
) -> Between:
    """A positive statistic of sizes `d` (n,) with weights `w` (n,), over units 0 to k - 1.

    Open limits where k < 2, where a unit left out leaves a statistic of zero, or where they would lie more
    than a factor of ten away.

    Parameters
    ----------
    tails : whether few units contribute most, as to a spread or a moment of high order.

    Source: grouped jackknife, Quenouille 1956, doi:10.1093/biomet/43.3-4.353.
    """
    value = statistic(d, w)
    k = int(unit.max()) + 1
    if k < 2 or not value > 0:
        return Between(value, -inf, inf)
    left = [statistic(d[unit != out], w[unit != out]) for out in range(k)]
    if not min(left) > 0:
        return Between(value, -inf, inf)
    logs = np.array([log(one) for one in left])
    error = sqrt((k - 1) / k * float(((logs - logs.mean()) ** 2).sum()))
    width = t_quantile(level, _freedom(logs) if tails else k - 1) * error
    if width > _OPEN:
        return Between(value, -inf, inf)
    factor = exp(width)
    return Between(value, value / factor, value * factor)


def _freedom(parts: Array) -> float:
    """Degrees of freedom of the variance between parts, from their second and fourth moments.

    Equal normal parts would give about k / 3 as squared sum of squares over sum of fourth powers; a single
    one that rules gives 1.
    """
    k = len(parts)
    away = parts - parts.mean()
    fourth = float((away**4).sum())
    if k <= _FEWEST or fourth == 0:
        return k - 1
    return float(np.clip(1.5 * float((away**2).sum()) ** 2 / fourth - 1, 2, k - 1))


def of_quantile(share: float, d: Array, w: Array, unit: Index, level: float) -> Between:
    """The size below which `share` of the particles lie; a limit beyond the sizes seen is open.

    Source: Woodruff 1952, doi:10.1080/01621459.1952.10483443, on the scale of log odds.
    """
    value = quantile(share)(d, w)
    k = int(unit.max()) + 1
    if k < 2:
        return Between(value, -inf, inf)
    below = w * ((d < value) + 0.5 * (d == value) - share) / w.sum()
    parts = np.asarray(np.bincount(unit, weights=below, minlength=k), dtype=float)
    error = sqrt(k / (k - 1) * float(((parts - parts.mean()) ** 2).sum()))
    width = t_quantile(level, _freedom(parts)) * error / (share * (1 - share))
    odds = special.logit(share)
    limits = special.expit(odds - width), special.expit(odds + width)
    sizes, shares = shares_below(d, w)
    low = -inf if limits[0] < shares[0] else float(np.interp(limits[0], shares, sizes))
    high = inf if limits[1] > shares[-1] else float(np.interp(limits[1], shares, sizes))
    return Between(value, min(low, value), max(high, value))


def of_moment(statistic: Statistic, power: int, d: Array, w: Array, unit: Index, level: float) -> Between:
    """A mean weighted by size to a high `power`, which rests on the few largest particles.

    The sample rarely holds the largest particles of its population, so that an interval from the particles
    alone is too short. It is widened to hold that of a lognormal distribution of the same ln sizes, of which
    the weighted mean is exp(m + (power + 1/2) s²).
    """

    def lognormal(d: Array, w: Array) -> float:
        m, s = log_moments(d, w)
        return float(np.exp(m + (power + 0.5) * s * s))

    own = smooth(statistic, d, w, unit, level, tails=True)
    other = smooth(lognormal, d, w, unit, level, tails=True)
    return Between(own.value, min(own.low, other.low), max(own.high, other.high))


def of_share(hit: Array, weight: Array, unit: Index, level: float) -> Between:
    """The share of particles that are hit (n,), in %.

    Where all or none are, the images say nothing of its scatter: Wilson's interval over particles stands in.
    """
    share = float(hit @ weight / weight.sum())
    k = int(unit.max()) + 1
    if not 0 < share < 1:
        found = wilson(len(hit) if share else 0, len(hit), level)
        return Between(100 * share, 100 * found.low, 100 * found.high)
    if k < 2:
        return Between(100 * share, -inf, inf)
    parts = np.bincount(unit, weights=weight * (hit - share) / weight.sum(), minlength=k)
    error = sqrt(k / (k - 1) * float(((parts - parts.mean()) ** 2).sum()))
    width = t_quantile(level, k - 1) * error / (share * (1 - share))
    odds = special.logit(share)
    low, high = 100 * special.expit(odds - width), 100 * special.expit(odds + width)
    return Between(100 * share, min(float(low), 100 * share), max(float(high), 100 * share))


Interval = Callable[[Array, Array, Index, float], Between]
