"""Pairs of groups with an interval and a p, each under one error model: the rows of a comparison.

An `ErrorModel` says how variable a difference of two group means is; a family rule (`simultaneous`)
then widens the intervals and raises the p-values for the number of pairs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import inf, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.intervals import negligible_variance, p_of_t, t_quantile, welch_difference
from selenolab.stats.mixed_model import MixedFit, contrast, fit_mixed
from selenolab.stats.simultaneous import critical_value, dunnett_loadings, dunnett_sf, holm, tukey_sf
from selenolab.stats.units import Units, as_table
from selenolab.stats.variance_analysis import block_residual

Floats = NDArray[np.float64]
Pair = tuple[int, int]
Family = Literal["none", "holm", "dunnett", "tukey"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Group minus reference on the scale of the analysis, its standard error and df.

    `error` is None when nothing varies: then there is neither an interval nor a p.
    """

    pair: Pair
    value: float
    error: float | None
    df: float


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits, p and adjusted p of one difference; open limits and no p when nothing varies."""

    low: float
    high: float
    p: float | None
    p_adjusted: float | None


def welch_differences(units: Units, pairs: Sequence[Pair]) -> list[Difference]:
    """Each pair with the variances of its own two groups."""
    return [_welch(units, pair) for pair in pairs]


def paired_differences(units: Units, pairs: Sequence[Pair]) -> list[Difference]:
    """Each pair by its differences within experiments."""
    table = as_table(units)
    found = []
    for first, second in pairs:
        steps = table[:, first] - table[:, second]
        error = _error(float(steps.var(ddof=1)), steps.size, units.values)
        found.append(Difference((first, second), float(steps.mean()), error, steps.size - 1.0))
    return found


def pooled_differences(units: Units, pairs: Sequence[Pair]) -> list[Difference]:
    """Each pair with the variance pooled over all groups."""
    groups = [units.of(i) for i in range(len(units.groups))]
    df = float(units.values.size - len(groups))
    variance = sum(float(((g - g.mean()) ** 2).sum()) for g in groups) / df
    return [
        Difference(
            (i, j),
            float(groups[i].mean() - groups[j].mean()),
            _error(variance * (1 / groups[i].size + 1 / groups[j].size), 1, units.values),
            df,
        )
        for i, j in pairs
    ]


def blocked_differences(units: Units, pairs: Sequence[Pair]) -> list[Difference]:
    """Each pair with the residual variance of groups x experiments (complete blocks)."""
    table = as_table(units)
    _, within, (_, df) = block_residual(table)
    mean, error = table.mean(axis=0), _error(2 * within / df, table.shape[0], units.values)
    return [Difference((i, j), float(mean[i] - mean[j]), error, df) for i, j in pairs]


def mixed_differences(units: Units, pairs: Sequence[Pair]) -> tuple[list[Difference], MixedFit]:
    """Each pair from a mixed model with the experiment as random intercept, and the model itself."""
    k = len(units.groups)
    fit = fit_mixed(units.values, np.eye(k)[units.group], units.experiment)
    found = []
    for i, j in pairs:
        weights = np.eye(k)[i] - np.eye(k)[j]
        interval, _ = contrast(fit, weights)
        error = (interval.high - interval.value) / t_quantile(interval.level, interval.df)
        found.append(Difference((i, j), interval.value, error, interval.df))
    return found, fit


def simultaneous(
    differences: Sequence[Difference], family: Family, sizes: Sequence[int], blocked: bool, level: float
) -> list[Bounds]:
    """Limits and adjusted p of each difference, in order.

    "dunnett" and "tukey" give simultaneous intervals of the whole family. "holm" adjusts p by Holm's
    steps and gives Bonferroni intervals, as Holm's procedure has no intervals of its own.
    """
    plain = [None if d.error is None else p_of_t(d.value / d.error, d.df) for d in differences]
    if any(p is None for p in plain) or family in ("none", "holm"):
        return _one_by_one(differences, plain, family, level)
    loadings = None if family == "tukey" else _loadings(differences, sizes, blocked)
    tail = _tail(len(sizes), loadings, differences[0].df)
    reach = _reach(len(sizes), loadings, differences[0].df, level)
    found = []
    for d, p in zip(differences, plain, strict=True):
        error = d.error or 0.0
        adjusted = max(tail(abs(d.value) / error), p or 0.0)
        found.append(Bounds(d.value - reach * error, d.value + reach * error, p, adjusted))
    return found


def _one_by_one(
    differences: Sequence[Difference], plain: Sequence[float | None], family: Family, level: float
) -> list[Bounds]:
    share = level if family == "none" else 1 - (1 - level) / len(differences)
    given = [p for p in plain if p is not None]
    steps = iter(given if family == "none" else holm([*given, *[1.0] * (len(plain) - len(given))]).tolist())
    found = []
    for d, p in zip(differences, plain, strict=True):
        if d.error is None or p is None:
            found.append(Bounds(-inf, inf, None, None))
            continue
        half = t_quantile(share, d.df) * d.error
        found.append(Bounds(d.value - half, d.value + half, p, float(next(steps))))
    return found


def _tail(groups: int, loadings: tuple[float, ...] | None, df: float) -> Callable[[float], float]:
    """Tail of the largest |t|: Dunnett's with loadings, Tukey's without."""
    if loadings is not None:
        return partial(dunnett_sf, loadings=np.array(loadings), df=df)
    return lambda statistic: tukey_sf(statistic * sqrt(2), groups, df)


@lru_cache(maxsize=256)
def _reach(groups: int, loadings: tuple[float, ...] | None, df: float, level: float) -> float:
    """Half the width of a simultaneous interval in standard errors; designs repeat, so it is kept."""
    return critical_value(_tail(groups, loadings, df), level)


def _loadings(differences: Sequence[Difference], sizes: Sequence[int], blocked: bool) -> tuple[float, ...]:
    if blocked:
        return (sqrt(0.5),) * len(differences)
    control = sizes[differences[0].pair[1]]
    return tuple(dunnett_loadings(control, [sizes[d.pair[0]] for d in differences]).tolist())


def _welch(units: Units, pair: Pair) -> Difference:
    found = welch_difference(units.of(pair[0]), units.of(pair[1]))
    if found.high == inf:
        return Difference(pair, found.value, None, 0.0)
    error = (found.high - found.value) / t_quantile(found.level, found.df)
    return Difference(pair, found.value, error, found.df)


def _error(variance: float, n: int, sample: Floats) -> float | None:
    return None if variance <= negligible_variance(sample) else sqrt(variance / n)
