"""Counts of survivors against dose: the two-parameter log-logistic curve with a binomial likelihood.

The surviving share is s(x) = 1 / (1 + (x/e)^b), 1 at dose zero: deaths without drug have no place in this
curve and are refused. The likelihood and its deviance are those of a logistic regression on ln x
(McCullagh and Nelder, Generalized Linear Models, 2nd edition 1989, chapter 4).
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, xlogy

from selenolab.core.errors import DataError
from selenolab.fit.search_box import search_box

Vector = NDArray[np.float64]

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Counts:
    """Survivors of `total` subjects at each dose above zero; rows of one dose are added up (m,)."""

    dose: Vector
    alive: Vector
    total: Vector


@dataclass(frozen=True, slots=True)
class BinomialFit:
    """The curve of the counts.

    Parameters
    ----------
    b, e : slope and dose at which half survive.
    cov : (2, 2) of ln b and ln e, from the expected information.
    deviance, dof : against one proportion a dose; `fit_p` is its chi-squared p, None without spare doses.
    log_likelihood : without the binomial coefficients.
    p_flat : likelihood-ratio test against one proportion for all doses.
    data : what was fitted.
    """

    b: float
    e: float
    cov: Vector
    deviance: float
    dof: int
    fit_p: float | None
    log_likelihood: float
    p_flat: float
    data: Counts


def counts(dose: ArrayLike, alive: ArrayLike, total: ArrayLike) -> Counts:
    """Counts added up by dose.

    Raises
    ------
    DataError
        More survivors than subjects, counts that are no whole numbers, or deaths at dose zero.
    """
    x, k, n = (np.ravel(np.asarray(v, float)) for v in (dose, alive, total))
    if (n < 1).any() or (k < -1e-6).any() or (k > n + 1e-6).any():
        raise DataError("Binomial curve: found counts outside 0 to total; expected survivors among subjects.")
    if np.abs(k - np.rint(k)).max() > 0.02 or np.abs(n - np.rint(n)).max() > 1e-6:
        raise DataError("Binomial curve: found parts of a subject; expected shares that are whole counts.")
    k = np.rint(k)
    if (k[x == 0] < n[x == 0]).any():
        raise DataError(
            "Binomial curve: found deaths at dose zero, for which LL.2 has no place. Use LL.3 on the shares."
        )
    doses, place = np.unique(x[x > 0], return_inverse=True)
    if doses.size < 2:
        raise DataError(f"Binomial curve: found {doses.size} doses above zero; expected at least two.")
    alive, subjects = (np.bincount(place, v[x > 0]).astype(float) for v in (k, n))
    return Counts(doses, alive, subjects)


def fit_binomial(data: Counts) -> BinomialFit:
    """The curve of greatest likelihood.

    Examples
    --------
    >>> found = fit_binomial(counts([1, 2, 4, 8, 16], [19, 16, 10, 4, 1], [20] * 5))
    >>> round(found.e, 2), round(found.b, 2)
    (4.0, 2.07)
    """
    box = search_box(data.dose)
    limits = [box.log_b, box.log_e]
    starts = [
        (np.log(b), z) for b in (0.5, 1.5, 5.0) for z in np.log(data.dose[[0, data.dose.size // 2, -1]])
    ]
    found = min(
        (
            scipy.optimize.minimize(_cost, start, args=(data,), jac=_slope, method="L-BFGS-B", bounds=limits)
            for start in starts
        ),
        key=lambda one: float(one.fun),
    )
    log_b, log_e = (float(value) for value in found.x)
    likelihood = -float(found.fun)
    share = data.alive / data.total
    whole = float(np.sum(xlogy(data.alive, share) + xlogy(data.total - data.alive, 1 - share)))
    one = float(data.alive.sum() / data.total.sum())
    flat = float(np.sum(xlogy(data.alive, one) + xlogy(data.total - data.alive, 1 - one)))
    deviance, dof = max(2 * (whole - likelihood), 0.0), data.dose.size - 2
    p = float(chdtrc(dof, deviance)) if dof > 0 else None
    p_flat = float(chdtrc(1, max(2 * (likelihood - flat), 0.0)))
    cov = _covariance(log_b, log_e, data)
    return BinomialFit(
        float(np.exp(log_b)), float(np.exp(log_e)), cov, deviance, dof, p, likelihood, p_flat, data
    )


def binomial_profile(fit: BinomialFit, grid: ArrayLike, share: float) -> Vector:
    """Deviance rises (m,) above the fit, least over b, with the dose of surviving `share` held at `grid`."""
    odds = float(np.log(1 / share - 1))
    low, high = search_box(fit.data.dose).log_b

    def least(log_x: float) -> float:
        """The least cost where the effect lies at this dose."""

        def cost(log_b: float) -> float:
            return _cost(np.array([log_b, log_x - odds * np.exp(-log_b)]), fit.data)

        nodes = np.linspace(low, high, 24)
        best = int(np.argmin([cost(node) for node in nodes]))
        bounds = nodes[max(best - 1, 0)], nodes[min(best + 1, nodes.size - 1)]
        search = scipy.optimize.minimize_scalar
        return float(search(cost, bounds=bounds, method="bounded", options={"xatol": 1e-8}).fun)

    rises = [2 * (least(float(np.log(x))) + fit.log_likelihood) for x in np.asarray(grid, float)]
    return np.asarray(np.maximum(np.array(rises), 0.0))


def _share(inner: Vector, dose: Vector) -> Vector:
    t = np.exp(inner[0]) * (np.log(dose) - inner[1])
    return np.asarray(np.clip(1 / (1 + np.exp(np.clip(t, -500, 500))), _TINY, 1 - _TINY))


def _cost(inner: Vector, data: Counts) -> float:
    s = _share(np.asarray(inner, float), data.dose)
    return -float(np.sum(data.alive * np.log(s) + (data.total - data.alive) * np.log1p(-s)))


def _slope(inner: Vector, data: Counts) -> Vector:
    """Derivatives of the cost by ln b and ln e."""
    t = np.exp(inner[0]) * (np.log(data.dose) - inner[1])
    rest = data.alive - data.total * _share(inner, data.dose)
    return np.array([np.sum(rest * t), -np.exp(inner[0]) * np.sum(rest)])


def _covariance(log_b: float, log_e: float, data: Counts) -> Vector:
    """Inverse of the expected information of ln b and ln e; infinite where the data cannot tell."""
    s = _share(np.array([log_b, log_e]), data.dose)
    b = np.exp(log_b)
    jac = np.column_stack([-b * (np.log(data.dose) - log_e), np.full(s.size, b)])  # of the logit
    information = jac.T @ (jac * (data.total * s * (1 - s))[:, None])
    if np.linalg.cond(information) > 1e12:
        return np.full((2, 2), np.inf)
    return np.asarray(np.linalg.inv(information))
