"""The ground of a comet image, and what stands out from it: worked out on pixels in blocks of 2 x 2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Grey = NDArray[np.float32]
BIN = 2
_BLOCK = 24  # binned pixels: larger than a head, so that the median of a block and its neighbours is ground
_SMOOTH = 1.2  # binned pixels
_TEXTURE_MOST = 2.5  # scatters: beyond this the brighter half holds comets, not ground
_QUANTISED = 0.25  # of a grey level: a ground clipped to one value has no scatter of its own


@dataclass(frozen=True, slots=True)
class Ground:
    """What is left above the ground, smoothed, on binned pixels (h, w), and its scatter where nothing lies.

    `texture` is the scatter of the brighter half, which debris and streaks of the gel raise; `level` the
    median ground [grey values].
    """

    above: Grey
    scatter: float
    texture: float
    level: float


def ground_of(image: Grey, step: float) -> Ground:
    """The image (H, W) without its ground: block medians, smoothed so that comets do not raise them.

    `step` is the least difference of grey values (1 for integers).
    """
    binned = binned_of(image)
    rows, columns = (max(length // _BLOCK, 1) for length in binned.shape)
    medians = _medians(binned, rows, columns)
    medians = ndimage.median_filter(medians, size=5, mode="nearest")
    level = _spread_out(medians, binned.shape)
    above = ndimage.gaussian_filter(binned - level, _SMOOTH, mode="nearest")
    sparse = above[::3, ::3]
    low = sparse[sparse <= 0]
    # the lower half alone: comets lie in the upper one
    scatter = max(1.4826 * float(np.median(-low)) if low.size else 0.0, _QUANTISED * step)
    middle, high = np.quantile(sparse, [0.5, 0.84])
    texture = min(max(float(high - middle), scatter), _TEXTURE_MOST * scatter)
    return Ground(above, scatter, texture * (texture / scatter), float(np.median(medians)))


def binned_of(image: Grey) -> Grey:
    """Means of 2 x 2 pixels; an odd last row or column is left out."""
    high, wide = image.shape[0] // BIN * BIN, image.shape[1] // BIN * BIN
    cut = image[:high, :wide]
    mean: Grey = (cut[::2, ::2] + cut[1::2, ::2] + cut[::2, 1::2] + cut[1::2, 1::2]) * np.float32(0.25)
    return mean


def _medians(binned: Grey, rows: int, columns: int) -> Grey:
    size_y, size_x = binned.shape[0] // rows, binned.shape[1] // columns
    cut = binned[: rows * size_y, : columns * size_x].reshape(rows, size_y, columns, size_x)
    found: Grey = np.median(cut[:, ::2, :, ::2].swapaxes(1, 2).reshape(rows, columns, -1), axis=2)
    return found.astype(np.float32)


def _spread_out(medians: Grey, shape: tuple[int, ...]) -> Grey:
    """Block values at every pixel, by straight lines between the middles of blocks."""
    result = medians.astype(np.float32)
    for axis in (0, 1):
        count, length = result.shape[axis], shape[axis]
        at = np.clip((np.arange(length) + 0.5) / length * count - 0.5, 0, count - 1)
        first = np.minimum(at.astype(int), max(count - 2, 0))
        share = (at - first).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        one = result.take(first, axis)
        other = result.take(np.minimum(first + 1, count - 1), axis)
        result = one + share * (other - one)
    return result
