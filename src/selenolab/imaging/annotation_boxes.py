"""Finds what is drawn with straight sides: the data strip of a microscope, boxes under letters, a frame."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_LEVEL = 6.0  # grey levels: how far drawn ground may stray (JPEG)
_STRIP_REACH = 0.3  # of the height: a data strip is not higher
_COVERED = 0.35  # of a row of a data strip is its ground, where most writing stands in it


def strip_rows(grey: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Row ranges of data strips along the foot and the top of an image.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.
    """
    height = grey.shape[0]
    if height < 40 or grey.shape[1] < 40:
        return []
    foot = _strip_height(grey[::-1])
    top = _strip_height(grey)
    found = [(height - foot, height)] if foot else []
    return found + ([(0, top)] if top else [])


def frame_rows_and_columns(grey: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns at the rim that are wholly of one level, and end at an edge.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.
    """
    return _rim(grey), _rim(grey.T)


def drawn_boxes(grey: NDArray[np.float32]) -> list[tuple[int, int, int, int]]:
    """Boxes (top, left, foot, right) of one exact level, as drawn under letters and scale bars.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.
    """
    boxes = []
    for level in _levels(grey):
        labels, _ = ndimage.label(np.abs(grey - level) <= _LEVEL)
        for k, place in enumerate(ndimage.find_objects(labels), 1):
            if place is not None and _box_size(place, grey.shape) and _is_box(labels[place] == k):
                boxes.append((place[0].start, place[1].start, place[0].stop, place[1].stop))
    return boxes


def _strip_height(grey: NDArray[np.float32]) -> int:
    """Rows of a strip at the first rows; 0 when there is none."""
    reach = grey[: int(_STRIP_REACH * grey.shape[0])]
    counts = np.bincount(np.clip(reach[0], 0, 255).astype(np.intp), minlength=256)
    level = float(counts.argmax())
    share = (np.abs(reach - level) <= 2 * _LEVEL).mean(axis=1)
    filled = share >= _COVERED
    height = int(np.argmin(filled)) if not filled.all() else 0
    if height < 6 or height + 4 >= reach.shape[0]:
        return 0
    even_ground = share[0] > 0.9 and float(np.median(share[:height])) > 0.6
    return height + 1 if even_ground and bool(share[height + 3] < 0.2) else 0


def _rim(grey: NDArray[np.float32]) -> NDArray[np.intp]:
    """Leading and trailing rows of one level with something else behind them."""
    spread = np.ptp(grey[:, 2:-2], axis=1) if grey.shape[1] > 8 else np.full(grey.shape[0], 255.0)
    even = spread <= 2 * _LEVEL
    height = grey.shape[0]
    if even.all() or height < 20:
        return np.zeros(0, dtype=np.intp)
    first, last = int(np.argmin(even)), int(np.argmin(even[::-1]))
    lead = np.arange(first) if _ends_sharply(grey, first) else np.arange(0)
    tail = np.arange(height - last, height) if _ends_sharply(grey[::-1], last) else np.arange(0)
    return np.concatenate([lead, tail]).astype(np.intp)


def _ends_sharply(grey: NDArray[np.float32], rows: int) -> bool:
    """Whether the first rows are a thin frame: another level begins behind them along most of the side."""
    if not 0 < rows <= grey.shape[0] // 10:
        return False
    beyond = np.abs(grey[rows + 2] - np.median(grey[rows - 1])) > 20
    return bool(beyond.mean() > 0.9)


def _levels(grey: NDArray[np.float32]) -> list[float]:
    """Levels that boxes are drawn in: white, black, and any exact level with a peak of its own."""
    counts = np.bincount(grey[::2, ::2].astype(np.intp).ravel().clip(0, 255), minlength=256).astype(float)
    around = ndimage.median_filter(counts, size=15, mode="nearest")
    peaks = np.flatnonzero(
        (counts > 4 * around + 0.001 * counts.sum()) & (counts == ndimage.maximum_filter1d(counts, 9))
    )
    peaks = peaks[np.argsort(-counts[peaks], kind="stable")][:3]
    return [255.0, 0.0] + [float(p) for p in peaks if 8 < p < 247]


def _box_size(place: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    height, width = (int(s.stop - s.start) for s in place)
    small = height * width <= 0.12 * shape[0] * shape[1] and height <= 0.35 * shape[0]
    return small and height >= 14 and width >= 12


def _is_box(own: NDArray[np.bool_]) -> bool:
    """Whether a level patch fills its bounding box up to the letters on it, which it surrounds."""
    filled = ndimage.binary_fill_holes(own)
    rim = np.concatenate([own[1], own[-2], own[:, 1], own[:, -2]])
    written = filled & ~own
    return bool(filled.mean() > 0.97 and own.mean() > 0.45 and rim.mean() > 0.93 and written.mean() > 0.03)
