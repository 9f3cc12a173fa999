"""Cut a mask at its necks: distances to the background, and pieces grown from their largest distances."""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Mask = NDArray[np.int32]
Values = NDArray[np.float64]
Pixels = NDArray[np.int32]

FAR = 1e12  # squared distance where there is no background


@compiled
def _parabolas(f: Values, n: int, d: Values, v: Pixels, z: Values) -> None:
    """Lower envelope of parabolas (Felzenszwalb and Huttenlocher 2012, doi:10.4086/toc.2012.v008a019)."""
    k = 0
    v[0], z[0], z[1] = 0, -np.inf, np.inf
    for q in range(1, n):
        s = ((f[q] + q * q) - (f[v[k]] + v[k] * v[k])) / (2.0 * q - 2.0 * v[k])
        while s <= z[k]:
            k -= 1
            s = ((f[q] + q * q) - (f[v[k]] + v[k] * v[k])) / (2.0 * q - 2.0 * v[k])
        k += 1
        v[k], z[k], z[k + 1] = q, s, np.inf
    k = 0
    for q in range(n):
        while z[k + 1] < q:
            k += 1
        d[q] = (q - v[k]) ** 2 + f[v[k]]


@compiled
def distances(mask: Mask, top: int, left: int, height: int, width: int) -> Values:
    """Distance [px] of each pixel of the mask to the background; beyond the image there is no background."""
    rows, columns = mask.shape
    out = np.empty((rows, columns))
    n = max(rows, columns)
    f, d, v, z = np.empty(n), np.empty(n), np.empty(n, np.int32), np.empty(n + 1)
    for x in range(columns):
        for y in range(rows):
            inside_image = 1 <= y + top < height - 1 and 1 <= x + left < width - 1
            f[y] = FAR if mask[y, x] != 0 or not inside_image else 0.0
        _parabolas(f, rows, d, v, z)
        out[:, x] = d[:rows]
    for y in range(rows):
        f[:columns] = out[y]
        _parabolas(f, columns, d, v, z)
        for x in range(columns):
            out[y, x] = np.sqrt(min(d[x], FAR)) if mask[y, x] != 0 else 0.0
    return out


@compiled
def falling_order(mask: Mask, distance: Values) -> Pixels:
    """Flat indices of the mask's pixels by falling distance, to a sixteenth of a pixel (counting sort)."""
    flat, far = mask.ravel(), distance.ravel()
    top = 0.0
    for i in range(flat.size):
        if flat[i] != 0 and far[i] > top:
            top = far[i]
    scale = min(16.0, (1 << 16) / max(top, 1.0))
    starts = np.zeros(int(top * scale) + 2, np.int32)
    last = starts.size - 2
    for i in range(flat.size):
        if flat[i] != 0:
            starts[last - int(far[i] * scale) + 1] += 1
    for k in range(1, starts.size):
        starts[k] += starts[k - 1]
    order = np.empty(starts[starts.size - 1], np.int32)
    for i in range(flat.size):
        if flat[i] != 0:
            k = last - int(far[i] * scale)
            order[starts[k]] = i
            starts[k] += 1
    return order


@compiled
def _find(into: Pixels, k: int) -> int:
    """The piece that k has been joined into."""
    while into[k] != k:
        into[k] = into[into[k]]
        k = into[k]
    return k


@compiled
def cut_at_necks(mask: Mask, distance: Values, order: Pixels, neck: float, least: float) -> int:
    """Number the pieces of a mask from 1; the number of pieces.

    Pixels join in falling order of distance, each the piece uphill of it. Two pieces that meet are one unless
    the distance where they meet is below `neck` times, and at least half a pixel below, the smaller of their
    largest distances; a piece whose largest distance is below `least` is always joined.
    """
    rows, columns = mask.shape
    flat, far = mask.ravel(), distance.ravel()
    piece = np.zeros(flat.size, np.int32)
    into, peak = np.zeros(64, np.int32), np.zeros(64)
    count = 0
    for i in range(order.size):
        p = order[i]
        y, x = p // columns, p % columns
        mine, uphill, steepest = 0, 0, -1.0
        for k in range(8):
            dy = (k == 0 or k == 4 or k == 5) - (k == 1 or k == 6 or k == 7)
            dx = (k == 2 or k == 4 or k == 6) - (k == 3 or k == 5 or k == 7)
            v, u = y + dy, x + dx
            if v < 0 or u < 0 or v >= rows or u >= columns or piece[v * columns + u] == 0:
                continue
            slope = (far[v * columns + u] - far[p]) * (1.0 if k < 4 else 0.70710678)
            if slope > steepest:
                steepest, uphill = slope, piece[v * columns + u]
            other = _find(into, piece[v * columns + u])
            if mine == 0 or other == mine:
                mine = other
                continue
            low = min(peak[mine], peak[other])
            big, small = (mine, other) if peak[mine] >= peak[other] else (other, mine)
            if far[p] > min(neck * low, low - 0.5) or low < least:
                into[small] = big
            mine = big
        if mine == 0:
            count += 1
            if count >= into.size:
                into = np.concatenate((into, np.zeros(into.size, np.int32)))
                peak = np.concatenate((peak, np.zeros(peak.size)))
            into[count], peak[count], uphill = count, far[p], count
        piece[p] = uphill
    names = np.zeros(count + 1, np.int32)
    pieces = 0
    for i in range(1, count + 1):
        if into[i] == i:
            pieces += 1
            names[i] = pieces
    for i in range(order.size):
        flat[order[i]] = names[_find(into, piece[order[i]])]
    return pieces
