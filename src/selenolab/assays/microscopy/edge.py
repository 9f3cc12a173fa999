"""The bias of leaving out particles that touch the edge, and the weights that take it away.

A particle is counted when it lies wholly inside the frame. Of all places where a particle of size d can
lie with its centre in a frame W x H, only (W - d)(H - d) leave it whole, so that large particles are
lost more often than small ones. Each counted particle stands for the inverse of its chance.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_LEAST = 0.1  # share of the frame's area: a particle two thirds as wide as the frame, or more, must not rule


def edge_weights(size: Array, width: Array, height: Array) -> Array:
    """Weights (n,) of particles of `size` (n,) counted in frames `width` x `height` (k,), mean 1.

    The chance of a size is summed over all frames, so that images of different magnification or
    region join in one population: a size that fits one frame only is looked for in that one. Weights end
    at ten times that of a point: larger particles are not corrected in full.

    Parameters
    ----------
    size, width, height : in one unit. Every size must fit at least one frame.

    Source: Miles 1974 and Lantuejoul 1980, the associated-set rule of stereology.

    Examples
    --------
    >>> edge_weights(np.array([10.0, 60.0]), np.array([110.0]), np.array([110.0])).round(2).tolist()
    [0.4, 1.6]
    """
    room_x = np.maximum(width[None, :] - size[:, None], 0)
    room_y = np.maximum(height[None, :] - size[:, None], 0)
    room = (room_x * room_y).sum(axis=1)
    least = _LEAST * float((width * height).sum())
    weights = 1 / np.maximum(room, least)
    return np.asarray(weights / weights.mean())
