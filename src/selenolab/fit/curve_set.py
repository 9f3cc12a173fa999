"""Several curves at once: parameters shared between them, ratios of their doses, families ranked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.dose_response import CurveFit, fit_curve, information
from selenolab.fit.families import PARAMETERS, Family, evaluate, gradient
from selenolab.fit.profile import effective_dose
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


@dataclass(frozen=True, slots=True)
class DoseRatio:
    """Ratio of the effective doses of two curves, first over second.

    Parameters
    ----------
    value, low, high : the ratio and its limits; value None, low 0, high infinite where there is none.
    confidence, method : such as 0.95, "delta method on ln ratio".
    reason : why there is none; empty otherwise.
    """

    value: float | None
    low: float
    high: float
    confidence: float
    method: str
    reason: str


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


def log_dose_gradient(
    family: Family, values: Vector, *, percent: float | None = None, level: float | None = None
) -> Vector:
    """(5,) derivatives of ln(effective dose) by b, c, d, e, f; zero by fixed parameters.

    Examples
    --------
    >>> from selenolab.fit.families import FAMILIES
    >>> slopes = log_dose_gradient(FAMILIES["LL.4"], np.array([2.0, 0.0, 100.0, 4.0, 1.0]), percent=50)
    >>> slopes.round(9).tolist()
    [0.0, 0.0, 0.0, 0.25, 0.0]
    """
    from selenolab.fit.families import absolute_dose, relative_dose

    def log_dose(at: Vector) -> float:
        found = (
            relative_dose(family, at, percent)
            if percent is not None
            else absolute_dose(family, at, level or 0.0)
        )
        return float(np.log(found.value)) if found.value else float("nan")

    slopes = np.zeros(5)
    for name in family.free:
        k = PARAMETERS.index(name)
        size = (
            abs(values[k]) if name in ("b", "e") else max(abs(values[k]), 0.01 * abs(values[2] - values[1]))
        )
        step = np.zeros(5)
        step[k] = 1e-5 * size
        slopes[k] = (log_dose(values + step) - log_dose(values - step)) / (2 * step[k])
    return slopes


def dose_ratio(
    curves: CurveSet, first: str, second: str, *, percent: float | None = None, level: float | None = None,
    confidence: float = 0.95,
) -> DoseRatio:  # fmt: skip
    """Ratio of effective doses, first over second, by the delta method on its logarithm.

    Raises
    ------
    UnknownNameError
        A curve that is not in the set.
    DataError
        When not exactly one of `percent` and `level` is given.

    Examples
    --------
    >>> dose = np.tile([0.5, 1, 2, 4, 8, 16, 32, 64], 2)
    >>> e = np.repeat([4.0, 8.0], 8)
    >>> response = 5 + 95 / (1 + (dose / e) ** 2) + np.tile([1.0, -1.0], 8)
    >>> ratio = dose_ratio(fit_set(np.repeat(["a", "b"], 8), dose, response), "b", "a", percent=50)
    >>> 1.8 < ratio.low < 2 < ratio.high < 2.2
    True
    """
    from scipy.special import stdtrit

    method = "delta method on ln ratio"
    slopes, logs = np.zeros(curves.cov.shape[0]), []
    for sign, name in ((1.0, first), (-1.0, second)):
        if name not in curves.names:
            raise UnknownNameError("curve", name, curves.names)
        i = curves.names.index(name)
        one = _single(curves, i)
        found = effective_dose(one, percent=percent, level=level)
        if found.value is None:
            return DoseRatio(None, 0.0, float("inf"), confidence, method, f"{name}: {found.reason}")
        logs.append(sign * np.log(found.value))
        slopes[5 * i : 5 * i + 5] = sign * log_dose_gradient(
            curves.family, curves.values[i], percent=percent, level=level
        )
    used = slopes != 0
    variance = float(slopes[used] @ curves.cov[np.ix_(used, used)] @ slopes[used])
    value = float(np.exp(sum(logs)))
    if curves.dof <= 0 or not np.isfinite(variance):
        return DoseRatio(
            value, 0.0, float("inf"), confidence, method, "the data set no limit to one of the doses"
        )
    half = float(stdtrit(curves.dof, 0.5 + confidence / 2)) * np.sqrt(max(variance, 0.0))
    return DoseRatio(value, float(value * np.exp(-half)), float(value * np.exp(half)), confidence, method, "")


def _single(curves: CurveSet, i: int) -> CurveFit:
    from dataclasses import replace

    return replace(curves.fits[i], values=curves.values[i])


def rank_families(
    dose: ArrayLike, response: ArrayLike, families: Sequence[str], *, weights: ArrayLike | None = None
) -> tuple[tuple[str, float, float], ...]:
    """(family, AICc, Akaike weight), best first; families without an AICc are left out.

    Burnham and Anderson 2004, doi:10.1177/0049124104268644.

    Examples
    --------
    >>> dose = np.repeat([0.0, 0.5, 1, 2, 4, 8, 16, 32, 64], 3)
    >>> response = 100 / (1 + (dose / 5) ** 2) + np.tile([-2.0, 0.5, 1.5], 9)
    >>> rank_families(dose, response, ["LL.4", "LL.3", "LL.5"])[0][0]
    'LL.3'
    """
    fits = [(name, fit_curve(dose, response, name, weights=weights).aicc) for name in families]
    known = sorted(((name, aicc) for name, aicc in fits if aicc is not None), key=lambda pair: pair[1])
    relative = np.exp([-0.5 * (aicc - known[0][1]) for _, aicc in known]) if known else np.zeros(0)
    return tuple(
        (name, aicc, float(w / relative.sum())) for (name, aicc), w in zip(known, relative, strict=True)
    )
