"""One door for bounded nonlinear least squares: Levenberg-Marquardt with an active set.

The step solves the damped problem by QR-backed `lstsq` on the augmented Jacobian with Moré's column
scaling, so that parameters may differ by many orders of magnitude (J. J. Moré, 1978,
doi:10.1007/BFb0067700). The end is a run of undamped Gauss-Newton steps, which carries the estimate
to the accuracy of the residuals themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.stats.jacobian import Residuals, numerical_jacobian

Vector = NDArray[np.float64]
Jacobian = Callable[[Vector], Vector]

_POLISH = 6


@dataclass(frozen=True, slots=True)
class Solution:
    """A least-squares estimate.

    Parameters
    ----------
    x : (p,) the estimate.
    cov : (p, p) residual variance times (J'J)^-1; rows and columns of a parameter held at a bound are
        zero, those of a parameter the data cannot tell are infinite on the diagonal.
    se : (p,) square roots of the diagonal of `cov`.
    rss : sum of squared residuals.
    dof : residuals minus parameters that are not held at a bound.
    iterations : accepted and refused steps together.
    converged : whether the stopping rule, not the iteration limit, ended the search.
    why : the rule that ended it, in words.
    held : (p,) True where the parameter sits on a bound that the data push against.
    """

    x: Vector
    cov: Vector
    se: Vector
    rss: float
    dof: int
    iterations: int
    converged: bool
    why: str
    held: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Problem:
    residuals: Residuals
    jacobian: Jacobian
    low: Vector
    high: Vector


def solve(
    residuals: Residuals,
    start: ArrayLike,
    *,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    jacobian: Jacobian | None = None,
    scale: ArrayLike | None = None,
    tolerance: float = 1e-12,
    max_iterations: int = 400,
    polish: bool = True,
) -> Solution:
    """Minimise the sum of squared residuals.

    Parameters
    ----------
    residuals : maps (p,) parameters to (n,) residuals. Where it yields a number that is not finite, the
        step there is refused and shortened.
    start : (p,) first guess; clipped into the bounds.
    bounds : (low, high), each (p,) or a scalar; infinite where there is none.
    jacobian : maps (p,) to (n, p); without it the complex step is tried, then central differences.
    scale : (p,) typical sizes of the parameters, used for differences and the first trust region.
    tolerance : relative change of the parameters and of the sum of squares that counts as none.
    polish : whether to end with undamped steps, for the last digits of the parameters.

    Raises
    ------
    DataError
        When the residuals at the start are not finite or there are fewer of them than one.

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> y = np.array([2.9, 5.1, 7.1, 8.9])
    >>> found = solve(lambda p: p[0] + p[1] * x - y, [0.0, 0.0])
    >>> found.x.round(6).tolist(), found.dof, found.converged
    ([1.0, 2.0], 2, True)
    """
    x = np.atleast_1d(np.asarray(start, float)).copy()
    low, high = _box(bounds, x.size)
    size = np.abs(x) if scale is None else np.broadcast_to(np.asarray(scale, float), x.shape)
    with np.errstate(all="ignore"):  # a step into nonsense is refused by its value, not by a warning
        x = np.clip(x, low, high)
        slopes = jacobian or numerical_jacobian(residuals, x, size, low, high)
        problem = _Problem(residuals, slopes, low, high)
        first = np.asarray(residuals(x), float)
        if first.size < 1 or not np.all(np.isfinite(first)):
            raise DataError(
                f"Least squares: found residuals that are not finite at the start {x.tolist()}; "
                "expected finite numbers. Give another start or check the data for empty values."
            )
        x, iterations, why = _descend(problem, x, first, tolerance, max_iterations)
        return _solution(problem, _polish(problem, x) if polish else x, iterations, why)


def _box(bounds: tuple[ArrayLike, ArrayLike] | None, count: int) -> tuple[Vector, Vector]:
    if bounds is None:
        return np.full(count, -np.inf), np.full(count, np.inf)
    low = np.broadcast_to(np.asarray(bounds[0], float), (count,)).copy()
    high = np.broadcast_to(np.asarray(bounds[1], float), (count,)).copy()
    if np.any(low > high):
        raise DataError(
            f"Least squares: found a lower bound above its upper one: {low.tolist()}, {high.tolist()}."
        )
    return low, high


def _descend(
    problem: _Problem, x: Vector, residual: Vector, tolerance: float, limit: int
) -> tuple[Vector, int, str]:
    """Damped steps until one of the rules ends them."""
    rss = float(residual @ residual)
    damping, growth = 1e-3, 2.0
    jac = problem.jacobian(x)
    column = _norms(jac)
    quiet = 0
    for iteration in range(1, limit + 1):
        gradient = jac.T @ residual
        free = ~_pushed(x, gradient, problem)
        if rss == 0.0 or not free.any() or _flat(jac[:, free], residual, rss):
            return x, iteration, "gradient"
        column = np.maximum(column, _norms(jac))
        step = _damped_step(jac, residual, free, column, damping)
        trial = np.clip(x + step, problem.low, problem.high)
        moved = trial - x
        new = np.asarray(problem.residuals(trial), float)
        new_rss = float(new @ new) if np.all(np.isfinite(new)) else np.inf
        small = bool(np.all(np.abs(moved) <= tolerance * (np.abs(x) + 1e-300)))
        if new_rss < rss:
            linear = residual + jac @ moved
            predicted = rss - float(linear @ linear)
            ratio = (rss - new_rss) / predicted if predicted > 0 else 0.0
            quiet = quiet + 1 if rss - new_rss <= tolerance * rss else 0
            x, residual, rss = trial, new, new_rss
            jac = problem.jacobian(x)
            damping *= max(0.1, 1 - (2 * min(ratio, 1.5) - 1) ** 3)
            damping, growth = max(damping, 1e-15), 2.0
            if quiet >= 3 or small:
                return x, iteration, "sum of squares" if not small else "step"
        else:
            if small or damping > 1e12:
                return x, iteration, "step"
            damping, growth = damping * growth, growth * 2
    return x, limit, "iteration limit"


def _pushed(x: Vector, gradient: Vector, problem: _Problem) -> NDArray[np.bool_]:
    """Which parameters sit on a bound and would leave it along the negative gradient."""
    at_low = (x <= problem.low) & (gradient >= 0)
    at_high = (x >= problem.high) & (gradient <= 0)
    return at_low | at_high


def _flat(jac: Vector, residual: Vector, rss: float) -> bool:
    """Residuals orthogonal to every column, to rounding."""
    norm = _norms(jac)
    cosine = np.abs(jac.T @ residual) / np.where(norm > 0, norm, 1.0) / np.sqrt(rss)
    return bool(np.all(cosine < 1e-14))


def _norms(jac: Vector) -> Vector:
    norms: Vector = np.sqrt(np.einsum("ij,ij->j", jac, jac))
    return norms


def _damped_step(
    jac: Vector, residual: Vector, free: NDArray[np.bool_], column: Vector, damping: float
) -> Vector:
    """Solve min |J s + r|^2 + damping |D s|^2 over the free parameters."""
    step = np.zeros(jac.shape[1])
    size = np.where(column[free] > 0, column[free], 1.0)
    scaled = jac[:, free] / size
    augmented = np.vstack([scaled, np.sqrt(damping) * np.eye(size.size)])
    right = np.concatenate([-residual, np.zeros(size.size)])
    step[free] = np.linalg.lstsq(augmented, right, rcond=None)[0] / size
    return step


def _polish(problem: _Problem, x: Vector) -> Vector:
    """Undamped Gauss-Newton while it shortens the step: the last digits of the estimate."""
    last = np.inf
    for _ in range(_POLISH):
        residual = np.asarray(problem.residuals(x), float)
        jac = problem.jacobian(x)
        free = ~_pushed(x, jac.T @ residual, problem)
        if not free.any():
            return x
        step = _damped_step(jac, residual, free, _norms(jac), 0.0)
        trial = np.clip(x + step, problem.low, problem.high)
        new = np.asarray(problem.residuals(trial), float)
        length = float(np.max(np.abs(step) / (np.abs(x) + 1e-300)))
        old_rss = float(residual @ residual)
        if not np.all(np.isfinite(new)) or float(new @ new) > old_rss * (1 + 1e-12) or length >= last:
            return x
        x, last = trial, length
    return x


def _solution(problem: _Problem, x: Vector, iterations: int, why: str) -> Solution:
    residual = np.asarray(problem.residuals(x), float)
    jac = problem.jacobian(x)
    rss = float(residual @ residual)
    held = _pushed(x, jac.T @ residual, problem)
    dof = residual.size - int((~held).sum())
    cov = covariance(jac, held, rss / dof if dof > 0 else np.inf)
    se = np.sqrt(np.diagonal(cov))
    return Solution(x, cov, se, rss, dof, iterations, why != "iteration limit", why, held)


def covariance(jac: Vector, held: NDArray[np.bool_], variance: float) -> Vector:
    """(p, p) `variance` times (J'J)^-1 over the parameters that are not `held`.

    A direction that the data cannot tell (singular J) gives infinite variance to the parameters in it.

    Examples
    --------
    >>> covariance(np.array([[1.0], [0.0]]), np.array([False]), 2.0).tolist()
    [[2.0]]
    """
    count = jac.shape[1]
    cov = np.zeros((count, count))
    free = np.flatnonzero(~held)
    if free.size == 0:
        return cov
    norms = _norms(jac[:, free])
    size = np.where(norms > 0, norms, 1.0)
    _, singular, vt = np.linalg.svd(jac[:, free] / size, full_matrices=False)
    seen = singular > singular.max() * 1e-13 if singular.max() > 0 else np.zeros(singular.shape, bool)
    inverse = (vt[seen].T / singular[seen] ** 2) @ vt[seen] / np.outer(size, size)
    if np.isfinite(variance):
        cov[np.ix_(free, free)] = inverse * variance
    blind = np.ones(free.size, bool) if not np.isfinite(variance) else _blind(vt, seen, free.size)
    cov[free[blind], :] = 0.0
    cov[:, free[blind]] = 0.0
    cov[free[blind], free[blind]] = np.inf
    return cov


def _blind(vt: Vector, seen: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Parameters with a share in the directions that left no trace in the residuals."""
    visible = np.einsum("ij,ij->j", vt[seen], vt[seen]) if seen.any() else np.zeros(count)
    hidden: NDArray[np.bool_] = visible < 1 - 1e-8
    return hidden
