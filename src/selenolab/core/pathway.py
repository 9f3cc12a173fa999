"""A published mechanism as data: events, what leads to what, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from selenolab.core.drawing import HeatMap, Network
from selenolab.core.event import EventReading

Direction = Literal["up", "down", "not stated"]
Agreement = Literal[
    "agrees",
    "disagrees",
    "mixed",
    "no clear change",
    "no interval",
    "not expected",
    "not stated",
    "not measured",
]


@dataclass(frozen=True, slots=True)
class PathwayEvent:
    """One event. `published` is the direction that the sources print for the treated cells.

    `rank` orders events in time, `column` and `row` place the box; `sources` are keys of the pathway.
    """

    word: str
    label: str
    published: Direction
    sources: tuple[str, ...]
    rank: int
    column: float
    row: float
    assays: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class PathwayEdge:
    """What leads to what: sign "+" for drives, "-" for holds back."""

    source: str
    target: str
    sign: Literal["+", "-"]


@dataclass(frozen=True, slots=True)
class LineFact:
    """What is known of a cell line that changes what may be expected of an event."""

    cell_line: str
    event: str
    fact: str


@dataclass(frozen=True, slots=True)
class Pathway:
    """A mechanism as its sources print it. `compounds` are the names that it was published for."""

    name: str
    title: str
    compounds: tuple[str, ...]
    events: tuple[PathwayEvent, ...]
    edges: tuple[PathwayEdge, ...]
    lines: tuple[LineFact, ...]
    sources: Mapping[str, str] = field(default_factory=dict)  # key -> citation in words
    order_from: str = ""  # what the order in time rests on


@dataclass(frozen=True, slots=True)
class Confronted:
    """An event of the pathway with what was measured of it. `shown` is the reading that the page shows."""

    event: PathwayEvent
    agreement: Agreement
    why: str
    shown: EventReading | None = None
    readings: tuple[tuple[str, EventReading], ...] = ()  # (run, reading)


@dataclass(frozen=True, slots=True)
class PathwayPage:
    """One compound on one cell line against the published mechanism, from one door."""

    pathway: Pathway
    group: Mapping[str, str]
    virtual: bool
    rows: tuple[Confronted, ...]
    summary: tuple[str, ...]
    network: Network
    table: HeatMap
