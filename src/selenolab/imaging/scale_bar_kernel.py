"""Loops over whole images in search of a bar: steps between rows, their runs, and strips not worth a look."""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Grey = NDArray[np.float32]
Table = NDArray[np.int32]

_BINS = 64  # to a grey level


@compiled
def grown(table: Table, filled: int, rows: int) -> Table:
    """A longer table with the filled rows of this one."""
    out = np.empty((rows, table.shape[1]), np.int32)
    for i in range(filled):
        for k in range(table.shape[1]):
            out[i, k] = table[i, k]
    return out


@compiled
def row_means(grey: Grey) -> Grey:
    """Means of seven pixels along each row; the edge is repeated."""
    height, width = grey.shape
    out = np.empty((height, width), np.float32)
    line = np.empty(width + 6, np.float32)
    seven = np.float32(7.0)
    for y in range(height):
        for x in range(width + 6):
            line[x] = grey[y, min(max(x - 3, 0), width - 1)]
        for x in range(width):
            total = line[x] + line[x + 1] + line[x + 2] + line[x + 3] + line[x + 4] + line[x + 5]
            out[y, x] = (total + line[x + 6]) / seven
    return out


@compiled
def sampled_steps(smooth: Grey) -> Grey:
    """Size of the step from two rows above, at every third row and column."""
    height, width = smooth.shape
    rows, columns = (height + 4) // 3, (width + 2) // 3
    out = np.empty((rows, columns), np.float32)
    for i in range(rows):
        below, above = min(3 * i, height - 1), max(3 * i - 2, 0)
        for j in range(columns):
            out[i, j] = abs(smooth[below, 3 * j] - smooth[above, 3 * j])
    return out


@compiled
def around_median(values: Grey) -> tuple[Grey, int]:
    """Of values from 0 to 255 those of the bins the median falls in, and how many are smaller than these."""
    flat = values.ravel()
    counts = np.zeros(256 * _BINS, np.int64)
    for value in flat:
        counts[int(value * _BINS)] += 1
    low, high = (flat.size - 1) // 2, flat.size // 2
    first, before = 0, 0
    while before + counts[first] <= low:
        before += counts[first]
        first += 1
    last, upto = first, before + counts[first]
    while upto <= high:
        last += 1
        upto += counts[last]
    near, n = np.empty(upto - before, np.float32), 0
    for value in flat:
        if first <= int(value * _BINS) <= last:
            near[n] = value
            n += 1
    return near, before


@compiled
def edge_runs(
    smooth: Grey, threshold: np.float32, sign: int, shortest: int, bridge: int, least: int
) -> Table:
    """(n, 3) row, left, right of runs of steps over a threshold, at least ``least`` long.

    Runs of at least ``shortest`` count; those at most ``bridge`` apart are told as one, and each for itself.
    """
    height, width = smooth.shape
    spans = np.empty((width // shortest + 2, 2), np.int32)
    table, n = np.empty((1024, 3), np.int32), 0
    for y in range(height + 2):
        below, above = smooth[min(y, height - 1)], smooth[max(y - 2, 0)]
        count = _row_runs(below, above, threshold, sign, shortest, spans)
        if n + 2 * count > table.shape[0]:
            table = grown(table, n, 2 * n + 2 * count)
        first = 0
        for k in range(count):
            if spans[k, 1] - spans[k, 0] >= least:
                table[n, 0], table[n, 1], table[n, 2] = y, spans[k, 0], spans[k, 1]
                n += 1
            if k + 1 == count or spans[k + 1, 0] - spans[k, 1] > bridge:
                if k > first and spans[k, 1] - spans[first, 0] >= least:
                    table[n, 0], table[n, 1], table[n, 2] = y, spans[first, 0], spans[k, 1]
                    n += 1
                first = k + 1
    return table[:n]


@compiled
def _row_runs(below: Grey, above: Grey, threshold: np.float32, sign: int, shortest: int, spans: Table) -> int:
    """Runs of one row; of the pixels only every ``shortest``-th is looked at until one is in a run."""
    width = below.size
    side = np.float32(sign)
    x, free, count = shortest - 1, 0, 0
    while x < width:
        if side * (below[x] - above[x]) <= threshold:
            x += shortest
            continue
        start = end = x
        while start > free and side * (below[start - 1] - above[start - 1]) > threshold:
            start -= 1
        while end < width and side * (below[end] - above[end]) > threshold:
            end += 1
        if end - start >= shortest:
            spans[count, 0], spans[count, 1] = start, end
            count += 1
        free, x = end, end + shortest
    return count


@compiled
def paired_runs(entering: Table, leaving: Table, thickest: int, overlap: float) -> Table:
    """(n, 4) left, right, top, foot: an edge into a strip with each edge out of it over the same columns.

    Both tables are sorted by row; the foot is at most ``thickest`` + 1 rows under the top.
    """
    table, n, first = np.empty((256, 4), np.int32), 0, 0
    for i in range(entering.shape[0]):
        top, left, right = entering[i, 0], entering[i, 1], entering[i, 2]
        while first < leaving.shape[0] and leaving[first, 0] <= top:
            first += 1
        j = first
        while j < leaving.shape[0] and leaving[j, 0] < top + thickest + 2:
            both = min(leaving[j, 2], right) - max(leaving[j, 1], left)
            either = max(leaving[j, 2], right) - min(leaving[j, 1], left)
            if both > overlap * either:
                if n == table.shape[0]:
                    table = grown(table, n, 2 * n)
                table[n, 0], table[n, 1] = max(left, leaving[j, 1]), min(right, leaving[j, 2])
                table[n, 2], table[n, 3] = top, leaving[j, 0]
                n += 1
            j += 1
    return table[:n]
