"""Several heads in one outline: comets that overlap are told apart from one comet with a bright tail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

from selenolab.imaging.comet_direction import Vector
from selenolab.imaging.comet_finding import Labels, Piece, Place, piece_of
from selenolab.imaging.comet_ground import BIN, Grey

_LEVELS = np.geomspace(0.08, 0.92, 18)  # of the top of a piece
_RISES = 1.2  # a head's top over the saddle to the next one
_LEAST = 0.3  # of the area of the least head: a top of fewer pixels is texture
_SMOOTH = 0.08  # of the piece's core: texture of chromatin has no tops of its own
_ASIDE = 0.5  # of the core's half width: a top farther from the axis is no tail's
_BROAD = 1.25  # a tail's bright cloud is broader than the head, by area


@dataclass(frozen=True, slots=True)
class Top:
    """A bright place of a piece: row and column in its box, height, and pixels above half of it."""

    row: float
    column: float
    height: float
    area: int


def parted(piece: Piece, above: Grey, direction: Vector, head_px: float) -> Sequence[Piece]:
    """The comets in one piece, each with its share of the pixels; one where only one head is seen."""
    light = np.where(piece.mask, above[piece.top : piece.bottom, piece.left : piece.right], 0)
    smooth = ndimage.gaussian_filter(light, max(_SMOOTH * piece.width / BIN, 0.6), mode="constant")
    tops = _tops(smooth, head_px)
    heads = _without_cloud(tops, direction, piece.width / BIN / 2)
    if len(heads) < 2:
        return (piece,)
    seeds: Labels = np.zeros(piece.mask.shape, dtype=np.int32)
    for number, head in enumerate(heads, 1):
        seeds[round(head.row), round(head.column)] = number
    shares = watershed(-smooth, seeds, mask=piece.mask)  # type: ignore[no-untyped-call]
    place: Place = (slice(piece.top, piece.bottom), slice(piece.left, piece.right))
    parts = (piece_of(place, shares == number, light, above.shape) for number in range(1, len(heads) + 1))
    return tuple(replace(part, shared=len(heads)) for part in parts)


def _tops(smooth: Grey, head_px: float) -> list[Top]:
    """Tops that a saddle parts from every higher one, the highest first."""
    height = float(smooth.max())
    least = _LEAST * np.pi / 4 * (head_px / BIN) ** 2
    found: dict[tuple[int, int], Top] = {}
    for level in _LEVELS * height:
        labels, count = ndimage.label(smooth > level)
        if count < 2:
            continue
        places = ndimage.maximum_position(smooth, labels, np.arange(1, count + 1))
        areas = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        kept = [
            (int(row), int(column)) for (row, column), area in zip(places, areas, strict=True)
            if area >= least and smooth[row, column] > _RISES * level
        ]  # fmt: skip
        if len(kept) > 1:
            for place in kept:
                found.setdefault(place, _top(smooth, place))
    return sorted(found.values(), key=lambda top: -top.height)


def _top(smooth: Grey, place: tuple[int, int]) -> Top:
    height = float(smooth[place])
    labels, _ = ndimage.label(smooth > 0.6 * height)
    return Top(*place, height, int((labels == labels[place]).sum()))


def _without_cloud(tops: list[Top], direction: Vector, half: float) -> list[Top]:
    """The tops without those that are the tail of the head furthest upstream: on its axis, and broad."""
    if len(tops) < 2:
        return tops
    first = min(tops, key=lambda top: top.column * direction[0] + top.row * direction[1])
    kept = [first]
    for top in tops:
        if top is first:
            continue
        x, y = top.column - first.column, top.row - first.row
        aside = abs(y * direction[0] - x * direction[1])
        if aside > _ASIDE * half or top.area < _BROAD * first.area:
            kept.append(top)
    return kept
