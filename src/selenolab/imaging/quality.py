"""How much a region looks like a particle, from 0 to 1, and the best set of regions that do not overlap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging import judge_kernel as column
from selenolab.imaging.candidates import Candidates
from selenolab.imaging.choice_kernel import best_set

# Plateaus on the development images: each value may move by a fifth without a change of 0.02 in recall or
# precision.
SOLIDITY = (0.8, 0.97)  # quality rises from 0 to 1 between these
OUTER = (0.4, 0.8)  # share of the contour that lies near the convex hull, likewise
SEEN = 0.6  # share of the outline that is enough if it is seen, not the image's edge or a cut
MOST_EDGE = 0.4  # share of the image's outline that a region may take: the ground takes more
GROUND_EDGE = 0.6  # a node that takes more is the ground with holes, whatever its pieces look like
LEAST_SEEN = 0.3
LEAST_STEP = 6.5  # in units of the noise
REFERENCE = (
    0.75  # quantile of the contour steps, weighted by area and squared step, that counts as full contrast
)


LEAST_SHAPE = 0.4
LEAST_CONTRAST = 0.3
NARROW = 0.7  # smallest width, as a share of the smallest diameter

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen nodes (places in the candidates), their ways (0 whole, 1 cut), pieces kept, and `weight`.

    `rows` are the pieces' rows in the table, `kept` says which are particles; `weight` compares polarities.
    """

    nodes: NDArray[np.int64]
    ways: NDArray[np.int32]
    rows: NDArray[np.int64]
    kept: NDArray[np.bool_]
    weight: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Equivalent diameters [px] a particle may have; what pieces of a cut are worth against the whole."""

    least: float
    most: float
    price: float


def quality(candidates: Candidates, limits: Limits) -> Values:
    """Quality of each row of the table: convex, all along a contour with a step, and enough contrast."""
    table, noise = candidates.table, candidates.noise
    around = 2.0 * sum(candidates.levels.shape)
    edge, sides, step = table[:, column.EDGE], table[:, column.SIDES], table[:, column.STEP]
    seen = sides / np.maximum(sides + edge + table[:, column.CUT], 1)
    shape = _ramp(table[:, column.SOLIDITY], SOLIDITY) * _ramp(table[:, column.OUTER], OUTER)
    shape *= table[:, column.SUPPORT]
    size = np.sqrt(4 * table[:, column.AREA] / np.pi)
    possible = (edge < MOST_EDGE * around) & (seen > LEAST_SEEN) & (step > LEAST_STEP * noise)
    possible &= (
        (size >= limits.least) & (size <= limits.most) & (table[:, column.WIDTH] >= NARROW * limits.least)
    )
    possible &= _edge_of_whole(table) < GROUND_EDGE * around
    full = full_contrast(step, table[:, column.AREA] * shape * possible, LEAST_STEP * noise)
    clear = np.clip(step / full, 0, 1)
    worth: Values = shape * clear * np.minimum(seen / SEEN, 1) * possible
    worth[(shape < LEAST_SHAPE) | (clear < LEAST_CONTRAST)] = 0
    return worth


def _edge_of_whole(table: Values) -> Values:
    """For each row how much of the image's edge its whole node takes."""
    whole = table[table[:, column.WAY] == 0]
    edge: Values = whole[table[:, column.NODE].astype(np.int64), column.EDGE]
    return edge


def full_contrast(step: Values, weight: Values, least: float) -> float:
    """The contour step of the image's plain particles: a quantile weighted by `weight` and squared step."""
    mass = weight * np.maximum(step, 0) ** 2
    if mass.sum() <= 0:
        return least
    order = np.argsort(step)
    total = np.cumsum(mass[order])
    return max(float(step[order][np.searchsorted(total, REFERENCE * total[-1])]), least)


def choose(candidates: Candidates, limits: Limits) -> Choice:
    """The disjoint regions with the largest sum of area times quality."""
    table = candidates.table
    value = quality(candidates, limits)
    good = value > 0
    node, way = table[:, column.NODE].astype(np.int32), table[:, column.WAY].astype(np.int32)
    chosen = best_set(candidates.up, node, way, table[:, column.AREA] * value * good, limits.price)
    rows = np.flatnonzero(way == chosen[node])
    nodes = np.flatnonzero(chosen >= 0)
    kept = good[rows]
    return Choice(nodes, chosen[nodes], rows, kept, _weight(candidates, value, rows[kept]))


def _weight(candidates: Candidates, value: Values, rows: NDArray[np.int64]) -> float:
    """Area times quality times squared step; less where regions take the image's edge, as the ground does."""
    table = candidates.table[rows]
    free = max(1 - table[:, column.EDGE].sum() / (2.0 * sum(candidates.levels.shape)), 0.1)
    return float((table[:, column.AREA] * value[rows] * table[:, column.STEP] ** 2).sum() * free**2)


def _ramp(value: Values, ends: tuple[float, float]) -> Values:
    return np.clip((value - ends[0]) / (ends[1] - ends[0]), 0, 1)
