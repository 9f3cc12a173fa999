"""Saturated pixels: at the end of the number type, of the sensor's bits, or on a plateau below both."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Values = NDArray[np.float64]

BITS = (8, 10, 12, 14, 16)
LEAST_PLATEAU = 4  # pixels of one value, neighbours of each other
PILED = 4.0  # times as many pixels as each of the next lower values hold


def ceiling_of(image: NDArray[Any]) -> float:
    """The largest number that the image's type holds, infinite for floating point.

    Integers in a floating array (a weighted channel) keep no ceiling: their plateau is looked for.
    """
    return float(np.iinfo(image.dtype).max) if image.dtype.kind in "ui" else np.inf


def saturated_level(signal: Values, ceiling: float) -> float:
    """The signal from which on a pixel is saturated; infinite where none is.

    Parameters
    ----------
    signal : (H, W), rising with protein.
    ceiling : the largest number of the type. One pixel there is saturated; below it, a plateau of several
        neighbouring pixels with the same largest value, more than the values below it hold.
    """
    top = float(signal.max())
    if top >= ceiling:
        return ceiling
    at_top = signal == top
    count = int(at_top.sum())
    full = top in [2.0**bits - 1 for bits in BITS]  # a 12- or 14-bit sensor in a 16-bit file
    if full and count > 1:
        return top
    if count < LEAST_PLATEAU or _largest_patch(at_top) < LEAST_PLATEAU:
        return np.inf
    below = np.sort(signal[signal >= top - 0.05 * (top - float(np.median(signal)))])
    _, counts = np.unique(below, return_counts=True)
    return top if len(counts) < 2 or count > PILED * counts[:-1][-5:].max() else np.inf


def _largest_patch(mask: NDArray[np.bool_]) -> int:
    labels, found = ndimage.label(mask)
    return int(np.bincount(labels.ravel())[1:].max()) if found else 0
