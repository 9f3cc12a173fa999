"""Traces of a JPEG in pixels saved in another format: steps on a grid of 8 x 8 blocks."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

SIDE = 8


def blockiness(values: Values) -> tuple[float, tuple[int, int]]:
    """How far, in standard errors, steps on the best grid of 8 pixels exceed those off it; the grid's offset.

    The measure is the third difference across each boundary, which smooth bands and straight gradients do not
    raise. 0 in images under 64 px.
    """
    if min(values.shape) < 64:
        return 0.0, (0, 0)
    across, x = _phase(values)
    down, y = _phase(values.T)
    return min(across, down) + 0.5 * abs(across - down), (x, y)


def _phase(values: Values) -> tuple[float, int]:
    """Score of the best of eight phases of the columns' boundaries."""
    third = np.abs(values[:, :-3] - 3 * values[:, 1:-2] + 3 * values[:, 2:-1] - values[:, 3:])
    some = third[::4][third[::4] > 0]  # ground that was clipped to one value says nothing
    limit = np.quantile(some, 0.95) if some.size else 1.0  # edges of bands and dust do not count for more
    rough = np.minimum(third, limit).mean(axis=0)  # boundary between columns i + 1 and i + 2
    phase = (np.arange(rough.size) + 2) % SIDE
    means = np.array([rough[phase == k].mean() for k in range(SIDE)])
    best = int(means.argmax())
    # against its neighbours in place, so that a slow change of the noise says nothing
    places = np.flatnonzero(phase == best)
    places = places[(places > 3) & (places < rough.size - 4)]
    around = np.array([np.median(np.r_[rough[i - 3 : i], rough[i + 1 : i + 4]]) for i in places])
    over = rough[places] - around
    error = over.std(ddof=1) / np.sqrt(over.size) + 1e-12
    return float(over.mean() / error), best
