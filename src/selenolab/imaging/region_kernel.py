"""One region of the component tree as a small mask: its bounding box and a rim of one pixel.

The outermost rows and columns of `levels` are no image: neither particle nor ground.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Levels = NDArray[np.uint8]
Mask = NDArray[np.int32]
Pixels = NDArray[np.int32]


@compiled
def flood(levels: Levels, seed: int, visited: Pixels, stamp: int, found: Pixels) -> int:
    """Write the 4-connected pixels around seed that are not above its level into `found`; their number."""
    flat = levels.ravel()
    around = np.array([-levels.shape[1], -1, 1, levels.shape[1]])
    level = flat[seed]
    found[0] = seed
    visited[seed] = stamp
    count, done = 1, 0
    while done < count:
        p = found[done]
        done += 1
        for k in range(4):
            q = p + around[k]
            if flat[q] <= level and visited[q] != stamp and visited[q] != -1:
                visited[q] = stamp
                found[count] = q
                count += 1
    return count


@compiled
def crop(found: Pixels, count: int, width: int) -> tuple[Mask, int, int]:
    """The mask (1 inside) with a rim of one pixel, and the image's row and column of its corner."""
    top, left, bottom, right = 1 << 30, 1 << 30, -1, -1
    for i in range(count):
        y, x = found[i] // width, found[i] % width
        top, bottom = min(top, y), max(bottom, y)
        left, right = min(left, x), max(right, x)
    mask = np.zeros((bottom - top + 3, right - left + 3), np.int32)
    for i in range(count):
        mask[found[i] // width - top + 1, found[i] % width - left + 1] = 1
    return mask, top - 1, left - 1


@compiled
def fill_holes(mask: Mask, top: int, left: int, height: int, width: int, most: float) -> int:
    """Set holes of at most `most` pixels to 1; the number of pixels filled.

    A bay that only the image's edge closes is a hole too when that edge is a quarter of its outline or less.
    """
    rows, columns = mask.shape
    stack = np.empty(mask.size, np.int32)
    flat = mask.ravel()
    filled = 0
    for start in range(flat.size):
        if flat[start] != 0 or not _within(start // columns + top, start % columns + left, height, width):
            continue
        stack[0], count, done = start, 1, 0
        flat[start] = -2
        walls, edge, free = 0, 0, False
        while done < count:
            p = stack[done]
            done += 1
            y, x = p // columns, p % columns
            free = free or y == 0 or x == 0 or y == rows - 1 or x == columns - 1
            for k in range(4):
                v, u = y + (k == 0) - (k == 1), x + (k == 2) - (k == 3)
                if v < 0 or u < 0 or v >= rows or u >= columns:
                    continue
                if not _within(v + top, u + left, height, width):
                    edge += 1
                elif flat[v * columns + u] == 0:
                    flat[v * columns + u] = -2
                    stack[count] = v * columns + u
                    count += 1
                elif flat[v * columns + u] == 1:
                    walls += 1
        if not free and count <= most and 3 * edge <= walls:
            for i in range(count):
                flat[stack[i]] = 1
            filled += count
    for i in range(flat.size):
        if flat[i] == -2:
            flat[i] = 0
    return filled


@compiled
def _within(y: int, x: int, height: int, width: int) -> bool:
    return 1 <= y < height - 1 and 1 <= x < width - 1
