"""Loops over whole images for what is drawn in one level: runs along the rows, and what hangs together."""

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.scale_bar_kernel import grown
from selenolab.stats.compiled import compiled

Grey = NDArray[np.float32]
Table = NDArray[np.int32]

_BLOCK = 64  # px looked at in one go


@compiled
def level_counts(grey: Grey) -> NDArray[np.int64]:
    """Pixels of every other row and column at each of 256 levels, fractions cut off."""
    counts = np.zeros(256, np.int64)
    for y in range(0, grey.shape[0], 2):
        for x in range(0, grey.shape[1], 2):
            counts[min(max(int(grey[y, x]), 0), 255)] += 1
    return counts


@compiled
def level_runs(
    grey: Grey, done: NDArray[np.bool_], level: np.float32, reach: np.float32, exact: np.float32, most: int
) -> tuple[Table, int]:
    """(n, 4) row, left, right (exclusive), pixels within ``exact``: the runs within ``reach`` of a level.

    Pixels that are done (none where ``done`` is empty) end a run. The number is of all pixels within reach,
    done or not; past ``most`` the search stops.
    """
    height, width = grey.shape
    table, n, total = np.empty((256, 4), np.int32), 0, 0
    for y in range(height):
        line, start, sure = grey[y], -1, 0
        for first in range(0, width, _BLOCK):
            last = min(first + _BLOCK, width)
            near = 0
            for x in range(first, last):
                near += int(abs(line[x] - level) <= reach)
            total += near
            if near == 0 and start < 0:
                continue
            for x in range(first, last + (last == width)):
                away = abs(line[x] - level) if x < width else np.float32(np.inf)
                if away <= reach and (done.size == 0 or not done[y, x]):
                    start = x if start < 0 else start
                    sure += int(away <= exact)
                elif start >= 0:
                    if n == table.shape[0]:
                        table = grown(table, n, 2 * n)
                    table[n, 0], table[n, 1], table[n, 2], table[n, 3] = y, start, x, sure
                    n, start, sure = n + 1, -1, 0
        if total > most:
            break
    return table[:n], total


@compiled
def parts_of_runs(runs: Table, slack: int) -> tuple[Table, Table]:
    """Which part each run is of, and (m, 6) top, left, foot, right, pixels, exact pixels of each part.

    Runs of neighbouring rows hang together where they share a column, or with ``slack`` 1 a corner. Parts are
    in the order of their first pixels.
    """
    n = runs.shape[0]
    parent = np.empty(n, np.int32)
    for i in range(n):
        parent[i] = i
    above, row_start = 0, 0
    for i in range(n):
        if runs[i, 0] != runs[row_start, 0]:
            above, row_start = row_start, i
        while above < row_start and (runs[above, 0] < runs[i, 0] - 1 or runs[above, 2] + slack <= runs[i, 1]):
            above += 1
        j = above
        while j < row_start and runs[j, 1] < runs[i, 2] + slack:
            one, other = _root(parent, i), _root(parent, j)
            parent[max(one, other)] = min(one, other)
            j += 1
    which, parts, m = np.empty(n, np.int32), np.empty((n, 6), np.int32), 0
    for i in range(n):
        root = _root(parent, i)
        if root == i:
            which[i] = m
            parts[m, 0], parts[m, 1], parts[m, 3] = runs[i, 0], runs[i, 1], runs[i, 2]
            parts[m, 4] = parts[m, 5] = 0
            m += 1
        k = which[i] = which[root]
        parts[k, 1], parts[k, 2] = min(parts[k, 1], runs[i, 1]), runs[i, 0] + 1
        parts[k, 3] = max(parts[k, 3], runs[i, 2])
        parts[k, 4] += runs[i, 2] - runs[i, 1]
        parts[k, 5] += runs[i, 3]
    return which, parts[:m]


@compiled
def painted(runs: Table, which: Table, names: Table, top: int, left: int, height: int, width: int) -> Table:
    """A window of the image with the names of the parts; parts with the name 0 are left out."""
    labels = np.zeros((height, width), np.int32)
    for i in range(runs.shape[0]):
        name = names[which[i]]
        if name != 0:
            for x in range(runs[i, 1], runs[i, 2]):
                labels[runs[i, 0] - top, x - left] = name
    return labels


@compiled
def _root(parent: Table, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
