"""Fit models of cumulative release to one curve, or to every vessel of a run at once.

Least squares on percent released. The intervals are profile-likelihood intervals and take the rows as
independent: cumulative data of one vessel are not quite, and rows of several vessels pooled are not at all
when vessels differ. The honest interval of a run is the one over vessels (`selenolab.fit.release_vessels`).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.release_answer import NotFitted, ReleaseFit
from selenolab.fit.release_models import ReleaseModel, natural, release_model
from selenolab.fit.release_profile import repeated
from selenolab.fit.release_result import assembled
from selenolab.fit.release_rows import ReleaseRows, rows_for, rows_of
from selenolab.fit.release_solver import Problems, best_starts, descend

Vector = NDArray[np.float64]


def fit_release(
    time: ArrayLike, released: ArrayLike, weights: ArrayLike | None = None, *, model: str = "weibull",
    level: float = 0.95, kp_max: float = 60.0, m: float = 0.5, intervals: bool = True,
) -> ReleaseFit | NotFitted:  # fmt: skip
    """Fit one model to one curve (or to the rows of several vessels, pooled).

    Parameters
    ----------
    time : (n,) 0 or above, any order, repeats allowed. Rows at 0 tell these models nothing and are left out.
    released : (n,) cumulative percent; below 0 and above 100 are taken as they are.
    weights : (n,) relative weights of the squares (1 / variance); 1 unless told.
    model : one of :data:`selenolab.fit.release_models.MODELS`.
    kp_max : Higuchi and Korsmeyer-Peppas are fitted to the times before the mean release first passes this.
    m : exponent of Peppas and Sahlin.
    intervals : whether to profile the parameters, t50 and t80.

    Raises
    ------
    DataError
        Values that are not finite, a negative time, a weight that is not above 0, lengths that differ.
    UnknownNameError
        For a model that does not exist.

    Examples
    --------
    >>> t = np.array([1.0, 2.0, 4.0, 8.0, 12.0, 24.0])
    >>> noise = np.array([0.5, -0.8, 0.4, 0.9, -0.7, 0.2])
    >>> fit = fit_release(t, 100 * (1 - np.exp(-t / 6)) + noise, model="first_order")
    >>> round(fit.parameters[0].value, 3), round(fit.t50.value, 2), fit.t50.censored
    (0.167, 4.14, '')
    """
    rows = rows_of(time, released, weights)
    return fit_curves((rows,), model=model, level=level, kp_max=kp_max, m=m, intervals=intervals)[0]


def fit_vessels(
    time: ArrayLike, released: ArrayLike, weights: ArrayLike | None = None, *, model: str = "weibull",
    level: float = 0.95, kp_max: float = 60.0, m: float = 0.5, intervals: bool = True,
) -> tuple[ReleaseFit | NotFitted, ...]:  # fmt: skip
    """Fit one model to every vessel of a run: (n,) times and (n, vessels) percent, NaN where not sampled.

    Options and errors as in :func:`fit_release`.
    """
    table = np.asarray(released, float)
    t = np.asarray(time, float)
    if table.ndim != 2 or table.shape[0] != t.size:
        raise DataError(
            f"Release table: found the shape {table.shape} for {t.size} times; expected times x vessels."
        )
    w = np.ones_like(table) if weights is None else np.broadcast_to(np.asarray(weights, float), table.shape)
    seen = ~np.isnan(table)
    rows = tuple(rows_of(t[s], y[s], v[s]) for y, s, v in zip(table.T, seen.T, w.T, strict=True))
    return fit_curves(rows, model=model, level=level, kp_max=kp_max, m=m, intervals=intervals)


def fit_curves(
    curves: Sequence[ReleaseRows], *, model: str, level: float = 0.95, kp_max: float = 60.0, m: float = 0.5,
    intervals: bool = True,
) -> tuple[ReleaseFit | NotFitted, ...]:  # fmt: skip
    """Fit one model to several curves at once: the work of `fit_release` and `fit_vessels`."""
    if not 0 < level < 1:
        raise DataError(f"Release fit: found a level of {level}; expected a number between 0 and 1.")
    chosen = release_model(model, m)
    kept = [rows_for(chosen, rows, kp_max) for rows in curves]
    whole = [k for k, rows in enumerate(kept) if not rows.refusal]
    results: list[ReleaseFit | NotFitted] = [
        NotFitted(chosen, rows.refusal, rows.time.size, rows.notes) for rows in kept
    ]
    if whole:
        problems = problems_of(chosen, [kept[k] for k in whole])
        theta = solved(problems)
        fits = assembled(problems, theta, [kept[k] for k in whole], level, kp_max, intervals)
        for k, fit in zip(whole, fits, strict=True):
            results[k] = fit
    return tuple(results)


def problems_of(model: ReleaseModel, curves: Sequence[ReleaseRows]) -> Problems:
    """Curves of different length side by side: places without a row have no weight."""
    longest = max(rows.time.size for rows in curves)
    t, y, w = (np.zeros((len(curves), longest)) for _ in range(3))
    for k, rows in enumerate(curves):
        n = rows.time.size
        t[k], y[k, :n], w[k, :n] = rows.time[0], rows.released, rows.weights
        t[k, :n] = rows.time
    boxes = [model.box(float(rows.time.min()), float(rows.time.max())) for rows in curves]
    low, high = np.array([box[0] for box in boxes]), np.array([box[1] for box in boxes])
    return Problems(model, t, y, w, low, high, np.ones(low.shape, bool))


def solved(problems: Problems) -> Vector:
    """(B, p) coordinates of the best fit of every curve, over all starts."""
    starts = best_starts(problems)
    curves, each, count = starts.shape
    theta, rss = descend(repeated(problems, each), starts.reshape(-1, count))
    best = rss.reshape(curves, each).argmin(-1)
    theta = theta.reshape(curves, each, count)[np.arange(curves), best]
    return _settled(problems, theta) if problems.model.parameters[-1].name == "lag" else theta


def _settled(problems: Problems, theta: Vector) -> Vector:
    """The other coordinates at a lag that has come to rest on a time, where the sum of squares has a cusp."""
    free = problems.free.copy()
    free[:, -1] = False
    return descend(replace(problems, free=free), theta)[0]


def curve_at(fit: ReleaseFit, time: ArrayLike) -> Vector:
    """Percent released by the fitted curve at `time`, 0 at time 0; same shape as `time`.

    Examples
    --------
    >>> t = np.array([1.0, 2.0, 4.0])
    >>> fit = fit_release(t, 5 * t, model="zero_order")
    >>> curve_at(fit, [0.0, 3.0]).round(6).tolist()
    [0.0, 15.0]
    """
    t = np.asarray(time, float)
    if not np.all(np.isfinite(t)) or np.any(t < 0):
        raise DataError("Release curve: expected finite times of 0 or above.")
    flat = np.where(t > 0, t, 1.0).ravel()
    values = fit.model.curve(flat, fit.theta).reshape(t.shape)
    return np.where(t > 0, values, 0.0)


def value_of(fit: ReleaseFit, name: str) -> float:
    """The value of the parameter of that name."""
    names = [parameter.name for parameter in fit.model.parameters]
    return float(natural(fit.model, fit.theta)[names.index(name)])
