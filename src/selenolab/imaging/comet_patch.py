"""One comet cut out of its image: light above the ground around it, along and across its axis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.comet_direction import Lean, Vector
from selenolab.imaging.comet_finding import Labels, Piece
from selenolab.imaging.comet_ground import BIN, Grey
from selenolab.imaging.comet_head_kernel import profile_of

Values = NDArray[np.float64]
_CLEAR = 4  # binned pixels around any object that are no ground
_MARGIN = 0.25  # of the width, beside the outline: light that blurs over it is the comet's
_SMOOTH = 1.5  # px, of the profile before its ends are sought
_FAINT = 0.004  # of the profile's top: where a comet ends unless the ground's scatter is more
_CORRELATED = 0.45  # scatter of a smoothed sum across the axis against that of independent pixels
_LEAST_SCATTER = 0.3  # grey levels: whole numbers hide less
_ROUNDS = 3
_LEAST_GROUND = 60  # binned pixels of surroundings that a ground can be fitted to


@dataclass(frozen=True, slots=True)
class Patch:
    """Pixels of one comet. `light`, `u` (along), `v` (across), all (n,); the profile along u from `start`.

    `scatter` is that of a pixel of the ground; `centre` (x, y) and `direction` turn (u, v) into the image.
    """

    light: Values
    u: Values
    v: Values
    profile: Values
    start: float
    scatter: float
    centre: tuple[float, float]
    direction: Vector
    brightest: float
    width: float


def cut_out(image: Grey, labels: Labels, number: int, piece: Piece, lean: Lean, direction: Vector) -> Patch:
    """The comet `number` of `labels`, without pixels of other objects, from end to end of its light."""
    pad = int(16 + BIN * 0.5 * max(piece.bottom - piece.top, piece.right - piece.left)) // BIN * BIN
    top, left = max(BIN * piece.top - pad, 0), max(BIN * piece.left - pad, 0)
    bottom = min(BIN * piece.bottom + pad, BIN * labels.shape[0])
    right = min(BIN * piece.right + pad, BIN * labels.shape[1])
    own = labels[top // BIN : bottom // BIN, left // BIN : right // BIN]
    part = image[top:bottom, left:right].astype(np.float64)
    light, scatter = _without_ground(part, ~ndimage.binary_dilation(own > 0, iterations=_CLEAR))
    y, x = np.mgrid[top:bottom, left:right]
    u = (x - lean.x) * direction[0] + (y - lean.y) * direction[1]
    v = (y - lean.y) * direction[0] - (x - lean.x) * direction[1]
    inside = _full(own == number)
    low, high = float(v[inside].min()), float(v[inside].max())
    half = _MARGIN * max(high - low, 10.0)
    others = (own > 0) & (own != number)
    used = (v > low - half) & (v < high + half)
    if others.any():
        used &= ~_full(ndimage.binary_dilation(others, iterations=1))
    ends = float(u[inside].min()), float(u[inside].max())
    return _trimmed(light[used], u[used], v[used], ends, high - low, scatter, lean, direction,
                    float(part[inside].max()))  # fmt: skip


def _full(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask of binned pixels on pixels."""
    return np.repeat(np.repeat(mask, BIN, axis=0), BIN, axis=1)


def _without_ground(part: Values, ground: NDArray[np.bool_]) -> tuple[Values, float]:
    """Light above a plane through the surroundings (binned pixels), outliers left out; scatter of a pixel."""
    y, x = np.nonzero(ground)
    if y.size < _LEAST_GROUND:
        low = float(np.quantile(part, 0.05))
        return part - low, max(float(np.std(part[part <= low])), _LEAST_SCATTER)
    values = part.reshape(ground.shape[0], BIN, ground.shape[1], BIN).mean(axis=(1, 3))[y, x]
    middle = float(x.mean()), float(y.mean())
    terms = np.column_stack([np.ones(y.size), x - middle[0], y - middle[1]])
    kept = np.ones(y.size, dtype=bool)
    plane: Values = np.zeros(3)
    for _ in range(_ROUNDS):
        own = terms[kept]
        plane = np.asarray(np.linalg.solve(own.T @ own, own.T @ values[kept]), dtype=np.float64)
        away = np.abs(values - terms @ plane)
        kept = away < 2.5 * 1.4826 * float(np.median(away[kept])) + 1e-9
        if kept.sum() < _LEAST_GROUND // 2:
            break
    centre = BIN * middle[0] + (BIN - 1) / 2, BIN * middle[1] + (BIN - 1) / 2
    columns = plane[1] / BIN * (np.arange(part.shape[1]) - centre[0])
    rows = plane[2] / BIN * (np.arange(part.shape[0]) - centre[1])
    light = part - plane[0] - columns[None, :] - rows[:, None]
    pixels = np.abs(light[_full(ground)])
    return light, max(1.4826 * float(np.median(pixels)), _LEAST_SCATTER)


def _trimmed(
    light: Values, u: Values, v: Values, ends: tuple[float, float], width: float, scatter: float, lean: Lean,
    direction: Vector, brightest: float,
) -> Patch:  # fmt: skip
    """The patch from the front of its light to the end of its tail, where the profile meets the ground."""
    first = float(np.floor(u.min()))
    profile = profile_of(light, u, first, int(u.max() - first) + 2)
    smooth = ndimage.gaussian_filter1d(profile, _SMOOTH)
    faint = max(_FAINT * smooth.max(), 2 * _CORRELATED * scatter * np.sqrt(1.5 * width))
    front, rear = int(ends[0] - first), int(ends[1] - first)
    least = max(front - int(0.3 * width), 0)
    while front > least and smooth[front] > faint:
        front -= 1
    while rear < len(profile) - 1 and smooth[rear] > faint:
        rear += 1
    start = first + front
    used = (u >= start - 0.5) & (u < first + rear + 0.5)
    return Patch(
        light[used], u[used], v[used], profile[front : rear + 1], start, scatter, (lean.x, lean.y), direction,
        brightest, width,
    )  # fmt: skip
