"""Whether particles are darker or brighter than the ground: where regions look more like particles."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.background import Ground, level_ground
from selenolab.imaging.candidates import MOST, Candidates, find_candidates
from selenolab.imaging.grid_kernel import reduced
from selenolab.imaging.quality import Choice, Limits, choose

Polarity = Literal["dark", "bright"]

GLANCE_PX = 384  # images of twice this size or more are first looked at on a grid no larger than this
CLEAR = 3.0  # one side's weight over the other's, for the glance to decide

Found = tuple[Candidates, Choice]


def best_polarity(
    image: NDArray[np.float32], ignore: NDArray[np.bool_], sigma: float, limits: Limits, wanted: str
) -> tuple[Polarity, Found]:
    """The candidates and the choice of the wanted polarity; for "auto" of the one with more weight."""
    ground = level_ground(image, ignore, sigma)
    if wanted == "auto" and max(image.shape) > 2 * GLANCE_PX:
        wanted = _at_a_glance(image, ignore, sigma, limits)
    sides: tuple[Polarity, ...] = ("dark", "bright")
    found = {side: _look(ground, ignore, side, limits) for side in sides if wanted in ("auto", side)}
    side = max(found, key=lambda name: found[name][1].weight)
    return side, found[side]


def _look(
    ground: Ground, ignore: NDArray[np.bool_], side: Polarity, limits: Limits, most: int = MOST
) -> Found:
    candidates = find_candidates(ground, ignore, side == "bright", limits.least, most)
    return candidates, choose(candidates, limits)


def _at_a_glance(image: NDArray[np.float32], ignore: NDArray[np.bool_], sigma: float, limits: Limits) -> str:
    """The polarity a coarser grid shows clearly, else "auto"."""
    factor = -(-max(image.shape) // GLANCE_PX)
    small = reduced(image, factor)
    hidden = reduced(ignore.astype(np.float32), factor) > 0
    ground = level_ground(small, hidden, sigma)
    coarse = Limits(max(limits.least / factor, 5.0), limits.most / factor, limits.price)
    dark, bright = (_look(ground, hidden, side, coarse, 1)[1].weight for side in ("dark", "bright"))
    if max(dark, bright) <= CLEAR * min(dark, bright):
        return "auto"
    return "dark" if dark > bright else "bright"
