"""Gates that a person draws in a study file: polygons in data units."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from selenolab.core.errors import StudyError
from selenolab.core.gate import Dimension, Gate, Polygon, Transform
from selenolab.core.polygon_check import crossing

MADE_BY = "study file"
_MOST_VERTICES = 1000


def gate_from_settings(
    name: str,
    channels: Sequence[str],
    vertices: Sequence[Sequence[float]],
    parent: str = "",
    transform: Transform | Sequence[Transform | None] | None = None,
    sample: str = "",
    compensation: str = "",
) -> Gate:
    """A polygon drawn in a study file.

    Parameters
    ----------
    name : the gate's name.
    channels : the two channels, across and up.
    vertices : (n, 2) in data units, in order round the polygon, n >= 3; the first is not repeated.
    parent : the gate it lies in; "" is every event.
    transform : the axes on which its edges are straight: one for both, or one each; None is linear.
    sample : the one tube it is for; "" is the template of all tubes.
    compensation : "" (raw), "FCS" or a matrix's name.

    Raises
    ------
    StudyError
        for other than two channels, fewer than three vertices, a vertex that is no pair of finite
        numbers, and a polygon that crosses itself.

    Examples
    --------
    >>> gate = gate_from_settings("cells", ["FSC-A", "SSC-A"], [[1, 1], [9, 1], [9, 9]])
    >>> gate.region.vertices.shape
    (3, 2)
    """
    if len(channels) != 2 or len(set(channels)) != 2:
        raise StudyError(f"Gate '{name}': expected exactly two different channels, found {list(channels)}.")
    if name == parent or not name:
        raise StudyError(f"Gate '{name}': expected a name of its own, other than that of its parent.")
    corners = _corners(name, vertices)
    scales = transform if isinstance(transform, Sequence) else (transform, transform)
    if len(scales) != 2:
        raise StudyError(f"Gate '{name}': expected a transform for each of its two channels.")
    across, up = (
        Dimension(channel, scale, compensation=compensation, in_data_units=True)
        for channel, scale in zip(channels, scales, strict=True)
    )
    return Gate(name, Polygon((across, up), corners), parent=parent, sample=sample, made_by=MADE_BY)


def for_tube(gate: Gate, sample: str) -> Gate:
    """The same gate as an exception for one tube."""
    return replace(gate, sample=sample)


def _corners(
    name: str, vertices: Sequence[Sequence[float]]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The vertices as numbers (n, 2), checked."""
    for number, vertex in enumerate(vertices, 1):
        if len(vertex) != 2 or not all(_is_finite(value) for value in vertex):
            raise StudyError(
                f"Gate '{name}': vertex {number} is {list(vertex)}; expected two finite numbers."
            )
    points = [(float(x), float(y)) for x, y in vertices]
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    if not 3 <= len(points) <= _MOST_VERTICES:
        found = f"{len(points)} vertices"
        raise StudyError(
            f"Gate '{name}': expected 3 to {_MOST_VERTICES} vertices of a polygon, found {found}."
        )
    corners = np.array(points, dtype=np.float64)
    if (edges := crossing(corners)) is not None:
        first, second = (edge + 1 for edge in edges)
        raise StudyError(
            f"Gate '{name}': the polygon crosses itself (edges after vertices {first} and {second} meet). "
            "Give the vertices in order round the polygon."
        )
    return corners


def _is_finite(value: object) -> bool:
    """Whether a value is a finite number, and no truth value."""
    return (
        isinstance(value, int | float | np.number)
        and not isinstance(value, bool)
        and bool(np.isfinite(value))
    )
