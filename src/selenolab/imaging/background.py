"""The ground of a micrograph: its slow shading, its noise, and grey values on one scale for all images.

The component tree needs no threshold common to the whole image, so shading is only taken off as far as a
smooth surface describes it: enough that 256 levels resolve the particles.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.grid_kernel import blurred

FRAME = 4.0  # a row of the frame is off by this many times the noise
BLOCKS = 24  # medians of about 24 x 24 blocks carry the surface
TURNS = 10  # rounds of reweighting; the weights no longer move after about five
TOP = 255.0
LEAST_NOISE = 0.3  # levels; an exactly even ground still has the rounding of its grey values

Grey = NDArray[np.float32]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ground:
    """Grey values without shading, scaled to 0..255 (`grey`); usual step between neighbours (`noise`)."""

    grey: Grey
    noise: float


def level_ground(image: Grey, ignore: NDArray[np.bool_], sigma: float) -> Ground:
    """Take shading off, clip what is brighter or darker than any 3 x 3 pixels, scale, and blur.

    Parameters
    ----------
    image : (H, W) finite grey values.
    ignore : (H, W), True where a pixel says nothing.
    sigma : standard deviation of the Gaussian blur [px].

    Returns
    -------
    Ground; all zero where the image has one grey value.
    """
    even = image - shading(image, ignore)
    low, high = grey_range(even, ignore)
    # below the rounding of float32 there is nothing to see
    if high - low <= 1e-6 * max(abs(float(image.min())), abs(float(image.max())), 1e-30):
        return Ground(np.zeros(image.shape, np.float32), LEAST_NOISE)
    scaled = (np.clip(even, low, high) - np.float32(low)) * np.float32(TOP / (high - low))
    middle = np.float32(np.median(scaled[~ignore][::7])) if ignore.any() else np.float32(0)
    grey = blurred(np.where(ignore, middle, scaled).astype(np.float32), gaussian_weights(sigma))
    return Ground(grey, noise_of(grey))


def frame(image: Grey) -> NDArray[np.bool_]:
    """True on rows and columns at the image's edge, up to four, that differ as a whole from those further in.

    They are what is left of the frame a figure was cut out of.
    """
    mask = np.zeros(image.shape, np.bool_)
    if min(image.shape) < 32:
        return mask
    contrast = float(image[::4, ::4].max()) - float(image[::4, ::4].min())
    for turn in range(4):
        side, out = np.rot90(image, turn)[:9], np.rot90(mask, turn)
        inner = np.median(side[5:9], axis=0)
        spread = 1.4826 * np.median(np.abs(np.diff(side[5:9], axis=0)))
        spread = max(float(spread), contrast / 512)
        off = [abs(float(np.median(side[row] - inner))) > FRAME * spread for row in range(4)]
        if any(off):
            out[: max(row for row in range(4) if off[row]) + 1] = True
    return mask


def shading(image: Grey, ignore: NDArray[np.bool_]) -> Grey:
    """A surface of second degree through block medians, with Tukey's weights so that particles do not pull.

    Zero in images under 64 px, where a surface would rather describe a particle.
    """
    height, width = image.shape
    if min(height, width) < 64:
        return np.zeros((1, 1), np.float32)
    medians, y, x = _block_medians(image, ignore)
    known = np.isfinite(medians)
    if known.sum() < 60:
        return np.zeros((1, 1), np.float32)
    design = _terms(y[known], x[known])
    coefficients = _robust_fit(design, medians[known])
    rows = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    c = coefficients.astype(np.float32)
    surface: Grey = (
        (c[1] * columns + c[3] * columns**2) + (c[2] * rows + c[4] * rows**2) + c[5] * rows * columns
    )
    return surface


def grey_range(image: Grey, ignore: NDArray[np.bool_]) -> tuple[float, float]:
    """Lowest and highest median of 3 x 3 cells: a hot pixel does not count, a particle of 5 px does."""
    height, width = image.shape[0] // 3 * 3, image.shape[1] // 3 * 3
    if min(height, width) == 0:
        return float(image.min()), float(image.max())
    cells = (
        np.where(ignore, np.float32(np.nan), image)[:height, :width]
        if ignore.any()
        else image[:height, :width]
    )
    # the median of three medians of three: cheap, and as deaf to a single pixel
    a, b, c = (_median_of_three(*(cells[i::3, j::3] for j in range(3))) for i in range(3))
    medians = _median_of_three(a, b, c)
    medians = medians[np.isfinite(medians)]
    return (float(medians.min()), float(medians.max())) if medians.size else (0.0, 0.0)


def noise_of(grey: Grey) -> float:
    """Median step between neighbouring pixels of the blurred image."""
    stride = max(min(grey.shape) // 200, 1)
    rows, columns = grey[::stride], np.ascontiguousarray(grey[:, ::stride].T)
    steps = np.concatenate([np.abs(np.diff(rows)).ravel()[::3], np.abs(np.diff(columns)).ravel()[::3]])
    return max(float(np.median(steps)), LEAST_NOISE) if steps.size else LEAST_NOISE


def gaussian_weights(sigma: float) -> Grey:
    """Half of a Gaussian's weights from its middle outwards."""
    weights = np.exp(-0.5 * (np.arange(int(3 * sigma + 1.5)) / max(sigma, 1e-6)) ** 2)
    half: Grey = (weights / (2 * weights.sum() - weights[0])).astype(np.float32)
    return half


def _median_of_three(a: Grey, b: Grey, c: Grey) -> Grey:
    middle: Grey = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    return middle


def _block_medians(image: Grey, ignore: NDArray[np.bool_]) -> tuple[Values, Values, Values]:
    """Medians of blocks, NaN where half a block is ignored, and the blocks' places from -1 to 1."""
    size_y, size_x = image.shape[0] // BLOCKS or 1, image.shape[1] // BLOCKS or 1
    rows, columns = image.shape[0] // size_y, image.shape[1] // size_x
    step = max(min(size_y, size_x) // 10, 1)  # about a hundred pixels a block are enough

    def blocks(array: NDArray[Any]) -> NDArray[Any]:
        cut = array[: rows * size_y, : columns * size_x].reshape(rows, size_y, columns, size_x)
        return cut[:, ::step, :, ::step].swapaxes(1, 2).reshape(rows, columns, -1)

    medians = np.median(blocks(image), axis=2).astype(np.float64)
    medians[blocks(ignore).mean(axis=2) > 0.5] = np.nan
    y = (np.arange(rows) + 0.5) * size_y / image.shape[0] * 2 - 1
    x = (np.arange(columns) + 0.5) * size_x / image.shape[1] * 2 - 1
    at_y, at_x = np.meshgrid(y, x, indexing="ij")
    return medians, at_y, at_x


def _terms(y: Values, x: Values) -> Values:
    return np.column_stack([np.ones_like(x), x, y, x**2, y**2, x * y])


def _robust_fit(design: Values, values: Values) -> Values:
    weights = np.ones(values.size)
    coefficients: Values = np.zeros(design.shape[1])
    for _ in range(TURNS):
        root = np.sqrt(weights)
        coefficients = np.asarray(
            np.linalg.lstsq(design * root[:, None], values * root, rcond=None)[0], np.float64
        )
        left = values - design @ coefficients
        spread = 1.4826 * np.median(np.abs(left)) + 1e-12
        weights = np.clip(1 - (left / (4.685 * spread)) ** 2, 0, None) ** 2
    return coefficients
