"""Least squares of many small release curves at once: damped Gauss-Newton, one NumPy call for all of them.

A run has a dozen vessels, a dozen models and several starts each; one at a time, the overhead of the calls
would be the whole cost. Every problem has its own damping (Levenberg-Marquardt with column scaling).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.release_models import ReleaseModel

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DAMPING, _LEAST, _STUCK = 1e-3, 1e-14, 1e12
_STARTS, _LAGGED_STARTS = 6, 24  # of each curve; a lag has a valley in every gap


@dataclass(frozen=True, slots=True)
class Problems:
    """B curves of one model to be fitted.

    Parameters
    ----------
    model : of all of them.
    t, y, w : (B, n) times, percent released, weights; a weight of 0 is a place without a value.
    low, high : (B, p) limits of the coordinates.
    free : (B, p) coordinates that may move.
    time, percent : (B,) a point through which the curve must go, by its first coordinate; None without.
    """

    model: ReleaseModel
    t: Vector
    y: Vector
    w: Vector
    low: Vector
    high: Vector
    free: Mask
    time: Vector | None = None
    percent: Vector | None = None


def pinned(problems: Problems, theta: Vector) -> Vector:
    """`theta` with the first coordinate such that the curve passes the point asked for, if any."""
    if problems.time is None or problems.percent is None:
        return theta
    model, time, percent = problems.model, problems.time, problems.percent
    found = theta.copy()
    if model.affine:
        found[:, 0] = 0.0
        slope = model.gradient(time[:, None], found)[:, 0, 0]
        rest = model.curve(time[:, None], found)[:, 0]
        with np.errstate(all="ignore"):
            found[:, 0] = (percent - rest) / slope
    else:
        assert model.pin is not None
        found[:, 0] = model.pin(time, percent, theta)
    return found


def residuals(problems: Problems, theta: Vector) -> Vector:
    """(B, n) weighted differences, curve minus data."""
    return np.asarray(np.sqrt(problems.w) * (problems.model.curve(problems.t, theta) - problems.y))


def jacobian(problems: Problems, theta: Vector) -> Vector:
    """(B, n, p) derivatives of the weighted differences; zero in the columns that are not free."""
    jac = problems.model.gradient(problems.t, theta)
    if problems.time is not None:
        at_point = problems.model.gradient(problems.time[:, None], theta)[:, 0, :]
        with np.errstate(all="ignore"):
            trade = np.nan_to_num(at_point / at_point[:, :1], posinf=0.0, neginf=0.0)
        jac = jac - jac[:, :, :1] * trade[:, None, :]
    return np.asarray(np.where(problems.free[:, None, :], np.sqrt(problems.w)[..., None] * jac, 0.0))


def held(problems: Problems, theta: Vector, gradient: Vector) -> Mask:
    """Coordinates at a limit that the data push against, and those that are not free."""
    at_low = (theta <= problems.low) & (gradient >= 0)
    at_high = (theta >= problems.high) & (gradient <= 0)
    return ((at_low | at_high) & problems.free) | ~problems.free


def descend(
    problems: Problems, start: Vector, tolerance: float = 1e-14, limit: int = 120
) -> tuple[Vector, Vector]:
    """(B, p) coordinates of the least sum of squares near `start`, and (B,) the sums.

    A curve is left alone once two steps (or one, at a tolerance above 1e-10) gain less than `tolerance`
    of its sum of squares; the others go on.
    """
    theta, rss = start.copy(), np.full(len(start), np.inf)
    left, needed = np.arange(len(start)), 1 if tolerance > 1e-10 else 2
    with np.errstate(all="ignore"):
        state = _begin(problems, start)
        for _ in range(limit):
            state = _advance(problems, state, tolerance)
            done = (state.calm >= needed) | (state.damping > _STUCK) | ~np.isfinite(state.rss)
            if done.any():
                theta[left[done]], rss[left[done]] = state.theta[done], state.rss[done]
                left, problems = left[~done], some(problems, ~done)
                state = _State(*(getattr(state, name)[~done] for name in _State.__slots__))
            if not left.size:
                break
    theta[left], rss[left] = state.theta, state.rss
    return theta, rss


@dataclass(frozen=True, slots=True)
class _State:
    theta: Vector
    r: Vector
    rss: Vector
    damping: Vector
    calm: NDArray[np.int64]


def some(problems: Problems, rows: Mask | NDArray[np.int64]) -> Problems:
    """The curves of `rows` (a mask, or places) only."""
    return Problems(
        problems.model, problems.t[rows], problems.y[rows], problems.w[rows],
        problems.low[rows], problems.high[rows], problems.free[rows],
        None if problems.time is None else problems.time[rows],
        None if problems.percent is None else problems.percent[rows],
    )  # fmt: skip


def _begin(problems: Problems, start: Vector) -> _State:
    theta = pinned(problems, _inside(problems, start))
    r = residuals(problems, theta)
    count = len(theta)
    return _State(theta, r, _sum_of_squares(r), np.full(count, _DAMPING), np.zeros(count, np.int64))


def _advance(problems: Problems, state: _State, tolerance: float) -> _State:
    """One step of every curve: taken where it does not climb, shortened where it does."""
    step = _step(problems, state.theta, jacobian(problems, state.theta), state.r, state.damping)
    trial = pinned(problems, _inside(problems, state.theta + step))
    r = residuals(problems, trial)
    rss = _sum_of_squares(r)
    better = rss <= state.rss
    quiet = np.abs(state.rss - rss) <= tolerance * state.rss
    calm = np.where(quiet, state.calm + 1, np.where(better, 0, state.calm))
    damping = np.where(better, np.maximum(state.damping * 0.1, _LEAST), state.damping * 6)
    take = better[:, None]
    return _State(
        np.where(take, trial, state.theta), np.where(take, r, state.r), np.where(better, rss, state.rss),
        damping, calm,
    )  # fmt: skip


def _inside(problems: Problems, theta: Vector) -> Vector:
    moved = np.clip(theta, problems.low, problems.high)
    return np.where(problems.free, moved, theta)


def _sum_of_squares(r: Vector) -> Vector:
    total = np.einsum("bn,bn->b", r, r)
    return np.where(np.isfinite(total), total, np.inf)


def _step(problems: Problems, theta: Vector, jac: Vector, r: Vector, damping: Vector) -> Vector:
    """(B, p) damped steps; columns held stay."""
    jac = np.nan_to_num(jac, posinf=0.0, neginf=0.0)
    gradient = np.einsum("bnp,bn->bp", jac, np.nan_to_num(r, posinf=0.0, neginf=0.0))
    stay = held(problems, theta, gradient)
    normal = np.einsum("bnp,bnq->bpq", jac, jac)
    size = np.sqrt(np.einsum("bpp->bp", normal))
    size = np.where(stay | (size == 0.0), 1.0, size)
    normal = normal / size[:, :, None] / size[:, None, :]
    normal = np.where(stay[:, :, None] | stay[:, None, :], 0.0, normal)
    normal = normal + np.eye(theta.shape[1]) * (damping[:, None, None] + 1e-15)
    normal = normal + np.einsum("bp,pq->bpq", stay.astype(float), np.eye(theta.shape[1]))
    right = np.where(stay, 0.0, -gradient / size)
    return np.asarray(np.linalg.solve(normal, right[..., None])[..., 0] / size)


def best_starts(problems: Problems) -> Vector:
    """(B, starts, p) the best candidate of each group for each curve, of the best groups."""
    model = problems.model
    grid = model.candidates(np.unique(problems.t))
    groups, each, count = grid.shape
    flat = grid.reshape(-1, count)
    t, y, w = problems.t[:, None, :], problems.y[:, None, :], problems.w[:, None, :]
    with np.errstate(all="ignore"):
        curve = model.curve(t, flat[None])
        if model.affine:
            slope = model.gradient(t, flat[None])[..., 0]
            best = (w * slope * (y - curve)).sum(-1) / (w * slope**2).sum(-1)
            low, high = problems.low[:, :1], problems.high[:, :1]
            best = np.clip(np.nan_to_num(best, posinf=0.0, neginf=0.0), low, high)
            curve = curve + best[..., None] * slope
        rss = (w * (y - curve) ** 2).sum(-1).reshape(len(problems.y), groups, each)
    rss = np.where(np.isfinite(rss), rss, np.inf)
    pick = np.argmin(rss, axis=-1) + np.arange(groups) * each
    starts = _LAGGED_STARTS if model.parameters[-1].name == "lag" else _STARTS
    order = np.argsort(rss.min(-1), axis=-1, kind="stable")[:, :starts]
    pick = np.take_along_axis(pick, order, axis=1)
    found = flat[pick]
    if model.affine:
        found[..., 0] = np.take_along_axis(best, pick, axis=1)
    return np.asarray(found)
