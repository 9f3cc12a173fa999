"""What a joint membrane fit says: values with intervals, or bounds."""

from dataclasses import dataclass
from math import exp, inf, log

import numpy as np
from numpy.typing import NDArray

from selenolab.core.estimate import Absent, Estimate, Outcome, at_least, at_most
from selenolab.fit.membrane_model import LN2
from selenolab.fit.membrane_scatter import Scatter, vessel_scatter
from selenolab.fit.membrane_search import (
    HALF_DOSE,
    Joint,
    Profile,
    half_dose_time,
    held_parameters,
    model,
    vessels,
)
from selenolab.fit.profile import crossing
from selenolab.stats.intervals import t_quantile
from selenolab.stats.least_squares import Solution

Vector = NDArray[np.float64]

_BY_VESSELS = "profile likelihood of ln t50 scaled to the scatter between vessels"
_BY_READINGS = (
    "profile likelihood of ln t50 over readings: an arm with one vessel shows no variation of vessels"
)
_INSTANT = 0.01  # of the first sampling time: a release that is over before anything is seen


@dataclass(frozen=True, slots=True)
class Limits:
    """ln of the limits of t50 within the sampling times, infinite where open.

    `instant`: a release that is over at once agrees with the data too.
    """

    low: float
    high: float
    instant: bool


def repeated(joint: Joint) -> bool:
    """Whether both arms have two vessels or more."""
    return min(len(joint.release.names), len(joint.control.names)) > 1


def scatter_of(joint: Joint, jacobian: Vector, residual: Vector, place: int, dof: int) -> Scatter:
    """Scatter of one parameter between vessels, or between readings where vessels are not repeated."""
    releases = len(joint.release.names)
    found = vessel_scatter(jacobian, residual, vessels(joint), place, dof, releases)
    if repeated(joint):
        return found
    return Scatter(found.plain_variance, found.plain_variance, float(dof), float(dof))


def t50_outcome(
    joint: Joint, free: Solution, level: float, resolution: float
) -> tuple[Outcome, tuple[str, ...]]:
    """The carrier's t50 and, where it is no value, why."""
    method = _BY_VESSELS if repeated(joint) else _BY_READINGS
    n = len(joint.release.names)
    membrane = LN2 / exp(free.x[-2])
    floor = min(max(joint.first, resolution * membrane), joint.last)
    found = half_dose_time(joint.layout, free.x)
    limits = t50_limits(joint, free, level, floor)
    if limits.high == inf and (limits.instant or limits.low == -inf):
        why = "release and control do not tell the carrier's t50 within the sampling times"
        return Absent(why, "h", method), (why,)
    if found > joint.last or limits.low >= log(joint.last):
        bound = min(exp(limits.low), joint.last)
        why = f"the carrier has not released {HALF_DOSE:g} % by the last sample at {joint.last:g} h"
        return at_least(bound, "h", method, n, "vessels", level), (why,)
    if found < floor or limits.instant:
        bound = max(exp(limits.high), floor)
        return at_most(bound, "h", method, n, "vessels", level), (_too_fast(joint, limits, membrane, floor),)
    low = exp(limits.low) if limits.low >= log(floor) else -inf
    high = exp(limits.high) if limits.high < inf else inf
    return Estimate(found, min(low, found), max(high, found), "h", method, n, "vessels", level), ()


def _too_fast(joint: Joint, limits: Limits, membrane: float, floor: float) -> str:
    if limits.instant:
        return "the release cannot be told from free drug in the bag: the membrane is all that is seen"
    if floor <= joint.first:
        return f"the carrier's t50 lies before the first sample at {joint.first:g} h"
    return (
        f"the carrier is more than {membrane / floor:.3g} times as fast as the membrane "
        f"(half-time {membrane:.3g} h), whose delay is then most of what is seen"
    )


def t50_limits(joint: Joint, free: Solution, level: float, floor: float) -> Limits:
    """Where the profile of ln t50 passes its bar, between the first and the last sampling time."""
    scatter = _t50_scatter(joint, free)
    widened = t_quantile(level, scatter.df) ** 2 * scatter.variance / scatter.plain_variance
    rise = widened * free.rss / max(free.dof, 1)
    width = float(np.sqrt(scatter.variance) * t_quantile(level, scatter.df))
    search = _Search(Profile(joint, free), free.rss, rise)
    first, last = log(joint.first), log(joint.last)
    found = half_dose_time(joint.layout, free.x)
    centre = float(np.clip(log(found) if found < inf else inf, log(floor), last))
    instant = search.gap(first + log(_INSTANT)) <= 0
    if centre == last and (found > joint.last) and search.gap(last) > 0:
        return Limits(last, inf, instant)
    if found < floor and search.gap(log(floor)) > 0:
        return Limits(-inf, log(floor), instant)
    low = search.limit(centre, first, width) if found >= floor else -inf
    high = search.limit(centre, last, width) if found <= joint.last else inf
    return Limits(low, high, instant)


def _t50_scatter(joint: Joint, free: Solution) -> Scatter:
    """Scatter of ln t50; that of the half time of the plateau where the plateau is near half the dose."""
    residual, jacobian = model(joint, free.x)
    place = joint.layout.place("plateau")
    if place is not None and free.x[place] > HALF_DOSE * 1.02:
        _, slopes = held_parameters(joint.layout, log(half_dose_time(joint.layout, free.x)), free.x[1:])
        jacobian = np.hstack([jacobian[:, :1], jacobian @ slopes])
    return scatter_of(joint, jacobian, residual, 0, free.dof)


class _Search:
    """Limits on a profile; each search begins at the free fit."""

    def __init__(self, profile: Profile, least: float, rise: float) -> None:
        self.profile, self.least, self.rise = profile, least, rise
        self.origin = profile.state

    def gap(self, here: float) -> float:
        """Square root of the rise above the least sum, less that of the bar: above zero outside."""
        raised = max(self.profile.rss(here) - self.least, 0.0)
        return float(np.sqrt(raised) - np.sqrt(self.rise))

    def limit(self, centre: float, end: float, width: float) -> float:
        """Ln of the limit between `centre` and `end`; infinite when the end is still inside."""
        self.profile.state = self.origin
        side = 1.0 if end > centre else -1.0
        if end == centre:
            return side * inf
        inside, gap_in = centre, self.gap(centre)
        if gap_in >= 0:
            return centre
        while True:
            here = inside + side * max(width, 0.01)
            here = end if side * (here - end) >= 0 else here
            now = self.gap(here)
            if now > 0:
                return crossing(self.gap, inside, gap_in, here, now)
            if here == end:
                return side * inf
            inside, gap_in = here, now


def membrane_outcomes(joint: Joint, free: Solution, level: float) -> tuple[Outcome, dict[str, Outcome]]:
    """k_m and the carrier's parameters, each with the t interval of the scatter between vessels."""
    ask = _Asked(joint, free, level)
    controls, releases = len(joint.control.names), len(joint.release.names)
    k_m = ask.positive("log k_m", 1.0, 0.0, "1/h", controls, "control vessels")
    k_m = _sampled_too_late(joint, k_m, controls, level)
    found: dict[str, Outcome] = {}
    if joint.layout.family == "first order":
        found["k"] = ask.positive("log half", -1.0, log(LN2), "1/h", releases)
    else:
        found["a"] = ask.weibull_scale(releases)
        found["b"] = ask.positive("log shape", 1.0, 0.0, "1", releases)
    if joint.layout.plateau is None:
        found["Fmax"] = ask.linear("plateau", releases)
    found["control Fmax"] = ask.linear("control plateau", controls, "control vessels")
    return k_m, found


def _sampled_too_late(joint: Joint, k_m: Outcome, n: int, level: float) -> Outcome:
    """A control that is over at its first sample bounds k_m from below."""
    first = float(joint.control.times[joint.control.times > 0][0])
    if isinstance(k_m, Estimate) and k_m.value * first > 3 and k_m.low > 0:
        method = f"{k_m.method}; the control was over at its first sample"
        return at_least(min(k_m.low, 3 / first), "1/h", method, n, "control vessels", level)
    return k_m


@dataclass(frozen=True, slots=True)
class _Asked:
    joint: Joint
    free: Solution
    level: float

    def _scatter(self, jacobian: Vector, place: int) -> Scatter:
        residual, _ = model(self.joint, self.free.x)
        return scatter_of(self.joint, jacobian, residual, place, self.free.dof)

    def _plain(self, name: str) -> tuple[float, Scatter]:
        place = self.joint.layout.names.index(name)
        _, jacobian = model(self.joint, self.free.x)
        return float(self.free.x[place]), self._scatter(jacobian, place)

    def positive(
        self, name: str, sign: float, shift: float, unit: str, n: int, n_is: str = "vessels"
    ) -> Outcome:
        """exp(shift + sign x), interval symmetric in x."""
        log_value, scatter = self._plain(name)
        return self._exponential(shift + sign * log_value, scatter, unit, n, n_is)

    def weibull_scale(self, n: int) -> Outcome:
        """Weibull's a = half^b / ln 2, by exchanging ln half for ln a."""
        x = self.free.x
        shape = exp(x[1])
        _, jacobian = model(self.joint, x)
        turned = jacobian.copy()
        turned[:, 0] = jacobian[:, 0] / shape
        turned[:, 1] = jacobian[:, 1] - jacobian[:, 0] * x[0]
        return self._exponential(shape * x[0] - log(LN2), self._scatter(turned, 0), "h^b", n, "vessels")

    def linear(self, name: str, n: int, n_is: str = "vessels") -> Outcome:
        """A parameter in %."""
        value, scatter = self._plain(name)
        half = self._half(scatter)
        return Estimate(value, value - half, value + half, "%", self._method(), n, n_is, self.level)

    def _exponential(self, log_value: float, scatter: Scatter, unit: str, n: int, n_is: str) -> Outcome:
        half = self._half(scatter)
        if not abs(log_value) + half < 300:
            return Absent("the data do not tell it", unit, self._method())
        low, value, high = (exp(log_value + half * side) for side in (-1, 0, 1))
        return Estimate(value, low, high, unit, f"{self._method()} on logarithms", n, n_is, self.level)

    def _half(self, scatter: Scatter) -> float:
        """Half the interval; three control vessels need the smaller of the two degrees of freedom."""
        df = min(scatter.df, scatter.even_df)
        return t_quantile(self.level, df) * float(np.sqrt(scatter.variance))

    def _method(self) -> str:
        over = "vessels" if repeated(self.joint) else "readings"
        return f"joint fit, t interval over {over}"
