"""Shapes of standard curves: the response to a concentration, its derivatives, and the way back.

=========  =============================================  ===========================
linear     y = a + b x                                    a, b
quadratic  y = a + b x + c x^2                            a, b, c
4PL        y = d + (a - d) / (1 + (x/c)^b)                a, d, ln c, ln b
5PL        y = d + (a - d) / (1 + (x/c)^b)^g              a, d, ln c, ln b, ln g
=========  =============================================  ===========================

a is the response without analyte, d the one far above the standards; c, b and g are positive, so that a
falling curve has a > d. Findlay and Dillard 2007 (doi:10.1208/aapsj0902029) review the shapes.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]
ModelName = Literal["linear", "quadratic", "4PL", "5PL"]

NAMES: dict[ModelName, tuple[str, ...]] = {
    "linear": ("a", "b"),
    "quadratic": ("a", "b", "c"),
    "4PL": ("a", "d", "ln c", "ln b"),
    "5PL": ("a", "d", "ln c", "ln b", "ln g"),
}
POLYNOMIALS: tuple[ModelName, ...] = ("linear", "quadratic")
_FAR = 300.0


def response(model: ModelName, parameters: Vector, x: ArrayLike) -> Vector:
    """The response (n,) at concentrations `x` (n,).

    Examples
    --------
    >>> response("linear", np.array([1.0, 2.0]), [0.0, 3.0]).tolist()
    [1.0, 7.0]
    >>> response("4PL", np.array([0.0, 2.0, 0.0, 0.0]), [0.0, 1.0]).tolist()
    [0.0, 1.0]
    """
    at = np.asarray(x, float)
    if model in POLYNOMIALS:
        return np.asarray(np.polynomial.polynomial.polyval(at, parameters), float)
    a, d = parameters[:2]
    power, far, _ = _shape(parameters, at)
    return np.asarray(d + (a - d) * np.exp(-power * np.log1p(far)), float)


def gradient(model: ModelName, parameters: Vector, x: ArrayLike) -> Vector:
    """Derivatives (n, p) of the response to the parameters."""
    at = np.atleast_1d(np.asarray(x, float))
    if model in POLYNOMIALS:
        return np.asarray(np.polynomial.polynomial.polyvander(at, len(parameters) - 1), float)
    a, d = parameters[:2]
    power, far, logs = _shape(parameters, at)
    b = np.exp(parameters[3])
    share = np.exp(-power * np.log1p(far))
    bend = (a - d) * power * share * far / (1 + far)
    columns = [share, 1 - share, bend * b, -bend * b * logs]
    if model == "5PL":
        columns.append(-(a - d) * power * np.log1p(far) * share)
    return np.stack(columns, axis=1)


def slope(model: ModelName, parameters: Vector, x: ArrayLike) -> Vector:
    """Derivative (n,) of the response to the concentration, for x > 0."""
    at = np.atleast_1d(np.asarray(x, float))
    if model in POLYNOMIALS:
        rising = np.polynomial.polynomial.polyder(parameters)
        return np.asarray(np.polynomial.polynomial.polyval(at, rising), float)
    a, d = parameters[:2]
    power, far, _ = _shape(parameters, at)
    share = np.exp(-power * np.log1p(far))
    return np.asarray(-(a - d) * power * share * far / (1 + far) * np.exp(parameters[3]) / at, float)


def inverse(model: ModelName, parameters: Vector, y: float, top: float) -> float:
    """The concentration with response `y` on the branch of [0, top]; NaN where the curve never has it.

    Examples
    --------
    >>> inverse("quadratic", np.array([0.0, 1.0, 1.0]), 6.0, 5.0)
    2.0
    """
    if model == "linear":
        return float((y - parameters[0]) / parameters[1]) if parameters[1] else float("nan")
    if model == "quadratic":
        return _quadratic_root(parameters, y, top)
    a, d = parameters[:2]
    share = (y - d) / (a - d) if a != d else float("nan")
    if not 0 < share <= 1:
        return float("nan")
    power = float(np.exp(parameters[4])) if len(parameters) > 4 else 1.0
    lifted = float(np.expm1(-np.log(share) / power))
    return float(np.exp(parameters[2]) * lifted ** np.exp(-parameters[3]))


def _quadratic_root(parameters: Vector, y: float, top: float) -> float:
    """The root nearest to the middle of the standards, on the branch that rises or falls there."""
    a, b, c = parameters
    if c == 0:
        return float((y - a) / b) if b else float("nan")
    inside = b * b - 4 * c * (a - y)
    if inside < 0:
        return float("nan")
    away = -0.5 * (b + np.copysign(np.sqrt(inside), b))
    roots = [away / c, *([(a - y) / away] if away else [])]
    return float(min(roots, key=lambda root: abs(root - top / 2)))


def _shape(parameters: Vector, x: Vector) -> tuple[float, Vector, Vector]:
    """The outer power g, (x/c)^b, and ln(x/c) (0 at x = 0)."""
    power = float(np.exp(parameters[4])) if len(parameters) > 4 else 1.0
    positive = x > 0
    logs = np.where(positive, np.log(np.where(positive, x, 1.0)) - parameters[2], 0.0)
    far = np.where(positive, np.exp(np.clip(np.exp(parameters[3]) * logs, -_FAR, _FAR)), 0.0)
    return power, far, logs
