"""Where the slope and the mid dose are looked for, from the doses alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

# e may leave the doses by this factor (log): a curve without a plateau is a power law there, and its
# sum of squares is that of the limit to better than 1e-6 long before.
_REACH = 16.0
_FLATTEST = 0.04  # b times the range of ln x: below it the curve is a straight line in ln x
_STEEPEST = 40.0  # b times the smallest gap of ln x: above it the curve is a step
_SLOPES, _PLACES = 9, 24


@dataclass(frozen=True, slots=True)
class SearchBox:
    """Bounds of ln b and ln e, and the nodes from which the search starts.

    Parameters
    ----------
    log_b, log_e : (low, high).
    b_nodes, log_e_nodes : slopes and mid doses of the starting grid.
    """

    log_b: tuple[float, float]
    log_e: tuple[float, float]
    b_nodes: Vector
    log_e_nodes: Vector


def search_box(dose: Vector) -> SearchBox:
    """The box for rising distinct doses (m,), of which one at least is above zero.

    Examples
    --------
    >>> box = search_box(np.array([0.0, 1.0, 10.0, 100.0]))
    >>> box.b_nodes.size, box.log_e_nodes.size
    (9, 24)
    """
    z = np.log(dose[dose > 0])
    reach = max(float(z[-1] - z[0]), 1.0)
    gap = float(np.diff(z).min()) if z.size > 1 else 1.0
    steepest = _STEEPEST / max(gap, 1e-3)
    spacing = reach / max(z.size - 1, 1)
    b_nodes = np.geomspace(0.8 / reach, 8.0 / spacing, _SLOPES)
    margin = 0.25 * reach
    return SearchBox(
        (float(np.log(_FLATTEST / reach)), float(np.log(steepest))),
        (float(z[0]) - _REACH, float(z[-1]) + _REACH),
        np.minimum(b_nodes, steepest),
        np.linspace(z[0] - margin, z[-1] + margin, _PLACES),
    )
