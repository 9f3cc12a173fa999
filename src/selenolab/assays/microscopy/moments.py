"""Statistics of weighted sizes: what a distribution of particle diameters is summed up in.

All take sizes `d` (n,) and weights `w` (n,), n >= 1, weights positive; diameters in any one unit.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Statistic = Callable[[Array, Array], float]


def mean(d: Array, w: Array) -> float:
    """The weighted mean.

    Examples
    --------
    >>> mean(np.array([10.0, 20.0]), np.array([1.0, 3.0]))
    17.5
    """
    return float(d @ w / w.sum())


def moment_mean(power: int) -> Statistic:
    """The mean size weighted by size to `power`: 2 by projected area, 3 by volume, 6 as light scatters.

    Examples
    --------
    >>> round(moment_mean(6)(np.array([10.0, 20.0]), np.ones(2)), 2)
    19.85
    """

    def weighted(d: Array, w: Array) -> float:
        scaled = (d / d.max()) ** power * w  # of the largest, so that nothing overflows
        return float(scaled @ d / scaled.sum())

    return weighted


def quantile(share: float) -> Statistic:
    """The size below which `share` of the weight lies; half of a particle's own weight counts as below.

    Examples
    --------
    >>> quantile(0.5)(np.array([3.0, 1.0, 2.0]), np.ones(3))
    2.0
    """

    def found(d: Array, w: Array) -> float:
        sizes, below = shares_below(d, w)
        return float(np.interp(share, below, sizes))

    return found


def shares_below(d: Array, w: Array) -> tuple[Array, Array]:
    """The different sizes, ascending, and the share of the weight below each, half of its own included."""
    sizes, which = np.unique(d, return_inverse=True)
    weights = np.bincount(which, weights=w)
    return sizes, (np.cumsum(weights) - weights / 2) / weights.sum()


def standard_deviation(d: Array, w: Array) -> float:
    """The weighted standard deviation, made unbiased for the effective number of particles; 0 for one."""
    total, squares = w.sum(), (w * w).sum()
    freedom = total - squares / total
    if len(d) < 2 or freedom <= 0:
        return 0.0
    return float(np.sqrt((w * (d - mean(d, w)) ** 2).sum() / freedom))


def coefficient_of_variation(d: Array, w: Array) -> float:
    """The standard deviation in % of the mean."""
    return 100 * standard_deviation(d, w) / mean(d, w)


def span(d: Array, w: Array) -> float:
    """(D90 - D10) / D50."""
    return (quantile(0.9)(d, w) - quantile(0.1)(d, w)) / quantile(0.5)(d, w)


def log_moments(d: Array, w: Array) -> tuple[float, float]:
    """Weighted mean and standard deviation of ln d: the lognormal distribution of these sizes."""
    logs = np.log(d)
    return mean(logs, w), standard_deviation(logs, w)


def effective_number(w: Array) -> float:
    """How many equal weights would give a mean as sure as these: (sum w)^2 / sum w^2.

    Source: Kish 1965, Survey Sampling.
    """
    return float(w.sum() ** 2 / (w * w).sum())
