"""One gate of a GatingML 2.0 file as a region. Spidlen et al. 2015, doi:10.1002/cyto.a.22637."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from selenolab.core.gate import (
    Combined,
    Dimension,
    Ellipsoid,
    Gate,
    Polygon,
    Quadrant,
    Rectangle,
    Region,
)
from selenolab.core.polygon_check import crossing
from selenolab.formats.gating_ml_scales import Scale, Scales
from selenolab.formats.gating_ml_xml import (
    Element,
    UnreadableGateError,
    child,
    children,
    local_name,
    number,
    open_number,
    word,
)

MADE_BY = "GatingML file"
KINDS = ("RectangleGate", "PolygonGate", "EllipsoidGate", "QuadrantGate", "BooleanGate")
CROSSES = "the polygon crosses itself; the even-odd rule holds inside it"
_MOST_VERTICES = 10_000


def gates_of(element: Element, scales: Scales) -> Iterator[Gate]:
    """The gates that an element draws: one, or each quadrant of a set of dividers."""
    parent = word(element, "parent_id")
    if local_name(element) == "QuadrantGate":
        for name, quadrant in _quadrants(element, scales):
            yield Gate(name, quadrant, parent, made_by=MADE_BY)
        return
    region = _region(element, scales)
    crossed = isinstance(region, Polygon) and crossing(region.vertices) is not None
    yield Gate(word(element, "id"), region, parent, made_by=MADE_BY, notes=(CROSSES,) if crossed else ())


def _region(element: Element, scales: Scales) -> Region:
    """The region of a gate that is not a set of quadrants."""
    kind = local_name(element)
    if kind == "BooleanGate":
        return combined(element)
    if kind not in KINDS:
        raise UnreadableGateError(f"gates of the kind {kind} are not offered")
    dimensions = tuple(_dimension(one, scales) for one in children(element, "dimension"))
    if not dimensions:
        raise UnreadableGateError("it has no dimension")
    if kind == "RectangleGate":
        return rectangle(dimensions)
    if kind == "PolygonGate":
        return polygon(dimensions, corners(element))
    return _ellipsoid(element, dimensions)


def rectangle(dimensions: tuple[Dimension, ...]) -> Rectangle:
    """A rectangle whose minima lie below its maxima."""
    for one in dimensions:
        if one.low is not None and one.high is not None and one.low > one.high:
            raise UnreadableGateError(
                f"its minimum {one.low:g} in {one.channel} is above its maximum {one.high:g}"
            )
    return Rectangle(dimensions)


def polygon(dimensions: tuple[Dimension, ...], vertices: NDArray[np.float64]) -> Polygon:
    """A polygon of two dimensions and at least three vertices."""
    if len(dimensions) != 2:
        raise UnreadableGateError(f"expected exactly two dimensions of a polygon, found {len(dimensions)}")
    if not 3 <= len(vertices) <= _MOST_VERTICES:
        raise UnreadableGateError(
            f"expected 3 to {_MOST_VERTICES} vertices of a polygon, found {len(vertices)}"
        )
    return Polygon((dimensions[0], dimensions[1]), vertices)


def corners(element: Element) -> NDArray[np.float64]:
    """The vertices (n, 2) below an element, without a first one repeated at the end."""
    points = [
        [number(one, "value") for one in children(vertex, "coordinate")]
        for vertex in children(element, "vertex")
    ]
    if any(len(point) != 2 for point in points):
        raise UnreadableGateError("expected exactly two coordinates of each vertex")
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def combined(element: Element) -> Combined:
    """And, or, not over gates by their ids, or their complements."""
    found = list(children(element, "and", "or", "not"))
    if len(found) != 1:
        raise UnreadableGateError("expected exactly one of and, or, not")
    operands = tuple(
        ("!" if word(one, "use-as-complement").lower() in ("true", "1") else "") + word(one, "ref")
        for one in children(found[0], "gateReference")
    )
    operator = local_name(found[0])
    if (len(operands) != 1) if operator == "not" else (len(operands) < 2):
        raise UnreadableGateError(f"'{operator}' is given {len(operands)} gates")
    return Combined(operator, operands)  # type: ignore[arg-type] # one of the three words by now


def _dimension(element: Element, scales: Scales) -> Dimension:
    """A channel or a ratio, with its compensation, its transform and its bounds."""
    own = _scale(scales, word(element, "transformation-ref"))
    matrix = _compensation(word(element, "compensation-ref"), scales)
    low, high = open_number(element, "min"), open_number(element, "max")
    if (new := child(element, "new-dimension")) is not None:
        ratio = _scale(scales, word(new, "transformation-ref"))
        if ratio is None or ratio.transform.kind != "ratio":
            raise UnreadableGateError("its new dimension is no ratio of two channels")
        first, second = (_channel(name, matrix, scales) for name in ratio.channels)
        cut = own or ratio
        outer = own.transform if own else None
        return Dimension(
            first,
            ratio.transform,
            matrix,
            low,
            high,
            second,
            outer=outer,
            floor=cut.floor,
            ceiling=cut.ceiling,
        )
    plain = child(element, "fcs-dimension")
    if plain is None or not word(plain, "name"):
        raise UnreadableGateError("a dimension names no channel")
    if own is not None and own.transform.kind == "ratio":
        raise UnreadableGateError("a ratio stands as the transform of a single channel")
    channel = _channel(word(plain, "name"), matrix, scales)
    if own is None:
        return Dimension(channel, None, matrix, low, high)
    return Dimension(channel, own.transform, matrix, low, high, floor=own.floor, ceiling=own.ceiling)


def _scale(scales: Scales, name: str) -> Scale | None:
    """The transform of this id; None where no id is given."""
    if not name:
        return None
    if name in scales.unreadable:
        raise UnreadableGateError(scales.unreadable[name])
    if name not in scales.transforms:
        raise UnreadableGateError(f"it names a transform '{name}' that the file does not hold")
    return scales.transforms[name]


def _compensation(name: str, scales: Scales) -> str:
    """The word for raw (empty), "FCS", or a matrix of the file."""
    if name == "":
        raise UnreadableGateError(
            "a dimension does not say its compensation (uncompensated, FCS or a matrix)"
        )
    if name == "uncompensated":
        return ""
    if name in scales.unreadable:
        raise UnreadableGateError(scales.unreadable[name])
    if name != "FCS" and name not in scales.matrices:
        raise UnreadableGateError(f"it names a compensation '{name}' that the file does not hold")
    return name


def _channel(name: str, matrix: str, scales: Scales) -> str:
    """The detector: compensated dimensions name fluorochromes of their matrix."""
    if matrix in ("", "FCS"):
        return name
    if name not in scales.detectors[matrix]:
        there = ", ".join(scales.detectors[matrix])
        raise UnreadableGateError(f"its matrix '{matrix}' holds no '{name}' (there: {there})")
    return scales.detectors[matrix][name]


def _ellipsoid(element: Element, dimensions: tuple[Dimension, ...]) -> Ellipsoid:
    """Mean, covariance matrix and squared distance, of as many dimensions as the gate has."""
    mean, matrix, square = (child(element, name) for name in ("mean", "covarianceMatrix", "distanceSquare"))
    if mean is None or matrix is None or square is None:
        raise UnreadableGateError("expected a mean, a covarianceMatrix and a distanceSquare")
    centre = [number(one, "value") for one in children(mean, "coordinate")]
    rows = [[number(one, "value") for one in children(row, "entry")] for row in children(matrix, "row")]
    wanted = len(dimensions)
    if len(centre) != wanted or [len(row) for row in rows] != [wanted] * wanted:
        raise UnreadableGateError(f"its mean and matrix are not of its {wanted} dimensions")
    covariance = np.array(rows, dtype=np.float64)
    if np.linalg.matrix_rank(covariance) < wanted:
        raise UnreadableGateError("its covariance matrix has no inverse")
    # in three dimensions the standard's own test files hold such a matrix, which is applied as written
    if wanted == 2 and np.linalg.eigvalsh((covariance + covariance.T) / 2)[0] <= 0:
        raise UnreadableGateError("its covariance matrix is not positive definite: it draws no ellipse")
    return Ellipsoid(dimensions, np.array(centre), covariance, number(square, "value"))


def _quadrants(element: Element, scales: Scales) -> Iterator[tuple[str, Quadrant]]:
    """Each quadrant's name and box: in each divider the interval that holds its location."""
    dividers = {word(one, "id"): one for one in children(element, "divider")}
    axes = {name: _dimension(one, scales) for name, one in dividers.items()}
    cuts = {name: sorted(_cut(value) for value in children(one, "value")) for name, one in dividers.items()}
    for quadrant in children(element, "Quadrant"):
        places = {word(one, "divider_ref"): number(one, "location") for one in children(quadrant, "position")}
        if not places or not set(places) <= set(axes):
            raise UnreadableGateError("a quadrant names no divider of its gate")
        boxes = tuple(_interval(cuts[name], place) for name, place in places.items())
        yield word(quadrant, "id"), Quadrant(tuple(axes[name] for name in places), boxes)


def _cut(element: Element) -> float:
    """The number in the text of an element."""
    try:
        value = float(element.text or "")
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise UnreadableGateError(f"expected a finite number as value of a divider, found '{element.text}'")
    return value


def _interval(cuts: list[float], place: float) -> tuple[float | None, float | None]:
    """The half-open interval between the cuts that holds a place; None is open."""
    above = int(np.searchsorted(cuts, place, side="right"))
    return (cuts[above - 1] if above else None), (cuts[above] if above < len(cuts) else None)
