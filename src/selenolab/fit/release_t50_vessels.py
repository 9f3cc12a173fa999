"""A t50 over vessels that each bring a number or "not within the sampling times".

Where the curves are at hand, `selenolab.fit.release_t50.time_to_target` knows more than these numbers do:
how far below the target a vessel stayed. This is for times that come from a model of each vessel.
"""

from collections.abc import Sequence
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from selenolab.core.errors import StudyError
from selenolab.core.estimate import Absent, Estimate, Outcome, at_least, at_most
from selenolab.stats.intervals import negligible_variance, t_quantile

Vector = NDArray[np.float64]

_SPAN = 30.0  # SDs of the finite times within which limits are sought


def summarise_t50(times: ArrayLike, first: float, last: float, level: float = 0.95) -> Outcome:
    """The geometric mean time over vessels [h] with its interval, or a bound.

    Parameters
    ----------
    times : (n,) hours; inf for a vessel later than `last`, -inf for one earlier than `first`. Finite times
        outside `first` to `last` are extrapolated and count as later or earlier.
    first, last : the sampling times' ends [h], above 0.

    Notes
    -----
    All within: t interval of ln t. Some outside: likelihood of normal ln t, the outside ones entering as
    later than `last` (or earlier than `first`), with the bar n ln(1 + t^2 / (n - 1)) at which the interval is
    the t interval when none is outside. All outside on one side: the edge, at the confidence 1 - 2^-n with
    which n vessels on one side of it speak for their median.

    Raises
    ------
    StudyError
        When there is no time, one is NaN, or not 0 < first < last.

    Examples
    --------
    >>> found = summarise_t50([11.0, 12.0, 13.0], 0.5, 48)
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (11.97, 9.73, 14.73)
    >>> found = summarise_t50([inf, inf, inf], 0.5, 48)
    >>> found.censored, found.value, found.level
    ('>', 48, 0.875)
    """
    sample = np.asarray(times, dtype=np.float64).ravel()
    if sample.size < 1 or np.isnan(sample).any() or not 0 < first < last < inf:
        raise StudyError(
            f"t50 over vessels: expected times (inf where later than the last sample) and 0 < first < last, "
            f"found {sample.tolist()}, {first:g} and {last:g} h."
        )
    late, early = sample > last, sample < first
    inside = np.log(sample[~late & ~early])
    if late.all() or early.all():
        return _all_outside(bool(late.all()), sample.size, first, last, level)
    if sample.size == 1:
        return Estimate(float(sample[0]), -inf, inf, "h", "one vessel, no interval", 1, "vessels", level)
    if not (late.any() or early.any()):
        return _plain(inside, first, last, level)
    if inside.size < 2 or inside.var(ddof=1) <= negligible_variance(inside):
        outside = f"{int(early.sum())} earlier and {int(late.sum())} later of {sample.size} vessels"
        return Absent(f"{outside}: too few within to tell their spread", "h", "censored normal ln t")
    return _censored(inside, int(early.sum()), int(late.sum()), (log(first), log(last)), level)


def _all_outside(late: bool, n: int, first: float, last: float, level: float) -> Outcome:
    method = f"each of {n} vessels lies {'after the last' if late else 'before the first'} sample"
    told = min(level, 1 - 0.5**n)
    make, edge = (at_least, last) if late else (at_most, first)
    return make(edge, "h", method, n, "vessels", told)


def _plain(logs: Vector, first: float, last: float, level: float) -> Outcome:
    n, centre = logs.size, float(logs.mean())
    half = t_quantile(level, n - 1) * float(logs.std(ddof=1)) / sqrt(n)
    return _told(
        centre,
        centre - half,
        centre + half,
        (log(first), log(last)),
        n,
        level,
        f"t interval on ln t over {n} vessels",
    )


def _told(
    value: float, low: float, high: float, ends: tuple[float, float], n: int, level: float, method: str
) -> Outcome:
    """Limits outside the samples are open; a value outside them is a bound."""
    if value > ends[1]:
        bound = min(low, ends[1])
        return (
            at_least(exp(bound), "h", method, n, "vessels", level)
            if bound > -inf
            else Absent("the vessels bound it on neither side", "h", method)
        )
    if value < ends[0]:
        bound = max(high, ends[0])
        return (
            at_most(exp(bound), "h", method, n, "vessels", level)
            if bound < inf
            else Absent("the vessels bound it on neither side", "h", method)
        )
    lower = exp(low) if low >= ends[0] else -inf
    upper = exp(high) if high <= ends[1] else inf
    return Estimate(exp(value), lower, upper, "h", method, n, "vessels", level)


def _censored(inside: Vector, early: int, late: int, ends: tuple[float, float], level: float) -> Outcome:
    n = inside.size + early + late
    spread = float(inside.std(ddof=1))

    def lack(mu: float) -> float:
        """-2 ln L at the mean `mu`, least over the SD."""
        found = optimize.minimize_scalar(
            lambda log_sd: _minus_two_log(mu, log_sd, inside, early, late, ends),
            bounds=(log(spread) - 3, log(max(spread, abs(mu - float(inside.mean())))) + 3),
            method="bounded",
            options={"xatol": 1e-7},
        )
        return float(found.fun)

    width = _SPAN * max(spread, (ends[1] - ends[0]) / _SPAN)
    box = float(inside.min()) - width, float(inside.max()) + width
    best = optimize.minimize_scalar(lack, bounds=box, method="bounded", options={"xatol": 1e-7})
    bar = float(best.fun) + n * log(1 + t_quantile(level, n - 1) ** 2 / (n - 1))
    value = float(best.x)
    sides = [
        float(optimize.brentq(lambda mu: lack(mu) - bar, *sorted((value, end))))
        if lack(end) > bar
        else side * inf
        for side, end in zip((-1, 1), box, strict=True)
    ]
    method = f"censored normal ln t over {n} vessels, {early} earlier and {late} later than the samples"
    return _told(value, sides[0], sides[1], ends, n, level, method)


def _minus_two_log(
    mu: float, log_sd: float, inside: Vector, early: int, late: int, ends: Sequence[float]
) -> float:
    sd = exp(log_sd)
    seen = float(np.sum(((inside - mu) / sd) ** 2)) + 2 * inside.size * log_sd
    return seen - 2 * (
        late * float(special.log_ndtr((mu - ends[1]) / sd))
        + early * float(special.log_ndtr((ends[0] - mu) / sd))
    )
