"""What is drawn of a comet: the ellipse of its head and the outline of all its light."""

import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from selenolab.imaging.comet_finding import Piece
from selenolab.imaging.comet_ground import BIN
from selenolab.imaging.comet_head import Head
from selenolab.imaging.comet_patch import Patch

HEAD, WHOLE = 0, 1
_CORNERS = 40
_POINTS = 80


def outlines_of(label: int, piece: Piece, patch: Patch, head: Head) -> NDArray[np.float32]:
    """Rows (n, 4) of label, part (0 head, 1 whole comet), x and y in pixels of the image."""
    return np.concatenate([_part(label, HEAD, *_ellipse(patch, head)), _part(label, WHOLE, *_around(piece))])


def _part(label: int, part: int, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.column_stack([np.full(x.size, label), np.full(x.size, part), x, y]).astype(np.float32)


def _ellipse(patch: Patch, head: Head) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    angle = np.linspace(0, 2 * np.pi, _CORNERS + 1)
    u, v = head.along + head.length * np.cos(angle), head.across + head.width * np.sin(angle)
    ux, uy = patch.direction
    return patch.centre[0] + u * ux - v * uy, patch.centre[1] + u * uy + v * ux


def _around(piece: Piece) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rings = find_contours(np.pad(piece.mask, 1).astype(float), 0.5)  # type: ignore[no-untyped-call]
    longest = max(rings, key=len)
    longest = longest[:: max(len(longest) // _POINTS, 1)]
    middle = (BIN - 1) / 2
    return BIN * (longest[:, 1] - 1 + piece.left) + middle, BIN * (longest[:, 0] - 1 + piece.top) + middle
