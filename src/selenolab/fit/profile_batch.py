"""Profile-likelihood intervals of effective doses for many LL.4 curves at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.fit.batch import Fits, box_vector, log_doses
from selenolab.fit.search_box import search_box

Vector = NDArray[np.float64]

SPAN = float(np.log(1000.0))  # how far beyond the tested doses a limit is looked for


@dataclass(frozen=True, slots=True)
class DoseIntervals:
    """Effective doses of n curves with profile-likelihood limits.

    Parameters
    ----------
    value : (n,) the estimate; infinite where the curve stays above the level at every dose, 0 where it is
        under it already without drug.
    low, high : (n,) limits. ``low = 0``: open downwards; ``high = inf``: open upwards (no limit within a
        factor of 1,000 of the doses). ``low = high = inf`` (or 0): no dose at all agrees with the data.
    open_low, open_high : (n,) True where that side is open.
    level : confidence.
    """

    value: Vector
    low: Vector
    high: Vector
    open_low: NDArray[np.bool_]
    open_high: NDArray[np.bool_]
    level: float


def profile_many(
    fits: Fits, *, percent: float | None = None, level: float | None = None, confidence: float = 0.95
) -> DoseIntervals:
    """Profile-likelihood intervals, the noise variance unknown (F with 1 and dof degrees of freedom).

    Parameters
    ----------
    fits : from :func:`selenolab.fit.batch.fit_many`.
    percent : relative dose: that much of the way from d to c (50: relative IC50).
    level : absolute dose: where the response falls to this value (50 on data in % of control).
    confidence : of the interval.

    Raises
    ------
    DataError
        When not exactly one of `percent` and `level` is given, or limits of c and d were set for `level`
        (use `selenolab.fit.profile.profile_interval` curve by curve).

    Notes
    -----
    Venzon and Moolgavkar 1988, doi:10.2307/2347496; the constrained sums of squares are compared as in
    Bates and Watts, Nonlinear Regression Analysis and Its Applications (1988), chapter 6.

    Examples
    --------
    >>> from selenolab.fit.batch import fit_many
    >>> dose = np.array([0.5, 1, 2, 4, 8, 16, 32, 64])
    >>> truth = 10 + 90 / (1 + (dose / np.array([[5.0]])) ** 1.5)
    >>> fits = fit_many(dose, truth[:, :, None] + np.array([-2.0, 0.0, 2.0]))
    >>> found = profile_many(fits, percent=50)
    >>> bool(4 < found.low[0] < 5 < found.high[0] < 6)
    True
    """
    if (percent is None) == (level is None):
        raise DataError(
            "Profile: expected either percent (relative dose) or level (absolute dose), and not both."
        )
    if percent is not None and not 0 < percent < 100:
        raise DataError(
            f"Profile: found percent = {percent}; expected a number between 0 and 100, both excluded."
        )
    if level is not None and np.any(np.isfinite(fits.limits)):
        raise DataError(
            "Profile: absolute doses with limits on c or d are found curve by curve (profile_interval)."
        )
    tau = float(np.log(percent / (100 - percent))) if percent is not None else 0.0
    start, states = _relative_start(fits, tau) if level is None else _absolute_start(fits, level)
    out = _run(fits, start, states, tau if level is None else level, level is not None, confidence)
    low, high = np.exp(out[:, 0]), np.exp(out[:, 1])
    return DoseIntervals(np.exp(start), low, high, low == 0.0, np.isinf(high), confidence)


def _relative_start(fits: Fits, tau: float) -> tuple[Vector, Vector]:
    log_b = np.log(fits.b)
    return np.log(fits.e) + tau / fits.b, np.column_stack(
        [log_b, np.full(log_b.size, tau), log_b, np.log(fits.e)]
    )


def _absolute_start(fits: Fits, level: float) -> tuple[Vector, Vector]:
    """Ln x* and (ln b, tau) at the estimate; x* infinite (or 0) where the curve never comes to the level."""
    below, above = fits.d <= level, fits.c >= level
    defined = ~below & ~above & np.isfinite(fits.e)
    with np.errstate(divide="ignore", invalid="ignore"):
        tau = np.where(defined, np.log((fits.d - level) / (level - fits.c)), np.where(below, -3.0, 3.0))
    crossing = np.log(np.where(defined, fits.e, 1.0)) + tau / fits.b
    start = np.where(defined, crossing, np.where(below, -np.inf, np.inf))
    return start, np.column_stack([np.log(fits.b), tau, np.log(fits.b), np.log(fits.e)])


def _run(
    fits: Fits, start: Vector, states: Vector, target: float, absolute: bool, confidence: float
) -> Vector:
    """(n, 2) natural logarithms of the limits."""
    from selenolab.fit.profile_kernel import profile_rows

    plates = fits.data
    out = np.tile([-np.inf, np.inf], (start.size, 1))
    fitted = np.isfinite(fits.e) & (fits.dof > 0)
    if not fitted.any():
        return out
    bars = fits.rss * (1 + t_squared(fits.dof, confidence) / np.maximum(fits.dof, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        width = fits.se[:, 3] / fits.e
    first = np.clip(np.where(np.isfinite(width), width, 0.3), 0.01, 0.3)
    part = np.empty((int(fitted.sum()), 2))
    profile_rows(
        log_doses(plates.dose), plates.mean[fitted], plates.weight[fitted], fits.rss[fitted],
        plates.pure_error_ss[fitted], bars[fitted], start[fitted], states[fitted], first[fitted], target,
        absolute, fits.limits, box_vector(search_box(plates.dose)), SPAN, part,
    )  # fmt: skip
    out[fitted] = part
    return out


def t_squared(dof: Vector, confidence: float) -> Vector:
    """Square of the two-sided Student quantile: the F quantile with 1 and `dof` degrees of freedom.

    Examples
    --------
    >>> t_squared(np.array([20.0]), 0.95).round(4).tolist()
    [4.3512]
    """
    from scipy.special import stdtrit

    if not 0 < confidence < 1:
        raise DataError(f"Confidence: found {confidence}; expected a number between 0 and 1, both excluded.")
    return np.asarray(stdtrit(np.maximum(dof, 1e-9), 0.5 + confidence / 2) ** 2)
