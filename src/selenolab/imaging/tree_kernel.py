"""The component tree of a grey image: every connected dark region at every threshold, with its contour.

Union-find over pixels in rising order of level (Najman and Couprie 2006, doi:10.1109/TIP.2006.877518);
area, length and step of the contour are kept up to date as pixels join.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.compiled import compiled

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

    The contour is counted in pixel sides towards pixels above the threshold; `step` is the sum of the
    level differences over these sides. Values hold at a region's last pixel (see `canonical`). `parent` is
    -1 where a pixel is blocked.
    """
    height, width = levels.shape
    flat = levels.ravel()
    top = np.full(flat.size, -1, np.int32)
    parent[:] = -1
    for i in range(order.size):
        p = order[i]
        y, x, level = p // width, p % width, np.int32(flat[p])
        parent[p], top[p] = p, p
        size, sides, rise = 1, 0, 0
        for k in range(4):
            v, u = y + (k == 0) - (k == 1), x + (k == 2) - (k == 3)
            if v < 0 or u < 0 or v >= height or u >= width:
                continue
            q = v * width + u
            if top[q] < 0:
                sides += 1
                rise += np.int32(flat[q]) - level
                continue
            sides -= 1
            rise -= level - np.int32(flat[q])
            r = q
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
    """Last pixels of the regions of `least` to `most` pixels, parents after children, and the parent's place (or -1)."""
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
