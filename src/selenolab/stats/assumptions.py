"""What a comparison assumes, and whether the data speak against it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from selenolab.stats.intervals import negligible_variance

LIMIT = 0.05


@dataclass(frozen=True, slots=True)
class AssumptionCheck:
    """`passed` is None when there are too few values to tell; `value` is then None too."""

    name: str
    passed: bool | None
    value: float | None
    limit: float
    why: str


def equal_spread(samples: Sequence[NDArray[np.float64]]) -> AssumptionCheck:
    """Brown-Forsythe test of equal variances (groups of n >= 3; below that undecided).

    Source: Brown and Forsythe 1974, doi:10.1080/01621459.1974.10482955.
    """
    name, pooled = "equal variances", np.concatenate(list(samples))
    if min(sample.size for sample in samples) < 3:
        return AssumptionCheck(name, None, None, LIMIT, "too few experiments per group to tell (n < 3)")
    away = [np.abs(sample - np.median(sample)) for sample in samples]
    if sum(float(part.var()) for part in away) <= negligible_variance(pooled):
        return AssumptionCheck(name, None, None, LIMIT, "the distances from the medians do not vary")
    p = float(scipy.stats.f_oneway(*away).pvalue)
    told = f"Brown-Forsythe p = {p:.3g}"
    advice = "" if p >= LIMIT else "; use Welch with Holm, which does not assume equal variances"
    return AssumptionCheck(name, p >= LIMIT, p, LIMIT, told + advice)


def normal_residuals(residuals: NDArray[np.float64]) -> AssumptionCheck:
    """Shapiro-Wilk test of the residuals about the group means (8 or more; below that undecided).

    Source: Shapiro and Wilk 1965, doi:10.1093/biomet/52.3-4.591.
    """
    name = "normal residuals"
    if residuals.size < 8:
        return AssumptionCheck(name, None, None, LIMIT, f"too few values to tell ({residuals.size} < 8)")
    if float(residuals.var()) <= negligible_variance(residuals):
        return AssumptionCheck(name, None, None, LIMIT, "the residuals do not vary")
    p = float(scipy.stats.shapiro(residuals).pvalue)
    advice = "" if p >= LIMIT else "; consider the log scale"
    return AssumptionCheck(name, p >= LIMIT, p, LIMIT, f"Shapiro-Wilk p = {p:.3g}{advice}")
