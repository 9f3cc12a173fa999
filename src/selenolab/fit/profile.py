"""Profile-likelihood interval of an effective dose of one curve of any family.

At every dose x* tried, the curve is fitted again under the condition that x* is the dose asked for; x*
is inside while the sum of squares stays below RSS (1 + F / dof), F with 1 and dof degrees of freedom
(Bates and Watts, Nonlinear Regression Analysis and Its Applications, 1988, chapter 6). The plateaus (and
the f of Brain-Cousens) enter linearly and are eliminated; `selenolab.fit.profile_batch` does the same,
compiled, for many LL.4 curves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.fit.constrained import Condition, least_rss, starts_at
from selenolab.fit.dose_response import CurveFit
from selenolab.fit.families import EffectiveDose, absolute_dose, relative_dose
from selenolab.fit.profile_batch import SPAN, t_squared

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DoseInterval:
    """An effective dose with its interval.

    Parameters
    ----------
    value : the estimate; None where the fitted curve has no such dose.
    low, high : limits; 0 and infinity where open. ``low = high = inf`` (or 0): no dose agrees with the data.
    open_low, open_high : True where that side is open: no limit within a factor of 1,000 of the doses.
    confidence : such as 0.95.
    method : how the limits were found.
    reason : why there is no value, or why a side is open; empty otherwise.
    """

    value: float | None
    low: float
    high: float
    open_low: bool
    open_high: bool
    confidence: float
    method: str
    reason: str


def effective_dose(
    fit: CurveFit, *, percent: float | None = None, level: float | None = None
) -> EffectiveDose:
    """The relative (`percent`) or absolute (`level`) effective dose of a fitted curve.

    Raises
    ------
    DataError
        When not exactly one of `percent` and `level` is given.

    Examples
    --------
    >>> from selenolab.fit.dose_response import fit_curve
    >>> dose = np.array([0.5, 1, 2, 4, 8, 16, 32, 64])
    >>> fit = fit_curve(dose, 10 + 90 / (1 + (dose / 5) ** 1.5))
    >>> round(effective_dose(fit, percent=50).value, 6), round(effective_dose(fit, level=50).value, 3)
    (5.0, 5.802)
    """
    if (percent is None) == (level is None):
        raise DataError(
            "Effective dose: expected either percent (relative) or level (absolute), and not both."
        )
    if percent is not None:
        return relative_dose(fit.family, fit.values, percent)
    assert level is not None
    return absolute_dose(fit.family, fit.values, level)


def profile_interval(
    fit: CurveFit, *, percent: float | None = None, level: float | None = None, confidence: float = 0.95
) -> DoseInterval:
    """Profile-likelihood interval of a relative (`percent`) or absolute (`level`) effective dose.

    Limits of c and d and fixed parameters of the fit are kept; limits of e (and f) are not.

    Raises
    ------
    DataError
        When not exactly one of `percent` and `level` is given, or e is fixed.

    Examples
    --------
    >>> from selenolab.fit.dose_response import fit_curve
    >>> dose = np.repeat([0.5, 1, 2, 4, 8, 16, 32, 64], 3)
    >>> fit = fit_curve(dose, 10 + 90 / (1 + (dose / 5) ** 1.5) + np.tile([-2.0, 0.0, 2.0], 8))
    >>> found = profile_interval(fit, percent=50)
    >>> 4.5 < found.low < found.value < found.high < 5.5
    True
    """
    estimate = effective_dose(fit, percent=percent, level=level)
    if "e" in fit.family.fixed:
        raise DataError(f"{fit.family.name}: found e fixed; an effective dose has no interval then.")
    if not np.isfinite(fit.values[3]) or fit.dof <= 0:
        return _open(estimate, confidence, estimate.reason or fit.why or "no degrees of freedom are left")
    condition = Condition(fit, percent, level)
    bar = (
        fit.rss * (1 + float(t_squared(np.array([float(fit.dof)]), confidence)[0]) / fit.dof)
        - fit.data.pure_error_ss
    )
    low, high = _limits(condition, estimate, fit.rss - fit.data.pure_error_ss, bar)
    return _told(estimate, float(np.exp(low)), float(np.exp(high)), confidence)


def _limits(condition: Condition, estimate: EffectiveDose, least: float, bar: float) -> tuple[float, float]:
    """Ln of both limits, infinite where open."""
    doses = condition.fit.data.dose
    ends = np.log(doses[doses > 0][0]) - SPAN, np.log(doses[-1]) + SPAN
    start = _log_start(estimate)
    middle = float(np.clip(start, *ends))
    search = _Search(condition, bar)
    if middle != start and search.rss(middle) > bar:
        return start if np.isinf(start) else np.sign(start) * np.inf, np.sign(start) * np.inf
    state = search.state
    width = _first_step(condition.fit)
    low = _side(search, middle, ends[0], width, least, bar) if start > ends[0] else -np.inf
    search.state = state
    high = _side(search, middle, ends[1], width, least, bar) if start < ends[1] else np.inf
    return float(low), float(high)


def _log_start(estimate: EffectiveDose) -> float:
    if estimate.value is not None and estimate.value > 0:
        return float(np.log(estimate.value))
    return -np.inf if estimate.side == "below" else np.inf


def _first_step(fit: CurveFit) -> float:
    relative = fit.se[3] / fit.values[3]
    return float(np.clip(relative, 0.01, 0.3)) if np.isfinite(relative) else 0.3


class _Search:
    """Least sums of squares along x*, each from its neighbour's solution."""

    def __init__(self, condition: Condition, bar: float) -> None:
        self.condition, self.bar = condition, bar
        self.state: Vector | None = None

    def rss(self, log_x: float, thorough: bool = True) -> float:
        """Least RSS at ln x*; when `thorough`, other starts are tried before a dose is refused."""
        best = np.inf
        starts = starts_at(self.condition, log_x, self.state)
        for start in starts if thorough else starts[:2]:
            found = least_rss(self.condition, log_x, start)
            if found.rss < best:
                best, self.state = found.rss, found.x
            if best <= self.bar:
                break
        return best


def _side(search: _Search, start: float, end: float, step: float, least: float, bar: float) -> float:
    """Ln of the limit between `start` and `end`; infinite where the end is still inside."""
    sign = 1.0 if end > start else -1.0

    def gap(here: float, thorough: bool = False) -> float:
        return float(np.sqrt(max(search.rss(here, thorough) - least, 0.0)) - np.sqrt(max(bar - least, 0.0)))

    inside, gap_in = start, -float(np.sqrt(max(bar - least, 0.0)))
    if gap_in == 0.0:
        return start
    while True:
        here = inside + sign * step
        here = end if sign * (here - end) >= 0 else here
        now = gap(here)
        if now > 0:
            found = crossing(gap, inside, gap_in, here, now)
            beyond = sign * min(sign * (found + 0.05 * sign), sign * here)
            now = gap(beyond, thorough=True)
            if now > 0:
                return found
            here, step = beyond, 0.05  # another valley goes on: look further
        if here == end:
            return sign * np.inf
        inside, gap_in, step = here, min(now, 0.0), min(1.6 * step, 0.7)


def crossing(
    gap: Callable[[float], float], inside: float, gap_in: float, outside: float, gap_out: float
) -> float:
    """Where `gap` changes sign (Illinois rule), to 1e-7.

    Examples
    --------
    >>> round(crossing(lambda x: x * x - 2, 0.0, -2.0, 2.0, 2.0), 6)
    1.414214
    """
    scale, kept = abs(gap_in), 0
    here = inside
    for _ in range(60):
        here = inside - (outside - inside) * gap_in / (gap_out - gap_in)
        now = gap(here) if abs(outside - inside) > 1e-7 else 0.0
        if abs(now) <= 1e-7 * scale:
            break
        if now > 0:
            outside, gap_out, gap_in, kept = here, now, gap_in * (0.5 if kept == 1 else 1.0), 1
        else:
            inside, gap_in, gap_out, kept = here, now, gap_out * (0.5 if kept == -1 else 1.0), -1
    return here


def _open(estimate: EffectiveDose, confidence: float, reason: str) -> DoseInterval:
    return DoseInterval(
        estimate.value, 0.0, float("inf"), True, True, confidence, "profile likelihood", reason
    )


def _told(estimate: EffectiveDose, low: float, high: float, confidence: float) -> DoseInterval:
    open_low, open_high = low == 0.0, bool(np.isinf(high))
    sides = [name for name, is_open in (("low", open_low), ("high", open_high)) if is_open]
    reason = estimate.reason or (
        f"open on the {' and '.join(sides)} side: the data set no limit there" if sides else ""
    )
    return DoseInterval(
        estimate.value, low, high, open_low, open_high, confidence, "profile likelihood", reason
    )


def within_doses(found: DoseInterval, lowest: float, highest: float) -> DoseInterval:
    """The same interval with what lies beyond the doses made open: extrapolated numbers are not given.

    A value above the highest dose becomes None with the reason, and its lower limit is at most that dose:
    "> highest". Likewise below the lowest dose.

    Examples
    --------
    >>> found = DoseInterval(90.0, 50.0, 200.0, False, False, 0.95, "profile likelihood", "")
    >>> inside = within_doses(found, 0.5, 64.0)
    >>> inside.value, inside.low, inside.high, inside.reason
    (None, 50.0, inf, 'above the highest dose 64')
    """
    value, reason = found.value, found.reason
    if value is not None and value > highest:
        value, reason = None, f"above the highest dose {highest:g}"
    elif value is not None and value < lowest:
        value, reason = None, f"below the lowest dose {lowest:g}"
    low = 0.0 if found.low < lowest else min(found.low, highest)
    high = float("inf") if found.high > highest else max(found.high, lowest)
    return DoseInterval(
        value, low, high, low == 0.0, bool(np.isinf(high)), found.confidence, found.method, reason
    )
