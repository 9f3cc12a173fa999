"""FlowJo's biexponential display: a table of channels, between whose entries it is linear.

The curve is the logicle family's, with the width given in data units and one entry a channel; values beyond
its ends are shown at the ends, as FlowJo does. Checked against FlowKit's reading of it.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.cytometry.biexponential import slope


@dataclass(frozen=True, slots=True)
class BiexTable:
    """Data values (channels + 1,), rising, of the channels 0, 1, 2 ..."""

    values: NDArray[np.float64]
    places: NDArray[np.float64]


@lru_cache(maxsize=64)
def biex_table(width: float, positive: float, negative: float, top: float, channels: float) -> BiexTable:
    """The table of FlowJo's width basis (below -1), positive and extra negative decades, and maximum."""
    if not (width < -1 and positive > 0 and top > 0 and channels >= 2):
        raise DataError(
            f"A biex transform with width {width:g}, pos {positive:g}, max {top:g}, channels {channels:g} "
            "does not exist. Give a width below -1 and the others above 0."
        )
    number = int(channels)
    linear = math.log10(-width)
    decades, extra = positive - linear / 2, max(negative, 0.0) + linear / 2
    if decades <= 0:
        raise DataError(f"A biex transform of width {width:g} needs more than {positive:g} positive decades.")
    zero = int(min(extra * number / (extra + decades), number / 2))
    if zero > 0:
        decades = extra * number / zero
    share = linear / (2 * decades)
    rise = math.log(10.0) * decades
    fall = slope(rise, share)
    steps = np.arange(number + 1) / (number + 1)
    offset = math.exp((rise + fall) * (share + extra / decades))
    bare = np.exp(steps * rise) - offset * np.exp(-steps * fall)
    upper = top / math.exp(rise) * (bare[zero:] - bare[zero])
    return BiexTable(np.concatenate([-upper[zero:0:-1], upper]), np.arange(number + 1.0))
