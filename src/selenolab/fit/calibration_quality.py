"""How well a standard curve fits its own standards: back-calculation, lack of fit, choice of the weight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from selenolab.core.errors import DataError
from selenolab.fit.calibration import Calibration, fit_calibration
from selenolab.fit.calibration_models import ModelName, inverse, response
from selenolab.fit.calibration_weights import WEIGHTS, WeightName

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FTest:
    """An F test: statistic, degrees of freedom and p."""

    f: float
    dof: tuple[int, int]
    p: float


def back_calculated(curve: Calibration) -> pd.DataFrame:
    """Per concentration: x, count, reading (mean), fitted, found (read back from the mean), error [%].

    `found` is NaN where the curve never has the mean reading, `error` also at concentration zero.
    """
    at = curve.levels
    found = np.array(
        [inverse(curve.model, curve.parameters, float(mean), curve.top) for mean in at.mean], float
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(at.x > 0, 100 * (found - at.x) / at.x, np.nan)
    fitted = response(curve.model, curve.parameters, at.x)
    return pd.DataFrame(
        {"x": at.x, "count": at.count, "reading": at.mean, "fitted": fitted, "found": found, "error": error}
    )


def lack_of_fit(curve: Calibration) -> FTest | None:
    """Whether the means of the standards miss the curve by more than their replicates scatter.

    Weighted as the fit was. None without replicates, without scatter between them, or where there are no
    more concentrations than parameters.
    """
    steps, index = np.unique(curve.x, return_inverse=True)
    level_weight = np.array([curve.weight_of[index == k].mean() for k in range(steps.size)])
    means = curve.levels.mean
    pure = float(np.sum(level_weight[index] * (curve.y - means[index]) ** 2))
    total = float(np.sum(level_weight[index] * (curve.y - curve.fitted) ** 2))
    free = (curve.dof - curve.levels.dof, curve.levels.dof)
    if min(free) < 1 or pure <= 1e-20 * max(total, 1e-300):
        return None
    f = max(total - pure, 0.0) / free[0] / (pure / free[1])
    return FTest(f, free, float(f_distribution.sf(f, *free)))


def mandel(curve: Calibration) -> FTest | None:
    """Whether a quadratic term improves a line (Mandel's test); None where it cannot be asked."""
    if curve.model != "linear":
        return None
    try:
        bent = fit_calibration(curve.x, curve.y, "quadratic", curve.weight, curve.direction)
    except DataError:
        return None
    line, curved = curve.s**2 * curve.dof, bent.s**2 * bent.dof
    if bent.dof < 1 or curved <= 1e-20 * max(line, 1e-300):
        return None
    f = max(line - curved, 0.0) / (curved / bent.dof)
    return FTest(f, (1, bent.dof), float(f_distribution.sf(f, 1, bent.dof)))


def compare_weights(curve: Calibration, offered: Sequence[WeightName] = WEIGHTS[:3]) -> pd.DataFrame:
    """The same standards under several weights: weight, mean and greatest |error| [%] read back.

    Weights that cannot be used on these standards are left out.
    """
    rows = []
    for weight in offered:
        error = _errors(curve, curve.model, weight)
        if error.size:
            rows.append((weight, float(error.mean()), float(error.max())))
    return pd.DataFrame(rows, columns=["weight", "mean_error", "greatest_error"])


def _errors(curve: Calibration, model: ModelName, weight: WeightName) -> Vector:
    try:
        other = fit_calibration(curve.x, curve.y, model, weight, curve.direction)
    except DataError:
        return np.empty(0)
    error = np.abs(back_calculated(other)["error"].to_numpy(float))
    return np.asarray(error[np.isfinite(error)], float)
