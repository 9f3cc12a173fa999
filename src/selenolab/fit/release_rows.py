"""The rows of a release curve that a model may be fitted to, and why the others may not."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.release_models import ReleaseModel

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ReleaseRows:
    """Rows of one curve, in order of time.

    Parameters
    ----------
    time, released, weights : (n,) times above 0, percent, relative weights.
    notes : what was left out.
    refusal : why the model cannot be fitted to them; empty where it can.
    """

    time: Vector
    released: Vector
    weights: Vector
    notes: tuple[str, ...] = ()
    refusal: str = ""


def rows_of(time: ArrayLike, released: ArrayLike, weights: ArrayLike | None = None) -> ReleaseRows:
    """Rows checked, sorted by time, without those at time 0.

    Raises
    ------
    DataError
        Values that are not finite, a negative time, a weight that is not above 0, lengths that differ.

    Examples
    --------
    >>> rows_of([0.0, 2.0, 1.0], [0.0, 20.0, 12.0]).time.tolist()
    [1.0, 2.0]
    """
    t, y = np.atleast_1d(np.asarray(time, float)), np.atleast_1d(np.asarray(released, float))
    w = np.ones_like(y) if weights is None else np.atleast_1d(np.asarray(weights, float))
    if not t.shape == y.shape == w.shape or t.ndim != 1:
        raise DataError(
            f"Release curve: found {t.size} times, {y.size} values and {w.size} weights; expected as many of "
            "each."
        )
    for name, column in (("time", t), ("released", y), ("weights", w)):
        if not np.all(np.isfinite(column)):
            row = int(np.flatnonzero(~np.isfinite(column))[0]) + 1
            raise DataError(
                f"Release curve: row {row}, {name}: found {column[row - 1]}; expected a finite number. Leave "
                "rows without a value out."
            )
    if np.any(t < 0) or np.any(w <= 0):
        raise DataError("Release curve: expected times of 0 or above and weights above 0.")
    order = np.lexsort((w, y, t))
    t, y, w = t[order], y[order], w[order]
    after = t > 0
    return ReleaseRows(t[after], y[after], w[after], _noted_start(y[~after]))


def _noted_start(at_zero: Vector) -> tuple[str, ...]:
    if not at_zero.size:
        return ()
    if np.any(np.abs(at_zero) > 1.0):
        return (
            f"release at time 0 (mean {at_zero.mean():.3g} %) is not described: these curves begin at 0 %",
        )
    return ("rows at time 0 left out: every curve begins at 0 %",)


def rows_for(model: ReleaseModel, rows: ReleaseRows, kp_max: float) -> ReleaseRows:
    """The rows a model may use, with the refusal if they are too few.

    A model of the early release gets the times before the mean release first passes `kp_max`; whole times
    are kept or left, since keeping single values below the limit would bias the curve.

    Raises
    ------
    DataError
        When `kp_max` is not above 0.
    """
    if not kp_max > 0:
        raise DataError(f"kp_max: found {kp_max}; expected a percent above 0, such as 60 (or 100 for all).")
    kept = _early(rows, kp_max) if model.early and kp_max < 100 else rows
    count, times = len(model.parameters), np.unique(kept.time).size
    reason = ""
    if model.early and kept.time.size == 0 and rows.time.size:
        reason = f"no time with a release of at most {kp_max:g} %"
    elif times < count:
        reason = f"{count} parameters need at least {count} different times after 0; found {times}"
    elif not np.any(kept.released > 0):
        reason = "nothing was released"
    elif times > 1 and np.ptp(kept.released) == 0:
        reason = "the release is the same at every time: its course lies before the first"
    return replace(kept, refusal=reason)


def _early(rows: ReleaseRows, kp_max: float) -> ReleaseRows:
    times = np.unique(rows.time)
    means = np.array([np.average(rows.released[rows.time == t]) for t in times])
    over = np.flatnonzero(means > kp_max)
    if not over.size:
        return rows
    keep = rows.time < times[over[0]]
    note = f"fitted to the {int(keep.sum())} of {keep.size} rows before the release passes {kp_max:g} %"
    return ReleaseRows(rows.time[keep], rows.released[keep], rows.weights[keep], (*rows.notes, note))
