"""Fit a curve under the condition that a given dose is its effective dose.

With x* that dose, t = b (ln x - ln x*) + tau. For a relative dose of a log-logistic or Weibull curve tau
is known; for an absolute one it is searched, and f(x*) = level is a linear condition on (c, d). For
Brain-Cousens both kinds are a linear condition on (c, d, f) at given b and e.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.dose_response import CurveFit
from selenolab.fit.families import Law
from selenolab.fit.search_box import search_box
from selenolab.stats.least_squares import Solution, solve

Vector = NDArray[np.float64]
Rows = tuple[tuple[Vector, float], ...]

_TAU = 250.0


@dataclass(frozen=True, slots=True)
class Condition:
    """The curve and the effect asked for: `percent` of the way, or the response `level`."""

    fit: CurveFit
    percent: float | None
    level: float | None

    @property
    def position_known(self) -> bool:
        """Whether tau follows from the effect alone."""
        family = self.fit.family
        both = "c" in family.fixed and "d" in family.fixed
        return family.law != "BC" and (self.percent is not None or both)

    @property
    def searched(self) -> tuple[str, ...]:
        """Nonlinear parameters searched at every x*: ln b, tau (or ln e), ln f."""
        family = self.fit.family
        names = [] if "b" in family.fixed else ["b"]
        names += [] if self.position_known else ["tau"]
        return tuple(names + (["f"] if family.law == "LL" and "f" in family.free else []))


@dataclass(frozen=True, slots=True)
class _Linear:
    """Curve at the best plateaus: columns, coefficients, equations they obey, directions still free."""

    columns: Vector
    beta: Vector
    held: Vector
    free: Vector
    rss: float


def least_rss(condition: Condition, log_x: float, start: Vector) -> Solution:
    """Least weighted sum of squares of the dose means with x* as the effective dose.

    `start` holds the parameters named by `condition.searched`. Without any, nothing is searched.
    """
    data = condition.fit.data
    root = np.sqrt(data.weight)

    def residuals(searched: Vector) -> Vector:
        part = _linear(condition, log_x, np.asarray(searched, float))
        return np.asarray(root * (part.columns @ part.beta - data.mean))

    def jacobian(searched: Vector) -> Vector:
        """Derivatives of the residuals, with the linear part projected out (Kaufman)."""
        part = _linear(condition, log_x, searched)
        moved = [_moved(condition, log_x, searched, j, part) for j in range(searched.size)]
        tangent = root[:, None] * np.column_stack(moved)
        basis = root[:, None] * (part.columns @ part.free)
        if basis.shape[1]:
            q, _ = np.linalg.qr(basis)
            tangent = tangent - q @ (q.T @ tangent)
        return tangent

    if start.size == 0:
        left = residuals(start)
        empty = np.zeros((0, 0))
        return Solution(
            start, empty, start, float(left @ left), 0, 0, True, "nothing to search", np.zeros(0, bool)
        )
    return solve(
        residuals,
        start,
        bounds=_bounds(condition),
        jacobian=jacobian,
        tolerance=1e-8,
        max_iterations=60,
        polish=False,
    )


def _moved(condition: Condition, log_x: float, searched: Vector, j: int, part: _Linear) -> Vector:
    """Derivative of the curve by one searched parameter, coefficients kept (Kaufman)."""
    step = np.zeros(searched.size)
    step[j] = 1e-6 * max(1.0, abs(searched[j]))
    up, down = searched + step, searched - step
    high, low = _columns(condition, log_x, up), _columns(condition, log_x, down)
    rows_high, rows_low = _conditions(condition, log_x, up), _conditions(condition, log_x, down)
    drift = (high - low) @ part.beta
    if rows_high:  # the condition moves too: follow it along the shortest way
        slip = np.zeros(part.held.shape[0])
        slip[0] = (rows_high[0][0] - rows_low[0][0]) @ part.beta
        drift = drift - part.columns @ np.linalg.lstsq(part.held, slip, rcond=None)[0]
    return np.asarray(drift / (2 * step[j]))


def _position(condition: Condition, searched: Vector) -> tuple[float, float, float]:
    """b, tau, f for the searched parameters."""
    fit = condition.fit
    named = dict(zip(condition.searched, searched, strict=True))
    b = float(np.exp(named["b"])) if "b" in named else fit.family.fixed["b"]
    f = (
        float(np.exp(named["f"]))
        if "f" in named
        else (1.0 if fit.family.law != "LL" else float(fit.values[4]))
    )
    return b, float(named["tau"]) if "tau" in named else _known_position(condition, f), f


def _known_position(condition: Condition, f: float) -> float:
    if condition.percent is not None:
        q = condition.percent / 100
    else:
        assert condition.level is not None
        c, d = (condition.fit.family.fixed[name] for name in ("c", "d"))
        q = (d - condition.level) / (d - c)
    law = condition.fit.family.law
    if not 0 < q < 1:
        return _TAU if q <= 0 else -_TAU
    if law == "W1":
        return float(np.log(-np.log1p(-q)))
    if law == "W2":
        return float(-np.log(-np.log(q)))
    return float(np.log(np.expm1(-np.log1p(-q) / f)))


def _split(law: Law, t: Vector, f: float) -> tuple[Vector, Vector]:
    """1 - s and s, both with all their digits."""
    if law == "W1":
        u = np.exp(np.minimum(t, 6.6))
        return -np.expm1(-u), np.exp(-u)
    if law == "W2":
        u = np.exp(np.minimum(-t, 6.6))
        return np.exp(-u), -np.expm1(-u)
    gone = (f if law == "LL" else 1.0) * np.logaddexp(0.0, t)
    return -np.expm1(-gone), np.exp(-gone)


def _rows_at(condition: Condition, log_x: float, searched: Vector, dose: Vector) -> Vector:
    """(n, 3) columns of c, d and f (in units of 1 / x*) at `dose`."""
    b, tau, f = _position(condition, searched)
    with np.errstate(divide="ignore"):
        t = np.clip(b * (np.log(dose) - log_x) + tau, -600.0, 600.0)
    gone, left = _split(condition.fit.family.law, t, f)
    third = left * dose * np.exp(-log_x) if condition.fit.family.law == "BC" else np.zeros_like(left)
    return np.column_stack([gone, left, third])


def _columns(condition: Condition, log_x: float, searched: Vector) -> Vector:
    return _rows_at(condition, log_x, searched, condition.fit.data.dose)


def _conditions(condition: Condition, log_x: float, searched: Vector) -> Rows:
    """The effect as a linear condition on (c, d, f); none where tau carries it."""
    if condition.position_known:
        return ()
    row = _rows_at(condition, log_x, searched, np.array([np.exp(log_x)]))[0]
    if condition.level is not None:
        return ((row, condition.level),)
    assert condition.percent is not None
    q = condition.percent / 100
    return ((row - np.array([q, 1 - q, 0.0]), 0.0),)


def _linear(condition: Condition, log_x: float, searched: Vector) -> _Linear:
    """Best (c, d, f) under the effect, the fixed values and the limits of c and d."""
    columns = _columns(condition, log_x, searched)
    held: Rows = (*_conditions(condition, log_x, searched), *_fixed(condition))
    found = _restricted(condition, columns, held)
    low, high = _plateau_limits(condition.fit)
    falls = condition.level is None or condition.fit.family.law == "BC" or found.beta[1] >= found.beta[0]
    if (
        falls
        and np.all(found.beta[:2] >= low - 1e-9 * abs(low))
        and np.all(found.beta[:2] <= high + 1e-9 * abs(high))
    ):
        return found
    choices = [
        (np.eye(3)[k], float(limit[k]))
        for k, limit in product(range(2), (low, high))
        if np.isfinite(limit[k])
    ]
    if not falls:
        choices.append((np.array([1.0, -1.0, 0.0]), 0.0))
    tried = [_restricted(condition, columns, (*held, choice)) for choice in choices]
    fit_in = [
        one
        for one in tried
        if np.all(one.beta[:2] >= low - 1e-6 * (1 + abs(low)))
        and np.all(one.beta[:2] <= high + 1e-6 * (1 + abs(high)))
    ]
    return min(fit_in or tried, key=lambda one: one.rss)


def _restricted(condition: Condition, columns: Vector, held: Rows) -> _Linear:
    """Least squares in (c, d, f) under linear equations, through their null space."""
    data = condition.fit.data
    root = np.sqrt(data.weight)
    beta, free = np.zeros(3), np.eye(3)
    left = np.array([row for row, _ in held]).reshape(-1, 3)
    if held:
        beta = np.linalg.lstsq(left, np.array([value for _, value in held]), rcond=None)[0]
        _, singular, vt = np.linalg.svd(left)
        free = vt[int((singular > 1e-12 * singular[0]).sum()) :].T
    if free.shape[1]:
        basis = root[:, None] * (columns @ free)
        size = np.sqrt(np.sum(basis**2, axis=0)) + 1e-300
        beta = beta + free @ (
            np.linalg.lstsq(basis / size, root * (data.mean - columns @ beta), rcond=None)[0] / size
        )
    away = root * (data.mean - columns @ beta)
    return _Linear(columns, beta, left, free, float(away @ away))


def _fixed(condition: Condition) -> Rows:
    family = condition.fit.family
    rows = [(np.eye(3)[k], family.fixed[name]) for k, name in enumerate("cd") if name in family.fixed]
    return tuple(rows if family.law == "BC" else [*rows, (np.eye(3)[2], 0.0)])


def _plateau_limits(fit: CurveFit) -> tuple[Vector, Vector]:
    low, high = np.full(2, -np.inf), np.full(2, np.inf)
    for k, name in enumerate("cd"):
        if name in fit.family.free:
            place = fit.family.free.index(name)
            low[k], high[k] = fit.box.low[place], fit.box.high[place]
    return low, high


def _bounds(condition: Condition) -> tuple[Vector, Vector]:
    natural = search_box(condition.fit.data.dose).log_b
    known = {"b": natural, "tau": (-_TAU, _TAU), "f": (np.log(0.02), np.log(50.0))}
    pairs = np.array([known[name] for name in condition.searched])
    return pairs[:, 0], pairs[:, 1]


def starts_at(condition: Condition, log_x: float, neighbour: Vector | None) -> list[Vector]:
    """Starts of the search at ln x*: the neighbour's, the fit's own, then a coarse grid."""
    fit = condition.fit
    b, e = float(fit.values[0]), float(fit.values[3])
    own = {"b": np.log(b), "tau": b * (log_x - np.log(e)), "f": 0.0}
    if fit.family.law == "LL":
        own["f"] = np.log(fit.values[4])
    names = condition.searched
    found = [] if neighbour is None else [neighbour]
    found.append(np.array([own[name] for name in names]))
    for log_b, tau in product((0.0, 1.4), (-2.5, 0.0, 2.5) if "tau" in names else (0.0,)):
        grid = {**own, "b": log_b, "tau": tau}
        found.append(np.array([grid[name] for name in names]))
    return found if names else found[:1]
