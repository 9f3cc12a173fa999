"""Pixels of a micrograph that somebody drew on it: bar, writing, data strip, letter boxes, frame.

They are never particles. What is drawn differs from what is seen by being exactly level and sharp; where that
is in doubt, a pixel is left to the particles.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.annotation_boxes import drawn_boxes, frame_rows_and_columns, strip_rows
from selenolab.imaging.annotation_letters import drawn_letters
from selenolab.imaging.scale_bar import NoScaleBar, ScaleBar, scale_bar_among
from selenolab.imaging.scale_bar_grey import grey_planes
from selenolab.imaging.scale_bar_line import BarLine, bar_lines

_BAND, _THIN, _DRAWN = (
    0.2,
    5.0,
    0.85,
)  # where a bar that was not read must stand, how thin and how level it must be


def annotation_mask(
    image: NDArray[np.generic], bar: ScaleBar | NoScaleBar | None = None
) -> NDArray[np.bool_]:
    """Mark what was drawn on a micrograph.

    Parameters
    ----------
    image : (H, W) or (H, W, 3 or 4), any integer or float type.
    bar : what ``find_scale_bar`` answered for the same image; None looks for it here.

    Returns
    -------
    (H, W) bool, True where a pixel is annotation: the bar and its writing, a data strip, boxes with letters,
    letters without a box, an even frame.

    Raises
    ------
    DataError : the array is no image.
    """
    planes = grey_planes(image)
    mask = np.zeros(image.shape[:2], dtype=bool)
    if not planes:
        return mask
    grey = planes[0]
    found, lines = _bar_and_strips(planes, bar)
    if isinstance(found, ScaleBar):
        mask |= _bar_and_text(grey, found)
    else:
        mask |= _unread_bars(grey, lines)
    for top, foot in strip_rows(grey):
        mask[top:foot] = True
    frame_rows, frame_columns = frame_rows_and_columns(grey)
    mask[frame_rows] = True
    mask[:, frame_columns] = True
    for box in drawn_boxes(grey):
        mask[box[0] : box[2], box[1] : box[3]] = True
    level = _bar_level(grey, found) if isinstance(found, ScaleBar) else None
    return mask | drawn_letters(grey, mask, level)


def _bar_and_strips(
    planes: list[NDArray[np.float32]], bar: ScaleBar | NoScaleBar | None
) -> tuple[ScaleBar | NoScaleBar, list[BarLine]]:
    """The bar, and where it was not read what looks like one in the first picture."""
    if bar is None:
        lines = [bar_lines(plane) for plane in planes]
        return scale_bar_among(planes, lines), lines[0]
    return bar, [] if isinstance(bar, ScaleBar) else bar_lines(planes[0])


def _unread_bars(grey: NDArray[np.float32], lines: list[BarLine]) -> NDArray[np.bool_]:
    """Strips along the foot or the top that are drawn beyond doubt, though no number was read beside them."""
    mask = np.zeros(grey.shape, dtype=bool)
    height = grey.shape[0]
    for bar in lines:
        thin = bar.length >= _THIN * (bar.foot - bar.top)
        outside = bar.foot < _BAND * height or bar.top > (1 - _BAND) * height
        if bar.score > _DRAWN and thin and outside and bar.length > 0.06 * grey.shape[1]:
            mask[max(bar.top - 2, 0) : bar.foot + 2, max(int(bar.x0) - 2, 0) : int(np.ceil(bar.x1)) + 2] = (
                True
            )
    return mask


def _bar_level(grey: NDArray[np.float32], bar: ScaleBar) -> float:
    return float(np.median(grey[int(bar.y), int(bar.x0) + 1 : max(int(bar.x1) - 1, int(bar.x0) + 2)]))


def _bar_and_text(grey: NDArray[np.float32], bar: ScaleBar) -> NDArray[np.bool_]:
    """Bar and writing with a rim; of their common box only what has ink: a particle in it stays."""
    top, left, foot, right = bar.box
    mask = np.zeros(grey.shape, dtype=bool)
    pad = 3
    window = (slice(max(top - pad, 0), foot + pad), slice(max(left - pad, 0), right + pad))
    part = grey[window]
    level = _bar_level(grey, bar)
    ground = float(np.median(part[np.abs(part - level) > 10])) if (np.abs(part - level) > 10).any() else level
    ink = np.abs(part - level) < 0.5 * abs(ground - level)
    mask[window] = ndimage.binary_closing(ndimage.binary_dilation(ink, iterations=3), iterations=2)
    return mask
