"""Loops over whole images: to a coarser grid and back, and a quick blur."""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Grey = NDArray[np.float32]
Mask = NDArray[np.int32]


@compiled
def reduced(image: NDArray[np.float32], factor: int) -> Grey:
    """Means of factor x factor pixels; rows and columns that fill no cell are left out."""
    rows, columns = image.shape[0] // factor, image.shape[1] // factor
    out = np.zeros((rows, columns), np.float32)
    for y in range(rows * factor):
        for x in range(columns):
            total = np.float32(0.0)
            for i in range(factor):
                total += image[y, x * factor + i]
            out[y // factor, x] += total
    out /= np.float32(factor * factor)
    return out


@compiled
def enlarged(labels: Mask, factor: int, height: int, width: int) -> Mask:
    """Labels on the fine grid: at each pixel the label with most weight among the four cells around it."""
    rows, columns = labels.shape
    out = np.empty((height, width), np.int32)
    lefts, rights, shares = np.empty(width, np.int64), np.empty(width, np.int64), np.empty(width)
    for x in range(width):  # the same for every row
        cx = (x + 0.5) / factor - 0.5
        lefts[x] = min(max(int(np.floor(cx)), 0), columns - 1)
        rights[x] = min(lefts[x] + 1, columns - 1)
        shares[x] = min(max(cx - lefts[x], 0.0), 1.0)
    for y in range(height):
        cy = (y + 0.5) / factor - 0.5
        top = min(max(int(np.floor(cy)), 0), rows - 1)
        foot, fy = min(top + 1, rows - 1), min(max(cy - top, 0.0), 1.0)
        for x in range(width):
            left, right = lefts[x], rights[x]
            a, b, c, d = labels[top, left], labels[top, right], labels[foot, left], labels[foot, right]
            if a == b and a == c and a == d:
                out[y, x] = a
                continue
            fx = shares[x]
            wa, wb, wc, wd = (1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx
            sa = wa + wb * (b == a) + wc * (c == a) + wd * (d == a)
            sb = wb + wa * (a == b) + wc * (c == b) + wd * (d == b)
            sc = wc + wa * (a == c) + wb * (b == c) + wd * (d == c)
            sd = wd + wa * (a == d) + wb * (b == d) + wc * (c == d)
            best = max(max(sa, sb), max(sc, sd))
            out[y, x] = a if sa == best else (b if sb == best else (c if sc == best else d))
    return out


@compiled
def blurred(image: Grey, weights: Grey) -> Grey:
    """Convolution with symmetric weights along both axes (weights[0] in the middle); the edge is repeated."""
    height, width = image.shape
    reach = weights.size - 1
    middle = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            middle[y, x] = weights[0] * image[y, x]
        for k in range(1, reach + 1):
            up, down = max(y - k, 0), min(y + k, height - 1)
            for x in range(width):
                middle[y, x] += weights[k] * (image[up, x] + image[down, x])
    out = np.empty((height, width), np.float32)
    row = np.empty(width + 2 * reach, np.float32)
    for y in range(height):
        row[:reach], row[reach + width :] = middle[y, 0], middle[y, width - 1]
        row[reach : reach + width] = middle[y]
        for x in range(width):
            out[y, x] = weights[0] * row[x + reach]
        for k in range(1, reach + 1):
            for x in range(width):
                out[y, x] += weights[k] * (row[x + reach - k] + row[x + reach + k])
    return out
