"""Candidate regions of one polarity: the best contours of each branch of the tree, whole and cut."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.background import TOP, Ground
from selenolab.imaging.choice_kernel import best_of_branches, branches, nearest_kept
from selenolab.imaging.judge_kernel import judge
from selenolab.imaging.splitting import NECK
from selenolab.imaging.tree_kernel import canonical, grow_tree, rising_order, significant_nodes

LEAST_STEP = 3.0  # a contour's mean step, in units of the noise, for its region to be looked at
LEAST_ROUND = 0.05  # and its 4 pi area / length²
JUMP, APART, MOST = 1.3, 1.4, 5  # a branch ends where area jumps; five contours a branch, this far apart
SHARE = 0.4  # of the branch's best merit; contours below that are not looked at
MOST_OF_IMAGE = 0.8
CONVEX = 0.97  # a region as solid as this is not cut
SUPPORT = 3.0  # a contour side with a step of this many times the noise is supported

Pixels = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Regions of dark particles in `levels` (0..255), which has an ignored rim of one pixel around the image.

    `seeds` are the pixels that name tree nodes, `up` their nearest kept ancestors (or -1), `table` what they
    look like (columns as in `judge_kernel`), `least_radius` the smallest radius of a cut piece [px].
    """

    levels: NDArray[np.uint8]
    ignore: NDArray[np.bool_]
    noise: float
    seeds: Pixels
    up: Pixels
    table: NDArray[np.float64]
    least_radius: float


def visited_where(ignore: NDArray[np.bool_]) -> Pixels:
    """A fresh scratch array for floods: -1 where a pixel is ignored, else 0."""
    return np.where(ignore.ravel(), np.int32(-1), np.int32(0))


def find_candidates(
    ground: Ground, ignore: NDArray[np.bool_], bright: bool, least_diameter: float, most: int = MOST
) -> Candidates:
    """Grow the tree and judge its candidates; bright particles are looked for in the negative."""
    grey = np.pad(np.float32(TOP) - ground.grey if bright else ground.grey, 1, mode="edge")
    ignore = np.pad(ignore, 1, constant_values=True)
    levels = grey.astype(np.uint8)
    least = np.pi / 4 * least_diameter**2
    pixels, up, merit, area = _nodes(levels, ignore, int(least), ground.noise)
    kept = best_of_branches(branches(up, area, JUMP), area, merit, APART, most, SHARE)
    radius = least_diameter / 2
    table = judge(
        levels, grey, visited_where(ignore), pixels[kept], NECK, radius, CONVEX, SUPPORT * ground.noise
    )
    return Candidates(levels, ignore, ground.noise, pixels[kept], nearest_kept(up, kept), table, radius)


def _nodes(
    levels: NDArray[np.uint8], ignore: NDArray[np.bool_], least: int, noise: float
) -> tuple[Pixels, Pixels, NDArray[np.float64], Pixels]:
    """Seeds, parents, merit and area of the tree's regions; merit is contour step times root of roundness."""
    order = rising_order(levels, ignore)
    parent, area, length, step = (np.empty(levels.size, np.int32) for _ in range(4))
    grow_tree(levels, order, parent, area, length, step)
    canonical(levels, order, parent)
    pixels, up = significant_nodes(levels, order, parent, area, least, int(MOST_OF_IMAGE * levels.size))
    size, sides = area[pixels], np.maximum(length[pixels], 1)
    slope = step[pixels] / sides
    # a contour of n pixel sides is about pi / 4 n long
    rounds = np.minimum(4 * np.pi * size / (np.pi / 4 * sides) ** 2, 1.0)
    good = (slope > LEAST_STEP * noise) & (rounds > LEAST_ROUND)
    return pixels, up, np.where(good, slope * np.sqrt(rounds), 0.0), size
