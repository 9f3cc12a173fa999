"""Where the comets of an image are: outlines, which of them lie at the edge, and what is dust."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import convex_hull_image

from selenolab.imaging.comet_ground import BIN, Ground

Labels = NDArray[np.int32]
Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]
Place = tuple[slice, slice]
_EIGHT = np.ones((3, 3), dtype=bool)
_TOP = 12.0  # scatters of the ground that the brightest place of a comet rises at least
_OUTLINE = 3.0  # scatters of the ground at the outline
_OF_TOP = 0.04  # share of its own top at which an object is outlined where that is more
_CORE = 0.25  # share of the top within which the width is taken
_NARROW = 0.6  # of a typical object's width
_SMALL = 16  # binned pixels: a smaller piece is dust by its width
_MOST = 4000  # pieces looked at: more is ground, not comets


@dataclass(frozen=True, slots=True)
class Piece:
    """One object on binned pixels: its box (first and last + 1 row and column) and its mask in that box."""

    top: int
    bottom: int
    left: int
    right: int
    mask: Mask
    light: float  # sum above the ground
    height: float  # brightest value above the ground
    width: float  # px of the image, of the circle of its core's area
    solid: float  # area over that of the convex hull
    edge: bool
    shared: int = 1  # heads in the outline that it was part of


def find_pieces(ground: Ground) -> Iterator[Piece]:
    """Objects that rise well above the ground, each outlined at a share of its own height."""
    above = ground.above
    least = _TOP * ground.texture
    labels, count = ndimage.label(above > _OUTLINE * ground.scatter, _EIGHT)
    if not count:
        return
    tops = ndimage.maximum(above, labels, np.arange(1, count + 1))
    slices = ndimage.find_objects(labels)
    todo = [(slices[i], labels[slices[i]] == i + 1) for i in np.flatnonzero(np.asarray(tops) > least)]
    done = 0
    while todo and done < _MOST:
        place, mask = todo.pop()
        done += 1
        light = np.where(mask, above[place], 0)
        height = float(light.max())
        if height <= least:
            continue
        inner, parts = ndimage.label(light > max(_OF_TOP * height, _OUTLINE * ground.scatter), _EIGHT)
        if parts == 1:
            yield piece_of(place, inner > 0, light, above.shape)
            continue
        for number, part in enumerate(ndimage.find_objects(inner), 1):
            todo.append((_nested(place, part), inner[part] == number))


def _nested(place: Place, part: Place) -> Place:
    (rows, columns), (inner_rows, inner_columns) = place, part
    return (
        slice(rows.start + inner_rows.start, rows.start + inner_rows.stop),
        slice(columns.start + inner_columns.start, columns.start + inner_columns.stop),
    )


def piece_of(place: Place, mask: Mask, light: Grey, shape: tuple[int, ...]) -> Piece:
    """The piece of a mask in the box `place`, with the light above the ground there."""
    rows, columns = ndimage.find_objects(mask.astype(np.int32))[0]
    mask = mask[rows, columns]
    own = np.where(mask, light[rows, columns], 0)
    height = float(own.max())
    core, count = ndimage.label(own > _CORE * height, _EIGHT)
    area = max(np.bincount(core.ravel())[1:]) if count else 0
    top, left = place[0].start + rows.start, place[1].start + columns.start
    bottom, right = top + mask.shape[0], left + mask.shape[1]
    edge = top <= 0 or left <= 0 or bottom >= shape[0] or right >= shape[1]
    return Piece(
        top, bottom, left, right, mask, float(own.sum()), height, 2 * BIN * float(np.sqrt(area / np.pi)),
        _solidity(mask), edge,
    )  # fmt: skip


def labels_of(pieces: Sequence[Piece], shape: tuple[int, ...]) -> Labels:
    """The pieces as numbers from 1 on binned pixels (h, w); 0 is ground."""
    labels = np.zeros(shape, dtype=np.int32)
    for number, piece in enumerate(pieces, 1):
        labels[piece.top : piece.bottom, piece.left : piece.right][piece.mask] = number
    return labels


def _solidity(mask: Mask) -> float:
    if mask.sum() < _SMALL or min(mask.shape) < 3:
        return 1.0
    hull = convex_hull_image(mask, offset_coordinates=False, include_borders=True)  # type: ignore[no-untyped-call]
    return float(mask.sum() / hull.sum())


def is_dust(pieces: Sequence[Piece], head_px: float, share: float, solid: float) -> Mask:
    """Which pieces (n,) are no nuclei: too narrow, ragged, or small and dim beside the others."""
    if not pieces:
        return np.zeros(0, dtype=bool)
    light = np.array([piece.light for piece in pieces])
    width = np.array([piece.width for piece in pieces])
    dust: Mask = (width < head_px) | (np.array([piece.solid for piece in pieces]) < solid)
    if not dust.all():
        # the light at which half of the area is reached: many specks do not pull it down, nor one
        # saturated comet up
        own = np.flatnonzero(~dust)
        own = own[np.argsort(light[own])]
        area = np.cumsum(width[own] ** 2)
        middle = own[np.searchsorted(area, area[-1] / 2)]
        dust |= (light < share * light[middle]) & (width < _NARROW * width[middle])
    return dust
