"""Finds letters drawn straight onto an image: panel names, labels, writing of the bar's level."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.annotation_kernel import level_runs, painted, parts_of_runs
from selenolab.imaging.glyph_cuts import line_window
from selenolab.imaging.glyph_templates import glyph_vectors, templates

_CORNER = 0.22  # of height and width: where panel names stand
_ALIKE = 0.80  # a single letter must fit its template so well
_MOST = 0.35  # of a strip of the image: where more has a level, it is no writing
_NEAR, _EXACT = (np.nextafter(np.float32(away), np.float32(0)) for away in (45, 10))  # grey levels, less than
_ROUND = "oO0Qc.,:-lI1/"  # a particle may look like these: they do not count alone
Part = tuple[int, int, int, int, int]  # top, left, foot, right, label


def drawn_letters(
    grey: NDArray[np.float32], done: NDArray[np.bool_], bar_level: float | None
) -> NDArray[np.bool_]:
    """Mark letters that stand on the image itself.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.
    done : (H, W) bool, already marked: not looked at again.
    bar_level : grey level of the scale bar, None when there is none.
    """
    mask = np.zeros(grey.shape, dtype=bool)
    if min(grey.shape) < 60:
        return mask
    for window in _corners(grey.shape):
        part, seen = grey[window], done[window]
        for level in {255.0, 0.0} | ({bar_level} if bar_level is not None else set()):
            mask[window] |= _letters_of(part, seen, level)
    return mask


def _corners(shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """The strips along the top and the foot: panel names and labels stand there."""
    band = max(40, int(_CORNER * shape[0]))
    return [(slice(0, band), slice(0, shape[1])), (slice(shape[0] - band, shape[0]), slice(0, shape[1]))]


def _letters_of(part: NDArray[np.float32], seen: NDArray[np.bool_], level: float) -> NDArray[np.bool_]:
    """Rows of letters of one level in a cut-out, with a rim."""
    mask = np.zeros(part.shape, dtype=bool)
    if level - float(part.max()) > _EXACT or float(part.min()) - level > _EXACT:
        return mask  # no ink of this level
    runs, drawn = level_runs(part, seen, np.float32(level), _NEAR, _EXACT, round(_MOST * part.size) + 1)
    if drawn / part.size > _MOST:
        return mask
    which, parts = parts_of_runs(runs, 1)
    chosen = np.flatnonzero(_like_letters(parts, part.shape))
    if chosen.size == 0:
        return mask
    names = np.zeros(len(parts), dtype=np.int32)
    names[chosen] = np.arange(1, chosen.size + 1)
    labels = painted(runs, which, names, 0, 0, *part.shape)
    boxes = [(*parts[k, :4].tolist(), int(names[k])) for k in chosen]
    for group in _rows_of_letters(boxes):
        if _is_writing(labels, group):
            for top, left, foot, right, k in group:
                mask[top:foot, left:right] |= labels[top:foot, left:right] == k
    wide: NDArray[np.bool_] = ndimage.binary_dilation(mask, iterations=2) if mask.any() else mask
    return wide


def _like_letters(parts: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which parts have the size of a letter, and mostly the level exactly: a particle's level wanders."""
    height, width = parts[:, 2] - parts[:, 0], parts[:, 3] - parts[:, 1]
    inside = (parts[:, 0] > 0) & (parts[:, 2] < shape[0])
    sized = (height >= 7) & (height <= 0.6 * shape[0]) & (width >= 0.1 * height) & (width <= 1.8 * height)
    like: NDArray[np.bool_] = inside & sized & (parts[:, 5] / parts[:, 4] > 0.4)
    return like


def _rows_of_letters(boxes: list[Part]) -> list[list[Part]]:
    """Letters side by side."""
    groups: list[list[Part]] = []
    for box in sorted(boxes, key=lambda b: b[1]):
        for group in groups:
            last = group[-1]
            tall = max(last[2] - last[0], box[2] - box[0])
            both = min(last[2], box[2]) - max(last[0], box[0])
            if box[1] - last[3] < 0.9 * tall and both > 0.5 * min(last[2] - last[0], box[2] - box[0]):
                group.append(box)
                break
        else:
            groups.append([box])
    return groups


def _is_writing(labels: NDArray[np.int32], group: list[Part]) -> bool:
    """Whether a row of patches is writing: alone one sure letter, together most of them letters."""
    named = [_named(labels, box) for box in group]
    sure = [letter for letter, fit in named if fit > _ALIKE and letter not in _ROUND]
    if len(group) == 1:
        return bool(sure)
    likely = [letter for letter, fit in named if fit > 0.66]
    return (bool(sure) or len(likely) >= 3) and len(likely) > 0.5 * len(group)


def _named(labels: NDArray[np.int32], box: Part) -> tuple[str, float]:
    """The letter a patch looks most like, taken for a capital, a small letter or a bracket in turn."""
    known = templates()
    ink = (labels[:, box[1] : box[3]] == box[4]).astype(np.float32)
    best = ("", -1.0)
    for above, below in ((0.0, 0.0), (0.38, 0.0), (0.0, 0.28), (0.38, 0.28), (0.03, 0.25)):
        tall = box[2] - box[0]
        height = tall / max(1 - above + below, 0.3)
        rows = (round(box[0] - above * height), round(box[2] - below * height))
        if rows[1] - rows[0] < 5:
            continue
        vector = glyph_vectors([line_window(ink, *rows)])[0][0]
        wider = np.abs(np.log((box[3] - box[1]) / height / known.aspects))
        # not by BLAS: its threads cost more than the sum
        fits = np.einsum("ij,j->i", known.vectors, vector) - 0.2 * wider
        k = int(fits.argmax())
        if fits[k] > best[1]:
            best = (known.letters[known.classes[k]], float(fits[k]))
    return best
