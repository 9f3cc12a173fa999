"""Walks over the component tree: branches, nearest kept ancestors, and the best set of disjoint regions.

Nodes are numbered with parents after children; `up` holds a node's parent, or -1.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Index = NDArray[np.int32]
Values = NDArray[np.float64]


@compiled
def branches(up: Index, area: Index, jump: float) -> Index:
    """The branch of each node: its largest child's unless it is more than `jump` times as large."""
    largest = np.full(up.size, -1, np.int32)
    branch = np.empty(up.size, np.int32)
    count = 0
    for i in range(up.size):
        child = largest[i]
        if child >= 0 and area[i] <= jump * area[child]:
            branch[i] = branch[child]
        else:
            branch[i] = count
            count += 1
        parent = up[i]
        if parent >= 0 and (largest[parent] < 0 or area[i] > area[largest[parent]]):
            largest[parent] = i
    return branch


@compiled
def best_of_branches(
    branch: Index, area: Index, merit: Values, apart: float, most: int, share: float
) -> Index:
    """The nodes of best merit on each branch, at most `most`, their areas at least a factor `apart` apart.

    Nodes whose merit is not above 0, or below `share` of their branch's best, are not taken. The answer
    is in rising order.
    """
    order = np.argsort(-merit, kind="mergesort")
    taken = np.zeros(merit.size, np.bool_)
    held = np.zeros((branch.max() + 1, most), np.int32) if branch.size else np.zeros((0, most), np.int32)
    counts = np.zeros(held.shape[0], np.int32)
    best = np.zeros(held.shape[0])
    for k in range(order.size):
        i = order[k]
        if merit[i] <= 0:
            break
        b = branch[i]
        if counts[b] == 0:
            best[b] = merit[i]
        if counts[b] == most or merit[i] < share * best[b]:
            continue
        free = True
        for j in range(counts[b]):
            free = free and (area[i] > apart * held[b, j] or held[b, j] > apart * area[i])
        if free:
            held[b, counts[b]] = area[i]
            counts[b] += 1
            taken[i] = True
    return np.flatnonzero(taken).astype(np.int32)


@compiled
def nearest_kept(up: Index, kept: Index) -> Index:
    """For each kept node the place in `kept` of its nearest kept ancestor, or -1."""
    place = np.full(up.size, -1, np.int32)
    for k in range(kept.size):
        place[kept[k]] = k
    ancestor = np.full(up.size, -1, np.int32)
    for i in range(up.size - 1, -1, -1):
        parent = up[i]
        if parent >= 0:
            ancestor[i] = place[parent] if place[parent] >= 0 else ancestor[parent]
    return ancestor[kept]


@compiled
def best_set(up: Index, node: Index, way: Index, worth: Values, price: float) -> Index:
    """How each node is taken (0 whole, 1 cut, -1 not at all) so that the sum of worth is largest.

    Rows of (node, way, worth) are ordered by node, then way; the pieces of a cut add up, times `price`.
    """
    count = up.size
    best, below, chosen = np.zeros(count), np.zeros(count), np.full(count, -1, np.int32)
    row = 0
    for i in range(count):
        best[i] = below[i]
        while row < node.size and node[row] == i:
            this, total = way[row], 0.0
            while row < node.size and node[row] == i and way[row] == this:
                total += worth[row]
                row += 1
            if this > 0:
                total *= price
            if total > best[i]:
                best[i], chosen[i] = total, this
        if up[i] >= 0:
            below[up[i]] += best[i]
    covered = np.zeros(count, np.bool_)
    for i in range(count - 1, -1, -1):
        if up[i] >= 0 and (covered[up[i]] or chosen[up[i]] >= 0):
            covered[i] = True
            chosen[i] = -1
    return chosen
