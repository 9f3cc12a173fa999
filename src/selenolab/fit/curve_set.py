"""Several curves fitted at once: one residual variance, parameters shared between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.dose_response import CurveFit, fit_curve
from selenolab.fit.families import PARAMETERS, Family, evaluate, gradient
from selenolab.fit.starts import to_internal, to_natural
from selenolab.stats.least_squares import covariance, solve

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CurveSet:
    """Curves fitted together with one residual variance.

    Parameters
    ----------
    names : of the k curves.
    family : of all of them.
    shared : names of the parameters they have in common.
    values, se : (k, 5) b, c, d, e, f of each and their standard errors (0 where fixed).
    cov : (5 k, 5 k) of all, curve by curve.
    rss, dof, sigma, n : of all rows together.
    aicc : None where it cannot be formed.
    fits : each curve fitted alone (the start of the common fit, and its data).
    """

    names: tuple[str, ...]
    family: Family
    shared: tuple[str, ...]
    values: Vector
    se: Vector
    cov: Vector
    rss: float
    dof: int
    sigma: float
    n: int
    aicc: float | None
    fits: tuple[CurveFit, ...]


def fit_set(
    curve: Sequence[object], dose: ArrayLike, response: ArrayLike, family: str = "LL.4",
    shared: Sequence[str] = (),
) -> CurveSet:  # fmt: skip
    """Fit all curves of a table with one residual variance, some parameters in common.

    Parameters
    ----------
    curve, dose, response : (n,) the curve's name, the dose and the response of every row.
    family : as in :func:`selenolab.fit.dose_response.fit_curve`.
    shared : such as ``("c", "d")``: plateaus common to all curves.

    Raises
    ------
    UnknownNameError
        A shared parameter that the family does not fit.
    DataError
        A curve that cannot be told on its own (its name and state are given).

    Examples
    --------
    >>> dose = np.tile([0.5, 1, 2, 4, 8, 16, 32, 64], 2)
    >>> e = np.repeat([4.0, 8.0], 8)
    >>> both = fit_set(np.repeat(["a", "b"], 8), dose, 5 + 95 / (1 + (dose / e) ** 2), shared=("c", "d"))
    >>> both.values[:, 3].round(4).tolist(), both.dof
    ([4.0, 8.0], 10)
    """
    labels = np.asarray([str(name) for name in curve])
    names = tuple(dict.fromkeys(sorted(labels.tolist())))
    x, y = np.asarray(dose, float), np.asarray(response, float)
    fits = tuple(fit_curve(x[labels == name], y[labels == name], family) for name in names)
    for name in shared:
        if name not in fits[0].family.free:
            raise UnknownNameError(f"fitted parameter of {family}", name, fits[0].family.free)
    for name, fit in zip(names, fits, strict=True):
        if not np.isfinite(fit.values[3]):
            raise DataError(
                f"Curve '{name}': found the state '{fit.state}' ({fit.why}); expected a curve to fit."
            )
    return _together(names, fits, tuple(shared))


def _together(names: tuple[str, ...], fits: tuple[CurveFit, ...], shared: tuple[str, ...]) -> CurveSet:
    family = fits[0].family
    places = _places(family, len(fits), shared)
    internal = np.stack([to_internal(fit.values, family) for fit in fits])
    count = int(places.max()) + 1
    start = np.array([internal[places == k].mean() for k in range(count)])
    low = np.array([max(fit.box.low[p] for fit in fits) for p in _kinds(places, count)])
    high = np.array([min(fit.box.high[p] for fit in fits) for p in _kinds(places, count)])
    low, high = np.minimum(low, start), np.maximum(high, start)
    roots = [np.sqrt(fit.data.weight) for fit in fits]

    def residuals(theta: Vector) -> Vector:
        parts = [
            root * (evaluate(family, fit.data.dose, to_natural(theta[row], family)) - fit.data.mean)
            for fit, root, row in zip(fits, roots, places, strict=True)
        ]
        return np.concatenate(parts)

    found = solve(
        residuals, start, bounds=(low, high), jacobian=lambda theta: _jacobian(fits, places, theta, True)
    )
    return _described(names, fits, shared, places, found.x, found.held)


def _kinds(places: NDArray[np.int64], count: int) -> list[int]:
    """Which free parameter of the family each common parameter is."""
    return [int(np.argwhere(places == k)[0, 1]) for k in range(count)]


def _places(family: Family, curves: int, shared: tuple[str, ...]) -> NDArray[np.int64]:
    """(curves, p) position of every curve's parameters in the common vector."""
    places = np.zeros((curves, len(family.free)), np.int64)
    following = 0
    for j, name in enumerate(family.free):
        for i in range(curves):
            places[i, j] = places[0, j] if name in shared and i else following
            following += 0 if name in shared and i else 1
    return places


def _jacobian(fits: tuple[CurveFit, ...], places: NDArray[np.int64], theta: Vector, internal: bool) -> Vector:
    """Derivatives of all weighted means by the common vector (on the scale of the search if `internal`)."""
    family = fits[0].family
    free = [PARAMETERS.index(name) for name in family.free]
    blocks = []
    for fit, row in zip(fits, places, strict=True):
        values = to_natural(theta[row], family)
        part = np.sqrt(fit.data.weight)[:, None] * gradient(family, fit.data.dose, values)
        if internal:
            part = part * np.array([values[0], 1.0, 1.0, values[3], values[4] if family.law == "LL" else 1.0])
        block = np.zeros((fit.data.dose.size, int(places.max()) + 1))
        block[:, row] = part[:, free]
        blocks.append(block)
    return np.vstack(blocks)


def _described(
    names: tuple[str, ...], fits: tuple[CurveFit, ...], shared: tuple[str, ...], places: NDArray[np.int64],
    theta: Vector, held: NDArray[np.bool_],
) -> CurveSet:  # fmt: skip
    family = fits[0].family
    values = np.stack([to_natural(theta[row], family) for row in places])
    rss = sum(
        fit.data.pure_error_ss
        + float(np.sum(fit.data.weight * (evaluate(family, fit.data.dose, at) - fit.data.mean) ** 2))
        for fit, at in zip(fits, values, strict=True)
    )
    n = sum(fit.n for fit in fits)
    dof = n - theta.size + int(held.sum())
    small = covariance(_jacobian(fits, places, theta, False), held, rss / dof if dof > 0 else np.inf)
    cov = np.zeros((5 * len(fits), 5 * len(fits)))
    free = [PARAMETERS.index(name) for name in family.free]
    where = np.concatenate([5 * i + np.array(free) for i in range(len(fits))])
    cov[np.ix_(where, where)] = small[np.ix_(places.ravel(), places.ravel())]
    se = np.sqrt(np.diagonal(cov)).reshape(len(fits), 5)
    sigma = float(np.sqrt(rss / dof)) if dof > 0 else float("inf")
    return CurveSet(
        names, family, shared, values, se, cov, rss, dof, sigma, n, _aicc(fits, rss, theta.size), fits
    )


def _aicc(fits: tuple[CurveFit, ...], rss: float, parameters: int) -> float | None:
    n, k = sum(fit.n for fit in fits), parameters + 1
    if rss <= 0 or n - k - 1 <= 0:
        return None
    logs = sum(fit.data.log_weights for fit in fits)
    return float(n * (np.log(2 * np.pi * rss / n) + 1) - logs + 2 * k + 2 * k * (k + 1) / (n - k - 1))
