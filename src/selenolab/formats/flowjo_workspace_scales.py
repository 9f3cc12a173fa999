"""The axes of a sample in a FlowJo 10 workspace: its transforms and its matrix."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from selenolab.core.gate import Dimension, Spillover, Transform
from selenolab.formats.gating_ml_xml import (
    Element,
    UnreadableGateError,
    child,
    children,
    local_name,
    number,
    word,
)

DISPLAY = 256.0  # bins of the plot, in which FlowJo writes ellipses
_BIEX_CHANNELS = 4096.0


@dataclass(frozen=True, slots=True)
class Matrix:
    """A sample's matrix, and how FlowJo spells the channels that it has compensated."""

    spillover: Spillover
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Axes:
    """How the channels of one sample are shown. What could not be read is kept with its reason."""

    transforms: Mapping[str, Element]
    matrix: Matrix | None
    matrix_key: str
    unreadable: str = ""  # why the matrix could not be read
    timestep: float = 1.0  # s


def read_matrix(sample: Element) -> Matrix | None:
    """The matrix of a sample; None for an uncompensated one."""
    found = list(children(sample, "spilloverMatrix"))
    if not found:
        return None
    if len(found) > 1:
        raise UnreadableGateError("the sample has several spillover matrices")
    element = found[0]
    holder = child(element, "parameters")
    names = () if holder is None else tuple(word(one, "name") for one in children(holder, "parameter"))
    rows = {
        word(row, "parameter"): {
            word(one, "parameter"): number(one, "value") for one in children(row, "coefficient")
        }
        for row in children(element, "spillover")
    }
    name = word(element, "name")
    if not names or len(set(names)) < len(names) or set(rows) != set(names):
        raise UnreadableGateError(f"the matrix '{name}' is not square or names a channel twice")
    if any(set(row) != set(names) for row in rows.values()):
        raise UnreadableGateError(f"the matrix '{name}' has not one coefficient for each channel")
    values = np.array([[rows[row][column] for column in names] for row in names])
    spillover = Spillover(names, values, f"FlowJo matrix '{name}'", name)
    return Matrix(spillover, word(element, "prefix"), word(element, "suffix"))


def read_transforms(sample: Element) -> Mapping[str, Element]:
    """The element of each channel's transform."""
    holder = child(sample, "Transformations")
    found = {}
    for element in () if holder is None else children(holder):
        parameter = child(element, "parameter")
        if parameter is not None:
            found[word(parameter, "name")] = element
    return found


def dimension(element: Element, axes: Axes) -> Dimension:
    """A dimension of a gate in data units: a prefix or suffix of the matrix says that it is compensated."""
    plain = child(element, "fcs-dimension")
    name = "" if plain is None else word(plain, "name")
    if not name:
        raise UnreadableGateError("a dimension names no channel")
    low, high = (number(element, one) if word(element, one) else None for one in ("min", "max"))
    channel, matrix = _channel(name, axes)
    if channel.lower() == "time" and not matrix and axes.timestep != 1.0:
        low, high = (None if one is None else one / axes.timestep for one in (low, high))
    transform, floor = _transform(axes.transforms.get(name))
    return Dimension(channel, transform, matrix, low, high, in_data_units=True, floor=floor)


def displayed(element: Element, axes: Axes) -> tuple[Dimension, float, float]:
    """A dimension of an ellipse in the values of its transform, and the value a bin and of the first bin."""
    found = dimension(element, axes)
    plain = child(element, "fcs-dimension")
    source = axes.transforms.get(word(plain, "name"))
    if source is None:
        raise UnreadableGateError(
            f"the workspace gives no axis for {found.channel}, in which its ellipse is drawn"
        )
    if local_name(source) == "linear":
        low, high = number(source, "minRange", 0.0), number(source, "maxRange")
        if not high > low:
            raise UnreadableGateError(f"the linear axis of {found.channel} ends where it begins")
        return Dimension(found.channel, None, found.compensation), (high - low) / DISPLAY, low
    top = _BIEX_CHANNELS if local_name(source) == "biex" else 1.0
    transform = found.transform
    return Dimension(found.channel, transform, found.compensation, floor=found.floor), top / DISPLAY, 0.0


def _channel(name: str, axes: Axes) -> tuple[str, str]:
    """The channel as the file spells it, and the key of its matrix ("" for a raw one)."""
    if axes.unreadable and name.startswith("Comp-"):
        raise UnreadableGateError(axes.unreadable)
    matrix = axes.matrix
    if matrix is None or not (name.startswith(matrix.prefix) and name.endswith(matrix.suffix)):
        return name, ""
    bare = name.removeprefix(matrix.prefix).removesuffix(matrix.suffix)
    return (bare, axes.matrix_key) if bare in matrix.spillover.channels else (name, "")


def _transform(element: Element | None) -> tuple[Transform | None, float | None]:
    """The transform of an axis and where it is cut; a linear axis changes no gate and is None."""
    if element is None or local_name(element) == "linear":
        return None, None
    kind = local_name(element)
    if kind == "log":
        start, decades = number(element, "offset"), number(element, "decades")
        if start <= 0 or decades <= 0:
            raise UnreadableGateError(
                f"a log axis of offset {start:g} and {decades:g} decades does not exist"
            )
        return Transform("log", {"T": start * 10**decades, "M": decades}), 0.0
    if kind in ("logicle", "hyperlog"):
        return Transform("logicle" if kind == "logicle" else "hyperlog", _letters(element, "TWMA")), None
    if kind == "fasinh":
        return Transform("asinh", _letters(element, "TMA")), None
    if kind == "biex":
        if number(element, "length", DISPLAY) != DISPLAY:
            raise UnreadableGateError(
                f"a biex axis of length {word(element, 'length')} is not offered (256 is)"
            )
        named = {"width": "width", "pos": "pos", "neg": "neg", "max": "maxRange"}
        given = {ours: number(element, theirs) for ours, theirs in named.items()}
        return Transform("biex", {**given, "channels": _BIEX_CHANNELS}), None
    raise UnreadableGateError(
        f"the transform '{kind}' is not offered (linear, log, biex, logicle, asinh are)"
    )


def _letters(element: Element, letters: str) -> Mapping[str, float]:
    return {letter: number(element, letter) for letter in letters}
