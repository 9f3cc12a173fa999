"""Loops over a label image: sums of coordinates, crossings, extents, near pairs, outlines.

A label image is int32 (H, W), 0 is background. `slot` maps a label to its row (slot[0] is not used).
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Labels = NDArray[np.int32]
Index = NDArray[np.int64]
Values = NDArray[np.float64]


@compiled
def region_sums(labels: Labels, slot: Index, sums: Values, box: Index) -> None:
    """Fill sums (n, 6): 1, x, y, xx, yy, xy; and box (n, 4): lowest y, highest y, lowest x, highest x."""
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            if labels[y, x] == 0:
                continue
            k = slot[labels[y, x]]
            sums[k, 0] += 1.0
            sums[k, 1] += x
            sums[k, 2] += y
            sums[k, 3] += float(x) * x
            sums[k, 4] += float(y) * y
            sums[k, 5] += float(x) * y
            box[k, 0] = min(box[k, 0], y)
            box[k, 1] = max(box[k, 1], y)
            box[k, 2] = min(box[k, 2], x)
            box[k, 3] = max(box[k, 3], x)


@compiled
def crossings(labels: Labels, slot: Index, counts: Index) -> None:
    """Fill counts (n, 2): steps out of the region along the axes, and along the diagonals."""
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            label = labels[y, x]
            if label == 0:
                continue
            k = slot[label]
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    if dy == 0 and dx == 0:
                        continue
                    v, u = y + dy, x + dx
                    if v < 0 or u < 0 or v >= height or u >= width or labels[v, u] != label:
                        counts[k, 1 if dy != 0 and dx != 0 else 0] += 1


@compiled
def extents(
    labels: Labels, slot: Index, box: Index, rows: Index, starts: Index, low: Index, high: Index
) -> None:
    """Fill the first and last pixel of each region in each row, at starts[k] + y - top; then columns.

    `rows[k]` is the number of rows of region k; its columns follow its rows.
    """
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            if labels[y, x] == 0:
                continue
            k = slot[labels[y, x]]
            i = starts[k] + y - box[k, 0]
            low[i], high[i] = min(low[i], x), max(high[i], x)
            i = starts[k] + rows[k] + x - box[k, 2]
            low[i], high[i] = min(low[i], y), max(high[i], y)


@compiled
def _chain(hull: Values, size: int, floor: int, x: float, y: float) -> int:
    """Add a point to one side of a hull; the hull's new size (Andrew's monotone chain)."""
    while size >= floor + 2:
        ax, ay = hull[size - 2, 0], hull[size - 2, 1]
        bx, by = hull[size - 1, 0], hull[size - 1, 1]
        if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
            break
        size -= 1
    hull[size, 0], hull[size, 1] = x, y
    return size + 1


@compiled
def hull_of(points: Values, hull: Values) -> int:
    """Write the convex hull of points sorted by x, then y, counter-clockwise into `hull`; its size."""
    size = 0
    for i in range(points.shape[0]):
        size = _chain(hull, size, 0, points[i, 0], points[i, 1])
    floor = size - 1
    for i in range(points.shape[0] - 2, -1, -1):
        size = _chain(hull, size, floor, points[i, 0], points[i, 1])
    return max(size - 1, 1)


@compiled
def calipers(hull: Values, size: int) -> tuple[float, float, float]:
    """Area, longest and shortest caliper of a convex polygon."""
    area, longest, shortest = 0.0, 0.0, np.inf
    for i in range(size):
        j = (i + 1) % size
        ex, ey = hull[j, 0] - hull[i, 0], hull[j, 1] - hull[i, 1]
        area += 0.5 * (hull[i, 0] * hull[j, 1] - hull[j, 0] * hull[i, 1])
        length = np.hypot(ex, ey)
        depth = 0.0
        for k in range(size):
            px, py = hull[k, 0] - hull[i, 0], hull[k, 1] - hull[i, 1]
            longest = max(longest, np.hypot(px, py))
            if length > 0:
                depth = max(depth, abs(ex * py - ey * px) / length)
        if length > 0:
            shortest = min(shortest, depth)
    return area, longest, shortest


@compiled
def hull_measures(box: Index, rows: Index, starts: Index, low: Index, high: Index, found: Values) -> None:
    """Fill found (n, 3): hull area, longest and shortest caliper, over the mid-points of pixel sides."""
    for k in range(box.shape[0]):
        columns = box[k, 3] - box[k, 2] + 1
        points = np.empty((2 * (rows[k] + columns), 2))
        n = 0
        for i in range(rows[k] + columns):
            at = starts[k] + i
            if high[at] < 0:
                continue  # a region in pieces may leave a row or a column out
            along = i < rows[k]
            fixed = box[k, 0] + i if along else box[k, 2] + i - rows[k]
            points[n, 1 if along else 0], points[n, 0 if along else 1] = fixed, low[at] - 0.5
            points[n + 1, 1 if along else 0], points[n + 1, 0 if along else 1] = fixed, high[at] + 0.5
            n += 2
        points = points[:n]
        spread = points[:, 1].max() - points[:, 1].min() + 1.0
        ordered = points[np.argsort(points[:, 0] * (2.0 * spread) + points[:, 1] - points[:, 1].min())]
        hull = np.empty((points.shape[0] + 1, 2))
        found[k, 0], found[k, 1], found[k, 2] = calipers(hull, hull_of(ordered, hull))


@compiled
def root(parent: Index, k: int) -> int:
    """The representative of k's group."""
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@compiled
def join_near(labels: Labels, slot: Index, reach: float, parent: Index) -> None:
    """Join regions that have two pixels at most `reach` apart (centre to centre)."""
    height, width = labels.shape
    far = int(reach)
    for y in range(height):
        for x in range(width):
            label = labels[y, x]
            if label == 0 or (x + 1 < width and y + 1 < height and x > 0 and _inside(labels, y, x)):
                continue
            for v in range(y, min(y + far + 1, height)):
                for u in range(max(x - far, 0), min(x + far + 1, width)):
                    other = labels[v, u]
                    if other == 0 or other == label or (v - y) ** 2 + (u - x) ** 2 > reach * reach:
                        continue
                    a, b = root(parent, slot[label]), root(parent, slot[other])
                    parent[max(a, b)] = min(a, b)


@compiled
def _inside(labels: Labels, y: int, x: int) -> bool:
    """Whether the neighbours left, right and below have the same label."""
    label = labels[y, x]
    return bool(labels[y, x - 1] == label and labels[y, x + 1] == label and labels[y + 1, x] == label)


@compiled
def trace(labels: Labels, y: int, x: int, path: Values) -> int:
    """Walk around the region from its first pixel in reading order; mid-points of pixel sides; their number.

    The region is kept on the right hand, so the outline of 4-connected pixels is closed. Directions are
    0 right, 1 down, 2 left, 3 up; a corner is the upper left corner of a pixel.
    """
    height, width = labels.shape
    label = labels[y, x]
    cy, cx, way, count = y, x, 0, 0
    while True:
        dy, dx = int(way == 1) - int(way == 3), int(way == 0) - int(way == 2)
        path[count, 0], path[count, 1] = cx - 0.5 + 0.5 * dx, cy - 0.5 + 0.5 * dy
        count += 1
        cy, cx = cy + dy, cx + dx
        # pixels ahead on the right and on the left of the way, seen from the new corner
        ry, rx = cy - int(way == 2 or way == 3), cx - int(way == 1 or way == 2)
        ly, lx = cy - int(way == 0 or way == 3), cx - int(way == 2 or way == 3)
        right = 0 <= ry < height and 0 <= rx < width and labels[ry, rx] == label
        left = 0 <= ly < height and 0 <= lx < width and labels[ly, lx] == label
        if not right:
            way = (way + 1) % 4
        elif left:
            way = (way + 3) % 4
        if cy == y and cx == x and way == 0:
            return count
        if count >= path.shape[0]:
            return count
