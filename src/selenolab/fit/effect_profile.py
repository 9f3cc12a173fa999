"""The profile of one effective dose on a grid of doses, for one curve of any family.

`selenolab.fit.profile_grid` does the same, compiled, for many LL.4 curves at once.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.constrained import Condition, least_rss, starts_at
from selenolab.fit.dose_response import CurveFit

Vector = NDArray[np.float64]

_FULL_SEARCH = 8  # every so many nodes all starts are tried, else the neighbour's and the fit's own


def effect_profile(
    fit: CurveFit, grid: ArrayLike, *, percent: float | None = None, level: float | None = None
) -> Vector:
    """Residual sums of squares (m,), least over the other parameters with the dose held at each of `grid`.

    Parameters
    ----------
    fit : a curve fitted by least squares; one without a mid dose has the same sum at every dose.
    grid : (m,) doses above zero, rising.
    percent, level : the relative or the absolute dose, one of both.

    Raises
    ------
    DataError
        When not exactly one of `percent` and `level` is given.

    Examples
    --------
    >>> from selenolab.fit.dose_response import fit_curve
    >>> dose = np.repeat([0.5, 1, 2, 4, 8, 16, 32, 64], 3)
    >>> fit = fit_curve(dose, 10 + 90 / (1 + (dose / 4) ** 1.5) + np.tile([-2.0, 0.0, 2.0], 8), "W1.4")
    >>> rise = effect_profile(fit, [2.0, 4.0, 8.0], percent=50) - fit.rss
    >>> bool(rise[0] > 100), bool(rise[1] < 60), bool(rise[2] > 100)
    (True, True, True)
    """
    if (percent is None) == (level is None):
        raise DataError(
            "Profile: expected either percent (relative dose) or level (absolute dose), and not both."
        )
    nodes = np.asarray(grid, float)
    found = np.full(nodes.size, fit.rss)
    if not np.isfinite(fit.values[3]):
        return found
    condition = Condition(fit, percent, level)
    first = int(np.argmin(np.abs(np.log(nodes) - np.clip(np.log(fit.values[3]), *np.log(nodes[[0, -1]])))))
    for order in (range(first, nodes.size), range(first - 1, -1, -1)):
        neighbour: Vector | None = None
        for step, index in enumerate(order):
            log_x = float(np.log(nodes[index]))
            tries = starts_at(condition, log_x, neighbour)
            tries = tries if step % _FULL_SEARCH == 0 else tries[:2]
            best = min((least_rss(condition, log_x, start) for start in tries), key=lambda part: part.rss)
            found[index], neighbour = best.rss + fit.data.pure_error_ss, best.x
    return np.asarray(np.maximum(found, fit.rss))
