"""What kind of curve a fit turned out to be: every odd curve has a name, none is an exception."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

OK: Final = "ok"
FLAT: Final = "flat"
INCREASING: Final = "increasing"
STEP: Final = "step"
ABOVE: Final = "mid dose above the doses"
BELOW: Final = "mid dose below the doses"
ALL_ZERO: Final = "all zero"
TOO_FEW: Final = "too few doses"
NO_DATA: Final = "no data"

STATES: Final = (OK, FLAT, INCREASING, STEP, ABOVE, BELOW, ALL_ZERO, TOO_FEW, NO_DATA)
WHY: Final = {
    OK: "",
    FLAT: "no dose effect is seen: the curve is not better than a constant (F test, p > 0.05)",
    INCREASING: "the response rises with the dose",
    STEP: "no dose lies on the slope: e and b are known only to lie between two neighbouring doses",
    ABOVE: "the mid dose of the curve lies above the highest dose: an extrapolation",
    BELOW: "the mid dose of the curve lies below the lowest dose above zero: an extrapolation",
    ALL_ZERO: "every response is zero",
    TOO_FEW: "fewer distinct doses than parameters of the curve",
    NO_DATA: "no response was given",
}
FLAT_P: Final = 0.05
_ON_SLOPE = 0.02


def flat_probability(rss: ArrayLike, flat_rss: ArrayLike, extra: int, dof: ArrayLike) -> NDArray[np.float64]:
    """P of the F test of a curve against the constant it contains; 1 where it cannot be judged.

    Parameters
    ----------
    rss, flat_rss : residual sums of squares of the curve and of the constant.
    extra : parameters the curve has more than the constant.
    dof : residual degrees of freedom of the curve.

    Examples
    --------
    >>> float(flat_probability(10.0, 1000.0, 3, 20)) < 1e-6
    True
    """
    from scipy.special import fdtrc

    fitted, flat, free = np.broadcast_arrays(
        np.asarray(rss, float), np.asarray(flat_rss, float), np.asarray(dof, float)
    )
    judged = (free > 0) & (flat > 0)
    safe = np.where(fitted > 0, fitted, 1.0)
    ratio = np.where(
        judged, np.maximum(flat - fitted, 0.0) / extra / (safe / np.where(judged, free, 1.0)), 0.0
    )
    p = fdtrc(extra, np.where(judged, free, 1.0), ratio)
    p = np.where(judged & (fitted <= 1e-24 * flat), 0.0, p)
    return np.asarray(np.where(judged, p, 1.0))


def state_of(
    doses: NDArray[np.float64],
    mid: float | None,
    rises: bool,
    p_flat: float,
    shape: Callable[[NDArray[np.float64]], NDArray[np.float64]],
) -> str:
    """The name of a fitted curve's state.

    Parameters
    ----------
    doses : (m,) distinct doses.
    mid : dose half-way between the plateaus; None where there is none.
    rises : whether the response rises with the dose.
    p_flat : from :func:`flat_probability`.
    shape : s(x), the share of the way not yet gone.
    """
    if p_flat > FLAT_P or mid is None:
        return FLAT
    if rises:
        return INCREASING
    positive = doses[doses > 0]
    if mid > positive[-1]:
        return ABOVE
    if mid < positive[0]:
        return BELOW
    s = shape(doses)
    return OK if np.any((s > _ON_SLOPE) & (s < 1 - _ON_SLOPE)) else STEP
