"""Ratios of two potencies (selectivity index, IC50 ratio), as bounds where one side is censored."""

from math import hypot, inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import finite_sample, t_quantile, welch_difference
from selenolab.stats.potency import Summary

Floats = NDArray[np.float64]


def potency_ratio(
    numerator: Summary,
    denominator: Summary,
    pairs: tuple[ArrayLike, ArrayLike] | None = None,
    samples: tuple[ArrayLike, ArrayLike] | None = None,
) -> Summary:
    """log10 of numerator / denominator (for a selectivity index: normal cells / tumour cells).

    Parameters
    ----------
    numerator, denominator : summaries of the two potencies, at one level.
    pairs : log10 values of the same experiments in the same order (n,), (n,), n >= 2: a paired t interval.
    samples : log10 values of different experiments, each n >= 2: Welch's interval.

    Values count only where both summaries are plain ("t interval on log10"); everywhere else the two
    intervals are combined (Zou and Donner 2008, doi:10.1002/sim.3095), and where a side is a bound the
    ratio is a bound: the bound of one side against the far limit of the other. It is "undecidable" when
    both sides are censored the same way, or a limit that is needed is open.
    """
    if numerator.level != denominator.level:
        raise StudyError("Expected two potencies with intervals of one level for a ratio.")
    sides = (numerator.state, denominator.state)
    counts = (min(numerator.n, denominator.n), numerator.level)
    if "undecidable" in sides:
        return _undecidable(counts, "one of the two potencies is undecidable")
    if sides != ("value", "value"):
        return _bound(numerator, denominator, counts)
    plain = _plain(numerator) and _plain(denominator)
    if plain and pairs is not None:
        return _paired(pairs, counts[1])
    if plain and samples is not None:
        found = welch_difference(samples[0], samples[1], counts[1])
        return _value(found.value, found.low, found.high, found.n, counts[1], "ratio, Welch's t on log10")
    return _combined(numerator, denominator, counts)


def _plain(side: Summary) -> bool:
    return side.method.startswith("t interval on log10")


def _paired(pairs: tuple[ArrayLike, ArrayLike], level: float) -> Summary:
    first, second = (finite_sample(side, 2, "a paired ratio") for side in pairs)
    if first.size != second.size:
        raise StudyError(f"Expected pairs for a paired ratio, found {first.size} and {second.size} values.")
    steps: Floats = first - second
    centre = float(steps.mean())
    half = t_quantile(level, steps.size - 1) * float(steps.std(ddof=1)) / sqrt(steps.size)
    return _value(centre, centre - half, centre + half, steps.size, level, "ratio, paired t on log10")


def _combined(numerator: Summary, denominator: Summary, counts: tuple[int, float]) -> Summary:
    """Limits of a difference from the limits of its parts (MOVER, Zou and Donner 2008)."""
    one, two = numerator.log10_value or 0.0, denominator.log10_value or 0.0
    centre = one - two
    low = centre - hypot(one - numerator.log10_low, denominator.log10_high - two)
    high = centre + hypot(numerator.log10_high - one, two - denominator.log10_low)
    return _value(centre, low, high, *counts, "ratio, limits combined from the two intervals (MOVER)")


def _bound(numerator: Summary, denominator: Summary, counts: tuple[int, float]) -> Summary:
    n, level = counts
    if numerator.state != "<" and denominator.state != ">":
        low = numerator.log10_low - denominator.log10_high
        if low > -inf:
            return Summary(
                low, low, inf, level, ">", n, 0, 0, "ratio of a bound: smallest ratio of the limits"
            )
        return _undecidable(counts, "a limit that the bound needs is open")
    if numerator.state != ">" and denominator.state != "<":
        high = numerator.log10_high - denominator.log10_low
        if high < inf:
            return Summary(
                high, -inf, high, level, "<", n, 0, 0, "ratio of a bound: largest ratio of the limits"
            )
        return _undecidable(counts, "a limit that the bound needs is open")
    return _undecidable(counts, "both potencies are censored on the same side")


def _value(value: float, low: float, high: float, n: int, level: float, method: str) -> Summary:
    return Summary(value, low, high, level, "value", n, 0, 0, method)


def _undecidable(counts: tuple[int, float], why: str) -> Summary:
    return Summary(None, -inf, inf, counts[1], "undecidable", counts[0], 0, 0, f"ratio undecidable: {why}")
