"""The part of an image in which particles are counted: a region, without the data strip."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.microscopy.stated import Region
from selenolab.core.errors import DataError, StudyError

LEAST_FRAME = 16  # px: less holds no particle worth a size
_STRIP = 0.9  # share of a row or column under annotation from which on it is no part of the frame


@dataclass(frozen=True, slots=True)
class Frame:
    """The counted part of an image: columns `left` to `right` and rows `top` to `bottom`, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    def cut(self, image: NDArray[np.generic]) -> NDArray[np.generic]:
        """That part of `image`."""
        return image[self.top : self.bottom, self.left : self.right]


def frame_of(name: str, annotation: NDArray[np.bool_], region: Region | None) -> Frame:
    """The region, less the rows and columns at its border that annotation covers."""
    high, wide = annotation.shape
    left, top, right, bottom = (0, 0, wide, high) if region is None else (round(value) for value in region)
    if not (0 <= left < right <= wide and 0 <= top < bottom <= high):
        raise StudyError(
            f"{name}: The region {left}, {top}, {right}, {bottom} does not lie in the image of {wide} x "
            f"{high} pixels. State left, top, right, bottom."
        )
    if min(right - left, bottom - top) < LEAST_FRAME:
        raise DataError(
            f"{name}: The image has {right - left} x {bottom - top} pixels to count in. Expected a "
            f"micrograph of at least {LEAST_FRAME} x {LEAST_FRAME}; export it whole."
        )
    part = annotation[top:bottom, left:right]
    above, below = _strips(part.mean(axis=1))
    before, behind = _strips(part.mean(axis=0))
    frame = Frame(left + before, top + above, right - behind, bottom - below)
    if min(frame.right - frame.left, frame.bottom - frame.top) < LEAST_FRAME:
        return Frame(left, top, right, bottom)  # annotation all over: nothing is known to be a strip
    return frame


def _strips(covered: NDArray[np.float64]) -> tuple[int, int]:
    """How many rows at each end are annotation."""
    clear = np.flatnonzero(covered < _STRIP)
    return (int(clear[0]), int(len(covered) - 1 - clear[-1])) if len(clear) else (0, 0)
