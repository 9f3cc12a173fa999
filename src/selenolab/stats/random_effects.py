"""Random effects over experiments that each bring an estimate and its own standard error."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import StudyError
from selenolab.stats.intervals import finite_sample, t_quantile

Floats = NDArray[np.float64]
Estimator = Literal["REML", "Paule-Mandel"]


@dataclass(frozen=True, slots=True)
class RandomEffects:
    """The mean over experiments with the Hartung-Knapp interval, the between-experiment SD, and Q.

    `q` is Cochran's statistic with n - 1 degrees of freedom, `i2` the share of the variation that is
    between experiments (0..1).
    """

    value: float
    low: float
    high: float
    level: float
    n: int
    between_sd: float
    q: float
    i2: float
    method: str


def random_effects(
    values: ArrayLike, standard_errors: ArrayLike, level: float = 0.95, estimator: Estimator = "REML"
) -> RandomEffects:
    """Weighted mean of `values` (n,) given their `standard_errors` (n,), n >= 2, Hartung-Knapp interval.

    Sources: Paule and Mandel 1982, doi:10.6028/jres.087.022; Hartung and Knapp 2001, doi:10.1002/sim.791.
    """
    sample = finite_sample(values, 2, "a random-effects interval")
    errors = finite_sample(standard_errors, 2, "a random-effects interval (standard errors)")
    if errors.size != sample.size or (errors <= 0).any():
        raise StudyError("Expected one positive standard error for each value of a random-effects interval.")
    within = errors**2
    tau2 = _BETWEEN[estimator](sample, within)
    weight = 1 / (within + tau2)
    centre = _weighted_mean(sample, weight)
    spread = float(np.sum(weight * (sample - centre) ** 2) / ((sample.size - 1) * weight.sum()))
    half = t_quantile(level, sample.size - 1) * sqrt(spread)
    q = _excess(0.0, sample, within) + sample.size - 1
    i2 = max(0.0, 1 - (sample.size - 1) / q) if q > 0 else 0.0
    method = f"random effects ({estimator}), Hartung-Knapp interval"
    return RandomEffects(centre, centre - half, centre + half, level, sample.size, sqrt(tau2), q, i2, method)


def _weighted_mean(sample: Floats, weight: Floats) -> float:
    return float(np.sum(weight * sample) / weight.sum())


def _excess(tau2: float, sample: Floats, within: Floats) -> float:
    """Generalised Q less its expectation."""
    weight = 1 / (within + tau2)
    return float(np.sum(weight * (sample - _weighted_mean(sample, weight)) ** 2)) - (sample.size - 1)


def _score(tau2: float, sample: Floats, within: Floats) -> float:
    """Derivative of twice the restricted log-likelihood with respect to tau2."""
    weight = 1 / (within + tau2)
    residual = weight * (sample - _weighted_mean(sample, weight))
    return float(np.sum(residual**2) - weight.sum() + np.sum(weight**2) / weight.sum())


def _root(score: Callable[[float, Floats, Floats], float], sample: Floats, within: Floats) -> float:
    """The non-negative root of a score that falls below zero for large tau2; 0 when it starts below."""
    if score(0.0, sample, within) <= 0:
        return 0.0
    upper = float(np.ptp(sample)) ** 2 + float(within.max())
    while score(upper, sample, within) > 0:
        upper *= 2
    return float(scipy.optimize.brentq(score, 0.0, upper, args=(sample, within), xtol=1e-15, rtol=1e-12))


def _paule_mandel(sample: Floats, within: Floats) -> float:
    return _root(_excess, sample, within)


def _reml(sample: Floats, within: Floats) -> float:
    return _root(_score, sample, within)


_BETWEEN: dict[str, Callable[[Floats, Floats], float]] = {"REML": _reml, "Paule-Mandel": _paule_mandel}
