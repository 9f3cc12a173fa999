"""Which events lie in one region."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Dimension, Ellipsoid, Polygon, Quadrant, Rectangle
from selenolab.cytometry.gating_values import Values, Views, bound, shown, values_of
from selenolab.cytometry.polygon_kernel import inside_ellipsoid, inside_polygon

Mask = NDArray[np.bool_]
Bounds = tuple[float | None, float | None]


def mask_of(region: Rectangle | Polygon | Ellipsoid | Quadrant, views: Views, gate: str) -> Mask:
    """(n,) which events lie in the region, its parents not looked at."""
    if isinstance(region, Polygon):
        x, y = (values_of(views, dimension, gate) for dimension in region.dimensions)
        return inside_polygon(x, y, polygon_corners(region))
    if isinstance(region, Ellipsoid):
        return _in_ellipsoid(region, views, gate)
    boxes: Iterable[Bounds] = (
        region.boxes if isinstance(region, Quadrant) else [(one.low, one.high) for one in region.dimensions]
    )
    return _in_box(region.dimensions, boxes, views, gate)


def polygon_corners(region: Polygon) -> NDArray[np.float64]:
    """The vertices (n, 2) in the values that the axes show."""
    columns = [
        shown(dimension, column) if dimension.in_data_units else column
        for dimension, column in zip(region.dimensions, np.asarray(region.vertices, float).T, strict=True)
    ]
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.float64)


def _in_box(dimensions: Iterable[Dimension], boxes: Iterable[Bounds], views: Views, gate: str) -> Mask:
    """Half-open in each dimension: the minimum belongs to the box, the maximum does not."""
    mask: Mask | None = None
    for dimension, (low, high) in zip(dimensions, boxes, strict=True):
        inside = _between(values_of(views, dimension, gate), bound(dimension, low), bound(dimension, high))
        mask = inside if mask is None else mask & inside
    if mask is None:
        raise DataError(f"Gate '{gate}' has no dimension. Mend the gate file.")
    return mask


def _between(values: Values, low: float | None, high: float | None) -> Mask:
    """float64 bounds: a bound is never rounded to the events' own type."""
    inside: Mask = ~np.isnan(values) if low is None else values >= np.float64(low)
    if high is not None:
        inside &= values < np.float64(high)
    return inside


def _in_ellipsoid(region: Ellipsoid, views: Views, gate: str) -> Mask:
    """The squared Mahalanobis distance is at most the limit."""
    points = np.stack([values_of(views, dimension, gate) for dimension in region.dimensions])
    try:
        inverse = np.linalg.inv(np.asarray(region.covariance, float))
    except np.linalg.LinAlgError:
        raise DataError(f"Gate '{gate}': its covariance matrix has no inverse. Mend the gate file.") from None
    return inside_ellipsoid(points, np.asarray(region.mean, float), inverse, float(region.distance_square))
