"""The headline potency (IC50, EC50, ...) over independent experiments, honest about censoring.

Each experiment brings its fitted log10 IC50 and the *signed root* of its profile likelihood on a grid
of log10 doses between the smallest and the largest dose tested:
``root(m) = sign(estimate - m) * sqrt((RSS(m) - RSS_min) / s^2)``. In a regular fit this is the t statistic
(estimate - m) / SE; near the edge of the doses it levels off, which is how an experiment says "at
least this much, perhaps more".

Two intervals are used, and the method text says which:

- **t on log10**: when every experiment's own profile interval lies inside the tested doses, the plain
  t interval of the log10 values, n = experiments.
- **t on signed roots**: otherwise. A candidate m is kept when a one-sample t test of the n roots at m
  does not reject. The roots are taken times the scatter of their experiment, so that experiments of one
  design weigh alike as they do in the plain t interval, which this is for regular ones; an
  experiment that is censored, or has no lower plateau in sight, enters with what it does know. It is
  neither dropped nor given a made-up number.

Where every experiment by itself refuses every dose tested, on the same side, the edge of the doses is
the bound: their roots differ in size because experiments differ in scatter, which a t test would
take for disagreement.

A limit outside the tested doses is open; a value of the second kind that is open on both sides is no
value but "undecidable". A headline whose value lies outside the tested doses is a
bound: its lower (or upper) confidence limit, at most the edge of the doses. The coverage of both is
measured by ``benchmarks/coverage_potency.py``.
"""

from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import t_quantile

Floats = NDArray[np.float64]
State = Literal["value", ">", "<", "undecidable"]
FINE = 2048


@dataclass(frozen=True, slots=True)
class Summary:
    """log10 potency over `n` experiments.

    `state` is "value", ">" (log10_value = log10_low = the bound, high open), "<" (the reverse), or
    "undecidable" (log10_value is None and both limits are open). Open limits are infinite.
    `above` and `below` count experiments whose own estimate lies outside the tested doses.
    """

    log10_value: float | None
    log10_low: float
    log10_high: float
    level: float
    state: State
    n: int
    above: int
    below: int
    method: str


def signed_roots(
    log10_values: ArrayLike, grid: ArrayLike, profile: ArrayLike, least: ArrayLike, variance: ArrayLike
) -> Floats:
    """Signed root profile deviances (n, m), decreasing through zero at each estimate.

    Parameters
    ----------
    log10_values : fitted log10 IC50 (n,); infinite when the curve never reaches the effect.
    grid : log10 doses (m,), increasing, from the smallest to the largest tested.
    profile : residual sums of squares (n, m), minimised over the other parameters with the IC50 fixed.
    least : residual sum of squares of the free fit (n,).
    variance : residual variance of the free fit (n,).
    """
    estimate = np.asarray(log10_values, dtype=np.float64)[:, None]
    rise = np.asarray(profile, dtype=np.float64) - np.asarray(least, dtype=np.float64)[:, None]
    scale = np.maximum(np.asarray(variance, dtype=np.float64), np.finfo(np.float64).tiny)[:, None]
    side = np.sign(estimate - np.asarray(grid, dtype=np.float64))
    roots: Floats = side * np.sqrt(np.maximum(rise, 0.0) / scale)
    return roots


def summarise(
    log10_values: ArrayLike,
    roots: ArrayLike,
    grid: ArrayLike,
    df: ArrayLike,
    level: float = 0.95,
    *,
    scatter: ArrayLike = 1.0,
    shared: tuple[float, float] | None = None,
) -> Summary:
    """The potency over experiments with its interval, from values and `signed_roots`.

    Parameters
    ----------
    log10_values : fitted log10 potency (n,) of each experiment, finite or infinite, n >= 1.
    roots : signed root deviances (n, m) on `grid`.
    grid : log10 doses (m,), increasing, m >= 8, from the smallest to the largest dose tested.
    df : residual degrees of freedom of each experiment's fit (n,) or one for all.
    scatter : residual SD of each experiment (n,), in one unit for all, by which its roots were divided.
    shared : log10 of the lowest and highest dose that all experiments tested; the ends of `grid` if None.

    Examples
    --------
    >>> grid = np.linspace(0, 2, 41)
    >>> values = np.array([0.9, 1.0, 1.1])
    >>> found = summarise(values, (values[:, None] - grid) / 0.02, grid, 20)
    >>> found.state, round(found.log10_value, 3), round(found.log10_low, 3), round(found.log10_high, 3)
    ('value', 1.0, 0.752, 1.248)
    """
    values, lines, doses = _checked(log10_values, roots, grid)
    above, below = int((values > doses[-1]).sum()), int((values < doses[0]).sum())
    own = np.broadcast_to(np.array([t_quantile(level, float(d)) for d in np.atleast_1d(df)]), values.shape)
    if values.size == 1:
        fine, curves = _refined(values, doses, lines)
        method = "profile likelihood of one experiment, n = 1"
        return _by_test(fine, curves[0] / own[0], curves[0], level, (1, above, below), method)
    if bool((lines[:, 0] > own).all() and (lines[:, -1] < -own).all() and above + below == 0):
        return _plain_t(values, (doses[0], doses[-1]), level)
    lowest, highest = shared or (doses[0], doses[-1])
    sides: tuple[tuple[float, State, float], ...] = ((1.0, ">", highest), (-1.0, "<", lowest))
    for side, state, edge in sides:
        if bool(((side * lines).min(axis=1) > own).all()):
            return _refused(state, float(edge), level, (values.size, above, below))
    weighed = lines * np.broadcast_to(np.asarray(scatter, dtype=np.float64), values.shape)[:, None]
    return _by_roots(values, doses, weighed, level, (above, below))


def _refused(state: State, edge: float, level: float, counts: tuple[int, int, int]) -> Summary:
    """Every experiment by itself refuses every dose tested: the bound is the edge of the doses."""
    word = "above" if state == ">" else "below"
    method = f"profile likelihood: each of the {counts[0]} experiments lies {word} all doses tested"
    low, high = (edge, inf) if state == ">" else (-inf, edge)
    return Summary(edge, low, high, level, state, *counts, method)


def _checked(log10_values: ArrayLike, roots: ArrayLike, grid: ArrayLike) -> tuple[Floats, Floats, Floats]:
    values = np.asarray(log10_values, dtype=np.float64).ravel()
    lines, doses = np.asarray(roots, dtype=np.float64), np.asarray(grid, dtype=np.float64)
    if values.size < 1 or lines.shape != (values.size, doses.size) or doses.size < 8:
        raise StudyError(
            f"Expected at least one experiment with a profile on 8 or more doses, found {values.size} "
            f"values, profiles {lines.shape} and a grid of {doses.size}."
        )
    if np.isnan(values).any() or not np.isfinite(lines).all() or (np.diff(doses) <= 0).any():
        raise StudyError("Expected finite profiles on an increasing grid; leave out failed fits by name.")
    return values, lines, doses


def _plain_t(values: Floats, tested: tuple[float, float], level: float) -> Summary:
    centre, n = float(values.mean()), values.size
    half = t_quantile(level, n - 1) * float(values.std(ddof=1)) / sqrt(n)
    low, high, note = centre - half, centre + half, ""
    if low < tested[0] or high > tested[1]:
        note = "; a limit outside the tested doses is open"
    low, high = (low if low >= tested[0] else -inf), (high if high <= tested[1] else inf)
    method = f"t interval on log10 over {n} experiments{note}"
    return Summary(centre, low, high, level, "value", n, 0, 0, method)


def _by_roots(
    values: Floats, doses: Floats, lines: Floats, level: float, outside: tuple[int, int]
) -> Summary:
    n, (above, below) = values.size, outside
    fine, curves = _refined(values, doses, lines)
    mean = curves.mean(axis=0)
    error = curves.std(axis=0, ddof=1) / sqrt(n)
    ratio = mean / np.maximum(error * t_quantile(level, n - 1), np.finfo(np.float64).tiny)
    method = f"t interval on signed roots of the profile likelihood over {n} experiments"
    if above or below:
        sides = ((above, "above"), (below, "below"))
        beyond = ", ".join(f"{count} {side} the tested doses" for count, side in sides if count)
        method += f" ({beyond}: entered as censored)"
    return _by_test(fine, ratio, mean, level, (n, above, below), method)


def _by_test(
    fine: Floats, ratio: Floats, mean: Floats, level: float, counts: tuple[int, int, int], method: str
) -> Summary:
    """The set of potencies not rejected, |ratio| <= 1, and the one where `mean` changes sign."""
    n, above, below = counts
    low, high = _limits(fine, ratio)
    if mean[-1] > 0 and mean[0] > 0:
        if low == -inf:
            return Summary(None, -inf, inf, level, "undecidable", n, above, below, method)
        return Summary(low, low, inf, level, ">", n, above, below, method)
    if mean[-1] < 0 and mean[0] < 0:
        if high == inf:
            return Summary(None, -inf, inf, level, "undecidable", n, above, below, method)
        return Summary(high, -inf, high, level, "<", n, above, below, method)
    value = _crossing(fine, mean)
    if value is None or (low == -inf and high == inf):
        return Summary(None, -inf, inf, level, "undecidable", n, above, below, method)
    return Summary(value, min(low, value), max(high, value), level, "value", n, above, below, method)


def _limits(fine: Floats, ratio: Floats) -> tuple[float, float]:
    """Hull of the accepted potencies; a side whose edge is accepted is open."""
    kept = np.flatnonzero(np.abs(ratio) <= 1)
    if kept.size == 0:
        right = int(np.argmax(ratio < 0)) if (ratio < 0).any() else fine.size
        low = fine[max(right - 1, 0)] if right > 0 else -inf
        return float(low), float(fine[right]) if right < fine.size else inf
    first, last = int(kept[0]), int(kept[-1])
    low = -inf if first == 0 else _limit(fine, ratio, first - 1, first)
    return low, inf if last == fine.size - 1 else _limit(fine, ratio, last + 1, last)


def _limit(fine: Floats, ratio: Floats, outside: int, inside: int) -> float:
    """Where |ratio| passes 1 between a rejected node and the kept one beside it."""
    beyond, within = abs(float(ratio[outside])), abs(float(ratio[inside]))
    share = (beyond - 1) / (beyond - within)
    return float(fine[outside] + share * (fine[inside] - fine[outside]))


def _crossing(fine: Floats, mean: Floats) -> float | None:
    """Where the mean root falls through zero; the middle one when there are several, None when none."""
    falls = np.flatnonzero((mean[:-1] > 0) & (mean[1:] <= 0))
    if falls.size == 0:
        return None
    i = int(falls[falls.size // 2])
    share = mean[i] / (mean[i] - mean[i + 1])
    return float(fine[i] + share * (fine[i + 1] - fine[i]))


def _refined(values: Floats, doses: Floats, lines: Floats) -> tuple[Floats, Floats]:
    """The roots on a fine grid; nearly straight on each side of the estimate, where they are zero."""
    fine = np.linspace(doses[0], doses[-1], FINE)
    curves = []
    for value, line in zip(values, lines, strict=True):
        at, root = doses, line
        if doses[0] < value < doses[-1]:
            here = int(np.searchsorted(doses, value))
            at, root = np.insert(doses, here, value), np.insert(line, here, 0.0)
        curves.append(np.interp(fine, at, root))
    return fine, np.array(curves)
