"""A first look at a large image on a coarse grid: which side the particles are on, and how large they are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging import judge_kernel as column
from selenolab.imaging.background import level_ground
from selenolab.imaging.grid_kernel import reduced
from selenolab.imaging.polarity import Found, look
from selenolab.imaging.quality import Limits

GLANCE_PX = 384  # longest side of the coarse grid; images up to twice that need no glance
CLEAR = 3.0  # one side's weight over the other's, for the glance to decide

Wanted = Literal["auto", "dark", "bright"]


@dataclass(frozen=True, slots=True)
class Glance:
    """What a coarse look shows: polarity ("auto" where it is not clear), median diameter [px] (0 if none)."""

    polarity: Wanted
    diameter: float


def glance(
    image: NDArray[np.float32], ignore: NDArray[np.bool_], sigma: float, limits: Limits, wanted: Wanted
) -> Glance:
    """Look at the image on cells so large that it has at most 384 along its longer side."""
    factor = -(-max(image.shape) // GLANCE_PX)
    if factor <= 2:
        return Glance(wanted, 0.0)
    small, hidden = coarser(image, ignore, factor)
    ground = level_ground(small, hidden, sigma)
    coarse = Limits(max(limits.least / factor, 5.0), limits.most / factor, limits.price)
    dark, bright = (look(ground, hidden, side, coarse, 1) for side in ("dark", "bright"))
    chosen, other = (dark, bright) if _prefers_dark(dark, bright, wanted) else (bright, dark)
    side: Wanted = "dark" if chosen is dark else "bright"
    if wanted == "auto" and chosen[1].weight <= CLEAR * other[1].weight:
        return Glance("auto", 0.0)
    return Glance(side, factor * _median_diameter(chosen))


def coarser(
    image: NDArray[np.float32], ignore: NDArray[np.bool_], factor: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Means of cells, and the cells with an ignored pixel."""
    hidden = np.zeros((image.shape[0] // factor, image.shape[1] // factor), np.bool_)
    if ignore.any():
        hidden = reduced(ignore.astype(np.float32), factor) > 0
    return reduced(image, factor), hidden


def _prefers_dark(dark: Found, bright: Found, wanted: Wanted) -> bool:
    return wanted == "dark" or (wanted == "auto" and dark[1].weight >= bright[1].weight)


def _median_diameter(found: Found) -> float:
    candidates, choice = found
    areas = candidates.table[choice.rows[choice.kept], column.AREA]
    return float(np.sqrt(4 * np.median(areas) / np.pi)) if areas.size else 0.0
