"""Profile-likelihood limits of many release curves at once: of parameters, and of times to a release.

At every value tried the other coordinates are fitted again; a value is inside while the sum of squares stays
below RSS (1 + F / dof), F with 1 and dof degrees of freedom (Bates and Watts, Nonlinear Regression Analysis
and Its Applications, 1988, chapter 6). For a time, the curve is made to pass through (time, percent) by its
first coordinate.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.release_models import ReleaseModel
from selenolab.fit.release_solver import Problems, descend, some

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Profile = Callable[[Vector, Vector, Places], tuple[Vector, Vector]]
"""(values, starts, places) of some of the problems -> their least sums of squares and coordinates."""

_WIDENINGS, _HALVINGS, _TOLERANCE, _CLOSE = 12, 14, 1e-8, 1e-5


def repeated(problems: Problems, times: int) -> Problems:
    """Every curve `times` times over, copies of one beside each other."""
    return some(problems, np.repeat(np.arange(len(problems.t)), times))


def parameter_limits(
    problems: Problems, theta: Vector, bar: Vector, half_width: Vector
) -> tuple[Vector, Vector]:
    """(B, p) lower and upper limits of the coordinates; infinite where the data set none.

    Parameters
    ----------
    theta, half_width : (B, p) estimates and first guesses of half the interval.
    bar : (B,) the sum of squares at the limit.
    """
    curves, count = theta.shape
    many = repeated(problems, 2 * count)
    place = np.tile(np.repeat(np.arange(count), 2), curves)
    row = np.arange(place.size)
    free = many.free.copy()
    free[row, place] = False
    many = replace(many, free=free)

    def profile(psi: Vector, near: Vector, places: Places) -> tuple[Vector, Vector]:
        start = near.copy()
        start[np.arange(psi.size), place[places]] = psi
        found, rss = descend(some(many, places), start, _TOLERANCE, 40)
        return rss, found

    sign = np.tile([-1.0, 1.0], count * curves)
    start = np.repeat(theta, 2 * count, axis=0)
    width = np.repeat(half_width, 2, axis=1).ravel()
    end = np.where(sign < 0, many.low[row, place], many.high[row, place])
    centre = np.repeat(theta, 2, axis=1).ravel()
    found = _outward(profile, start, centre, sign * width, end, np.repeat(bar, 2 * count))
    pairs = found.reshape(curves, count, 2)
    return pairs[..., 0], pairs[..., 1]


def _outward(
    profile: Profile, theta: Vector, centre: Vector, step: Vector, end: Vector, bar: Vector
) -> Vector:
    """Where the profile leaves the bar, going from `centre` by widening steps to `end` at most."""
    inside, outside = centre.copy(), np.full(centre.shape, np.nan)
    near, gap_out = theta.copy(), np.full(centre.shape, np.nan)
    going = np.flatnonzero(inside != end)
    gap_in = _gap(profile(inside, near, np.arange(inside.size))[0], bar)
    for _ in range(_WIDENINGS):
        if not going.size:
            break
        beyond = inside[going] + step[going]
        over = np.sign(step[going]) * (beyond - end[going]) >= 0
        trial = np.where(over, end[going], beyond)
        rss, found = profile(trial, near[going], going)
        gap = _gap(rss, bar[going])
        crossed, stay = gap > 0, going[gap <= 0]
        outside[going[crossed]], gap_out[going[crossed]] = trial[crossed], gap[crossed]
        inside[stay], gap_in[stay], near[stay] = trial[~crossed], gap[~crossed], found[~crossed]
        step = 1.8 * step
        going = stay[inside[stay] != end[stay]]
    found_at = between(profile, near, inside, gap_in, outside, gap_out, bar)
    return np.where(np.isnan(outside), np.sign(step) * np.inf, found_at)


def _gap(rss: Vector, bar: Vector) -> Vector:
    """Distance beyond the bar, on the scale on which the profile is nearly straight."""
    return np.where(np.isfinite(rss), np.minimum(rss, 1e6 * bar), 1e6 * bar) / bar - 1.0


def between(
    profile: Profile, theta: Vector, inside: Vector, gap_in: Vector, outside: Vector, gap_out: Vector,
    bar: Vector,
) -> Vector:  # fmt: skip
    """Where the profile crosses the bar between both places (Illinois rule); 0 without `outside`."""
    going = np.flatnonzero(np.isfinite(outside))
    inside, outside, gap_in, gap_out = inside.copy(), outside.copy(), gap_in.copy(), gap_out.copy()
    near, kept, here = theta.copy(), np.zeros(inside.size, int), np.zeros(inside.size)
    for _ in range(_HALVINGS):
        if not going.size:
            break
        low, high, g, h = inside[going], outside[going], gap_in[going], gap_out[going]
        trial = low - (high - low) * g / (h - g)
        rss, found = profile(trial, near[going], going)
        gap, last = _gap(rss, bar[going]), kept[going]
        out = gap > 0
        here[going] = trial
        gap_in[going] = np.where(out, np.where(last == 1, 0.5 * g, g), gap)
        gap_out[going] = np.where(out, gap, np.where(last == -1, 0.5 * h, h))
        inside[going], outside[going] = np.where(out, low, trial), np.where(out, trial, high)
        near[going] = np.where(out[:, None], near[going], found)
        kept[going] = np.where(out, 1, -1)
        going = going[np.abs(gap) > _CLOSE]
    return here


def crossing_times(model: ReleaseModel, theta: Vector, percent: Vector, first: float, last: float) -> Vector:
    """(B,) first time in [first, last] at which each curve reaches its percent; 0 before, infinite after.

    Examples
    --------
    >>> from selenolab.fit.release_models import release_model
    >>> theta = np.log([[np.log(2) / 3.0]])
    >>> crossing_times(release_model("first_order"), theta, np.array([50.0]), 1.0, 9.0).round(9).tolist()
    [3.0]
    """
    times = np.exp(np.linspace(np.log(first), np.log(last), 129))
    times[0], times[-1] = first, last
    reached = model.curve(times[None], theta) >= percent[:, None]
    place = np.where(reached.any(-1), reached.argmax(-1), times.size - 1)
    low, high = np.log(times[np.maximum(place - 1, 0)]), np.log(times[place])
    for _ in range(46):
        middle = (low + high) / 2
        under = model.curve(np.exp(middle)[:, None], theta)[:, 0] < percent
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    found = np.exp((low + high) / 2)
    return np.where(reached[:, 0], 0.0, np.where(reached.any(-1), found, np.inf))


def time_limits(
    problems: Problems, theta: Vector, value: Vector, percent: Vector, bar: Vector, first: float, last: float
) -> tuple[Vector, Vector]:
    """(B,) limits of the time at which each curve reaches `percent`, within [first, last].

    0 where the lower limit is before `first`, infinite where the upper one is after `last`. `value` is 0 or
    infinite where the fitted curve itself reaches it before or after.
    """
    many = repeated(problems, 2)
    free = many.free.copy()
    free[:, 0] = False
    percents = np.repeat(percent, 2)
    many = replace(many, free=free, percent=percents)

    def profile(log_time: Vector, near: Vector, places: Places) -> tuple[Vector, Vector]:
        asked = replace(some(many, places), time=np.exp(log_time))
        found, rss = descend(asked, near, _TOLERANCE, 40)
        return rss, found

    bars, upper = np.repeat(bar, 2), np.tile([False, True], value.size)
    ends = np.empty(upper.size)
    ends[upper], ends[~upper] = np.log(last), np.log(first)
    centre = np.repeat(np.log(np.clip(value, first, last)), 2)
    start = np.repeat(theta, 2, axis=0)
    everyone = np.arange(ends.size)
    at_centre, near = profile(centre, start, everyone)
    at_end = profile(ends, near, everyone)[0]
    gap_in, gap_out = _gap(at_centre, bars), _gap(at_end, bars)
    crossing = (gap_in <= 0) & (gap_out > 0)
    outside = np.where(crossing, ends, np.nan)
    found = np.exp(between(profile, near, centre, gap_in, outside, gap_out, bars)).clip(first, last)
    beyond = np.where(upper, np.inf, 0.0)
    nothing_inside = np.exp(centre).clip(
        first, last
    )  # the curve is refused at the very end: the data exclude the whole run
    limit = np.where(crossing, found, np.where(gap_in > 0, nothing_inside, beyond))
    pairs = limit.reshape(-1, 2)
    return np.where(value == 0.0, 0.0, pairs[:, 0]), np.where(np.isinf(value), np.inf, pairs[:, 1])
