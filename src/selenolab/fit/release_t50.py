"""When half (or any share) of the drug is seen in the medium: the apparent t50, over vessels.

Each vessel's curve is interpolated between its own samples, without a release model: monotone piecewise
cubic on Weibull's axes, ln(-ln(1 - F)) against ln t, on which sigmoid and burst-like releases are nearly
straight (F. N. Fritsch and R. E. Carlson, 1980, doi:10.1137/0717021). A vessel says how far below the target
it is at any time between its first and its last sample, whether or not it ever gets there; these distances
go through `selenolab.stats.potency.summarise`, which sets the interval over vessels and turns what lies
outside the sampling times into a bound. Nothing is extrapolated.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Estimate, Outcome, at_least, at_most
from selenolab.fit.membrane_data import Arm, arm
from selenolab.stats.potency import Summary, summarise

Vector = NDArray[np.float64]

_EDGE = 0.5  # %: Weibull's axes end at 0 and 100 %, noise does not
_NODES = 240


@dataclass(frozen=True, slots=True)
class VesselTime:
    """When one vessel reaches the target [h]; -inf before its first sample, inf after its last."""

    vessel: str
    time: float


@dataclass(frozen=True, slots=True)
class TimeToTarget:
    """The time to `target` % in the medium, over vessels, and of each vessel."""

    target: float
    outcome: Outcome
    vessels: tuple[VesselTime, ...]


def time_to_target(
    release: pd.DataFrame, target: float = 50.0, level: float = 0.95, what: str = "release"
) -> TimeToTarget:
    """The time at which `target` % of the drug is in the medium, with its interval over vessels.

    Parameters
    ----------
    release : columns vessel, time [h], released [%]; at least three times after 0.
    target : in %, between 1 and 99.

    Raises
    ------
    DataError
        When the table is not as said, the target is not between 1 and 99, or vessels share no time span.

    Examples
    --------
    >>> times = np.array([1.0, 2, 4, 8, 16])
    >>> curve = 100 * (1 - np.exp(-times / 5))
    >>> parts = [pd.DataFrame({"vessel": v, "time": times, "released": curve + v}) for v in (-1, 0, 1)]
    >>> found = time_to_target(pd.concat(parts)).outcome
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (3.47, 3.23, 3.72)
    """
    if not 1 <= target <= 99:
        raise DataError(f"{what}: expected a target between 1 and 99 %, found {target:g}.")
    data = arm(release, what)
    grid = _span(data, what)
    curves = np.array([_curve(data, number, grid) for number in range(len(data.names))])
    times = [_reached(grid, curve, target) for curve in curves]
    vessels = tuple(VesselTime(name, time) for name, time in zip(data.names, times, strict=True))
    outcome = _over_vessels(data, grid, target - curves, np.array(times), target, level)
    return TimeToTarget(target, outcome, vessels)


def _span(data: Arm, what: str) -> Vector:
    """log10 times seen in every vessel."""
    ends = [data.time[(data.vessel == v) & (data.time > 0)] for v in range(len(data.names))]
    short = [name for name, own in zip(data.names, ends, strict=True) if own.size < 2]
    if short:
        raise DataError(
            f"{what}: vessel {short[0]} has fewer than two samples after 0 h; leave it out by name."
        )
    first, last = max(own.min() for own in ends), min(own.max() for own in ends)
    if first >= last:
        raise DataError(f"{what}: the vessels share no span of times; expected vessels sampled alike.")
    return np.linspace(np.log10(first), np.log10(last), _NODES)


def _curve(data: Arm, number: int, grid: Vector) -> Vector:
    """Released % of one vessel on log10 times `grid`."""
    own = (data.vessel == number) & (data.time > 0)
    order = np.argsort(data.time[own])
    time, released = data.time[own][order], data.released[own][order]
    share = np.clip(released, _EDGE, 100 - _EDGE) / 100
    found = PchipInterpolator(np.log10(time), np.log(-np.log1p(-share)), extrapolate=True)(grid)
    curve: Vector = -100 * np.expm1(-np.exp(found))
    return curve


def _reached(grid: Vector, curve: Vector, target: float) -> float:
    """Time at which a curve passes the target; the middle one where noise makes it pass several times."""
    rises = np.flatnonzero((curve[:-1] < target) & (curve[1:] >= target))
    if rises.size == 0 or (curve[0] >= target and curve[-1] < target):
        return -inf if curve[0] >= target else inf
    i = int(rises[rises.size // 2])
    share = (target - curve[i]) / (curve[i + 1] - curve[i])
    return float(10 ** (grid[i] + share * (grid[i + 1] - grid[i])))


def _over_vessels(
    data: Arm, grid: Vector, below: Vector, times: Vector, target: float, level: float
) -> Outcome:
    with np.errstate(divide="ignore"):
        logs = np.where(np.isinf(times), times, np.log10(np.abs(times)))
    n = times.size
    if n == 1:
        return _single(float(times[0]), _hours(grid[0]), _hours(grid[-1]), level)
    spread, df = _scatter(data)
    with np.errstate(over="ignore"):  # vessels that are all level have no spread there, and are refused there
        summary = summarise(logs, below / spread, grid, df, level, scatter=spread)
    return outcome_of(summary, target)


def _single(time: float, first: float, last: float, level: float) -> Outcome:
    method = "interpolated in one vessel, no interval"
    if np.isfinite(time):
        return Estimate(time, -inf, inf, "h", method, 1, "vessels", level)
    return (
        at_least(last, "h", method, 1, "vessels", level)
        if time > 0
        else at_most(first, "h", method, 1, "vessels", level)
    )


def _scatter(data: Arm) -> tuple[float, float]:
    """SD between vessels at equal times, pooled, at least 1e-6 points, and its degrees of freedom."""
    count = np.bincount(data.back)
    mean = np.bincount(data.back, data.released) / count
    df = int((count - 1).sum())
    if df < 1:
        raise DataError("Release: no two vessels share a sampling time; expected vessels sampled alike.")
    total = float(np.sum((data.released - mean[data.back]) ** 2))
    return max(float(np.sqrt(total / df)), 1e-6), float(df)


def outcome_of(summary: Summary, target: float) -> Outcome:
    """A summary on log10 hours as an outcome in hours."""
    low = _hours(summary.log10_low) if summary.log10_low > -inf else -inf
    high = _hours(summary.log10_high) if summary.log10_high < inf else inf
    method = summary.method.replace("experiments", "vessels").replace("doses tested", "sampling times")
    method = method.replace("tested doses", "sampling times").replace(
        "profile likelihood", "interpolated curves"
    )
    if summary.log10_value is None:
        why = f"the vessels do not say when {target:g} % is reached within the sampling times"
        return Absent(why, "h", method)
    value = _hours(summary.log10_value)
    censored = summary.state if summary.state in ("<", ">") else None
    return Estimate(value, low, high, "h", method, summary.n, "vessels", summary.level, censored)


def _hours(log10: float) -> float:
    """A time from its logarithm, to twelve digits, so that a sampling time comes back as it was."""
    return float(f"{10.0**log10:.12g}")
