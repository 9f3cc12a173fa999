"""Standards looked at before a curve is drawn through them: enough, different, and in order."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from selenolab.core.errors import DataError
from selenolab.fit.calibration_models import NAMES, ModelName

Vector = NDArray[np.float64]
Direction = Literal["rising", "falling"]

_STEP_P = 0.01  # a step against the trend is real below this p ...
_STEP_SHARE = 0.05  # ... and where it is that share of the whole span
_BARE_STEP = 0.15  # the same without replicates, where no p can be given


@dataclass(frozen=True, slots=True)
class Levels:
    """Standards by concentration: `x`, mean reading, count (k,); pure error, and its degrees of freedom."""

    x: Vector
    mean: Vector
    count: NDArray[np.intp]
    pure: float  # sum of squares within levels
    dof: int


def levels(x: ArrayLike, y: ArrayLike) -> Levels:
    """The standards by concentration.

    Raises
    ------
    DataError
        Lengths that differ, values that are not finite, negative concentrations.
    """
    at, seen = np.asarray(x, float).ravel(), np.asarray(y, float).ravel()
    if at.size != seen.size or not np.isfinite(at).all() or not np.isfinite(seen).all():
        raise DataError("standards: Expected one finite reading for each concentration. Check the standards.")
    if (at < 0).any():
        raise DataError(f"standards: a concentration is {at.min():g}. Expected zero or more.")
    steps, index = np.unique(at, return_inverse=True)
    count = np.bincount(index, minlength=steps.size)
    mean = np.bincount(index, seen, minlength=steps.size) / np.maximum(count, 1)
    pure = float(np.sum((seen - mean[index]) ** 2)) if seen.size else 0.0
    return Levels(steps, mean, count, pure, int(seen.size - steps.size))


def needed(model: ModelName) -> int:
    """Distinct concentrations that a curve needs: one more than it has parameters.

    Examples
    --------
    >>> needed("linear"), needed("5PL")
    (3, 6)
    """
    return len(NAMES[model]) + 1


def refuse_unfit(found: Levels, model: ModelName, direction: Direction) -> None:
    """Raise where no honest curve can be drawn.

    Raises
    ------
    DataError
        Too few concentrations, standards that do not differ, a direction other than the stated one,
        or a step against the trend that is larger than the scatter (a hook, a swapped well).
    """
    steps = found.x.size
    if steps < needed(model):
        have = "none" if not steps else f"{steps} ({', '.join(f'{value:g}' for value in found.x)})"
        raise DataError(
            f"standards: a {model} curve needs {needed(model)} different concentrations, found {have}. "
            "Add standards, or choose a simpler model."
        )
    _refuse_equal(found)
    sign = 1.0 if direction == "rising" else -1.0
    middle, high = found.x - found.x.mean(), found.mean - found.mean.mean()
    trend = float(middle @ high)
    ends = float(found.mean[-1] - found.mean[0])
    if sign * trend < 0 and sign * ends < 0:
        way, other = ("fall", "falling") if sign > 0 else ("rise", "rising")
        raise DataError(
            f"standards: readings {way} with concentration, from {found.mean[0]:.4g} at {found.x[0]:g} to "
            f"{found.mean[-1]:.4g} at {found.x[-1]:g}. Check the plate map; set direction to '{other}' only "
            "where the assay is made so, such as a competitive one."
        )
    _refuse_steps(found, sign)


def _refuse_equal(found: Levels) -> None:
    span = float(np.ptp(found.mean))
    rounding = 1e-12 * max(float(np.abs(found.mean).max()), 1e-300)
    if span <= rounding:
        raise DataError(
            f"standards: all readings equal {found.mean[0]:.4g}. Check the wells and the wavelength."
        )
    if found.dof < 1 or found.pure <= rounding**2:
        return
    grand = float(np.average(found.mean, weights=found.count))
    between = float(np.sum(found.count * (found.mean - grand) ** 2)) / (found.x.size - 1)
    p = float(f_distribution.sf(between / (found.pure / found.dof), found.x.size - 1, found.dof))
    if p > 0.05:
        raise DataError(
            f"standards: the readings do not differ between concentrations (p = {p:.2g}). Check the wells "
            "and the wavelength."
        )


def _refuse_steps(found: Levels, sign: float) -> None:
    """Raise for a step between neighbours against the direction, larger than the scatter."""
    down = -sign * np.diff(found.mean)
    share = down / float(np.ptp(found.mean))
    if found.dof >= 1 and found.pure > 0:
        spread = np.sqrt(found.pure / found.dof * (1 / found.count[1:] + 1 / found.count[:-1]))
        p = t_distribution.sf(down / spread, found.dof) * (found.x.size - 1)
        wrong = (p < _STEP_P) & (share > _STEP_SHARE)
    else:
        wrong = share > _BARE_STEP
    if wrong.any():
        at = int(np.argmax(np.where(wrong, share, -np.inf)))
        way = "falls" if sign > 0 else "rises"
        raise DataError(
            f"standards: the reading {way} from {found.mean[at]:.4g} at {found.x[at]:g} to "
            f"{found.mean[at + 1]:.4g} at {found.x[at + 1]:g}: the curve is not one-to-one. Check for "
            "swapped wells, or exclude standards in saturation with a reason."
        )
