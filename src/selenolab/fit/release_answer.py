"""What is known of a fitted release curve: its parameters, its times, or why there is none."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.release_models import ReleaseModel

Vector = NDArray[np.float64]

METHOD = "profile likelihood"


@dataclass(frozen=True, slots=True)
class FittedParameter:
    """One parameter of a fitted model.

    Parameters
    ----------
    name, unit, meaning : the unit holds ``{time}`` for the unit of time.
    value : the estimate.
    se : standard error from J'J; None where the data cannot tell, or nothing is left to judge by.
    low, high : limits; infinite where open (0 for a rate or scale); None without an interval.
    reason : why there is no interval, or a side is open; empty otherwise.
    """

    name: str
    unit: str
    meaning: str
    value: float
    se: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimeToRelease:
    """The time at which a curve reaches a percent, never outside the times sampled.

    Parameters
    ----------
    percent : of the loaded drug.
    value : None outside the data or where there is none.
    censored : ">" when it lies after the last time (`low` says how early it may be), "<" when before the
        first, "" otherwise.
    low, high : limits; 0 and infinite where open; None without an interval.
    bound : the last or first time where censored.
    reason : why there is no value or no interval.
    """

    percent: float
    value: float | None
    low: float | None
    high: float | None
    censored: Literal["", "<", ">"]
    bound: float | None
    level: float
    method: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseFit:
    """One model fitted to one curve.

    Parameters
    ----------
    model : what was fitted.
    parameters : in the order of the model.
    rss : weighted sum of squares, sum w (F - data)^2.
    n, dof : rows fitted and rows minus parameters.
    sigma : root of rss / dof; None without degrees of freedom.
    aicc : n ln(rss / n) - sum ln w + 2 k + 2 k (k + 1) / (n - k - 1), k = p + 1 (the variance counts; Hurvich
        and Tsai 1989, doi:10.1093/biomet/76.2.297); None when n <= p + 2 or the fit is exact.
    aic : n ln rss + 2 p, uncorrected (doi:10.1208/s12248-010-9185-1), to compare with other programs only.
    adjusted_r2 : 1 - (rss / (n - p)) / (tss / (n - 1)), tss about the weighted mean also for curves through
        the origin; it selects nothing.
    msc : model selection criterion ln(tss / rss) - 2 p / n (doi:10.1208/s12248-010-9185-1).
    time, released, weights : (n,) the rows fitted.
    fitted, residuals : (n,) the curve there, and data minus curve.
    t50, t80 : None when not asked for.
    level : of every interval here.
    theta : (p,) coordinates of the search.
    held : names of the parameters at a limit of the search: the data set no value there.
    notes : what was left out, or odd.
    """

    model: ReleaseModel
    parameters: tuple[FittedParameter, ...]
    rss: float
    n: int
    dof: int
    sigma: float | None
    aicc: float | None
    aic: float | None
    adjusted_r2: float | None
    msc: float | None
    time: Vector
    released: Vector
    weights: Vector
    fitted: Vector
    residuals: Vector
    t50: TimeToRelease | None
    t80: TimeToRelease | None
    level: float
    theta: Vector
    held: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotFitted:
    """A model that could not be fitted, and why."""

    model: ReleaseModel
    reason: str
    n: int
    notes: tuple[str, ...] = ()
