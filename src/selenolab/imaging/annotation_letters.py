"""Finds letters drawn straight onto an image: panel names, labels, writing of the bar's level."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.glyph_cuts import line_window
from selenolab.imaging.glyph_templates import glyph_vectors, templates

_CORNER = 0.22  # of height and width: where panel names stand
_ALIKE = 0.80  # a single letter must fit its template so well
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
    drawn = np.abs(part - level) < 45
    if drawn.mean() > 0.35:
        return np.zeros_like(drawn)
    labels, _ = ndimage.label(drawn & ~seen, structure=np.ones((3, 3)))
    places = ndimage.find_objects(labels)
    boxes = [
        (p[0].start, p[1].start, p[0].stop, p[1].stop, k)
        for k, p in enumerate(places, 1)
        if _size_of_letter(p, part.shape) and _flat(part, labels, p, k, level)
    ]
    mask = np.zeros_like(drawn)
    for group in _rows_of_letters(boxes):
        if _is_writing(labels, group):
            for top, left, foot, right, k in group:
                mask[top:foot, left:right] |= labels[top:foot, left:right] == k
    wide: NDArray[np.bool_] = ndimage.binary_dilation(mask, iterations=2) if mask.any() else mask
    return wide


def _size_of_letter(place: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    height, width = (s.stop - s.start for s in place)
    inside = place[0].start > 0 and place[0].stop < shape[0]
    return bool(inside and 7 <= height <= 0.6 * shape[0] and 0.1 * height <= width <= 1.8 * height)


def _flat(
    part: NDArray[np.float32], labels: NDArray[np.int32], place: tuple[slice, slice], k: int, level: float
) -> bool:
    """Whether most of a patch has the level exactly, as ink has and a bright or dark particle has not."""
    own = part[place][labels[place] == k]
    return bool((np.abs(own - level) < 10).mean() > 0.4)


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
        fits = known.vectors @ vector - 0.2 * np.abs(np.log((box[3] - box[1]) / height / known.aspects))
        k = int(fits.argmax())
        if fits[k] > best[1]:
            best = (known.letters[known.classes[k]], float(fits[k]))
    return best
