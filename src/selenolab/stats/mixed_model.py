"""Linear mixed model with one random intercept (the experiment), by REML, with Kenward and Roger's test.

The ratio of the two variances is found from the score of the restricted likelihood, which is
one-dimensional once the residual variance and the fixed effects are profiled out; at zero variance
the score is negative at the boundary and the fit ends there, without a failure to converge.
"""

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import Interval, finite_sample, negligible_variance, p_of_t, t_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MixedFit:
    """Fixed effects (p,) with covariance (p, p), the variances of residual and experiment.

    `adjusted` is the covariance with Kenward and Roger's correction for small samples. `sensitivity`
    (2, p, p) is the derivative of the covariance by (experiment, residual) variance, `uncertainty`
    (2, 2) the covariance of those two; both serve the degrees of freedom. `boundary` is true when the
    experiment's variance is zero.
    """

    effects: Floats
    covariance: Floats
    adjusted: Floats
    residual_variance: float
    experiment_variance: float
    log_likelihood: float
    sensitivity: Floats
    uncertainty: Floats
    boundary: bool
    n: int
    experiments: int


def fit_mixed(values: ArrayLike, design: ArrayLike, experiments: ArrayLike) -> MixedFit:
    """REML fit of values (n,) ~ design (n, p) + a random intercept for each label of experiments (n,).

    Raises
    ------
    StudyError
        When fewer than two experiments are there, the design is not of full rank, or nothing varies.
    """
    y = finite_sample(values, 3, "a mixed model")
    x = np.asarray(design, dtype=np.float64)
    labels, block = np.unique(np.asarray(experiments), return_inverse=True)
    if labels.size < 2:
        raise StudyError(f"Expected at least two experiments for a mixed model, found {labels.size}.")
    if x.shape[0] != y.size or np.linalg.matrix_rank(x) < x.shape[1] or y.size <= x.shape[1]:
        raise StudyError(f"Expected a full-rank design with spare values for a mixed model, found {x.shape}.")
    shared = (block[:, None] == block[None, :]).astype(np.float64)
    _refuse_unidentified(y, np.hstack([x, shared]))
    ratio = _variance_ratio(y, x, shared)
    return _described(y, x, shared, ratio, labels.size)


def _refuse_unidentified(y: Floats, columns: Floats) -> None:
    """Beside groups and experiments some degree of freedom must be left, and some variation in it."""
    solution, _, rank, _ = np.linalg.lstsq(columns, y, rcond=None)
    if rank == y.size:
        raise StudyError(
            "Expected experiments that share groups for a mixed model; they overlap too little to tell the "
            "variation between experiments from the rest. Compare without experiments as blocks (Welch)."
        )
    if float((y - columns @ solution).var()) <= negligible_variance(y):
        raise StudyError(
            "Expected values that vary within experiments for a mixed model, found none that do."
        )


def contrast(fit: MixedFit, weights: ArrayLike, level: float = 0.95) -> tuple[Interval, float]:
    """A linear combination of the fixed effects with its interval, and its two-sided p.

    Sources: Kenward and Roger 1997, doi:10.2307/2533558 (for one contrast their degrees of freedom are
    Satterthwaite's, doi:10.2307/3002019).
    """
    w = np.asarray(weights, dtype=np.float64)
    value, error = float(w @ fit.effects), sqrt(float(w @ fit.adjusted @ w))
    df = _degrees(fit, w)
    half = t_quantile(level, df) * error
    method = "linear mixed model, REML, Kenward-Roger"
    return Interval(value, value - half, value + half, level, fit.n, df, method), p_of_t(value / error, df)


def _degrees(fit: MixedFit, w: Floats) -> float:
    slope = np.array([w @ part @ w for part in fit.sensitivity])
    spread = float(slope @ fit.uncertainty @ slope)
    return 2 * float(w @ fit.covariance @ w) ** 2 / spread


def _profiled(y: Floats, x: Floats, shared: Floats, ratio: float) -> tuple[Floats, Floats, float]:
    """Inverse of I + ratio ZZ', the projection P (up to the residual variance), and that variance."""
    inverse: Floats = np.linalg.inv(np.eye(y.size) + ratio * shared).astype(np.float64)
    weighted = inverse @ x
    projection: Floats = inverse - weighted @ np.linalg.solve(x.T @ weighted, weighted.T)
    return inverse, projection, float(y @ projection @ y) / (y.size - x.shape[1])


def _score(ratio: float, y: Floats, x: Floats, shared: Floats) -> float:
    _, projection, variance = _profiled(y, x, shared, ratio)
    residual = projection @ y
    return float(residual @ shared @ residual) / variance - float(np.sum(projection * shared))


def _variance_ratio(y: Floats, x: Floats, shared: Floats) -> float:
    """The ratio of variances at the highest restricted likelihood: a root of the score, or 0."""
    nodes = np.concatenate([[0.0], np.geomspace(1e-4, 1e6, 31)])
    scores = np.array([_score(node, y, x, shared) for node in nodes])
    falls = np.flatnonzero((scores[:-1] > 0) & (scores[1:] <= 0))
    roots = [
        float(
            scipy.optimize.brentq(_score, nodes[i], nodes[i + 1], args=(y, x, shared), xtol=1e-13, rtol=1e-13)
        )
        for i in falls
    ]
    candidates = roots + ([0.0] if scores[0] <= 0 else []) + ([float(nodes[-1])] if scores[-1] > 0 else [])
    return max(candidates, key=lambda ratio: _likelihood(y, x, shared, ratio))


def _likelihood(y: Floats, x: Floats, shared: Floats, ratio: float) -> float:
    """Restricted log-likelihood with effects and residual variance profiled out."""
    inverse, _, variance = _profiled(y, x, shared, ratio)
    free = y.size - x.shape[1]
    volume = -np.linalg.slogdet(inverse)[1] + np.linalg.slogdet(x.T @ inverse @ x)[1]
    return -0.5 * float(free * (1 + log(2 * pi * max(variance, np.finfo(float).tiny))) + volume)


def _described(y: Floats, x: Floats, shared: Floats, ratio: float, experiments: int) -> MixedFit:
    inverse, projection, variance = _profiled(y, x, shared, ratio)
    precision, scaled = inverse / variance, projection / variance
    covariance: Floats = np.linalg.inv(x.T @ precision @ x).astype(np.float64)
    effects = covariance @ x.T @ precision @ y
    parts = (shared, np.eye(y.size))
    left = covariance @ x.T @ precision
    sensitivity = np.array([left @ part @ left.T for part in parts])
    products = [scaled @ part for part in parts]
    information = 0.5 * np.array([[float(np.sum(p * q.T)) for q in products] for p in products])
    # both variances count as estimated, also where one ended at zero: lmer's and pbkrtest's convention
    uncertainty: Floats = np.linalg.inv(information).astype(np.float64)
    adjusted = covariance + _adjustment(x, precision, covariance, parts, uncertainty)
    likelihood, between = _likelihood(y, x, shared, ratio), ratio * variance
    return MixedFit(
        effects, covariance, adjusted, variance, between, likelihood, sensitivity, uncertainty, ratio == 0.0,
        y.size, experiments,
    )  # fmt: skip


def _adjustment(
    x: Floats, precision: Floats, covariance: Floats, parts: tuple[Floats, Floats], uncertainty: Floats
) -> Floats:
    """What the estimated variances add to the covariance of the effects (Kenward and Roger 1997)."""
    seen = [precision @ part @ precision @ x for part in parts]
    total = np.zeros_like(covariance)
    for i, first in enumerate(parts):
        for j in range(2):
            q = seen[j].T @ first @ precision @ x
            total += uncertainty[i, j] * (q - (x.T @ seen[i]) @ covariance @ (x.T @ seen[j]))
    symmetric: Floats = covariance @ (total + total.T) @ covariance
    return symmetric
