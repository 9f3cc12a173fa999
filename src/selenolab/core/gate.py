"""Gates of flow cytometry: regions in named dimensions, as data, whatever program drew them.

A dimension is a channel, raw or compensated, seen through a transform. Bounds and vertices are in the
values that the transform gives, unless the dimension says that they are data values. Edges follow
GatingML 2.0: a minimum belongs to the gate, a maximum does not; the edge of a polygon and of an
ellipsoid belongs to it. Source: Spidlen et al. 2015, doi:10.1002/cyto.a.22637.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

TransformKind = Literal["linear", "log", "asinh", "logicle", "hyperlog", "biex", "ratio"]


@dataclass(frozen=True, slots=True)
class Transform:
    """How a channel's values are shown; `parameters` by the letters of GatingML or FlowJo.

    linear, asinh, logicle, hyperlog, log: T, W, M, A (those that the kind has); biex: width, pos, neg,
    max, channels (FlowJo's); ratio: A, B, C with the two channels of the dimension.
    """

    kind: TransformKind
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spillover:
    """Row = fluorochrome's channel, column = detector: `matrix` (n, n), ones on the diagonal.

    `channels` are detector names as the file spells them. `origin` says in words where it came from.
    """

    channels: tuple[str, ...]
    matrix: NDArray[np.float64]
    origin: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One axis of a gate. `compensation` is "" (raw), "FCS" (the file's own) or a matrix of the tree.

    `low` and `high` bound a rectangle's axis; None is open. With `in_data_units` bounds and vertices are
    data values that go through the transform with the events (FlowJo, study files). `outer` is seen
    through after a ratio. Transformed values are raised to `floor` and cut at `ceiling`, as axes do.
    """

    channel: str
    transform: Transform | None = None
    compensation: str = ""
    low: float | None = None
    high: float | None = None
    second: str = ""  # the other channel of a ratio
    in_data_units: bool = False
    outer: Transform | None = None
    floor: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A range in one dimension, a rectangle in two, a box in more."""

    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """Vertices (n, 2); a polygon that crosses itself follows the even-odd rule."""

    dimensions: tuple[Dimension, Dimension]
    vertices: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """Points whose squared Mahalanobis distance from `mean` (d,) is at most `distance_square`."""

    dimensions: tuple[Dimension, ...]
    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    distance_square: float


@dataclass(frozen=True, slots=True)
class Quadrant:
    """One box of a set of dividers: `boxes` gives (low, high) for each dimension; None is open."""

    dimensions: tuple[Dimension, ...]
    boxes: tuple[tuple[float | None, float | None], ...]


@dataclass(frozen=True, slots=True)
class Combined:
    """Events that satisfy `operator` over other gates of the tree; a leading "!" takes the complement."""

    operator: Literal["and", "or", "not"]
    operands: tuple[str, ...]


Region = Rectangle | Polygon | Ellipsoid | Quadrant | Combined


@dataclass(frozen=True, slots=True)
class Gate:
    """A named region. `name` is a path such as "cells/singlets"; `parent` "" is every event.

    `sample` names the one file that the gate is for; "" is the template of all files.
    `made_by` says who drew it: "GatingML file", "FlowJo workspace", "study file", "automatic: ...".
    `outside` takes what of the parent lies outside the region. `notes` says why it lies where it lies.
    """

    name: str
    region: Region
    parent: str = ""
    sample: str = ""
    made_by: str = ""
    outside: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedGate:
    """A gate of a file that cannot be applied, and why."""

    name: str
    sample: str
    reason: str


@dataclass(frozen=True, slots=True)
class GateTree:
    """All gates of a file, parents before children, with the matrices that they name.

    `counts` gives the counts that the drawing program wrote down: (sample, gate) -> events.
    `samples` gives the file names, $FIL and titles under which a sample is known: name -> sample. The
    gates of a sample in `whole` are all listed, so no template applies to it.
    """

    gates: tuple[Gate, ...]
    spillovers: Mapping[str, Spillover] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()
    refused: tuple[RefusedGate, ...] = ()
