"""Gates as outlines on the axes of a figure, whatever scale they were drawn on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.flow.scales import Scale
from selenolab.core.drawing import Series
from selenolab.core.gate import Combined, Dimension, Ellipsoid, Gate, Polygon, Quadrant
from selenolab.cytometry.transforms import inverse, transform

Floats = NDArray[np.float64]
_STEPS = 12  # points along an edge, which may be bent on the axis of the figure
_FAR = 1e7  # stands for an open side, cut at the end of the axis


def drawable(gate: Gate) -> tuple[Dimension, ...]:
    """The gate's one or two dimensions; empty for gates that no plane shows."""
    if isinstance(gate.region, Combined) or gate.outside:
        return ()
    dimensions = gate.region.dimensions
    plain = all(not one.second and one.outer is None for one in dimensions)
    return tuple(dimensions) if plain and len(dimensions) <= 2 else ()


def outline(
    gate: Gate, name: str, scales: Sequence[Scale], ends: Sequence[tuple[float, float]], group: int
) -> Series | None:
    """The outline of a two-dimensional gate in places of the axes, cut at their `ends`."""
    dimensions = drawable(gate)
    if len(dimensions) != 2:
        return None
    points = _dense(_corners(gate, dimensions))
    columns = []
    for k, (dimension, scale, (low, high)) in enumerate(zip(dimensions, scales, ends, strict=True)):
        columns.append(np.clip(scale.shown(_data(dimension, points[:, k])), low, high))
    return Series(name, "line", pd.DataFrame({"x": columns[0], "y": columns[1]}), group)


def bounds(gate: Gate, scale: Scale) -> tuple[float, ...]:
    """The closed ends of a one-dimensional gate, in places of the axis."""
    dimension = drawable(gate)[0]
    found = [value for value in (dimension.low, dimension.high) if value is not None]
    seen = [value if dimension.in_data_units else _data(dimension, np.array([value]))[0] for value in found]
    return tuple(float(place) for place in scale.shown(np.array(seen, dtype=np.float64)))


def _corners(gate: Gate, dimensions: Sequence[Dimension]) -> Floats:
    """Corners (n, 2) in the values that the gate's own transforms give."""
    region = gate.region
    if isinstance(region, Polygon):
        columns = [_own(one, region.vertices[:, k]) for k, one in enumerate(dimensions)]
        return np.stack(columns, axis=1)
    if isinstance(region, Ellipsoid):
        turn = np.linspace(0, 2 * np.pi, 8 * _STEPS, endpoint=False)
        circle = np.stack([np.cos(turn), np.sin(turn)], axis=1) * region.distance_square**0.5
        return np.asarray(region.mean + circle @ np.linalg.cholesky(region.covariance).T)
    boxes = region.boxes if isinstance(region, Quadrant) else tuple((one.low, one.high) for one in dimensions)
    (left, right), (low, high) = (
        tuple(_end(one, value, sign) for value, sign in zip(box, (-1, 1), strict=True))
        for one, box in zip(dimensions, boxes, strict=True)
    )
    return np.array([[left, low], [left, high], [right, high], [right, low]])


def _end(dimension: Dimension, value: float | None, sign: int) -> float:
    if value is None:
        return float(_own_raw(dimension, np.array([sign * _FAR]))[0])
    return float(_own(dimension, np.array([value]))[0])


def _own(dimension: Dimension, values: Floats) -> Floats:
    """Values as the gate's transform shows them."""
    return _own_raw(dimension, values) if dimension.in_data_units else np.asarray(values, dtype=np.float64)


def _own_raw(dimension: Dimension, values: Floats) -> Floats:
    plain = np.asarray(values, dtype=np.float64)
    return plain if dimension.transform is None else np.asarray(transform(dimension.transform, plain))


def _data(dimension: Dimension, values: Floats) -> Floats:
    return values if dimension.transform is None else np.asarray(inverse(dimension.transform, values))


def _dense(corners: Floats) -> Floats:
    """Points along all edges of a closed polygon."""
    following = np.roll(corners, -1, axis=0)
    steps = np.linspace(0, 1, _STEPS, endpoint=False)[:, None]
    return np.concatenate([a + steps * (b - a) for a, b in zip(corners, following, strict=True)])
