"""The component tree of a grey image: every connected dark region at every threshold, with its contour.

Union-find over pixels in rising order of level (Najman and Couprie 2006, doi:10.1109/TIP.2006.877518);
area, length and step of the contour are kept up to date as pixels join.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Levels = NDArray[np.uint8]
Pixels = NDArray[np.int32]


@compiled
def rising_order(levels: Levels, blocked: NDArray[np.bool_]) -> Pixels:
    """Flat indices of the pixels that are not blocked, ordered by level (counting sort)."""
    flat, out = levels.ravel(), blocked.ravel()
    starts = np.zeros(257, np.int64)
    for i in range(flat.size):
        if not out[i]:
            starts[flat[i] + 1] += 1
    starts = np.cumsum(starts)
    order = np.empty(starts[256], np.int32)
    for i in range(flat.size):
        if not out[i]:
            order[starts[flat[i]]] = i
            starts[flat[i]] += 1
    return order


@compiled
def grow_tree(
    levels: Levels, order: Pixels, parent: Pixels, area: Pixels, length: Pixels, step: Pixels
) -> None:
    """Fill, for each pixel, its parent and the area, contour length and contour step of its region.

    The contour is counted in pixel sides towards pixels above the threshold, or blocked; `step` is the sum of
    the level differences over these sides. Values hold at a region's last pixel (see `canonical`). The
    outermost rows and columns are blocked, so that every pixel has four neighbours.
    """
    flat = levels.ravel()
    around = np.array([-levels.shape[1], -1, 1, levels.shape[1]])
    top = np.full(flat.size, -1, np.int32)
    for i in range(order.size):
        p = order[i]
        level = np.int32(flat[p])
        parent[p], top[p] = p, p
        size, sides, rise = np.int32(1), np.int32(0), np.int32(0)
        for k in range(4):
            r = p + around[k]
            difference = np.int32(flat[r]) - level
            rise += difference
            if top[r] < 0:
                sides += np.int32(1)
                continue
            sides -= np.int32(1)
            while top[r] != r:
                top[r] = top[top[r]]
                r = top[r]
            if r != p:
                top[r], parent[r] = p, p
                size += area[r]
                sides += length[r]
                rise += step[r]
        area[p], length[p], step[p] = size, sides, rise


@compiled
def canonical(levels: Levels, order: Pixels, parent: Pixels) -> None:
    """Let every pixel's parent be the last pixel of a region (its level differs from its own parent's)."""
    flat = levels.ravel()
    for i in range(order.size - 1, -1, -1):
        q = parent[order[i]]
        if flat[parent[q]] == flat[q]:
            parent[order[i]] = parent[q]


@compiled
def significant_nodes(
    levels: Levels, order: Pixels, parent: Pixels, area: Pixels, least: int, most: int
) -> tuple[Pixels, Pixels]:
    """Last pixels of regions of `least` to `most` pixels, parents after children; parents' places or -1."""
    flat = levels.ravel()
    place = np.full(flat.size, -1, np.int32)
    count = 0
    for i in range(order.size):
        p = order[i]
        if least <= area[p] <= most and (flat[parent[p]] != flat[p] or parent[p] == p):
            place[p] = count
            count += 1
    pixels, up = np.empty(count, np.int32), np.full(count, -1, np.int32)
    for i in range(order.size):
        p = order[i]
        if place[p] >= 0:
            pixels[place[p]] = p
            if parent[p] != p:
                up[place[p]] = place[parent[p]]
    return pixels, up
