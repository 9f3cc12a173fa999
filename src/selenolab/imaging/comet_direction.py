"""Which way the tails of a field point: each comet's own lopsidedness, and what they have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.comet_finding import Piece
from selenolab.imaging.comet_ground import BIN, Grey

Vector = NDArray[np.float64]
_LOPSIDED = 0.5  # skewness from which on one comet speaks no louder
_LONG = 1.25  # length over width from which on the long axis gives the direction
_SKEWED = 0.15  # least skewness for that
_APART = 0.8  # cosine of the greatest angle between a comet's own axis and the field's
_SHARE = 0.7  # weight of the field's direction beside the comet's own


@dataclass(frozen=True, slots=True)
class Lean:
    """How one object leans: centre (x, y) [px], skewness as a vector, long axis, length over width."""

    x: float
    y: float
    skew: Vector
    axis: Vector
    long: float


def lean_of(piece: Piece, above: Grey) -> Lean:
    """Moments of the light of one object: the third point from the head towards the tail."""
    cut = above[piece.top : piece.bottom, piece.left : piece.right]
    light = np.where(piece.mask, np.maximum(cut, 0), 0).astype(np.float64)
    total = float(light.sum())
    rows, columns = np.arange(light.shape[0]), np.arange(light.shape[1])
    y, x = float(light.sum(axis=1) @ rows / total), float(light.sum(axis=0) @ columns / total)
    dy, dx = (rows - y)[:, None], (columns - x)[None, :]
    xx, yy, xy = (float((light * one).sum() / total) for one in (dx * dx, dy * dy, dx * dy))
    far = dx * dx + dy * dy
    size = max(xx + yy, 1e-9) ** 1.5
    skew = np.array([float((light * far * dx).sum()), float((light * far * dy).sum())]) / total / size
    spread, axes = np.linalg.eigh(np.array([[xx, xy], [xy, yy]]))
    axis = axes[:, 1] * (1.0 if axes[:, 1] @ skew >= 0 else -1.0)
    long = float(np.sqrt(max(spread[1], 1e-9) / max(spread[0], 1e-9)))
    middle = (BIN - 1) / 2
    return Lean(BIN * (x + piece.left) + middle, BIN * (y + piece.top) + middle, skew, axis, long)


def field_direction(leans: Sequence[Lean]) -> tuple[Vector, float]:
    """The common direction as a unit vector, and how far comets agree (0 not at all, 1 fully).

    One that leans much speaks no louder than one that leans clearly. Without any the direction is along x.
    """
    if not leans:
        return np.array([1.0, 0.0]), 0.0
    parts = [lean.skew * min(1.0, _LOPSIDED / max(float(np.hypot(*lean.skew)), 1e-9)) for lean in leans]
    total = np.sum(parts, axis=0)
    length = float(np.hypot(*total))
    whole = float(np.sum([np.hypot(*part) for part in parts]))
    if length < 1e-12:
        return np.array([1.0, 0.0]), 0.0
    return total / length, length / whole


def own_direction(lean: Lean, field: Vector) -> Vector:
    """A comet's direction: the field's, moved towards its own axis where it is long and points so too."""
    own = lean.axis if lean.long > _LONG and float(np.hypot(*lean.skew)) > _SKEWED else field
    if float(own @ field) < _APART:
        return field
    both = own + _SHARE * field
    return np.asarray(both / np.hypot(*both))
