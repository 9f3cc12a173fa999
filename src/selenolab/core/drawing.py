"""What to draw, not how: an assay returns these and the report draws them.

Frames are small and tidy; every column named below is required unless said otherwise.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd
from numpy.typing import NDArray

from selenolab.core.dataset import ArrayRef


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis. `label` without unit; `log` for a logarithmic scale (a zero dose is drawn beside it)."""

    label: str
    unit: str = ""
    log: bool = False
    low: float | None = None
    high: float | None = None
    ticks: tuple[tuple[float, str], ...] = ()  # (place, label) of a scale that is neither linear nor log


@dataclass(frozen=True, slots=True)
class Caption:
    """What a reader must know of a figure: n, what n is, what the bar means, which test."""

    text: str
    n: str  # "3 independent experiments", "6 wells of 1 experiment"
    error_bar: str = ""  # "95 % confidence interval", "" where none is drawn
    test: str = ""  # "Dunnett against vehicle", "" for none


@dataclass(frozen=True, slots=True)
class Series:
    """Points, a line or a band of one group.

    `frame`: x, y; for a band x, low, high; points may have low, high (error bar), `excluded` (bool,
    drawn hollow) and `label`.
    """

    name: str
    kind: Literal["points", "line", "band"]
    frame: pd.DataFrame
    group: int = 0  # series of one group share a colour
    faint: bool = False  # raw values behind a summary


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical or horizontal line with a label, such as an IC50; an interval is shaded."""

    at: float
    label: str
    low: float | None = None
    high: float | None = None
    across: Literal["x", "y"] = "x"
    group: int = 0


@dataclass(frozen=True, slots=True)
class CurvePlot:
    """Curves with points."""

    name: str
    title: str
    caption: Caption
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Dots of every unit with a bar or mean and interval per category.

    `dots`: category, value; may have `label`, `group`, `excluded`. `bars`: category, value, low, high;
    may have `censored` ("<", ">", ""). `brackets`: left, right, label.
    """

    name: str
    title: str
    caption: Caption
    y: Axis
    dots: pd.DataFrame
    bars: pd.DataFrame
    brackets: pd.DataFrame = field(default_factory=pd.DataFrame)
    style: Literal["bar", "mean"] = "mean"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bins. `bins`: left, right, count; `lines` (optional overlays) are Series on the same axes."""

    name: str
    title: str
    caption: Caption
    x: Axis
    y: Axis
    bins: pd.DataFrame
    lines: tuple[Series, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A matrix: plate maps, dose matrices. NaN cells stay blank; `notes` (row, column, text) overlay text."""

    name: str
    title: str
    caption: Caption
    values: NDArray[Any]  # (rows, columns)
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    colour: Axis
    notes: pd.DataFrame = field(default_factory=pd.DataFrame)
    diverging: bool = False


@dataclass(frozen=True, slots=True)
class Density:
    """Two-dimensional counts (nx, ny) on bin edges, with outlines (name, x, y) such as gates."""

    name: str
    title: str
    caption: Caption
    x: Axis
    y: Axis
    x_edges: NDArray[Any]
    y_edges: NDArray[Any]
    counts: NDArray[Any]
    outlines: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlay:
    """An image with outlines in pixel coordinates (x right, y down) and labels (x, y, text)."""

    name: str
    title: str
    caption: Caption
    image: ArrayRef | NDArray[Any]
    outlines: tuple[Series, ...] = ()
    labels: pd.DataFrame = field(default_factory=pd.DataFrame)
    pixel_size: float | None = None  # nm; None: no scale is known and none is drawn


Panel = CurvePlot | DotPlot | Histogram | HeatMap | Density | Overlay


@dataclass(frozen=True, slots=True)
class Panels:
    """Several drawings as one figure, in reading order, such as the steps of a gating strategy.

    The panels' own captions are not printed, their titles are; `across` is how many stand in a row.
    """

    name: str
    title: str
    caption: Caption
    panels: tuple[Panel, ...]
    across: int = 3


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes joined by arrows, such as a pathway coloured by what was measured.

    `nodes`: id, label, x, y (columns and rows of a grid, y down), value (NaN: not measured), `note`
    (under the label); `edges`: source, target, sign ("+", "-"). `colour` is the axis of `value`,
    diverging about zero.
    """

    name: str
    title: str
    caption: Caption
    nodes: pd.DataFrame
    edges: pd.DataFrame
    colour: Axis


Drawing = Panel | Panels | Network
