"""Finds what may be a scale bar: a level strip between two long straight horizontal edges.

Nature rarely draws two such edges of equal reach and opposite sign; what it does draw (crystal faces, rods)
is sorted out by the ends of the strip, by how even it is, and by the number that must stand beside it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_SHORTEST = 14  # px
_BRIDGE = 10  # gap in an edge that is closed, px: where writing or a fringe touches the bar
_MOST_RUNS = 4000
_LEAST_STEP = 9.0  # grey levels


@dataclass(frozen=True, slots=True)
class EdgePair:
    """Two edges over the same columns.

    Attributes
    ----------
    left, right : columns, right exclusive, good to a few px.
    top, foot : first row inside and first row under it, good to 1 px.
    sign : 1 when brighter than what is above and below it, else -1.
    """

    left: int
    right: int
    top: int
    foot: int
    sign: int


def edge_pairs(grey: NDArray[np.float32]) -> list[EdgePair]:
    """Strips that may be bars.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.

    Returns
    -------
    Pairs sorted by place; several may belong to one bar.
    """
    height, width = grey.shape
    if height < 8 or width < 2 * _SHORTEST:
        return []
    smooth = ndimage.uniform_filter1d(grey, 7, axis=1, mode="nearest")
    padded = np.pad(smooth, ((2, 2), (0, 0)), mode="edge")
    step = padded[2:] - padded[:-2]  # row y of step: smooth[y] - smooth[y - 2]
    threshold = max(_LEAST_STEP, 2.5 * 1.4826 * float(np.median(np.abs(step[::3, ::3]))))
    rising, falling = _runs(step > threshold, width), _runs(step < -threshold, width)
    thickest = max(14, round(0.08 * height))
    found = _paired(rising, falling, thickest, 1) + _paired(falling, rising, thickest, -1)
    return sorted(found, key=lambda p: (p.top, p.left, p.foot, p.right, p.sign))


def _runs(mask: NDArray[np.bool_], width: int) -> NDArray[np.intp]:
    """(n, 3) row, left, right of the long runs of True, thin gaps closed."""
    flat = np.zeros((mask.shape[0], width + 2), dtype=np.int8)
    flat[:, 1:-1] = mask
    edges = np.flatnonzero(np.diff(flat.ravel()))
    rows, columns = np.divmod(edges, width + 2)
    runs = np.column_stack([rows[::2], columns[::2], columns[1::2]])
    runs = runs[runs[:, 2] - runs[:, 1] >= 5]
    runs = _bridged(runs)
    long = runs[runs[:, 2] - runs[:, 1] >= max(_SHORTEST, width // 80)]
    if len(long) > _MOST_RUNS:
        order = np.argsort(long[:, 1] - long[:, 2], kind="stable")[:_MOST_RUNS]
        long = long[np.sort(order)]
    return _thinned(long)


def _thinned(runs: NDArray[np.intp]) -> NDArray[np.intp]:
    """One run of those that stand in neighbouring rows over the same columns: the middle one."""
    stacks: list[list[list[int]]] = []
    open_: list[list[list[int]]] = []
    for run in runs.tolist():
        open_ = [s for s in open_ if s[-1][0] >= run[0] - 1]
        for stack in open_:
            last = stack[-1]
            if last[0] < run[0] and abs(last[1] - run[1]) <= 4 and abs(last[2] - run[2]) <= 4:
                stack.append(run)
                break
        else:
            open_.append([run])
            stacks.append(open_[-1])
    middles = [s[len(s) // 2] for s in stacks]
    return np.array(sorted(middles), dtype=np.intp).reshape(-1, 3)


def _bridged(runs: NDArray[np.intp]) -> NDArray[np.intp]:
    """Runs of one row with a thin gap between them made one, and kept apart as well."""
    if len(runs) < 2:
        return runs
    same = (runs[1:, 0] == runs[:-1, 0]) & (runs[1:, 1] - runs[:-1, 2] <= _BRIDGE)
    starts = np.flatnonzero(np.concatenate([[True], ~same]))
    ends = np.concatenate([starts[1:], [len(runs)]]) - 1
    joined = np.column_stack([runs[starts, 0], runs[starts, 1], runs[ends, 2]])
    return np.unique(np.concatenate([joined, runs]), axis=0)


def _paired(
    entering: NDArray[np.intp], leaving: NDArray[np.intp], thickest: int, sign: int
) -> list[EdgePair]:
    """An edge into a strip with each edge out of it below that reaches over about the same columns."""
    found = []
    first = np.searchsorted(leaving[:, 0], entering[:, 0] + 1)
    last = np.searchsorted(leaving[:, 0], entering[:, 0] + thickest + 2)
    for (row, left, right), a, b in zip(entering.tolist(), first.tolist(), last.tolist(), strict=True):
        near = leaving[a:b]
        both = np.minimum(near[:, 2], right) - np.maximum(near[:, 1], left)
        either = np.maximum(near[:, 2], right) - np.minimum(near[:, 1], left)
        found += [
            EdgePair(max(left, other[1]), min(right, other[2]), row, other[0], sign)
            for other in near[both > 0.75 * either].tolist()
        ]
    return found
