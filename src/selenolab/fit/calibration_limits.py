"""Limits of detection and quantification of a standard curve, by definitions that differ and have names.

All are k s / slope with k = 3.3 (detection) and 10 (quantification), after ICH Q2(R1): s is the residual
standard deviation, the standard error of the intercept, or the standard deviation of blank readings. On a
curve that is no line they are the concentrations where it has moved by k s from its value at zero.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent
from selenolab.fit.calibration import Calibration
from selenolab.fit.calibration_models import gradient, inverse, response

LimitName = Literal["residual", "intercept", "blank"]
LIMITS: tuple[LimitName, ...] = ("residual", "intercept", "blank")
DETECTION, QUANTIFICATION = 3.3, 10.0
_NO_SCATTER = 1e-9  # of the span of the curve: rounding, no reader


def limit(
    curve: Calibration, times: float, definition: LimitName = "residual", blanks: ArrayLike = ()
) -> float | Absent:
    """The concentration at which the curve has moved by `times` standard deviations from zero.

    Parameters
    ----------
    times : DETECTION or QUANTIFICATION.
    definition : which standard deviation; "residual" is that of a reading at the lowest standard, which
        for weight 1 is s_yx; "blank" needs at least three readings of `blanks`.

    Examples
    --------
    >>> from selenolab.fit.calibration import fit_calibration
    >>> line = fit_calibration([1.0, 2.0, 3.0, 4.0], [1.1, 1.9, 3.1, 3.9])
    >>> round(limit(line, DETECTION), 3)
    0.435
    """
    scatter = _scatter(curve, definition, np.asarray(blanks, float))
    if isinstance(scatter, Absent):
        return scatter
    if scatter <= _NO_SCATTER * float(np.ptp(curve.fitted)):
        return Absent("the readings have no scatter from which a limit could be told")
    start = float(response(curve.model, curve.parameters, np.array([0.0]))[0])
    sign = 1.0 if curve.direction == "rising" else -1.0
    found = inverse(curve.model, curve.parameters, start + sign * times * scatter, 2 * curve.lowest)
    if not np.isfinite(found) or not 0 <= found <= curve.top:
        return Absent(f"the curve does not move by {times:g} SD ({definition}) within its standards")
    return found


def _scatter(curve: Calibration, definition: LimitName, blanks: np.ndarray) -> float | Absent:
    if definition == "blank":
        if blanks.size < 3:
            return Absent(f"{blanks.size} blank readings are given; at least three are needed")
        return float(np.std(blanks, ddof=1))
    if definition == "intercept":
        at_zero = gradient(curve.model, curve.parameters, np.array([0.0]))[0]
        if not np.isfinite(np.diagonal(curve.covariance)).all():
            return Absent("the data do not determine the curve at zero")
        return float(np.sqrt(max(at_zero @ curve.covariance @ at_zero, 0.0)))
    if definition != "residual":
        raise DataError(f"Unknown definition '{definition}' of a limit. Known: {', '.join(LIMITS)}.")
    given = curve.weight_of[np.argmin(np.where(curve.x > 0, curve.x, np.inf))]
    return float(curve.s / np.sqrt(given))
