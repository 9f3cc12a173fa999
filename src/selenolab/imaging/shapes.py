"""Sizes, shapes, neighbours and outlines of the regions of a label image, in pixels.

Pixel (row i, column j) is the unit square around y = i, x = j.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.imaging import shape_kernel

NEAR_PX = 2.0  # regions with at most this gap between them belong to one aggregate
COLUMNS = (
    "label",
    "centre_x",
    "centre_y",
    "area",
    "diameter",
    "feret_max",
    "feret_min",
    "circularity",
    "aspect_ratio",
    "solidity",
    "touches_edge",
    "aggregate",
    "aggregate_size",
    "intensity",
)

Labels = NDArray[np.int32]
Index = NDArray[np.int64]
Values = NDArray[np.float64]


def measure(
    labels: NDArray[np.integer], image: NDArray[np.generic] | None = None, near: float = NEAR_PX
) -> pd.DataFrame:
    """One row a label, ordered by label.

    Parameters
    ----------
    labels : (H, W) integers, 0 = background.
    image : (H, W) grey values for the mean `intensity` of each region; without it that is NaN.
    near : largest gap [px] between regions of one aggregate.

    Returns
    -------
    Table with label, centre_x, centre_y [px], area [px²], diameter [px] of the circle of equal area,
    feret_max, feret_min [px] (largest and smallest caliper), circularity 4 pi area / perimeter² (at most 1;
    perimeter by Crofton's formula in four directions), aspect_ratio (square root of the ratio of the second
    moments), solidity (area over that of the convex hull), touches_edge (a pixel in the outermost row or
    column of the image), aggregate (number of the group of regions that touch or nearly touch, from 1),
    aggregate_size (regions in that group), intensity (mean grey value).

    Raises
    ------
    DataError
        Where labels are not a matrix of integers >= 0, or image has another shape.
    """
    labels = _checked(labels)
    names, slot = _slots(labels)
    sums, box = _sums(labels, slot, names.size)
    area = sums[:, 0]
    hull = _hulls(labels, slot, box)
    group = _aggregates(labels, slot, names.size, near)
    edge = (box[:, 0] == 0) | (box[:, 2] == 0)
    edge |= (box[:, 1] == labels.shape[0] - 1) | (box[:, 3] == labels.shape[1] - 1)
    values = (
        names,
        sums[:, 1] / area,
        sums[:, 2] / area,
        area,
        np.sqrt(4 * area / np.pi),
        hull[:, 1],
        hull[:, 2],
        np.minimum(4 * np.pi * area / _perimeters(labels, slot, names.size) ** 2, 1.0),
        _aspect_ratios(sums),
        np.minimum(area / hull[:, 0], 1.0),
        edge,
        group,
        np.bincount(group)[group] if group.size else group,
        _intensities(labels, slot, image, area),
    )
    return pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))


def outlines(labels: NDArray[np.integer]) -> pd.DataFrame:
    """The closed outline of each region as rows label, x, y [px]: mid-points of pixel sides, in order.

    A region is followed from its first pixel in reading order; pieces not joined to that pixel by their
    sides, and holes, have no outline.
    """
    labels = _checked(labels)
    names, first = np.unique(labels, return_index=True)
    first, names = first[names > 0], names[names > 0]
    _, slot = _slots(labels)
    counts = _crossings(labels, slot, names.size)[:, 0]
    paths = []
    for at, room in zip(first, counts, strict=True):
        path = np.empty((int(room), 2))
        paths.append(
            path[: shape_kernel.trace(labels, int(at) // labels.shape[1], int(at) % labels.shape[1], path)]
        )
    points = np.concatenate(paths) if paths else np.empty((0, 2))
    label = np.repeat(names, [len(path) for path in paths]) if paths else names
    return pd.DataFrame({"label": label.astype(np.int64), "x": points[:, 0], "y": points[:, 1]})


def _checked(labels: NDArray[np.integer]) -> Labels:
    if labels.ndim != 2 or not np.issubdtype(labels.dtype, np.integer):
        found = f"{labels.dtype} of shape {labels.shape}"
        raise DataError(f"Labels: found {found}, expected a matrix (H, W) of integers, 0 for background.")
    if labels.size and labels.min() < 0:
        raise DataError(f"Labels: found {labels.min()}, expected numbers from 0 (background) up.")
    return np.ascontiguousarray(labels, np.int32)


def _slots(labels: Labels) -> tuple[Index, Index]:
    """The labels present, and the row of each in a table."""
    present = np.bincount(labels.ravel(), minlength=1) > 0
    present[0] = False
    slot = np.cumsum(present) - 1
    return np.flatnonzero(present), slot.astype(np.int64)


def _sums(labels: Labels, slot: Index, count: int) -> tuple[Values, Index]:
    sums = np.zeros((count, 6))
    box = np.tile(np.array([labels.shape[0], -1, labels.shape[1], -1], np.int64), (count, 1))
    shape_kernel.region_sums(labels, slot, sums, box)
    return sums, box


def _crossings(labels: Labels, slot: Index, count: int) -> Index:
    counts = np.zeros((count, 2), np.int64)
    shape_kernel.crossings(labels, slot, counts)
    return counts


def _perimeters(labels: Labels, slot: Index, count: int) -> Values:
    """Crofton's formula with lines in four directions, a pixel (or a diagonal's 1 / sqrt 2) apart."""
    counts = _crossings(labels, slot, count)
    total: Values = np.pi / 8 * (counts[:, 0] + counts[:, 1] / np.sqrt(2))
    return total


def _hulls(labels: Labels, slot: Index, box: Index) -> Values:
    rows, columns = box[:, 1] - box[:, 0] + 1, box[:, 3] - box[:, 2] + 1
    starts = np.concatenate([[0], np.cumsum(rows + columns)]).astype(np.int64)
    low = np.full(starts[-1], max(labels.shape), np.int64)
    high = np.full(starts[-1], -1, np.int64)
    shape_kernel.extents(labels, slot, box, rows, starts, low, high)
    found = np.empty((len(box), 3))
    shape_kernel.hull_measures(box, rows, starts, low, high, found)
    return found


def _aspect_ratios(sums: Values) -> Values:
    """Long over short axis of the ellipse of equal second moments; a pixel is a square, not a point."""
    area, x, y = sums[:, 0], sums[:, 1] / sums[:, 0], sums[:, 2] / sums[:, 0]
    xx = sums[:, 3] / area - x**2 + 1 / 12
    yy = sums[:, 4] / area - y**2 + 1 / 12
    xy = sums[:, 5] / area - x * y
    middle, spread = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    ratio: Values = np.sqrt((middle + spread) / np.maximum(middle - spread, 1 / 12))
    return ratio


def _aggregates(labels: Labels, slot: Index, count: int, near: float) -> Index:
    parent = np.arange(count)
    shape_kernel.join_near(labels, slot, near + 1.0, parent)
    heads = np.array([shape_kernel.root(parent, k) for k in range(count)], np.int64)
    group: Index = np.unique(heads, return_inverse=True)[1].astype(np.int64) + 1
    return group


def _intensities(labels: Labels, slot: Index, image: NDArray[np.generic] | None, area: Values) -> Values:
    if image is None:
        return np.full(area.size, np.nan)
    if image.shape != labels.shape:
        raise DataError(f"Labels have shape {labels.shape}, the image {image.shape}: expected the same.")
    inside = labels > 0
    rows = slot[labels[inside]]
    total = np.bincount(rows, weights=image[inside].astype(np.float64), minlength=area.size)
    return np.asarray(total / area, np.float64)
