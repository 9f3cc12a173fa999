"""Derivatives of residuals without formulas: the complex step, else central differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Residuals = Callable[[NDArray[Any]], NDArray[Any]]

_COMPLEX_STEP = 1e-100


def numerical_jacobian(
    residuals: Residuals, x: Vector, size: Vector, low: Vector, high: Vector
) -> Callable[[Vector], Vector]:
    """A function from (p,) parameters to the (n, p) derivatives of the residuals.

    The complex step, exact to rounding, where the residuals are analytic and take complex numbers (Martins,
    Sturdza and Alonso 2003, doi:10.1145/838250.838251), else fourth-order differences, one-sided at a bound.

    Parameters
    ----------
    x : (p,) a point to try the kinds on.
    size : (p,) typical sizes of the parameters.
    low, high : (p,) bounds that differences must not cross.

    Examples
    --------
    >>> slopes = numerical_jacobian(lambda p: p**3, np.ones(1), np.ones(1), np.zeros(1), np.full(1, 9.0))
    >>> slopes(np.array([2.0])).round(9).tolist()
    [[12.0]]
    """
    if _takes_complex(residuals, x, size):
        return lambda at: _complex_jacobian(residuals, at)
    return lambda at: _central_jacobian(residuals, at, size, low, high)


def _takes_complex(residuals: Residuals, x: Vector, size: Vector) -> bool:
    try:
        with np.errstate(all="ignore"):
            exact = _complex_jacobian(residuals, x)
            rough = _central_jacobian(residuals, x, size, np.full_like(x, -np.inf), np.full_like(x, np.inf))
    except (TypeError, ValueError, np.exceptions.ComplexWarning):
        return False
    span = np.max(np.abs(rough), axis=0) + 1e-300
    return bool(np.all(np.isfinite(exact)) and np.all(np.abs(exact - rough) <= 1e-4 * span))


def _complex_jacobian(residuals: Residuals, x: Vector) -> Vector:
    columns = []
    for j in range(x.size):
        shifted = x.astype(complex)
        shifted[j] += 1j * _COMPLEX_STEP
        columns.append(np.imag(residuals(shifted)) / _COMPLEX_STEP)
    return np.column_stack(columns)


def _central_jacobian(residuals: Residuals, x: Vector, size: Vector, low: Vector, high: Vector) -> Vector:
    """Fourth-order central differences; one-sided at a bound."""
    columns = []
    for j in range(x.size):
        width = 1e-3 * max(abs(x[j]), 1e-3 * abs(size[j]), 1e-12)
        room = min(high[j] - x[j], x[j] - low[j])
        columns.append(
            _central(residuals, x, j, min(width, room / 2) if room > 0 else width, room > 0, x[j] >= high[j])
        )
    return np.column_stack(columns)


def _central(residuals: Residuals, x: Vector, j: int, width: float, inside: bool, top: bool) -> Vector:
    def at(steps: float) -> Vector:
        shifted = x.copy()
        shifted[j] += steps * width
        return np.asarray(residuals(shifted), float)

    if inside:
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * width)
    sign = -1.0 if top else 1.0
    return (
        sign
        * (-25 * at(0) + 48 * at(sign) - 36 * at(2 * sign) + 16 * at(3 * sign) - 3 * at(4 * sign))
        / (12 * width)
    )
