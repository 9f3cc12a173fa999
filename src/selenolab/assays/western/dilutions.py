"""Dilution series: whether a band is proportional to its protein, and over which range of volumes."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, log

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.western.normalising import Bench, part_of
from selenolab.core.estimate import Absent, Estimate
from selenolab.stats.intervals import t_quantile

Values = NDArray[np.float64]
LEAST_LEVELS = 3
METHOD = "slope of ln volume over ln amount, one intercept a membrane, t interval"


@dataclass(frozen=True, slots=True)
class Point:
    """A lane of a series: `amount` is its share of the lysate, or µg; volume 0 where it has no number."""

    blot: str
    part: str
    lane: str
    amount: float
    volume: float
    why: str


@dataclass(frozen=True, slots=True)
class Series:
    """The dilution series of a protein. `linear` are the amounts between which the slope is near 1, if any.

    `spans` are the volumes of that range by exposure.
    """

    protein: str
    points: tuple[Point, ...]
    slope: Estimate | Absent
    linear: tuple[float, float] | None
    spans: dict[str, tuple[float, float]]
    unit: str


def series_of(bench: Bench, protein: str) -> Series | None:
    """The series of a protein over all its membranes; None where no lane is of a series."""
    points, units = [], set()
    for band in bench.bands(protein):
        lane = band.lane
        if lane.role != "dilution":
            continue
        amount = lane.dilution if isfinite(lane.dilution) else lane.load
        units.add("1" if isfinite(lane.dilution) else "µg")
        why = band.why if band.state != "" else ""
        part = part_of(bench, lane, (band.blot,))
        points.append(Point(band.blot, part, lane.number, amount, 0.0 if why else band.volume, why))
    if not points:
        return None
    points.sort(key=lambda point: (point.part, -point.amount, int(point.lane)))
    if len(units) > 1:
        why = "some lanes of the series state a dilution, others a load"
        return Series(protein, tuple(points), Absent(why, "1", METHOD), None, {}, "1")
    sound = [point for point in points if point.volume > 0]
    slope = slope_of(sound, bench.settings.level)
    linear = linear_range(sound, bench.settings.slope_tolerance)
    return Series(protein, tuple(points), slope, linear, _spans(sound, linear), units.pop())


def slope_of(points: Sequence[Point], level: float) -> Estimate | Absent:
    """The log-log slope with its interval; each membrane part has its own intercept."""
    x, y, parts = _centred(points)
    if len({point.amount for point in points}) < LEAST_LEVELS or not float(x @ x) > 0:
        return Absent(f"a slope needs at least {LEAST_LEVELS} amounts with a number", "1", METHOD)
    slope = float(x @ y / (x @ x))
    df = len(points) - parts - 1
    if df < 1:
        return Estimate(slope, -inf, inf, "1", METHOD, len(points), "lanes of the series", level)
    spread = float(((y - slope * x) ** 2).sum() / df)
    half = t_quantile(level, df) * (spread / float(x @ x)) ** 0.5
    return Estimate(slope, slope - half, slope + half, "1", METHOD, len(points), "lanes of the series", level)


def _centred(points: Sequence[Point]) -> tuple[Values, Values, int]:
    """Ln amount and ln volume (n,) about the mean of their part, and the number of parts."""
    parts = sorted({point.part for point in points})
    x = np.array([log(point.amount) for point in points])
    y = np.array([log(point.volume) for point in points])
    for part in parts:
        own = np.array([point.part == part for point in points])
        x[own] -= x[own].mean()
        y[own] -= y[own].mean()
    return x, y, len(parts)


def linear_range(points: Sequence[Point], tolerance: float) -> tuple[float, float] | None:
    """The widest run of amounts in which the slope is near 1, and each step with twice the room."""
    amounts = sorted({point.amount for point in points})
    runs = [
        amounts[i:j] for i, j in itertools.combinations(range(len(amounts) + 1), 2) if j - i >= LEAST_LEVELS
    ]
    for run in sorted(runs, key=lambda run: (-len(run), -run[-1])):
        steps = [run, *([a, b] for a, b in itertools.pairwise(run))]
        if all(
            abs(_slope([p for p in points if p.amount in step]) - 1) <= tolerance * (1 if k == 0 else 2)
            for k, step in enumerate(steps)
        ):
            return run[0], run[-1]
    return None


def _slope(points: Sequence[Point]) -> float:
    x, y, _ = _centred(points)
    return float(x @ y / (x @ x)) if float(x @ x) > 0 else inf


def _spans(points: Sequence[Point], linear: tuple[float, float] | None) -> dict[str, tuple[float, float]]:
    if linear is None:
        return {}
    inside = [point for point in points if linear[0] <= point.amount <= linear[1]]
    return {
        blot: (min(v), max(v))
        for blot in dict.fromkeys(point.blot for point in inside)
        if (v := [point.volume for point in inside if point.blot == blot])
    }
