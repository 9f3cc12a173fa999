"""The populations of a sample or a group in a FlowJo 10 workspace, as gates."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.core.gate import Combined, Dimension, Ellipsoid, Gate, Polygon, Rectangle, RefusedGate
from selenolab.core.polygon_check import crossing
from selenolab.formats.flowjo_workspace_scales import Axes, dimension, displayed
from selenolab.formats.gating_ml_regions import CROSSES, corners, polygon, rectangle
from selenolab.formats.gating_ml_xml import (
    Element,
    UnreadableGateError,
    child,
    children,
    local_name,
    word,
)

Vertices = NDArray[np.float64]
MADE_BY = "FlowJo workspace"
_BOOLEAN: Mapping[str, Literal["and", "or", "not"]] = {"AndNode": "and", "OrNode": "or", "NotNode": "not"}
_ELLIPSE = "FlowJo draws ellipses in the bins of its plot; a few events on the edge may differ from its count"
_TIME = "its bounds on Time are seconds and were divided by $TIMESTEP"


@dataclass(frozen=True, slots=True)
class Populations:
    """The gates of one sample or group, those that could not be read, and the counts written down."""

    gates: list[Gate] = field(default_factory=list)
    refused: list[RefusedGate] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def populations(root: Element, axes: Axes, sample: str) -> Populations:
    """All populations below a SampleNode or GroupNode, parents first, by their paths."""
    found = Populations()
    every = list(_walk(root, ""))
    times = Counter(path for path, _, _ in every)
    for path, parent, element in every:
        try:
            if times[path] > 1:
                raise UnreadableGateError("two populations of one parent have this name")
            gate = _gate(path, parent, element, axes, times)
            found.gates.append(replace(gate, sample=sample))
        except UnreadableGateError as error:
            if not any(one.name == path for one in found.refused):
                found.refused.append(RefusedGate(path, sample, str(error)))
        if word(element, "count").isdigit() and times[path] == 1:
            found.counts[path] = int(word(element, "count"))
    return found


def _walk(root: Element, parent: str) -> Iterator[tuple[str, str, Element]]:
    """Path, parent's path and element of each population; the depth is bounded by that of the XML."""
    for holder in children(root, "Subpopulations"):
        for element in children(holder, "Population", *_BOOLEAN):
            name = word(element, "name")
            path = f"{parent}/{name}" if parent else name
            yield path, parent, element
            yield from _walk(element, path)


def _gate(path: str, parent: str, element: Element, axes: Axes, known: Mapping[str, int]) -> Gate:
    """One population as a gate."""
    if local_name(element) in _BOOLEAN:
        return Gate(path, _combined(element, parent, known), parent, made_by=MADE_BY)
    holder = child(element, "Gate")
    shapes = [] if holder is None else list(children(holder))
    if len(shapes) != 1:
        raise UnreadableGateError(f"expected exactly one gate of the population, found {len(shapes)}")
    region, notes = _region(shapes[0], axes)
    if axes.timestep != 1.0 and any(one.channel.lower() == "time" for one in region.dimensions):
        notes = (*notes, _TIME)
    outside = word(shapes[0], "eventsInside", "1") == "0"
    return Gate(path, region, parent, made_by=MADE_BY, outside=outside, notes=notes)


def _region(shape: Element, axes: Axes) -> tuple[Rectangle | Polygon | Ellipsoid, tuple[str, ...]]:
    """The region of a drawn gate and what is to be said of it."""
    kind, drawn = local_name(shape), list(children(shape, "dimension"))
    if kind == "RectangleGate":
        dimensions = tuple(dimension(one, axes) for one in drawn)
        if not dimensions:
            raise UnreadableGateError("it has no dimension")
        return rectangle(dimensions), ()
    if kind == "PolygonGate":
        dimensions = tuple(dimension(one, axes) for one in drawn)
        region = polygon(dimensions, _in_file_units(corners(shape), dimensions, axes))
        return region, (CROSSES,) if crossing(region.vertices) is not None else ()
    if kind == "EllipsoidGate":
        return _ellipse(shape, drawn, axes), (_ELLIPSE,)
    if kind == "CurlyQuad":
        raise UnreadableGateError("the curve of a CurlyQuad is not published; draw a quadrant instead")
    raise UnreadableGateError(f"gates of the kind {kind} are not offered")


def _in_file_units(vertices: Vertices, dimensions: tuple[Dimension, ...], axes: Axes) -> Vertices:
    """Vertices with seconds of the channel Time turned into the file's steps."""
    steps = [
        axes.timestep if one.channel.lower() == "time" and not one.compensation else 1.0 for one in dimensions
    ]
    return vertices / np.array(steps[:2]) if len(steps) == 2 else vertices


def _combined(element: Element, parent: str, known: Mapping[str, int]) -> Combined:
    """And, or, not over populations named by their paths."""
    holder = child(element, "Dependents")
    paths = [] if holder is None else [word(one, "name") for one in children(holder, "Dependent")]
    operator = _BOOLEAN[local_name(element)]
    if (len(paths) != 1) if operator == "not" else (len(paths) < 2):
        raise UnreadableGateError(f"its '{operator}' is given {len(paths)} populations")
    return Combined(operator, tuple(_found(path, parent, known) for path in paths))


def _found(path: str, parent: str, known: Mapping[str, int]) -> str:
    """The population of this path, which starts at the sample, at the parent, or is the end of just one."""
    for full in (path, f"{parent}/{path}"):
        if full in known:
            return full
    ends = [name for name in known if name.endswith(f"/{path}")]
    if len(ends) != 1:
        raise UnreadableGateError(
            f"it rests on '{path}', which {'no' if not ends else 'more than one'} gate is"
        )
    return ends[0]


def _ellipse(shape: Element, drawn: list[Element], axes: Axes) -> Ellipsoid:
    """An ellipse from its foci and the ends of its long axis, from plot bins to the axes' values."""
    holders = child(shape, "foci"), child(shape, "edge")
    if len(drawn) != 2 or None in holders:
        raise UnreadableGateError("expected an ellipse of two dimensions with foci and edge")
    foci, edge = (corners(one) for one in holders)
    if len(foci) != 2 or len(edge) < 2:
        raise UnreadableGateError(
            f"expected two foci and four points of the edge, found {len(foci)} and {len(edge)}"
        )
    long = float(np.hypot(*(edge[0] - edge[1]))) / 2
    across = (foci[1] - foci[0]) / 2
    short_square = long**2 - float(across @ across)
    if not short_square > 0:
        raise UnreadableGateError("its foci lie outside its edge")
    direction = across / np.hypot(*across) if np.any(across) else np.array([1.0, 0.0])
    upright = np.array([-direction[1], direction[0]])
    matrix = long**2 * np.outer(direction, direction) + short_square * np.outer(upright, upright)
    (x, scale_x, start_x), (y, scale_y, start_y) = (displayed(one, axes) for one in drawn)
    scale = np.array([scale_x, scale_y])
    centre = foci.mean(axis=0) * scale + [start_x, start_y]
    return Ellipsoid((x, y), centre, matrix * np.outer(scale, scale), 1.0)
