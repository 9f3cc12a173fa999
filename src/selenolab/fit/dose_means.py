"""Rows of one dose-response curve, collapsed without loss to weighted means and their pure error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DoseMeans:
    """One curve's data: everything least squares needs to know.

    Parameters
    ----------
    dose : (m,) distinct doses, rising, zero allowed.
    mean : (m,) weighted mean response of each.
    weight : (m,) sum of the weights of each.
    n : number of rows.
    pure_error_ss : weighted sum of squares of the rows about their dose's mean.
    log_weights : sum of the logarithms of the rows' weights, for the likelihood.
    """

    dose: Vector
    mean: Vector
    weight: Vector
    n: int
    pure_error_ss: float
    log_weights: float


def collapse(dose: ArrayLike, response: ArrayLike, weights: ArrayLike | None = None) -> DoseMeans:
    """Collapse rows to dose means; rows whose response is missing (not a number) do not count.

    Parameters
    ----------
    dose : (n,) not negative, one unit.
    response : (n,) any scale.
    weights : (n,) not negative; a row of weight zero does not count.

    Raises
    ------
    DataError
        Lengths differ, a dose is negative or not finite, a response is infinite, no row is left.

    Examples
    --------
    >>> means = collapse([1, 0, 1], [50.0, 100.0, 54.0])
    >>> means.dose.tolist(), means.mean.tolist(), means.pure_error_ss
    ([0.0, 1.0], [100.0, 52.0], 8.0)
    """
    x, y = np.ravel(np.asarray(dose, float)), np.ravel(np.asarray(response, float))
    w = np.ones(x.shape) if weights is None else np.ravel(np.asarray(weights, float))
    _check(x, y, w)
    keep = ~np.isnan(y) & (w > 0)
    if not keep.any():
        raise DataError("Dose-response: found no row with a response; expected one at least.")
    order = np.lexsort((w[keep], y[keep], x[keep]))  # so that the row order leaves no trace, to the last bit
    x, y, w = x[keep][order], y[keep][order], w[keep][order]
    doses, place = np.unique(x, return_inverse=True)
    weight = np.bincount(place, w).astype(float)
    mean = np.bincount(place, w * y) / weight
    pure = float(np.sum(w * (y - mean[place]) ** 2))
    return DoseMeans(doses, mean, weight, y.size, pure, float(np.sum(np.log(w))))


def _check(x: Vector, y: Vector, w: Vector) -> None:
    if not x.size == y.size == w.size:
        raise DataError(
            f"Dose-response: found {x.size} doses, {y.size} responses and {w.size} weights; "
            "expected as many of each."
        )
    if not np.all(np.isfinite(x)) or np.any(x < 0):
        row = int(np.flatnonzero(~np.isfinite(x) | (x < 0))[0])
        raise DataError(
            f"Dose-response row {row + 1}: found dose {x[row]}; expected a finite number, 0 or more."
        )
    if np.any(np.isinf(y)):
        row = int(np.flatnonzero(np.isinf(y))[0])
        raise DataError(
            f"Dose-response row {row + 1}: found response {y[row]}; expected a finite number or none."
        )
    if not np.all(np.isfinite(w)) or np.any(w < 0):
        row = int(np.flatnonzero(~np.isfinite(w) | (w < 0))[0])
        raise DataError(
            f"Dose-response row {row + 1}: found weight {w[row]}; expected a finite number, 0 or more."
        )
