"""From a reading back to its concentration, with an interval; outside the standards only a bound.

The interval holds every concentration x for which the reading lies within the band of a new reading at x:
|y0 - f(x)| <= t sqrt(s^2 / (m w(x)) + g(x)' C g(x)), m readings averaged. For a line of one weight this is
Fieller's interval, in closed form (Draper and Smith, Applied Regression Analysis, ISBN 0-471-17082-8).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from selenolab.core.errors import DataError
from selenolab.core.estimate import Censored
from selenolab.fit.calibration import Calibration
from selenolab.fit.calibration_models import gradient, inverse, response, slope
from selenolab.fit.calibration_weights import of_response, weights
from selenolab.stats.intervals import t_quantile

Vector = NDArray[np.float64]

_BEYOND = 1.25  # a limit more than that many times the top standard is left open
_GRID = 48


@dataclass(frozen=True, slots=True)
class Inversion:
    """A concentration read from a curve.

    `value` is a bound where `censored` is ">" (above the top standard) or "<" (below the lowest); an open
    limit is infinite. `se` is the standard error by the delta rule (NaN for a bound); `why` says in
    words what the value is where it is no plain one.
    """

    value: float
    low: float
    high: float
    censored: Censored
    se: float
    why: str = ""


def band(curve: Calibration, x: Vector, replicates: int) -> Vector:
    """Standard error (n,) of the difference between the mean of new readings at `x` (n,) and the curve."""
    shown = response(curve.model, curve.parameters, x)
    shown = np.maximum(shown, curve.fitted.min()) if of_response(curve.weight) else shown
    given = weights(curve.weight, x, shown, curve.lowest)
    slopes = gradient(curve.model, curve.parameters, x)
    blind = ~np.isfinite(np.diagonal(curve.covariance))
    if blind.any():
        return np.full(x.shape, np.inf)
    curve_variance = np.einsum("ij,jk,ik->i", slopes, curve.covariance, slopes)
    return np.asarray(np.sqrt(curve.s**2 / (replicates * given) + np.maximum(curve_variance, 0)), float)


def invert(curve: Calibration, reading: float, replicates: int = 1, level: float = 0.95) -> Inversion:
    """The concentration behind the mean `reading` of `replicates` wells.

    Examples
    --------
    >>> from selenolab.fit.calibration import fit_calibration
    >>> line = fit_calibration([0, 1, 2, 4, 8], [0.1, 0.31, 0.49, 0.9, 1.7])
    >>> round(invert(line, 0.7, 3).value, 2), invert(line, 2.5).censored, invert(line, 0.05).censored
    (3.0, '>', '<')
    """
    if replicates < 1 or not np.isfinite(reading):
        raise DataError(f"Expected a finite reading of at least one well, found {reading} of {replicates}.")
    ends = response(curve.model, curve.parameters, np.array([curve.lowest, curve.top]))
    sign = 1.0 if curve.direction == "rising" else -1.0
    if sign * (reading - ends[1]) > 0:
        why = f"the reading lies beyond that of the top standard ({curve.top:g})"
        return Inversion(curve.top, curve.top, np.inf, ">", float("nan"), why)
    if sign * (reading - ends[0]) < 0:
        why = f"the reading lies below that of the lowest standard ({curve.lowest:g})"
        return Inversion(curve.lowest, -np.inf, curve.lowest, "<", float("nan"), why)
    value = inverse(curve.model, curve.parameters, reading, curve.top)
    value = min(max(value, curve.lowest), curve.top)
    t = t_quantile(level, curve.dof)
    steep = abs(float(slope(curve.model, curve.parameters, value)[0]))
    se = float(band(curve, np.array([value]), replicates)[0]) / steep
    if curve.model == "linear":
        low, high = _fieller(curve, value, replicates, t)
    else:
        low, high = _searched(curve, reading, value, replicates, t, sign)
    high = np.inf if high > _BEYOND * curve.top else high
    return Inversion(value, max(min(low, value), 0.0), max(high, value), None, se)


def _fieller(curve: Calibration, value: float, replicates: int, t: float) -> tuple[float, float]:
    """Roots of (y0 - a - b x)^2 = t^2 (s^2/(m w) + Caa + 2 Cab x + Cbb x^2) about x0 = (y0 - a)/b."""
    b = float(curve.parameters[1])
    caa, cab, cbb = (float(curve.covariance[i, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    given = float(
        weights(curve.weight, [value], response("linear", curve.parameters, [value]), curve.lowest)[0]
    )
    noise = curve.s**2 / (replicates * given)
    # with z = x - value the condition is lead z^2 - 2 half z - rest = 0
    lead = b * b - t * t * cbb
    if lead <= 0:
        return 0.0, float("inf")
    half = t * t * (cab + cbb * value)
    rest = t * t * (noise + caa + 2 * cab * value + cbb * value**2)
    root = float(np.sqrt(half * half + lead * rest))
    return value + (half - root) / lead, value + (half + root) / lead


def _searched(
    curve: Calibration, reading: float, value: float, replicates: int, t: float, sign: float
) -> tuple[float, float]:
    """The nearest concentrations on both sides at which the reading leaves the band."""

    def below(x: Vector) -> Vector:
        gap: Vector = sign * (reading - response(curve.model, curve.parameters, x))
        return gap - t * band(curve, x, replicates)

    def above(x: Vector) -> Vector:
        gap: Vector = sign * (response(curve.model, curve.parameters, x) - reading)
        return gap - t * band(curve, x, replicates)

    down = value * (1 - np.linspace(0, 1, _GRID) ** 2)
    up = value + (1.001 * _BEYOND * curve.top - value) * np.linspace(0, 1, _GRID) ** 2
    return _crossing(below, down, 0.0), _crossing(above, up, float("inf"))


def _crossing(outside: Callable[[Vector], Vector], grid: Vector, none: float) -> float:
    """Where `outside` first becomes positive along `grid`; `none` where it never does."""
    seen = outside(grid)
    hits = np.flatnonzero(seen > 0)
    if not hits.size:
        return none
    at = int(hits[0])
    if at == 0:
        return float(grid[0])
    return float(brentq(lambda x: float(outside(np.array([x]))[0]), grid[at - 1], grid[at], xtol=1e-12))
