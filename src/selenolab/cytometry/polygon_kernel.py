"""Compiled loops over events: which lie in a polygon, and which in an ellipsoid."""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


@compiled
def inside_polygon(x: Values, y: Values, vertices: Values) -> Mask:
    """(n,) whether each point lies in the polygon by the even-odd rule, or on its edge.

    Every second crossing of a ray to the right counts; a point that is not a number lies nowhere.
    """
    n, corners = x.size, vertices.shape[0]
    left, right = vertices[:, 0].min(), vertices[:, 0].max()
    foot, top = vertices[:, 1].min(), vertices[:, 1].max()
    mask = np.zeros(n, np.bool_)
    for i in range(n):
        px, py = np.float64(x[i]), np.float64(y[i])
        if not (left <= px <= right and foot <= py <= top):
            continue
        odd, j = False, corners - 1
        for k in range(corners):
            ax, ay, bx, by = vertices[j, 0], vertices[j, 1], vertices[k, 0], vertices[k, 1]
            j = k
            if py < min(ay, by) or py > max(ay, by) or px > max(ax, bx):
                continue
            area = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
            if area == 0.0 and px >= min(ax, bx):
                odd = True
                break
            if (ay > py) != (by > py) and (area > 0.0) == (by > ay):
                odd = not odd
        mask[i] = odd
    return mask


@compiled
def inside_ellipsoid(points: Values, mean: Values, inverse: Values, distance_square: float) -> Mask:
    """(n,) whether the squared Mahalanobis distance of each of the points (d, n) is within the limit."""
    d, n = points.shape
    mask = np.zeros(n, np.bool_)
    for i in range(n):
        total = 0.0
        for r in range(d):
            row = 0.0
            for c in range(d):
                row += inverse[r, c] * (points[c, i] - mean[c])
            total += row * (points[r, i] - mean[r])
        mask[i] = total <= distance_square
    return mask
