"""Weights of standards: how the scatter of a reading depends on its concentration or on its size."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError

Vector = NDArray[np.float64]
WeightName = Literal["1", "1/x", "1/x²", "1/y", "1/y²"]
WEIGHTS: tuple[WeightName, ...] = ("1", "1/x", "1/x²", "1/y", "1/y²")


def of_response(weight: WeightName) -> bool:
    """Whether the weight follows the fitted response, so that a fit must be repeated."""
    return weight in ("1/y", "1/y²")


def weights(weight: WeightName, x: ArrayLike, fitted: ArrayLike, lowest: float) -> Vector:
    """Weights (n,) at concentrations `x` (n,) where the curve is `fitted` (n,).

    1/x and 1/x² have no meaning at zero: below the lowest standard that is not zero (`lowest`) the weight
    is that of `lowest`.

    Raises
    ------
    DataError
        1/y or 1/y² where the curve is not positive.

    Examples
    --------
    >>> weights("1/x", [0.0, 2.0, 4.0], [0.1, 0.2, 0.3], 2.0).tolist()
    [0.5, 0.5, 0.25]
    """
    at, seen = np.asarray(x, float), np.asarray(fitted, float)
    if weight == "1":
        return np.ones(at.shape)
    power = 2 if weight.endswith("²") else 1
    if not of_response(weight):
        return np.asarray(np.maximum(at, lowest) ** -power, float)
    if (seen <= 0).any():
        raise DataError(
            f"standards: weight {weight} needs positive readings, the curve reaches {seen.min():.4g}. "
            "Choose the weight 1/x or 1, or do not subtract the blank first."
        )
    return np.asarray(seen ** (-1.0 * power), float)
