"""From the least sum of squares to what is reported of a fitted release curve."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from selenolab.fit import release_solver as solver
from selenolab.fit.release_answer import METHOD, FittedParameter, ReleaseFit, TimeToRelease
from selenolab.fit.release_models import ReleaseModel, ReleaseParameter, natural
from selenolab.fit.release_profile import crossing_times, parameter_limits, time_limits
from selenolab.fit.release_rows import ReleaseRows
from selenolab.fit.release_solver import Problems
from selenolab.stats.intervals import t_quantile
from selenolab.stats.least_squares import covariance

Vector = NDArray[np.float64]

_EXACT = 1e-9  # of the sum of squares of the data: residuals of 0.003 %, finer than any assay
_BLIND = 1e3  # a standard error this many times the value is none
_SILENT = 1e-9  # %: a coordinate that moves the curve less than this anywhere is not told
PERCENTS = (50.0, 80.0)
NO_DOF = "as many parameters as rows: nothing is left to judge by"
EXACT = "the curve meets every point: no scatter to judge by"


def assembled(
    problems: Problems, theta: Vector, curves: Sequence[ReleaseRows], level: float, kp_max: float,
    intervals: bool,
) -> list[ReleaseFit]:  # fmt: skip
    """One `ReleaseFit` a curve."""
    theta = _ordered(problems.model, theta)
    rss = (solver.residuals(problems, theta) ** 2).sum(-1)
    n = np.array([rows.time.size for rows in curves])
    dof = n - theta.shape[1]
    exact = rss <= _EXACT * (problems.w * problems.y**2).sum(-1)
    judged = (dof > 0) & ~exact
    cov, held = _covariances(problems, theta, rss, dof)
    limits = _limits(problems, theta, rss, dof, cov, level, judged & intervals)
    times = (
        _times(problems, theta, rss, dof, curves, level, judged, kp_max)
        if intervals
        else [(None, None)] * n.size
    )
    return [
        _fit(problems.model, theta[k], float(rss[k]), rows, bool(exact[k]), cov[k], held[k],
             (limits[0][k], limits[1][k]), times[k], level, intervals)
        for k, rows in enumerate(curves)
    ]  # fmt: skip


def _ordered(model: ReleaseModel, theta: Vector) -> Vector:
    """Two phases: the fast one first."""
    if model.name != "biphasic":
        return theta
    swap = theta[:, 1] < theta[:, 2]
    turned = np.column_stack([1 - theta[:, 0], theta[:, 2], theta[:, 1]])
    return np.where(swap[:, None], turned, theta)


def _covariances(
    problems: Problems, theta: Vector, rss: Vector, dof: NDArray[np.int64]
) -> tuple[Vector, NDArray[np.bool_]]:
    """(B, p, p) of the coordinates, and (B, p) which are held at a limit."""
    jac = solver.jacobian(problems, theta)
    jac = np.where(np.abs(jac).max(1, keepdims=True) > _SILENT, jac, 0.0)
    gradient = np.einsum("bnp,bn->bp", jac, solver.residuals(problems, theta))
    held = solver.held(problems, theta, gradient)
    variance = np.where(dof > 0, rss / np.maximum(dof, 1), np.inf)
    cov = [covariance(j, h, float(v)) for j, h, v in zip(jac, held, variance, strict=True)]
    return np.array(cov), held


def _bar(rss: Vector, dof: NDArray[np.int64], level: float) -> Vector:
    """(B,) the sum of squares at the limits; that of the fit without degrees of freedom."""
    t_squared = np.array([t_quantile(level, d) ** 2 if d > 0 else 0.0 for d in dof.tolist()])
    return np.asarray(rss * (1 + t_squared / np.maximum(dof, 1)))


def _limits(
    problems: Problems, theta: Vector, rss: Vector, dof: NDArray[np.int64], cov: Vector, level: float,
    judged: NDArray[np.bool_],
) -> tuple[Vector, Vector]:  # fmt: skip
    """(B, p) limits of the coordinates; NaN where there is no interval."""
    low, high = np.full(theta.shape, np.nan), np.full(theta.shape, np.nan)
    if judged.any():
        spread = np.sqrt(np.einsum("bpp->bp", cov[judged]))
        quantile = np.array([[t_quantile(level, d)] for d in dof[judged].tolist()])
        fallback = 0.1 + 0.1 * np.abs(theta[judged])
        width = np.where(np.isfinite(spread) & (spread > 0), spread * quantile, fallback)
        width = np.minimum(width, 1.0 + 2 * np.abs(theta[judged]))
        bar = _bar(rss, dof, level)[judged]
        low[judged], high[judged] = parameter_limits(solver.some(problems, judged), theta[judged], bar, width)
    return low, high


def _times(
    problems: Problems, theta: Vector, rss: Vector, dof: NDArray[np.int64], curves: Sequence[ReleaseRows],
    level: float, judged: NDArray[np.bool_], kp_max: float,
) -> list[tuple[TimeToRelease | None, TimeToRelease | None]]:  # fmt: skip
    """The times to 50 and 80 % of every curve, both searched at once."""
    both = np.repeat(np.arange(len(curves)), 2)
    percent = np.tile(PERCENTS, len(curves))
    asked = percent <= kp_max if problems.model.early else np.ones(percent.size, bool)
    spans = [(float(curves[k].time.min()), float(curves[k].time.max())) for k in both.tolist()]
    value, low, high = (np.full(both.size, np.nan) for _ in range(3))
    bar = _bar(rss, dof, level)
    for span in dict.fromkeys(spans):
        same = np.array([other == span for other in spans]) & asked
        value[same] = crossing_times(problems.model, theta[both[same]], percent[same], *span)
        same &= judged[both]
        at = both[same]
        if at.size:
            low[same], high[same] = time_limits(
                solver.some(problems, at), theta[at], value[same], percent[same], bar[at], *span
            )
    found = []
    for i, k in enumerate(both.tolist()):
        why = "" if judged[k] else NO_DOF if dof[k] <= 0 else EXACT
        limits = None if why else (float(low[i]), float(high[i]))
        if asked[i]:
            found.append(_time(float(percent[i]), float(value[i]), limits, spans[i], level, why))
        else:
            refusal = f"the model is fitted up to {kp_max:g} % only"
            found.append(TimeToRelease(percent[i], None, None, None, "", None, level, METHOD, refusal))
    return list(zip(found[::2], found[1::2], strict=True))


def _time(
    percent: float, value: float, limits: tuple[float, float] | None, span: tuple[float, float],
    level: float, why: str,
) -> TimeToRelease:  # fmt: skip
    sides = limits or (None, None)
    first, last = span
    if value == 0.0:
        said = _joined(f"{percent:g} % is reached before the first time {first:g}", why)
        return TimeToRelease(percent, None, sides[0], sides[1], "<", first, level, METHOD, said)
    if np.isinf(value):
        said = _joined(f"{percent:g} % is not reached by the last time {last:g}", why)
        return TimeToRelease(percent, None, sides[0], sides[1], ">", last, level, METHOD, said)
    return TimeToRelease(percent, value, sides[0], sides[1], "", None, level, METHOD, why)


def _joined(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)


def _fit(
    model: ReleaseModel, theta: Vector, rss: float, rows: ReleaseRows, exact: bool, cov: Vector,
    held: NDArray[np.bool_], limits: tuple[Vector, Vector],
    times: tuple[TimeToRelease | None, TimeToRelease | None], level: float, intervals: bool,
) -> ReleaseFit:  # fmt: skip
    n, count = rows.time.size, theta.size
    fitted = model.curve(rows.time, theta)
    tss = float(np.sum(rows.weights * (rows.released - np.average(rows.released, weights=rows.weights)) ** 2))
    scatter = rss > 0 and not exact
    varied = tss > 1e-24 * float(np.sum(rows.weights * rows.released**2))
    log_weights = float(np.log(rows.weights).sum())
    return ReleaseFit(
        model=model, parameters=_parameters(model, theta, n, exact, cov, held, limits, intervals),
        rss=rss, n=n, dof=n - count, sigma=float(np.sqrt(rss / (n - count))) if n > count else None,
        aicc=_aicc(rss, n, count, log_weights) if scatter else None,
        aic=float(n * np.log(rss) + 2 * count) if scatter else None,
        adjusted_r2=1 - rss / (n - count) / (tss / (n - 1)) if varied and n > count else None,
        msc=float(np.log(tss / rss) - 2 * count / n) if varied and scatter else None,
        time=rows.time, released=rows.released, weights=rows.weights, fitted=fitted,
        residuals=rows.released - fitted, t50=times[0], t80=times[1], level=level, theta=theta,
        held=tuple(p.name for p, h in zip(model.parameters, held, strict=True) if h),
        notes=(*rows.notes, *_turning(model, theta, rows)),
    )  # fmt: skip


def _aicc(rss: float, n: int, count: int, log_weights: float) -> float | None:
    k = count + 1
    if n - k - 1 <= 0:
        return None
    return float(n * np.log(rss / n) - log_weights + 2 * k + 2 * k * (k + 1) / (n - k - 1))


def _turning(model: ReleaseModel, theta: Vector, rows: ReleaseRows) -> tuple[str, ...]:
    if model.name != "peppas_sahlin":
        return ()
    grid = np.geomspace(rows.time.min(), rows.time.max(), 64)
    falls = np.flatnonzero(np.diff(model.curve(grid, theta)) < 0)
    if not falls.size:
        return ()
    return (f"the curve falls from time {grid[falls[0]]:.3g} on: not a release curve there",)


def _parameters(
    model: ReleaseModel, theta: Vector, n: int, exact: bool, cov: Vector, held: NDArray[np.bool_],
    limits: tuple[Vector, Vector], intervals: bool,
) -> tuple[FittedParameter, ...]:  # fmt: skip
    values = natural(model, theta)
    ends = [natural(model, side) for side in limits]
    spread = np.sqrt(np.diagonal(cov))
    why = NO_DOF if n <= theta.size else EXACT if exact else ""
    found = []
    for k, parameter in enumerate(model.parameters):
        se = float(spread[k] * (values[k] if parameter.logarithmic else 1.0))
        size = 1.0 if parameter.logarithmic else abs(values[k])
        known = spread[k] <= _BLIND * size and not held[k] and not why
        low, high = max(float(ends[0][k]), parameter.low), min(float(ends[1][k]), parameter.high)
        shown = intervals and not why
        reason = why or (_openness(low, high, bool(held[k]), parameter) if shown else "")
        found.append(FittedParameter(
            parameter.name, parameter.unit, parameter.meaning, float(values[k]), se if known else None,
            low if shown else None, high if shown else None, reason,
        ))  # fmt: skip
    return tuple(found)


def _openness(low: float, high: float, held: bool, parameter: ReleaseParameter) -> str:
    ends = (("low", low <= parameter.low), ("high", high >= parameter.high))
    sides = [side for side, is_open in ends if is_open]
    at = "the search ends at this value: the data set none" if held else ""
    return _joined(at, f"open on the {' and '.join(sides)} side: the data set no limit" if sides else "")
