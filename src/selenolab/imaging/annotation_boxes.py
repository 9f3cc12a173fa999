"""Finds what is drawn with straight sides: the data strip of a microscope, boxes under letters, a frame."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.annotation_kernel import level_counts, level_runs, painted, parts_of_runs

_LEVEL = 6.0  # grey levels: how far drawn ground may stray (JPEG)
_STRIP_REACH = 0.3  # of the height: a data strip is not higher
_FILLED = 0.45  # of a box is its ground, at least
_EVEN_ROW = 0.9  # of the outermost row of a data strip is its ground
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
    nothing = np.zeros((0, 0), dtype=np.bool_)
    lowest, highest = float(grey.min()), float(grey.max())
    for level in _levels(grey):
        if not lowest - _LEVEL <= level <= highest + _LEVEL:
            continue
        runs, _ = level_runs(
            grey, nothing, np.float32(level), np.float32(_LEVEL), np.float32(_LEVEL), grey.size
        )
        which, parts = parts_of_runs(runs, 0)
        for k in np.flatnonzero(_box_size(parts, grey.shape)):
            box = (int(parts[k, 0]), int(parts[k, 1]), int(parts[k, 2]), int(parts[k, 3]))
            if _is_box(_own(runs, which, int(k), len(parts), box)):
                boxes.append(box)
    return boxes


def _own(
    runs: NDArray[np.int32], which: NDArray[np.int32], part: int, parts: int, box: tuple[int, int, int, int]
) -> NDArray[np.bool_]:
    """The pixels of one part in its box."""
    names = np.zeros(parts, dtype=np.int32)
    names[part] = 1
    top, left, foot, right = box
    own: NDArray[np.bool_] = painted(runs, which, names, top, left, foot - top, right - left) == 1
    return own


def _strip_height(grey: NDArray[np.float32]) -> int:
    """Rows of a strip at the first rows; 0 when there is none."""
    reach = grey[: int(_STRIP_REACH * grey.shape[0])]
    counts = np.bincount(np.clip(reach[0], 0, 255).astype(np.intp), minlength=256)
    level = float(counts.argmax())
    if (np.abs(reach[0] - level) <= 2 * _LEVEL).mean() <= _EVEN_ROW:
        return 0
    share = (np.abs(reach - level) <= 2 * _LEVEL).mean(axis=1)
    filled = share >= _COVERED
    height = int(np.argmin(filled)) if not filled.all() else 0
    if height < 6 or height + 4 >= reach.shape[0]:
        return 0
    even_ground = float(np.median(share[:height])) > 0.6
    return height + 1 if even_ground and bool(share[height + 3] < 0.2) else 0


def _rim(grey: NDArray[np.float32]) -> NDArray[np.intp]:
    """Leading and trailing rows of one level with something else behind them."""
    height = grey.shape[0]
    if height < 20 or grey.shape[1] <= 8:
        return np.zeros(0, dtype=np.intp)
    first = _even_rows(grey)
    if first == height:
        return np.zeros(0, dtype=np.intp)
    last = _even_rows(grey[::-1])
    lead = np.arange(first) if _ends_sharply(grey, first) else np.arange(0)
    tail = np.arange(height - last, height) if _ends_sharply(grey[::-1], last) else np.arange(0)
    return np.concatenate([lead, tail]).astype(np.intp)


def _even_rows(grey: NDArray[np.float32]) -> int:
    """How many rows from the first on are of one level each."""
    for row in range(len(grey)):
        if np.ptp(grey[row, 2:-2]) > 2 * _LEVEL:
            return row
    return len(grey)


def _ends_sharply(grey: NDArray[np.float32], rows: int) -> bool:
    """Whether the first rows are a thin frame: another level begins behind them along most of the side."""
    if not 0 < rows <= grey.shape[0] // 10:
        return False
    beyond = np.abs(grey[rows + 2] - np.median(grey[rows - 1])) > 20
    return bool(beyond.mean() > 0.9)


def _levels(grey: NDArray[np.float32]) -> list[float]:
    """Levels that boxes are drawn in: white, black, and any exact level with a peak of its own."""
    counts = level_counts(grey).astype(float)
    around = ndimage.median_filter(counts, size=15, mode="nearest")
    peaks = np.flatnonzero(
        (counts > 4 * around + 0.001 * counts.sum()) & (counts == ndimage.maximum_filter1d(counts, 9))
    )
    peaks = peaks[np.argsort(-counts[peaks], kind="stable")][:3]
    return [255.0, 0.0] + [float(p) for p in peaks if 8 < p < 247]


def _box_size(parts: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which parts are neither too small nor too large for a box, and fill enough of it."""
    height, width = parts[:, 2] - parts[:, 0], parts[:, 3] - parts[:, 1]
    size = height.astype(np.int64) * width
    small = (size <= 0.12 * shape[0] * shape[1]) & (height <= 0.35 * shape[0])
    fits: NDArray[np.bool_] = small & (height >= 14) & (width >= 12) & (parts[:, 4] / size > _FILLED)
    return fits


def _is_box(own: NDArray[np.bool_]) -> bool:
    """Whether a level patch fills its bounding box up to the letters on it, which it surrounds."""
    rim = np.concatenate([own[1], own[-2], own[:, 1], own[:, -2]])
    if own.mean() <= _FILLED or rim.mean() <= 0.93:
        return False
    filled = ndimage.binary_fill_holes(own)
    written = filled & ~own
    return bool(filled.mean() > 0.97 and written.mean() > 0.03)
