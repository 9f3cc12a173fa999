"""The frame of a tilted blot: coordinates turned about the middle of the image, pixels left as they are.

A box is upright in this frame and a turned rectangle in the image. A pixel belongs to the box that holds its
centre, so that no pixel is interpolated and none counts twice.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sum and number of the pixels of each row of a window; row i covers y0 + i <= y < y0 + i + 1."""

    y0: int
    total: Values
    count: Values


@dataclass(frozen=True, slots=True)
class Pixels:
    """The pixels of a window: their values (n,) and places x, y (n,) in the tilted frame."""

    values: Values
    x: Values
    y: Values


def window(values: Values, tilt: float, x0: float, x1: float, y0: float, y1: float) -> Pixels:
    """The pixels whose centres lie in x0 <= x < x1, y0 <= y < y1 of the frame tilted by `tilt` [degrees]."""
    corners = to_image(np.array([x0, x1, x1, x0]), np.array([y0, y0, y1, y1]), tilt, values.shape)
    height, width = values.shape
    left, right = np.clip([corners[0].min() - 1, corners[0].max() + 2], 0, width).astype(int)
    top, bottom = np.clip([corners[1].min() - 1, corners[1].max() + 2], 0, height).astype(int)
    down, across = np.mgrid[top:bottom, left:right].astype(np.float64)
    x, y = to_frame(across, down, tilt, values.shape)
    inside = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
    return Pixels(values[top:bottom, left:right][inside], x[inside], y[inside])


def rows(pixels: Pixels, y0: int, y1: int, weights: Values | None = None) -> Rows:
    """Weighted sums over the rows from y0 to y1."""
    index = np.floor(pixels.y).astype(int) - y0
    kept = (index >= 0) & (index < y1 - y0)
    share = np.ones(pixels.values.size) if weights is None else weights
    total: Values = np.bincount(index[kept], (pixels.values * share)[kept], y1 - y0).astype(np.float64)
    return Rows(y0, total, np.bincount(index[kept], share[kept], y1 - y0).astype(np.float64))


def to_frame(x: Values, y: Values, tilt: float, shape: tuple[int, ...]) -> tuple[Values, Values]:
    """Places of the image in the frame of a blot whose bands fall to the right by `tilt` [degrees]."""
    if tilt == 0:
        return x, y
    c, s, cx, cy = _turn(tilt, shape)
    return c * (x - cx) + s * (y - cy) + cx, -s * (x - cx) + c * (y - cy) + cy


def to_image(x: Values, y: Values, tilt: float, shape: tuple[int, ...]) -> tuple[Values, Values]:
    """Places of the frame in the image: the corners of a box for drawing."""
    return to_frame(x, y, -tilt, shape)


def box_corners(x0: float, x1: float, y0: float, y1: float, tilt: float, shape: tuple[int, ...]) -> Values:
    """Corners (4, 2) x, y of a box in the image, clockwise from its upper left, to draw it."""
    x, y = to_image(np.array([x0, x1, x1, x0]) - 0.5, np.array([y0, y0, y1, y1]) - 0.5, tilt, shape)
    return np.column_stack([x, y])


def upright(values: Values, tilt: float) -> Values:
    """The image turned upright by interpolation: to look for lanes and bands in, never to measure in."""
    if tilt == 0:
        return values
    c, s, cx, cy = _turn(tilt, values.shape)
    matrix = np.array([[c, s], [-s, c]])
    centre = np.array([cy, cx])
    turned: Values = ndimage.affine_transform(
        values, matrix, centre - matrix @ centre, order=1, mode="nearest"
    )
    return turned


def _turn(tilt: float, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    return cos(radians(tilt)), sin(radians(tilt)), (shape[1] - 1) / 2, (shape[0] - 1) / 2
