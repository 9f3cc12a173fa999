"""Comets in an image: found, each with its head and tail, and with what speaks against it.

A comet is measured at any rotation: the direction of electrophoresis is found for the field, and each comet's
own is near it. Comets at the edge, in one outline with another, or with saturated pixels are measured too and
say so; who sums up leaves them out. Dust is counted and not measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, degrees, radians, sin

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.imaging.comet_direction import Vector, field_direction, lean_of, own_direction
from selenolab.imaging.comet_finding import Piece, find_pieces, is_dust, labels_of, piece_of
from selenolab.imaging.comet_ground import BIN, Grey, Ground, ground_of
from selenolab.imaging.comet_head import find_head
from selenolab.imaging.comet_measures import Measures, measure
from selenolab.imaging.comet_outlines import outlines_of
from selenolab.imaging.comet_overlap import parted
from selenolab.imaging.comet_patch import Patch, cut_out
from selenolab.imaging.comet_saturation import saturation_level

COLUMNS = (
    "label", "x", "y", "left", "top", "right", "bottom", "angle", "tail_percent", "tail_length",
    "olive_moment", "extent_moment", "comet_length", "head_length", "head_width", "light", "height",
    "saturated", "edge", "overlap", "drawn", "clipped", "empty",
)  # fmt: skip
_DIM = 0.15  # of a typical object's light, below which a small one is dust
_SOLID = 0.75  # least area over that of the convex hull
_ODD = 1.28  # a head wider than long by more than this is two side by side


@dataclass(frozen=True, slots=True)
class CometOptions:
    """`head_px`: least width of a head [px]; `direction` of the tails [deg, x towards y], None to find it.

    `saturated`: grey value from which on a pixel is saturated, None to look at the image. `boxes` (left, top,
    right, bottom) each hold one comet that a person drew: it takes the place of what was found there.
    """

    head_px: float = 10.0
    direction: float | None = None
    saturated: float | None = None
    boxes: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class CometField:
    """The comets of an image: one row each (see COLUMNS), outlines (n, 4) of label, part, x, y.

    `direction` [deg] of the tails and how far comets `agree` on it (0 to 1), None where it was given.
    `ground`, `scatter`: grey value and scatter of what lies between; `saturated` the level looked for.
    """

    comets: pd.DataFrame
    outlines: NDArray[np.float32]
    direction: float
    agree: float | None
    dust: int
    ground: float
    scatter: float
    saturated: float | None


def measure_comets(image: NDArray[np.generic], options: CometOptions | None = None) -> CometField:
    """All comets of a grey image (H, W), bright on dark.

    An image without any gives no row; nothing is refused but images that are not grey or smaller than 16 px.
    """
    told = options or CometOptions()
    if image.ndim != 2 or min(image.shape) < 16:
        raise ValueError(f"Expected a grey image of at least 16 x 16 pixels, found {image.shape}.")
    grey: Grey = image.astype(np.float32)
    step = 1.0 if image.dtype.kind in "ui" else float(np.ptp(grey)) / 65535
    ground = ground_of(grey, step)
    level = told.saturated if told.saturated is not None else saturation_level(image)
    found = list(find_pieces(ground))
    dust = is_dust(found, told.head_px, _DIM, _SOLID)
    pieces = [piece for piece, small in zip(found, dust, strict=True) if not small]
    direction, agree = _direction(pieces, ground, told)
    pieces = [part for piece in pieces for part in parted(piece, ground.above, direction, told.head_px)]
    pieces, drawn = _with_boxes(pieces, ground, told)
    pieces, drawn = _in_order(pieces, drawn)
    rows, rings = _measured(grey, pieces, drawn, ground, direction, level)
    angle = degrees(atan2(direction[1], direction[0]))
    return CometField(rows, rings, angle, agree, int(dust.sum()), ground.level, ground.scatter, level)


def _direction(pieces: Sequence[Piece], ground: Ground, told: CometOptions) -> tuple[Vector, float | None]:
    if told.direction is not None:
        return np.array([cos(radians(told.direction)), sin(radians(told.direction))]), None
    return field_direction([lean_of(piece, ground.above) for piece in pieces if not piece.edge])


def _with_boxes(pieces: list[Piece], ground: Ground, told: CometOptions) -> tuple[list[Piece], list[bool]]:
    """The pieces, those with their middle in a drawn box replaced by what lies in it."""
    kept = [piece for piece in pieces if not any(_lies_in(piece, box) for box in told.boxes)]
    shape = ground.above.shape
    own = []
    for left, top, right, bottom in told.boxes:
        rows = slice(max(int(top / BIN), 0), min(int(np.ceil(bottom / BIN)), shape[0]))
        columns = slice(max(int(left / BIN), 0), min(int(np.ceil(right / BIN)), shape[1]))
        light = ground.above[rows, columns]
        mask = light > 3 * ground.scatter
        if mask.any():
            own.append(replace(piece_of((rows, columns), mask, np.where(mask, light, 0), shape), shared=1))
    return [*kept, *own], [False] * len(kept) + [True] * len(own)


def _lies_in(piece: Piece, box: tuple[float, float, float, float]) -> bool:
    x, y = BIN * (piece.left + piece.right) / 2, BIN * (piece.top + piece.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _in_order(pieces: list[Piece], drawn: list[bool]) -> tuple[list[Piece], list[bool]]:
    """From the top of the image down, then from the left."""
    order = sorted(range(len(pieces)), key=lambda i: (pieces[i].top, pieces[i].left))
    return [pieces[i] for i in order], [drawn[i] for i in order]


def _measured(
    grey: Grey, pieces: list[Piece], drawn: list[bool], ground: Ground, direction: Vector, level: float | None
) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    labels = labels_of(pieces, ground.above.shape)
    rows, rings = [], []
    for label, (piece, by_hand) in enumerate(zip(pieces, drawn, strict=True), 1):
        lean = lean_of(piece, ground.above)
        patch = cut_out(grey, labels, label, piece, lean, own_direction(lean, direction))
        full = _bright(grey, piece, level)
        found = measure(patch, find_head(patch), full > 0)
        rows.append(_row(label, piece, by_hand, patch, found, full))
        rings.append(outlines_of(label, piece, patch, found.head))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame, np.concatenate(rings) if rings else np.zeros((0, 4), dtype=np.float32)


def _bright(grey: Grey, piece: Piece, level: float | None) -> int:
    """Saturated pixels of a piece."""
    if level is None:
        return 0
    part = grey[BIN * piece.top : BIN * piece.bottom, BIN * piece.left : BIN * piece.right]
    full = np.repeat(np.repeat(piece.mask, BIN, axis=0), BIN, axis=1)
    return int((part[full] >= level).sum())


def _row(
    label: int, piece: Piece, drawn: bool, patch: Patch, found: Measures, saturated: int
) -> tuple[object, ...]:
    ux, uy = patch.direction
    head = found.head
    x = patch.centre[0] + head.along * ux - head.across * uy
    y = patch.centre[1] + head.along * uy + head.across * ux
    box = BIN * piece.left, BIN * piece.top, BIN * piece.right, BIN * piece.bottom
    wide = head.width > _ODD * head.length
    overlap = not drawn and (piece.shared > 1 or wide)
    return (
        label, x, y, *box, degrees(atan2(uy, ux)), found.tail_percent, found.tail_length,
        found.olive_moment, found.extent_moment, found.length, 2 * head.length, 2 * head.width, found.light,
        piece.height, saturated, piece.edge, overlap, drawn, found.clipped, found.empty,
    )  # fmt: skip
