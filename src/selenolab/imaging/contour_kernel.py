"""What the outline of a piece looks like: how convex it is, and how the grey value steps across it.

Grey values are such that particles are dark.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.shape_kernel import calipers, hull_of
from selenolab.stats.compiled import compiled

Mask = NDArray[np.int32]
Values = NDArray[np.float64]
Grey = NDArray[np.float32]
Pixels = NDArray[np.int32]


@compiled
def solidity(mask: Mask, piece: int, box: Pixels) -> tuple[float, float, float, Values]:
    """Area, share of the convex hull that the piece fills, smallest caliper, the hull (x, y in the mask).

    `box` is the piece's first and last row and column.
    """
    rows, columns = box[1] - box[0] + 1, box[3] - box[2] + 1
    points = np.empty((2 * rows + 2 * columns, 2))
    low, high = np.full(columns, 1 << 30), np.full(columns, -1)
    area = 0.0
    lines = np.empty((rows, 2))
    for i in range(rows):
        first, last = 1 << 30, -1
        for j in range(columns):
            if mask[box[0] + i, box[2] + j] == piece:
                first, last = min(first, j), j
                low[j], high[j] = min(low[j], i), i
                area += 1.0
        lines[i, 0], lines[i, 1] = first, last
    # points ordered by x, then y: first the row ends, sorted below together with the column ends
    n = 0
    for i in range(rows):
        if lines[i, 1] >= 0:
            points[n, 0], points[n, 1] = lines[i, 0] - 0.5, i
            points[n + 1, 0], points[n + 1, 1] = lines[i, 1] + 0.5, i
            n += 2
    for j in range(columns):
        if high[j] >= 0:
            points[n, 0], points[n, 1] = j, low[j] - 0.5
            points[n + 1, 0], points[n + 1, 1] = j, high[j] + 0.5
            n += 2
    points = points[:n]
    points = points[np.argsort(points[:, 0] * (4.0 * rows + 8.0) + points[:, 1])]
    hull = np.empty((n + 1, 2))
    size = hull_of(points, hull)
    hull_area, _, width = calipers(hull, size)
    corners = hull[:size].copy()
    corners[:, 0] += box[2]
    corners[:, 1] += box[0]
    return area, area / hull_area, width, corners


@compiled
def near_side(hull: Values, x: float, y: float, near: float) -> bool:
    """Whether a point inside a counter-clockwise convex polygon is at most `near` from one of its sides."""
    for i in range(hull.shape[0]):
        j = i + 1 if i + 1 < hull.shape[0] else 0
        ex, ey = hull[j, 0] - hull[i, 0], hull[j, 1] - hull[i, 1]
        if ex * (y - hull[i, 1]) - ey * (x - hull[i, 0]) <= near * np.sqrt(ex * ex + ey * ey):
            return True
    return False


@compiled
def contour_steps(
    mask: Mask,
    piece: int,
    box: Pixels,
    top: int,
    left: int,
    hull: Values,
    grey: Grey,
    visited: Pixels,
    area: float,
    caliper: float,
    floor: float,
) -> tuple[float, float, float, float, float, float]:
    """Sides towards the ground, the image's edge, other pieces; of the first the mean step, and shares.

    The shares are of sides with a step above `floor`, and of sides near the convex hull. A side's step is the
    mean grey value on the way outwards, as far as there is ground, minus that on the way inwards; the way is
    about a twentieth of the smallest caliper, which a chain shares with its links. Pixels with `visited` -1,
    the outermost rows and columns among them, are outside.
    """
    width = grey.shape[1]
    ground, edge, cut, total, supported, outer = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    near = max(1.5, 0.05 * np.sqrt(area))
    reach = min(max(2, int(0.06 * caliper)), 12)
    for i in range(box[0], box[1] + 1):
        for j in range(box[2], box[3] + 1):
            if mask[i, j] != piece:
                continue
            for k in range(4):
                dy, dx = (k == 0) - (k == 1), (k == 2) - (k == 3)
                if mask[i + dy, j + dx] == piece:
                    continue
                if visited[(i + top + dy) * width + j + left + dx] == -1:
                    edge += 1.0
                    continue
                if mask[i + dy, j + dx] != 0:
                    cut += 1.0
                    continue
                outside = _mean_along(mask, 0, i + dy, j + dx, dy, dx, reach, top, left, grey, visited)
                inside = _mean_along(mask, piece, i, j, -dy, -dx, reach, top, left, grey, visited)
                ground += 1.0
                total += outside - inside
                supported += outside - inside > floor
                outer += near_side(hull, j + 0.5 * dx, i + 0.5 * dy, near)
    sides = max(ground, 1.0)
    return ground, edge, cut, total / sides, supported / sides, outer / sides


@compiled
def _mean_along(
    mask: Mask,
    name: int,
    i: int,
    j: int,
    dy: int,
    dx: int,
    reach: int,
    top: int,
    left: int,
    grey: Grey,
    visited: Pixels,
) -> float:
    """Mean grey value from (i, j) on, at most `reach` pixels, while the mask has this name."""
    width = grey.shape[1]
    total, n = 0.0, 0
    for r in range(reach):
        v, u = i + r * dy, j + r * dx
        here = mask[v, u] if 0 <= v < mask.shape[0] and 0 <= u < mask.shape[1] else 0
        if here != name or visited[(v + top) * width + u + left] == -1:
            break
        total += grey[v + top, u + left]
        n += 1
    return total / max(n, 1)
