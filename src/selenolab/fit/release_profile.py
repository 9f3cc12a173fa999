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
Profile = Callable[[Vector, Vector], tuple[Vector, Vector]]

_WIDENINGS, _HALVINGS, _TOLERANCE = 12, 14, 1e-8


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

    def profile(psi: Vector, near: Vector) -> tuple[Vector, Vector]:
        start = near.copy()
        start[row, place] = psi
        found, rss = descend(many, start, _TOLERANCE, 40)
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
    gap_in, gap_out = -np.sqrt(bar), np.full(centre.shape, np.nan)
    near, open_ = theta.copy(), np.ones(centre.shape, bool)
    at_end = inside == end
    gap_in = _gap(profile(inside, near)[0], bar)
    for _ in range(_WIDENINGS):
        trial = inside + step
        trial = np.where(np.sign(step) * (trial - end) >= 0, end, trial)
        trial = np.where(open_, trial, inside)
        rss, found = profile(trial, near)
        gap = _gap(rss, bar)
        crossed = open_ & (gap > 0)
        outside, gap_out = np.where(crossed, trial, outside), np.where(crossed, gap, gap_out)
        open_ &= ~crossed
        moved = open_ & (gap <= 0)
        inside, gap_in = np.where(moved, trial, inside), np.where(moved, gap, gap_in)
        near = np.where(moved[:, None], found, near)
        at_end = open_ & (inside == end)
        step = np.where(open_, 1.8 * step, step)
        if not np.any(open_ & ~at_end):
            break
    found_at = between(profile, near, inside, gap_in, outside, gap_out, bar)
    return np.where(open_, np.sign(step) * np.inf, found_at)


def _gap(rss: Vector, bar: Vector) -> Vector:
    """Distance beyond the bar, on the scale on which the profile is nearly straight."""
    return np.where(np.isfinite(rss), np.minimum(rss, 1e6 * bar), 1e6 * bar) / bar - 1.0


def between(
    profile: Profile, theta: Vector, inside: Vector, gap_in: Vector, outside: Vector, gap_out: Vector,
    bar: Vector,
) -> Vector:  # fmt: skip
    """Where the profile crosses the bar between `inside` and `outside` (Illinois rule); NaN outside stays."""
    known = np.isfinite(outside) & np.isfinite(inside)
    inside, outside = np.where(known, inside, 0.0), np.where(known, outside, 0.0)
    gap_in, gap_out = np.where(known, gap_in, -1.0), np.where(known, gap_out, 1.0)
    near, kept = theta.copy(), np.zeros(inside.shape, int)
    here = inside.copy()
    centre = inside
    for _ in range(_HALVINGS):
        here = inside - (outside - inside) * gap_in / (gap_out - gap_in)
        rss, found = profile(np.where(known, here, centre), near)
        gap = np.where(known, _gap(rss, bar), 0.0)
        if np.all(np.abs(gap) <= 1e-5):
            break
        out = gap > 0
        gap_in = np.where(out, np.where(kept == 1, 0.5 * gap_in, gap_in), gap)
        gap_out = np.where(out, gap, np.where(kept == -1, 0.5 * gap_out, gap_out))
        outside, inside = np.where(out, here, outside), np.where(out, inside, here)
        near = np.where((~out & known)[:, None], found, near)
        kept = np.where(out, 1, -1)
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

    def profile(log_time: Vector, near: Vector) -> tuple[Vector, Vector]:
        found, rss = descend(replace(many, time=np.exp(log_time)), near, _TOLERANCE, 40)
        return rss, found

    bars, upper = np.repeat(bar, 2), np.tile([False, True], value.size)
    ends = np.empty(upper.size)
    ends[upper], ends[~upper] = np.log(last), np.log(first)
    centre = np.repeat(np.log(np.clip(value, first, last)), 2)
    start = np.repeat(theta, 2, axis=0)
    at_centre, near = profile(centre, start)
    at_end = profile(ends, near)[0]
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
