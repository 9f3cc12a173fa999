"""Hot pixels and cosmic rays: one or two pixels far above all their neighbours, which no band's edge is."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Values = NDArray[np.float64]

FAR = 8.0  # times the noise above the second-highest neighbour
RISE = 0.25  # and this part of that neighbour's height over the ground, for the noise grows with the signal
ROUNDS = 2  # the second pixel of a pair shows when the first is gone


def without_specks(values: Values, noise: float) -> tuple[Values, int]:
    """The image with single bright pixels replaced by the median of their neighbours, and their number.

    A pixel of a pair has one neighbour as bright as itself; of a band, at least two.
    """
    clean, count = values, 0
    ground = float(np.median(values))
    for _ in range(ROUNDS):
        highest = ndimage.maximum_filter(clean, size=3, mode="nearest")
        rise = FAR * noise + RISE * np.maximum(
            ndimage.minimum_filter(clean, size=3, mode="nearest") - ground, 0
        )
        y, x = np.nonzero((clean == highest) & (clean - ndimage.uniform_filter(clean, 3) > 0.5 * rise))
        if not y.size or y.size > 0.02 * values.size:
            break
        around = _neighbours(clean, y, x)
        second = np.sort(around, axis=0)[-2]
        speck = clean[y, x] - second > FAR * noise + RISE * np.maximum(second - ground, 0)
        if not speck.any():
            break
        clean = clean.copy() if clean is values else clean
        clean[y[speck], x[speck]] = np.median(around[:, speck], axis=0)
        count += int(speck.sum())
    return clean, count


def _neighbours(values: Values, y: NDArray[np.int64], x: NDArray[np.int64]) -> Values:
    """The eight neighbours (8, n) of each place, those at the image's edge repeated."""
    padded = np.pad(values, 1, mode="edge")
    steps = [(dy, dx) for dy in (0, 1, 2) for dx in (0, 1, 2) if (dy, dx) != (1, 1)]
    return np.array([padded[y + dy, x + dx] for dy, dx in steps])
