"""Finds what may be a scale bar: a level strip between two long straight horizontal edges.

Nature rarely draws two such edges of equal reach and opposite sign; what it does draw (crystal faces, rods)
is sorted out by the ends of the strip, by how even it is, and by the number that must stand beside it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.scale_bar_kernel import around_median, edge_runs, paired_runs, row_means, sampled_steps

_SHORTEST = 14  # px
_SHORT = 5  # px: a shorter piece of an edge does not count
_SHARED = 0.75  # of the columns two edges span
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
    smooth = row_means(grey)
    median = _median(sampled_steps(smooth))
    threshold = np.float32(max(_LEAST_STEP, 2.5 * 1.4826 * median))
    rising, falling = _runs(smooth, threshold, 1), _runs(smooth, threshold, -1)
    thickest = max(14, round(0.08 * height))
    found = _paired(rising, falling, thickest, 1) + _paired(falling, rising, thickest, -1)
    return sorted(found, key=lambda p: (p.top, p.left, p.foot, p.right, p.sign))


def _median(values: NDArray[np.float32]) -> float:
    """Median of many values from 0 to 255."""
    near, before = around_median(values)
    near.sort()
    low, high = (values.size - 1) // 2 - before, values.size // 2 - before
    return float((near[low] + near[high]) / np.float32(2))


def _runs(smooth: NDArray[np.float32], threshold: np.float32, sign: int) -> NDArray[np.int32]:
    """(n, 3) row, left, right of the long runs of steps up or down, thin gaps closed."""
    least = max(_SHORTEST, smooth.shape[1] // 80)
    long = np.unique(edge_runs(smooth, threshold, sign, _SHORT, _BRIDGE, least), axis=0)
    if len(long) > _MOST_RUNS:
        order = np.argsort(long[:, 1] - long[:, 2], kind="stable")[:_MOST_RUNS]
        long = long[np.sort(order)]
    return _thinned(long)


def _thinned(runs: NDArray[np.int32]) -> NDArray[np.int32]:
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
    return np.array(sorted(middles), dtype=np.int32).reshape(-1, 3)


def _paired(
    entering: NDArray[np.int32], leaving: NDArray[np.int32], thickest: int, sign: int
) -> list[EdgePair]:
    """An edge into a strip with each edge out of it below that reaches over about the same columns."""
    found = paired_runs(entering, leaving, thickest, _SHARED).tolist()
    return [EdgePair(left, right, top, foot, sign) for left, right, top, foot in found]
