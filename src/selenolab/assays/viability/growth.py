"""Growth-rate inhibition: potency on the scale of the cells' own growth, from a count at time zero.

GR(c) = 2^(log2(x(c)/x0) / log2(x_control/x0)) - 1: 1 is unhindered growth, 0 a full stop, below 0
cells are lost. The curve is GRinf + (1 - GRinf) / (1 + (c/GEC50)^h). Hafner et al. 2016,
doi:10.1038/nmeth.3853.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.dose_response import CurveFit, fit_curve

Vector = NDArray[np.float64]
_H = (0.1, 5.0)
_REACH = 100.0  # GEC50 may leave the doses by this factor, as in the reference implementation
_FLAT_P = 0.05


@dataclass(frozen=True, slots=True)
class GrowthCurve:
    """GR metrics of one curve.

    `gr50` is infinite (or -infinite) where the curve stays above (below) 0.5; `flat` where a sigmoid is
    no better than a constant (F test, p >= 0.05): then `hill` and `gec50` are None. `fit` is the
    sigmoid, None where it cannot be fitted.
    """

    dose: Vector
    gr: Vector
    gr50: float
    gr_max: float
    gr_aoc: float
    gr_inf: float
    gec50: float | None
    hill: float | None
    flat: bool
    p: float
    fit: CurveFit | None


def gr_values(cells: ArrayLike, control: ArrayLike, start: ArrayLike) -> Vector:
    """GR (n,) from the signals of treated wells, their control and the cells at time zero.

    Raises
    ------
    DataError
        A signal that is not above zero, or a control that did not change: no growth, no GR.

    Examples
    --------
    >>> gr_values([400.0, 200.0, 100.0], 400.0, 100.0).round(6).tolist()
    [1.0, 0.414214, 0.0]
    """
    x, high, low = np.broadcast_arrays(*(np.asarray(v, float) for v in (cells, control, start)))
    if (x <= 0).any() or (high <= 0).any() or (low <= 0).any():
        raise DataError("GR: Expected signals above zero after the blank is subtracted, found others.")
    if (high == low).any():
        raise DataError(
            "GR: the control has the signal of time zero: it did not grow, and no GR can be formed."
        )
    return np.asarray(2.0 ** (np.log2(x / low) / np.log2(high / low)) - 1.0)


def growth_curve(dose: ArrayLike, gr: ArrayLike) -> GrowthCurve:
    """The GR metrics of one curve; `dose` (n,) above zero, `gr` (n,) likewise, replicates as rows."""
    x, y = np.ravel(np.asarray(dose, float)), np.ravel(np.asarray(gr, float))
    keep = (x > 0) & np.isfinite(y)
    x, y = x[keep], y[keep]
    doses = np.unique(x)
    if doses.size < 2:
        raise DataError(f"GR: found {doses.size} doses above zero; expected at least two.")
    means = np.array([y[x == d].mean() for d in doses])
    fit, p = _fit(x, y)
    area, top = _aoc(doses, means), float(means[-2:].min())
    if fit is None or p >= _FLAT_P:
        level = float(y.mean())
        return GrowthCurve(x, y, _beyond(level), top, area, level, None, None, True, p, fit)
    b, c, e = (fit.parameters[name] for name in ("b", "c", "e"))
    gr50 = e * ((1 - c) / (0.5 - c) - 1) ** (1 / b) if c < 0.5 else np.inf
    return GrowthCurve(x, y, float(gr50), top, area, c, e, b, False, p, fit)


def _beyond(level: float) -> float:
    return float(np.inf if level > 0.5 else -np.inf)


def _fit(x: Vector, y: Vector) -> tuple[CurveFit | None, float]:
    """The three-parameter sigmoid, and p of its F test against a constant."""
    if np.unique(x).size < 3 or x.size < 4 or np.ptp(y) == 0:
        return None, 1.0
    from scipy.special import fdtrc

    limits = {"c": -1.0, "b": _H[0], "e": x.min() / _REACH}
    fit = fit_curve(
        x, y, "LL.4", fixed={"d": 1.0}, lower=limits, upper={"c": 1.0, "b": _H[1], "e": x.max() * _REACH}
    )
    spare = x.size - 2
    flat = float(np.sum((y - y.mean()) ** 2))
    if not np.isfinite(fit.values[3]):
        return None, 1.0
    if fit.rss <= 0:
        return fit, 0.0
    return fit, float(fdtrc(2, spare, max((flat - fit.rss) / 2 / (fit.rss / spare), 0.0)))


def _aoc(doses: Vector, means: Vector) -> float:
    """Mean of 1 - GR over log10 dose, by trapezoids."""
    z = np.log10(doses)
    return float(np.sum((1 - (means[1:] + means[:-1]) / 2) * np.diff(z)) / (z[-1] - z[0]))
