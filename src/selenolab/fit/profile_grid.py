"""The profile of one effective dose on a grid of doses, for many LL.4 curves at once.

`selenolab.stats.potency` joins experiments by these profiles; a pair of limits would not be enough,
as an experiment without a plateau in sight never refuses the doses beyond its last one.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.fit.batch import Fits, box_vector, log_doses
from selenolab.fit.profile_batch import _absolute_start, _relative_start, t_squared
from selenolab.fit.profile_kernel import constrained
from selenolab.fit.search_box import search_box
from selenolab.stats.compiled import compiled

Vector = NDArray[np.float64]

NODES_PER_DOSE = 6


def dose_grid(dose: ArrayLike) -> Vector:
    """Doses (m,) from the smallest to the largest tested above zero, evenly spaced in ln dose.

    Examples
    --------
    >>> grid = dose_grid([0, 0.5, 1, 2, 4, 8, 16, 32, 64])
    >>> grid.size, float(grid[0]), round(float(grid[-1]), 9)
    (43, 0.5, 64.0)
    """
    tested = np.unique(np.asarray(dose, float))
    tested = tested[tested > 0]
    if tested.size < 2:
        raise DataError(f"Profile: found {tested.size} doses above zero; expected at least 2.")
    return np.geomspace(tested[0], tested[-1], max(NODES_PER_DOSE * (tested.size - 1) + 1, 8))


def profile_on_grid(
    fits: Fits, grid: ArrayLike, *, percent: float | None = None, level: float | None = None
) -> Vector:
    """Residual sums of squares (n, m), least over the other parameters with the dose held at each of `grid`.

    Parameters
    ----------
    fits : from :func:`selenolab.fit.batch.fit_many`.
    grid : (m,) doses, rising, above zero.
    percent, level : relative or absolute dose, as in `selenolab.fit.profile_batch.profile_many`.

    A curve that was not fitted (flat, too few doses) has the same RSS at every dose: it says nothing.

    Raises
    ------
    DataError
        When not exactly one of `percent` and `level` is given, or limits of c and d were set for `level`.

    Examples
    --------
    >>> from selenolab.fit.batch import fit_many
    >>> dose = np.array([0.5, 1, 2, 4, 8, 16, 32, 64])
    >>> truth = 10 + 90 / (1 + (dose / np.array([[4.0]])) ** 1.5)
    >>> fits = fit_many(dose, truth[:, :, None] + np.array([-2.0, 0.0, 2.0]))
    >>> rise = profile_on_grid(fits, [2.0, 4.0, 8.0], percent=50)[0] - fits.rss[0]
    >>> bool(rise[0] > 100), bool(abs(rise[1]) < 1e-6), bool(rise[2] > 100)
    (True, True, True)
    """
    if (percent is None) == (level is None):
        raise DataError(
            "Profile: expected either percent (relative dose) or level (absolute dose), and not both."
        )
    if level is not None and np.any(np.isfinite(fits.limits)):
        raise DataError("Profile: absolute doses on a grid need a fit without limits on c and d.")
    nodes = np.log(np.asarray(grid, float))
    tau = float(np.log(percent / (100 - percent))) if percent is not None else 0.0
    start, states = _relative_start(fits, tau) if level is None else _absolute_start(fits, level)
    out = _unfitted(fits, nodes.size, level)
    fitted = np.isfinite(fits.e) & (fits.dof > 0)
    if fitted.any():
        plates = fits.data
        pure = plates.pure_error_ss[fitted]
        bars = (fits.rss * (1 + t_squared(fits.dof, 0.95) / np.maximum(fits.dof, 1)))[fitted] - pure
        part = np.empty((int(fitted.sum()), nodes.size))
        walk_rows(
            log_doses(plates.dose), plates.mean[fitted], plates.weight[fitted], bars, start[fitted],
            states[fitted], tau if level is None else level, level is not None, fits.limits,
            box_vector(search_box(plates.dose)), nodes, part,
        )  # fmt: skip
        out[fitted] = np.maximum(part + pure[:, None], fits.rss[fitted, None])
    return out


def _unfitted(fits: Fits, nodes: int, level: float | None) -> Vector:
    """A constant curve says nothing about a relative dose; it refuses an absolute one by its distance."""
    out = np.tile(fits.rss[:, None], (1, nodes))
    if level is not None:
        apart = np.nan_to_num(fits.c - level) ** 2 * fits.data.count
        out += np.where(np.isfinite(fits.c), apart, 0.0)[:, None]
    return out


@compiled
def walk_rows(
    z: Vector, mean: Vector, weight: Vector, bars: Vector, start: Vector, states: Vector, target: float,
    absolute: bool, limits: Vector, box: Vector, nodes: Vector, out: Vector,
) -> None:  # fmt: skip
    """Least RSS about the dose means at every node of every row, walking outwards from the estimate.

    The neighbour's solution starts each node; where it leads above `bars` other starts are tried.
    """
    work, lin, nrm = np.empty((6, z.size)), np.zeros(8), np.zeros(9)
    for row in range(mean.shape[0]):
        y, w, bar = mean[row], weight[row], bars[row]
        enough = 1e-7 * bar
        first = 0
        while first < nodes.size and nodes[first] < start[row]:
            first += 1
        state = states[row].copy()
        for j in range(first, nodes.size):
            out[row, j] = constrained(
                nodes[j], target, absolute, state, bar, z, y, w, limits, box, work, lin, nrm, enough
            )  # fmt: skip
        state = states[row].copy()
        for j in range(first - 1, -1, -1):
            out[row, j] = constrained(
                nodes[j], target, absolute, state, bar, z, y, w, limits, box, work, lin, nrm, enough
            )  # fmt: skip
