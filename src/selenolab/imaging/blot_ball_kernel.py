"""Compiled code of the rolling ball: the exact erosion by a ball, in tiles with bounds.

A tile of the image looks only at blocks whose least value could still win somewhere in the tile, and of these
only at pixels that could; most blocks of a blot's ground drop out at once.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Floats = NDArray[np.float32]

TILE = 8  # px
FAR = np.float32(3e38)


@compiled
def block_least(image: Floats) -> Floats:
    """Least value of each block of 8 x 8 pixels."""
    height, width = image.shape
    out = np.full(((height + TILE - 1) // TILE, (width + TILE - 1) // TILE), FAR, np.float32)
    for y in range(height):
        for x in range(width):
            if image[y, x] < out[y // TILE, x // TILE]:
                out[y // TILE, x // TILE] = image[y, x]
    return out


@compiled
def eroded_by(image: Floats, cap: Floats, reach: int) -> Floats:
    """Least of image(y + dy, x + dx) + cap(|dy|, |dx|) over the ball; `cap` is infinite outside it."""
    height, width = image.shape
    least = block_least(image)
    out = np.empty((height, width), np.float32)
    size = (2 * reach + 3 * TILE) ** 2
    values = np.empty(size, np.float32)
    ys, xs = np.empty(size, np.int32), np.empty(size, np.int32)
    blocks = reach // TILE + 2
    for by in range(least.shape[0]):
        for bx in range(least.shape[1]):
            bound = _bound(least, cap, by, bx, blocks, reach)
            found = _candidates(image, least, cap, by, bx, blocks, reach, bound, values, ys, xs)
            y0, x0 = by * TILE, bx * TILE
            for y in range(y0, min(y0 + TILE, height)):
                for x in range(x0, min(x0 + TILE, width)):
                    best = FAR
                    for k in range(found):
                        dy, dx = abs(ys[k] - y), abs(xs[k] - x)
                        if dy <= reach and dx <= reach:
                            here = values[k] + cap[dy, dx]
                            if here < best:
                                best = here
                    out[y, x] = best
    return out


@compiled
def _bound(least: Floats, cap: Floats, by: int, bx: int, blocks: int, reach: int) -> np.float32:
    """A value that no pixel of the tile exceeds: the best block that lies whole within reach of all of it."""
    bound = FAR
    for cy in range(max(by - blocks, 0), min(by + blocks + 1, least.shape[0])):
        for cx in range(max(bx - blocks, 0), min(bx + blocks + 1, least.shape[1])):
            dy, dx = (abs(cy - by) + 1) * TILE - 1, (abs(cx - bx) + 1) * TILE - 1
            if dy <= reach and dx <= reach:
                here = least[cy, cx] + cap[dy, dx]
                if here < bound:
                    bound = here
    return bound


@compiled
def _candidates(
    image: Floats,
    least: Floats,
    cap: Floats,
    by: int,
    bx: int,
    blocks: int,
    reach: int,
    bound: np.float32,
    values: Floats,
    ys: NDArray[np.int32],
    xs: NDArray[np.int32],
) -> int:
    """Pixels that may be the least for some pixel of the tile; their number."""
    height, width = image.shape
    y0, x0 = by * TILE, bx * TILE
    found = 0
    for cy in range(max(by - blocks, 0), min(by + blocks + 1, least.shape[0])):
        for cx in range(max(bx - blocks, 0), min(bx + blocks + 1, least.shape[1])):
            near_y = max((abs(cy - by) - 1) * TILE + 1, 0) if cy != by else 0
            near_x = max((abs(cx - bx) - 1) * TILE + 1, 0) if cx != bx else 0
            if near_y > reach or near_x > reach or least[cy, cx] + cap[near_y, near_x] > bound:
                continue
            for y in range(cy * TILE, min(cy * TILE + TILE, height)):
                dy = max(max(y0 - y, y - y0 - TILE + 1), 0)
                if dy > reach:
                    continue
                for x in range(cx * TILE, min(cx * TILE + TILE, width)):
                    dx = max(max(x0 - x, x - x0 - TILE + 1), 0)
                    if dx <= reach and image[y, x] + cap[dy, dx] <= bound:
                        values[found], ys[found], xs[found] = image[y, x], y, x
                        found += 1
    return found
