"""The initial rate of a progress curve: which window, which slope, how sure.

The rule, in this order:

1. Readings beyond the detector's limit, bubbles and everything behind a jump are cut.
2. The window begins where the lag is over (the rate lacks less than one per cent), and where the rate of
   the rest no longer rises beyond its error.
3. The straight window is the longest from there in which the rate falls by at most 5 % or by no more
   than its error, and in which at most 10 % of the substrate is used where that is known. It is never the
   window with the steepest slope.
4. The depletion is looked for in the longest window in which the rate falls by at most 70 %. Where the fall
   is greater than its error, the slope is the rate at no product by the integrated Michaelis-Menten
   equation (behind a lag, the mean of this and of a first-order fall); else it is the straight line's.
   A trace that makes less than a tenth of what the same reagents are known to allow has no depletion.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.rate_cuts import cut_readings
from selenolab.fit.rate_decline import Decline, fit_decline
from selenolab.fit.rate_integrated import fit_integrated
from selenolab.fit.rate_lag import find_lag
from selenolab.fit.rate_noise import described, trace_correlation
from selenolab.fit.rate_result import Rate, RateRule

Vector = NDArray[np.float64]
_WINDOWS = 24
_LEAST_INTEGRATED = 10  # readings for a law with two constants
_MOST_COST = 3.0  # standard error that the second constant may cost, times that without it
_LAGS = 3
_RISES = -2.0  # standard errors below none: from there on the rate is said to rise
_LAG_GAIN = 12.0  # chi-square with two degrees of freedom, p = 0.0025


def initial_rate(time: ArrayLike, signal: ArrayLike, rule: RateRule = RateRule()) -> Rate:  # noqa: B008 - frozen
    """The initial rate of one trace.

    Parameters
    ----------
    time : (n,) increasing; two readings are enough for a slope, six for its error.
    signal : (n,); readings that are no number are cut.

    Raises
    ------
    DataError
        Times that do not increase; fewer than two readings that count.

    Examples
    --------
    >>> t = np.arange(0.0, 10.0, 0.5)
    >>> found = initial_rate(t, 0.1 + 0.05 * t)
    >>> round(found.slope, 6), found.method, found.lag
    (0.05, 'line', 0.0)
    """
    t, y = np.asarray(time, dtype=np.float64).ravel(), np.asarray(signal, dtype=np.float64).ravel()
    _check(t, y)
    cut = cut_readings(y, rule.direction, rule.limit)
    sound = np.flatnonzero(np.array(cut.why, dtype=object) == "")
    if sound.size < 2:
        raise DataError(_too_few(cut.why, int(sound.size)))
    rising = rule.direction * y
    if sound.size < rule.min_points:
        return _straight(t, rising, sound, cut.why, rule, 0.0, None, cut.notes)
    rho = trace_correlation(t[sound], rising[sound])
    begin, lag = _lag_end(t[sound], rising[sound], rho, rule)
    kept = sound[begin:]
    return _estimated(t, rising, sound, kept, cut.why, lag, rho, rule, cut.notes)


def _check(t: Vector, y: Vector) -> None:
    if t.size != y.size or t.size < 2:
        raise DataError(f"Expected at least two readings with their times, found {min(t.size, y.size)}.")
    if not np.isfinite(t).all() or (np.diff(t) <= 0).any():
        row = int(np.argmax(~(np.diff(t) > 0))) + 1
        raise DataError(f"Expected times that increase, found {t[row]:g} after {t[row - 1]:g}.")


def _too_few(why: Sequence[str], left: int) -> str:
    reasons = ", ".join(sorted({text for text in why if text}))
    return f"Expected at least two readings that count, found {left} of {len(why)} ({reasons})."


def _lag_end(t: Vector, y: Vector, rho: float, rule: RateRule) -> tuple[int, float]:
    """The first reading behind the lag and its time; looked for again in what is left, three times."""
    begin = 0
    for _ in range(_LAGS if rule.lag else 0):
        found = find_lag(*_first_half(t[begin:], y[begin:]), _LAG_GAIN, rho)
        moved = begin + int(np.searchsorted(t[begin:] - t[begin], found.end))
        if found.end == 0 or t.size - moved < rule.min_points:
            break
        begin = moved
    begin += _rising(t[begin:], y[begin:], rho, rule) if rule.lag else 0
    return begin, float(t[begin]) if begin else 0.0


def _rising(t: Vector, y: Vector, rho: float, rule: RateRule) -> int:
    """How many first readings to leave, of at most half, until the rate of the rest no longer rises.

    A lag too faint to be fitted still bends the whole trace upwards. Windows that begin in it are the
    straighter the shorter they are, and would stand for the slow start.
    """
    least = max(rule.min_points, t.size // 2)
    for begin in range(t.size - least):
        fit = fit_decline(t[begin:], y[begin:], rho)
        fall = -np.expm1(-fit.k * (t[-1] - t[begin]))
        if fit.t >= _RISES or fall >= -rule.max_fall:
            return begin
    return max(t.size - least, 0)


def _first_half(t: Vector, y: Vector) -> tuple[Vector, Vector]:
    """The readings until half of the trace's product is made: depletion bends the rest."""
    level = (float(np.median(y[:3])) + float(np.median(y[-3:]))) / 2
    n = max(int(np.argmax(y > level)) if (y > level).any() else y.size, 10)
    return t[:n], y[:n]


def _ends(n: int, least: int) -> list[int]:
    """Window lengths in readings, the longest first."""
    return sorted({int(k) for k in np.round(np.linspace(min(least, n), n, _WINDOWS))}, reverse=True)


def _estimated(
    t: Vector, y: Vector, sound: NDArray[np.intp], kept: NDArray[np.intp], why: Sequence[str],
    lag: float, rho: float, rule: RateRule, notes: tuple[str, ...],
) -> Rate:  # fmt: skip
    if rule.least_full_change and _rise(y[kept]) < rule.max_conversion * rule.least_full_change:
        return _straight(t, y, kept, why, rule, lag, rho, notes)
    fits = {n: fit_decline(t[kept[:n]], y[kept[:n]], rho) for n in _ends(kept.size, rule.min_points)}
    short = next((n for n, fit in fits.items() if _is_straight(t[kept[:n]], fit, rule)), min(fits))
    long = next((n for n, fit in fits.items() if _is_followed(t[kept[:n]], fit, rule)), min(fits))
    line = _straight(t, y, kept[:short], why, rule, lag, rho, notes)
    fit = fits[long]
    if fit.t <= rule.t_found or fit.v <= 0:
        return _wary(line, fit)
    return _declined(t, y, sound, kept[:long], fit, line, rho, rule)


def _rise(y: Vector) -> float:
    """Change over a trace by the medians of its first and last three readings."""
    return abs(float(np.median(y[-3:])) - float(np.median(y[:3])))


def _wary(line: Rate, fit: Decline) -> Rate:
    """The line with a standard error that holds what a fall too small to be seen would change."""
    if line.se is None or not np.isfinite(fit.v):
        return line
    return replace(line, se=float(np.hypot(line.se, fit.v - line.slope)) if fit.k > 0 else line.se)


def _is_straight(t: Vector, fit: Decline, rule: RateRule) -> bool:
    fall = -np.expm1(-fit.k * (t[-1] - t[0]))
    used = 0.0 if rule.full_change is None else (fit.fitted[-1] - fit.intercept) / rule.full_change
    return bool(used <= rule.max_conversion and (abs(fall) <= rule.max_fall or abs(fit.t) < 2))


def _is_followed(t: Vector, fit: Decline, rule: RateRule) -> bool:
    return bool(-np.expm1(-fit.k * (t[-1] - t[0])) <= rule.long_fall)


def _straight(
    t: Vector, y: Vector, rows: NDArray[np.intp], why: Sequence[str], rule: RateRule, lag: float,
    rho: float | None, notes: tuple[str, ...],
) -> Rate:  # fmt: skip
    """The straight line through the readings `rows`."""
    s, seen = t[rows], y[rows]
    design = np.column_stack([np.ones_like(s), s])
    intercept, slope = np.linalg.lstsq(design, seen, rcond=None)[0]
    fitted = design @ np.array([intercept, slope])
    noise = described(design, seen - fitted, rho)
    used, curve = np.zeros(t.size, dtype=bool), np.full(t.size, np.nan)
    used[rows], curve[rows] = True, rule.direction * fitted
    two = rows.size == 2
    se = None if two else float(np.sqrt(noise.cov[1, 1]))
    conversion = None if rule.full_change is None else float(slope * (s[-1] - s[0]) / rule.full_change)
    if conversion is not None and conversion > rule.max_conversion:
        notes = (*notes, f"{100 * conversion:.0f} % of the substrate is used within the shortest window.")
    return Rate(
        float(slope), se, "two reads" if two else "line", float(s[0]), float(s[-1]), float(slope), se,
        float(rule.direction * intercept), used, tuple(why), lag, 0.0, conversion, noise.rho,
        0.0 if two else noise.sigma, curve, notes,
    )  # fmt: skip


def _declined(
    t: Vector, y: Vector, sound: NDArray[np.intp], rows: NDArray[np.intp], fit: Decline, line: Rate,
    rho: float, rule: RateRule,
) -> Rate:  # fmt: skip
    """The slope at no product of a rate that falls as the substrate is used up.

    By the integrated Michaelis-Menten equation; where its second constant is too uncertain to be of use, by a
    rate that falls in step with the product.
    """
    zero = float(y[sound[0]]) if rows[0] != sound[0] else fit.intercept
    before = max(fit.intercept - zero, 0.0)
    weights = np.array([1.0, before])
    plain, plain_se = fit.v + fit.k * before, float(np.sqrt(weights @ fit.cov @ weights))
    used, curve = np.zeros(t.size, dtype=bool), np.full(t.size, np.nan)
    used[rows] = True
    found = None
    if rows.size >= _LEAST_INTEGRATED:
        found = fit_integrated(t[rows] - t[rows[0]], y[rows] - zero, before, fit.v, rho)
    if found is not None and found.se <= _MOST_COST * plain_se:
        curve[rows] = rule.direction * (zero + found.fitted)
        slope, se = found.v, found.se
        if line.lag > 0:  # it has hidden the first bend: neither law is better, the mean of both is taken
            slope, se = (slope + plain) / 2, float(np.hypot((se + plain_se) / 2, (slope - plain) / 2))
        return replace(
            line, slope=slope, se=se, method="integrated", used=used, curve=curve, fall=found.fall,
            rho=found.rho, sigma=found.sigma,
        )  # fmt: skip
    curve[rows] = rule.direction * fit.fitted
    fall = 1 - fit.v * float(np.exp(-fit.k * (t[rows[-1]] - t[rows[0]]))) / plain
    return replace(
        line, slope=plain, se=plain_se, method="first order", used=used, curve=curve, fall=fall, rho=fit.rho,
        sigma=fit.sigma,
    )  # fmt: skip
