"""Mortality counts: the two-parameter log-logistic curve by maximum likelihood.

P(dead) = 1 / (1 + (x / e)^-b), which is a logistic regression on ln x: b > 0, e is the LC50. Dose zero is
P = 0 exactly, so deaths without drug need another model, and are refused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BinomialFit:
    """A fitted mortality curve.

    Parameters
    ----------
    b, e : slope and median lethal dose; e infinite (0) where nobody (everybody) dies.
    se : (2,) standard errors of b and e from the information; infinite where there is none.
    cov : (2, 2) likewise.
    log_likelihood : without the binomial coefficients.
    deviance, dof : against one probability a dose; dof = doses above zero - 2.
    state, why : "ok", "nobody dies", "everybody dies", "step" (no dose with both outcomes on one slope),
        "falling" (mortality falls with the dose), and what it means.
    """

    b: float
    e: float
    se: Vector
    cov: Vector
    log_likelihood: float
    deviance: float
    dof: int
    state: str
    why: str


def fit_binomial(dose: ArrayLike, dead: ArrayLike, total: ArrayLike) -> BinomialFit:
    """Fit mortality counts.

    Parameters
    ----------
    dose, dead, total : (n,) dose, number dead and number exposed of every group.

    Raises
    ------
    DataError
        Counts that are no counts, more dead than exposed, deaths at dose zero, no dose above zero.

    Examples
    --------
    >>> fit = fit_binomial([1, 2, 4, 8, 16], [1, 3, 10, 17, 19], [20, 20, 20, 20, 20])
    >>> round(fit.e, 3), round(fit.b, 3), fit.state
    (4.0, 2.29, 'ok')
    """
    x, y, n = _checked(dose, dead, total)
    if y.sum() == 0 or y.sum() == n.sum():
        return _extreme(x, everybody=bool(y.sum() > 0))
    z = np.log(x)
    middle = float(np.average(z, weights=n))
    beta, information, separated = _newton(z - middle, y, n)
    likelihood, deviance = _likelihood(beta, z - middle, y, n)
    slope = float(beta[1])
    if separated or abs(slope) < 1e-12:
        return _step(x, y, n, likelihood, deviance)
    b, e = slope, float(np.exp(np.clip(middle - beta[0] / slope, -700, 700)))
    turn = np.array([[0.0, 1.0], [-e / slope, e * beta[0] / slope**2]])
    cov = turn @ np.linalg.inv(information) @ turn.T
    state, why = ("ok", "") if b > 0 else ("falling", "mortality falls with the dose")
    return BinomialFit(b, e, np.sqrt(np.diagonal(cov)), cov, likelihood, deviance, x.size - 2, state, why)


def _checked(dose: ArrayLike, dead: ArrayLike, total: ArrayLike) -> tuple[Vector, Vector, Vector]:
    """Doses above zero, rising, with their counts added up."""
    x, y, n = (np.ravel(np.asarray(column, float)) for column in (dose, dead, total))
    if not x.size == y.size == n.size:
        raise DataError(
            f"Mortality: found {x.size} doses, {y.size} dead, {n.size} exposed; expected as many of each."
        )
    wrong = ~(
        np.isfinite(x) & (x >= 0) & (y >= 0) & (n > 0) & (y <= n) & (y == np.round(y)) & (n == np.round(n))
    )
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"Mortality row {i + 1}: found dose {x[i]}, {y[i]} dead of {n[i]}; "
            "expected counts, dead <= exposed."
        )
    if np.any((x == 0) & (y > 0)):
        raise DataError(
            "Mortality: found deaths at dose zero; LL.2 holds none. Correct for control mortality first."
        )
    doses, place = np.unique(x[x > 0], return_inverse=True)
    if doses.size < 2:
        raise DataError(f"Mortality: found {doses.size} doses above zero; expected two at least.")
    keep = x > 0
    return doses, np.bincount(place, y[keep]).astype(float), np.bincount(place, n[keep]).astype(float)


def _newton(z: Vector, y: Vector, n: Vector) -> tuple[Vector, Vector, bool]:
    """Logistic regression by Newton steps, halved while the likelihood falls; True: no maximum."""
    design = np.column_stack([np.ones(z.size), z])
    share = y.sum() / n.sum()
    beta = np.array([np.log(share / (1 - share)), 0.0])
    information = np.eye(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(design @ beta, -500, 500)))
        weight = n * p * (1 - p)
        information = design.T @ (weight[:, None] * design)
        if np.linalg.det(information) <= 1e-10 * np.prod(np.diagonal(information)) or weight.sum() < 1e-8:
            return beta, information, True
        step = np.linalg.solve(information, design.T @ (y - n * p))
        now = _likelihood(beta, z, y, n)[0]
        while _likelihood(beta + step, z, y, n)[0] < now - 1e-12 * abs(now) and np.max(np.abs(step)) > 1e-12:
            step = step / 2
        beta = beta + step
        if np.max(np.abs(step)) <= 1e-11 * (1 + np.max(np.abs(beta))):
            return beta, information, False
    return beta, information, True


def _likelihood(beta: Vector, z: Vector, y: Vector, n: Vector) -> tuple[float, float]:
    """Log-likelihood and deviance."""
    t = beta[0] + beta[1] * z
    value = float(np.sum(-y * np.logaddexp(0, -t) - (n - y) * np.logaddexp(0, t)))
    share = y / n
    inner = (share > 0) & (share < 1)
    best = float(
        np.sum(
            (y * np.log(np.where(inner, share, 1)) + (n - y) * np.log(np.where(inner, 1 - share, 1)))[inner]
        )
    )
    return value, 2 * (best - value)


def _extreme(x: Vector, *, everybody: bool) -> BinomialFit:
    state = "everybody dies" if everybody else "nobody dies"
    side = f"below the lowest dose {x[0]:g}" if everybody else f"above the highest dose {x[-1]:g}"
    blind = np.diag([np.inf, np.inf])
    return BinomialFit(
        1.0, 0.0 if everybody else float("inf"), np.full(2, np.inf), blind, 0.0, 0.0, x.size - 2, state,
        f"{state} at every dose: the median lethal dose lies {side}",
    )  # fmt: skip


def _step(x: Vector, y: Vector, n: Vector, likelihood: float, deviance: float) -> BinomialFit:
    """Outcomes split by the dose: the likelihood rises without end as the slope does."""
    share = y / n
    falls = share[0] > share[-1]
    edge = int(np.argmax(share < 0.5)) if falls else int(np.argmax(share > 0.5))
    low, high = x[max(edge - 1, 0)], x[edge]
    return BinomialFit(
        float("-inf") if falls else float("inf"), float(np.sqrt(low * high)), np.full(2, np.inf),
        np.diag([np.inf, np.inf]), likelihood, deviance, x.size - 2, "step",
        f"the outcomes change at once: the median lethal dose lies between {low:g} and {high:g}",
    )  # fmt: skip
