"""Whether particles are darker or brighter than the ground: where regions look more like particles."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.background import Ground, level_ground
from selenolab.imaging.candidates import MOST, Candidates, find_candidates
from selenolab.imaging.quality import Choice, Limits, choose

Polarity = Literal["dark", "bright"]

Found = tuple[Candidates, Choice]


def best_polarity(
    image: NDArray[np.float32], ignore: NDArray[np.bool_], sigma: float, limits: Limits, wanted: str
) -> tuple[Polarity, Found]:
    """The candidates and the choice of the wanted polarity; for "auto" of the one with more weight."""
    ground = level_ground(image, ignore, sigma)
    sides: tuple[Polarity, ...] = ("dark", "bright")
    found = {side: look(ground, ignore, side, limits) for side in sides if wanted in ("auto", side)}
    side = max(found, key=lambda name: found[name][1].weight)
    return side, found[side]


def look(ground: Ground, ignore: NDArray[np.bool_], side: str, limits: Limits, most: int = MOST) -> Found:
    """Candidates and choice of one side, with at most `most` contours of each branch of the tree."""
    candidates = find_candidates(ground, ignore, side == "bright", limits.least, most)
    return candidates, choose(candidates, limits)
