"""Ratios of the effective doses of curves that were fitted together."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import UnknownNameError
from selenolab.fit.curve_set import CurveSet
from selenolab.fit.dose_response import CurveFit
from selenolab.fit.families import PARAMETERS, Family, absolute_dose, relative_dose
from selenolab.fit.profile import effective_dose

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DoseRatio:
    """Ratio of the effective doses of two curves, first over second.

    Parameters
    ----------
    value, low, high : the ratio and its limits; value None, low 0, high infinite where there is none.
    confidence, method : such as 0.95, "delta method on ln ratio".
    reason : why there is none; empty otherwise.
    """

    value: float | None
    low: float
    high: float
    confidence: float
    method: str
    reason: str


def log_dose_gradient(
    family: Family, values: Vector, *, percent: float | None = None, level: float | None = None
) -> Vector:
    """(5,) derivatives of ln(effective dose) by b, c, d, e, f; zero by fixed parameters.

    Examples
    --------
    >>> from selenolab.fit.families import FAMILIES
    >>> slopes = log_dose_gradient(FAMILIES["LL.4"], np.array([2.0, 0.0, 100.0, 4.0, 1.0]), percent=50)
    >>> slopes.round(9).tolist()
    [0.0, 0.0, 0.0, 0.25, 0.0]
    """

    def log_dose(at: Vector) -> float:
        found = (
            relative_dose(family, at, percent)
            if percent is not None
            else absolute_dose(family, at, level or 0.0)
        )
        return float(np.log(found.value)) if found.value else float("nan")

    slopes = np.zeros(5)
    for name in family.free:
        k = PARAMETERS.index(name)
        size = (
            abs(values[k]) if name in ("b", "e") else max(abs(values[k]), 0.01 * abs(values[2] - values[1]))
        )
        step = np.zeros(5)
        step[k] = 1e-5 * size
        slopes[k] = (log_dose(values + step) - log_dose(values - step)) / (2 * step[k])
    return slopes


def dose_ratio(
    curves: CurveSet, first: str, second: str, *, percent: float | None = None, level: float | None = None,
    confidence: float = 0.95,
) -> DoseRatio:  # fmt: skip
    """Ratio of effective doses, first over second, by the delta method on its logarithm.

    Raises
    ------
    UnknownNameError
        A curve that is not in the set.
    DataError
        When not exactly one of `percent` and `level` is given.

    Examples
    --------
    >>> from selenolab.fit.curve_set import fit_set
    >>> dose = np.tile([0.5, 1, 2, 4, 8, 16, 32, 64], 2)
    >>> e = np.repeat([4.0, 8.0], 8)
    >>> response = 5 + 95 / (1 + (dose / e) ** 2) + np.tile([1.0, -1.0], 8)
    >>> ratio = dose_ratio(fit_set(np.repeat(["a", "b"], 8), dose, response), "b", "a", percent=50)
    >>> 1.8 < ratio.low < 2 < ratio.high < 2.3
    True
    """
    from scipy.special import stdtrit

    method = "delta method on ln ratio"
    slopes, logs = np.zeros(curves.cov.shape[0]), []
    for sign, name in ((1.0, first), (-1.0, second)):
        if name not in curves.names:
            raise UnknownNameError("curve", name, curves.names)
        i = curves.names.index(name)
        one = _single(curves, i)
        found = effective_dose(one, percent=percent, level=level)
        if found.value is None:
            return DoseRatio(None, 0.0, float("inf"), confidence, method, f"{name}: {found.reason}")
        logs.append(sign * np.log(found.value))
        slopes[5 * i : 5 * i + 5] = sign * log_dose_gradient(
            curves.family, curves.values[i], percent=percent, level=level
        )
    used = slopes != 0
    variance = float(slopes[used] @ curves.cov[np.ix_(used, used)] @ slopes[used])
    value = float(np.exp(sum(logs)))
    if curves.dof <= 0 or not np.isfinite(variance):
        return DoseRatio(
            value, 0.0, float("inf"), confidence, method, "the data set no limit to one of the doses"
        )
    half = float(stdtrit(curves.dof, 0.5 + confidence / 2)) * np.sqrt(max(variance, 0.0))
    return DoseRatio(value, float(value * np.exp(-half)), float(value * np.exp(half)), confidence, method, "")


def _single(curves: CurveSet, i: int) -> CurveFit:
    return replace(curves.fits[i], values=curves.values[i])
