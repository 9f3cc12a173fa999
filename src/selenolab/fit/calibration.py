"""A standard curve: fitted by weighted least squares, with what it may be used for.

Linear and quadratic curves are solved exactly; 4PL and 5PL from a grid of shapes on which the plateaus
are linear, then Levenberg-Marquardt. Weights of the response (1/y) are those of the fitted curve, found by
repeated fits.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.calibration_models import NAMES, POLYNOMIALS, ModelName, gradient, response, slope
from selenolab.fit.calibration_standards import Direction, Levels, levels, refuse_unfit
from selenolab.fit.calibration_weights import WeightName, of_response, weights
from selenolab.stats.least_squares import covariance, solve

Vector = NDArray[np.float64]

_REPEATS = 25
_HILLS = (0.6, 1.0, 1.6, 3.0)
_POWERS = (0.3, 1.0, 3.0)
_LN_HILL = (float(np.log(0.2)), float(np.log(12.0)))
_LN_POWER = (float(np.log(0.1)), float(np.log(10.0)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted standard curve.

    Parameters
    ----------
    parameters, covariance : (p,), (p, p), named by ``NAMES[model]``.
    x, y, fitted, weight_of : (n,) the standards, the curve and the weight at each of them.
    s : residual standard deviation of a reading of weight one; `dof` its degrees of freedom.
    lowest, top : the lowest concentration above zero and the highest: results outside are bounds.
    r2 : coefficient of determination, unweighted; no verdict on linearity.
    notes : what is doubtful about the curve, in words.
    """

    model: ModelName
    weight: WeightName
    direction: Direction
    parameters: Vector
    covariance: Vector
    x: Vector
    y: Vector
    fitted: Vector
    weight_of: Vector
    s: float
    dof: int
    lowest: float
    top: float
    r2: float
    levels: Levels
    notes: tuple[str, ...] = ()


def fit_calibration(
    x: ArrayLike,
    y: ArrayLike,
    model: ModelName = "linear",
    weight: WeightName = "1",
    direction: Direction = "rising",
) -> Calibration:
    """The curve through standards of concentration `x` (n,) with readings `y` (n,), one a well.

    Raises
    ------
    DataError
        See :func:`selenolab.fit.calibration_standards.refuse_unfit`; a curve that turns or stays flat
        between the standards.

    Examples
    --------
    >>> found = fit_calibration([0, 1, 2, 4], [0.1, 0.3, 0.5, 0.9])
    >>> found.parameters.round(6).tolist(), found.lowest, found.top
    ([0.1, 0.2], 1.0, 4.0)
    """
    found = levels(x, y)
    refuse_unfit(found, model, direction)
    at, seen = np.asarray(x, float).ravel(), np.asarray(y, float).ravel()
    lowest, top = float(found.x[found.x > 0][0]), float(found.x[-1])
    parameters, held, given = _fitted(model, weight, at, seen, lowest, top)
    shown = response(model, parameters, at)
    dof = at.size - int((~held).sum())
    s = float(np.sqrt(np.sum(given * (seen - shown) ** 2) / dof))
    slopes = np.sqrt(given)[:, None] * gradient(model, parameters, at)
    size = np.maximum(np.linalg.norm(slopes, axis=0), 1e-300)
    spread = covariance(slopes / size, held, s * s) / np.outer(size, size)
    total = float(np.sum((seen - seen.mean()) ** 2))
    curve = Calibration(
        model, weight, direction, parameters, spread, at, seen, shown, given, s, dof, lowest, top,
        1 - float(np.sum((seen - shown) ** 2)) / total, found, _notes(model, held, dof),
    )  # fmt: skip
    _refuse_turning(curve)
    return curve


def _notes(model: ModelName, held: NDArray[np.bool_], dof: int) -> tuple[str, ...]:
    names = [name for name, at in zip(NAMES[model], held, strict=True) if at]
    found = [f"{', '.join(names)} of the {model} curve lies at the limit of its search"] if names else []
    if dof < 3:
        found.append(f"only {dof} degrees of freedom are left to judge the scatter")
    return tuple(found)


def _fitted(
    model: ModelName, weight: WeightName, x: Vector, y: Vector, lowest: float, top: float
) -> tuple[Vector, NDArray[np.bool_], Vector]:
    """Parameters, which of them are held at a limit, and the weights (n,)."""
    given = np.ones(x.size) if of_response(weight) else weights(weight, x, y, lowest)
    parameters, held = _once(model, x, y, given, lowest, top, None)
    if not of_response(weight):
        return parameters, held, given
    for _ in range(_REPEATS):
        given = weights(weight, x, response(model, parameters, x), lowest)
        given = given / given.max()
        before = parameters
        parameters, held = _once(model, x, y, given, lowest, top, before)
        moved = np.abs(response(model, parameters, x) - response(model, before, x)).max()
        if moved <= 1e-9 * np.abs(y).max():
            break
    return parameters, held, weights(weight, x, response(model, parameters, x), lowest)


def _once(
    model: ModelName, x: Vector, y: Vector, given: Vector, lowest: float, top: float, start: Vector | None
) -> tuple[Vector, NDArray[np.bool_]]:
    root = np.sqrt(given)
    if model in POLYNOMIALS:
        scale = top ** np.arange(len(NAMES[model]))
        design = gradient(model, np.ones(scale.size), x) / scale
        found = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0] / scale
        return np.asarray(found, float), np.zeros(found.size, dtype=bool)
    begin = start if start is not None else _start(model, x, y, root, lowest, top)
    low = [-np.inf, -np.inf, np.log(lowest) - 4.0, _LN_HILL[0], _LN_POWER[0]][: begin.size]
    high = [np.inf, np.inf, np.log(top) + 6.0, _LN_HILL[1], _LN_POWER[1]][: begin.size]
    solution = solve(
        lambda p: root * (response(model, p, x) - y),
        begin,
        bounds=(low, high),
        jacobian=lambda p: root[:, None] * gradient(model, p, x),
        tolerance=1e-9,
    )
    return solution.x, solution.held


def _start(model: ModelName, x: Vector, y: Vector, root: Vector, lowest: float, top: float) -> Vector:
    """The best of a grid of shapes, with the plateaus that fit each of them best."""
    middles = np.linspace(np.log(lowest) - 1.0, np.log(top) + 2.5, 10)
    powers = _POWERS if model == "5PL" else (1.0,)
    best, least = None, np.inf
    for middle, hill, power in product(middles, _HILLS, powers):
        shape = np.array([1.0, 0.0, middle, np.log(hill), np.log(power)])[: len(NAMES[model])]
        share = response(model, shape, x)
        design = root[:, None] * np.stack([share, 1 - share], axis=1)
        plateaus = np.linalg.lstsq(design, root * y, rcond=None)[0]
        rss = float(np.sum((root * y - design @ plateaus) ** 2))
        if rss < least:
            best, least = np.concatenate([plateaus, shape[2:]]), rss
    if best is None:
        raise DataError("standards: no curve fits the readings at all. Check the standards.")
    return best


def _refuse_turning(curve: Calibration) -> None:
    """Raise where the fitted curve turns, or runs flat, between its standards."""
    grid = np.linspace(curve.lowest, curve.top, 101)
    steep = slope(curve.model, curve.parameters, grid)
    steep = steep if curve.direction == "rising" else -steep
    if (steep <= 0).any():
        where = float(grid[int(np.argmax(steep <= 0))])
        raise DataError(
            f"standards: the fitted {curve.model} curve turns at about {where:.3g}, between the standards: a "
            "reading would have two concentrations. Exclude standards in saturation with a reason, or choose "
            "another model."
        )
