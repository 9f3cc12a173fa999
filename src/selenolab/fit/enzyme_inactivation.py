"""Inhibition that grows with time: the rate constant of inactivation over inhibitor (Kitz and Wilson 1962).

pmid:14033211. After pre-incubation for t, the rate is v0 exp(-k t); k rises with the inhibitor as
k_inact I / (K_I + I). Where no dose comes near K_I only the ratio k_inact / K_I is known.
"""

from dataclasses import dataclass
from math import exp, inf, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.stats.intervals import t_quantile
from selenolab.stats.least_squares import solve

Vector = NDArray[np.float64]
_GAIN = 4.0  # fall of the residual sum of squares, in variances, for a bend to be believed


@dataclass(frozen=True, slots=True)
class Decay:
    """k [1/time] of one inhibitor dose with its standard error, from the logarithm of the rates."""

    dose: float
    k: float
    se: float
    n: int


@dataclass(frozen=True, slots=True)
class Inactivation:
    """`ratio` k_inact/K_I with its limits; k_inact and K_I (None where the doses do not bend).

    `decays` one a dose; `time_dependent` whether k rises with the dose beyond its error.
    """

    ratio: float
    ratio_low: float
    ratio_high: float
    k_inact: float | None
    k_i: float | None
    decays: tuple[Decay, ...]
    time_dependent: bool
    why: str


def lacking(preincubation: ArrayLike, inhibitor: ArrayLike) -> str:
    """What a design lacks to see inhibition grow with time; "" when nothing."""
    t, i = np.asarray(preincubation, dtype=float), np.asarray(inhibitor, dtype=float)
    if np.unique(t).size < 3:
        return "at least three times of pre-incubation"
    if np.unique(i[i > 0]).size < 2 or not (i == 0).any():
        return "at least two doses of the inhibitor and none at all times"
    each = [np.unique(t[i == dose]).size for dose in np.unique(i)]
    return "" if min(each) >= 2 else "at least two times of pre-incubation at every dose"


def fit_inactivation(preincubation: ArrayLike, inhibitor: ArrayLike, rate: ArrayLike) -> Inactivation:
    """Inactivation from rates (n,) above zero, at times and doses (n,); the dose 0 is the enzyme's own decay.

    Raises
    ------
    DataError
        A rate that is not above zero; a design that cannot tell (see :func:`lacking`).
    """
    t, i, v = (np.asarray(a, dtype=np.float64).ravel() for a in (preincubation, inhibitor, rate))
    missing = lacking(t, i)
    if missing:
        raise DataError(f"Expected {missing} to see inhibition grow with time.")
    if not (v > 0).all():
        raise DataError(f"Expected rates above zero, found {v.min():g}. Leave out rates that are not.")
    doses, place = np.unique(i, return_inverse=True)
    x, y = _within(t, place), _within(np.log(v), place)
    dof = v.size - doses.size - 2
    if dof < 1:
        raise DataError(f"Expected more rates than {doses.size + 2} for {doses.size} doses, found {v.size}.")
    decays = _decays(x, y, doses, place)
    design = np.column_stack([-x, -x * i])
    weights: Vector = np.asarray(np.linalg.lstsq(design, y, rcond=None)[0], dtype=np.float64)
    left = y - design @ weights
    cov = float(left @ left) / dof * np.linalg.inv(design.T @ design)
    ratio, half = float(weights[1]), t_quantile(0.95, dof) * float(np.sqrt(cov[1, 1]))
    if ratio - half <= 0:
        why = "the rate constant of inactivation does not rise with the dose beyond its error"
        return Inactivation(ratio, ratio - half, ratio + half, None, None, decays, False, why)
    bent = _bent(x, y, i, weights, dof) if doses.size >= 4 else None
    if bent is None:
        why = "no bend is seen over the doses: only k_inact/K_I is known, too low if there is one"
        return Inactivation(ratio, ratio - half, ratio + half, None, None, decays, True, why)
    value, k_i, spread = bent
    factor = exp(min(t_quantile(0.95, dof - 1) * spread, 50.0))
    return Inactivation(value, value / factor, value * factor, value * k_i, k_i, decays, True, "k levels off")


def _within(values: Vector, place: NDArray[np.intp]) -> Vector:
    """`values` (n,) less the mean of their dose."""
    return values - (np.bincount(place, values) / np.bincount(place))[place]


def _decays(x: Vector, y: Vector, doses: Vector, place: NDArray[np.intp]) -> tuple[Decay, ...]:
    """The constant k of every dose, the scatter of the logarithms shared by all of them."""
    xx, xy = np.bincount(place, x * x), np.bincount(place, x * y)
    slopes = np.where(xx > 0, xy / np.where(xx > 0, xx, 1.0), 0.0)
    left = y - slopes[place] * x
    dof = y.size - 2 * doses.size
    variance = float(left @ left) / dof if dof > 0 else inf
    counts = np.bincount(place)
    return tuple(
        Decay(float(dose), float(-slopes[k]), float(np.sqrt(variance / xx[k])), int(counts[k]))
        for k, dose in enumerate(doses)
    )


def _bent(x: Vector, y: Vector, i: Vector, line: Vector, dof: int) -> tuple[float, float, float] | None:
    """k_inact/K_I, K_I and the SE of the logarithm of the ratio, if K_I is known within a factor of four."""
    top = float(i.max())

    def residuals(p: Vector) -> Vector:
        return np.asarray(y + x * (p[0] + np.exp(p[1]) * i / (1 + i * np.exp(-p[2]))))

    start = [float(line[0]), log(max(float(line[1]), 1e-12)), log(top)]
    bounds = ([-np.inf, start[1] - 10, log(top) - 10], [np.inf, start[1] + 10, log(top) + 10])
    found = solve(residuals, start, bounds=bounds)
    straight = float(np.sum((y + x * (line[0] + line[1] * i)) ** 2))
    gain = (straight - found.rss) / max(found.rss / max(dof - 1, 1), 1e-300)
    known = not found.held.any() and np.isfinite(found.se).all()
    if not known or gain < _GAIN or found.se[2] * t_quantile(0.95, dof) > log(4.0):
        return None
    return exp(found.x[1]), exp(found.x[2]), float(found.se[1])
