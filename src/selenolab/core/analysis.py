"""All that an assay has to say of one dataset."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from selenolab.core.check import Check, MissingControl
from selenolab.core.dataset import Table
from selenolab.core.drawing import Drawing
from selenolab.core.estimate import Censored, Endpoint
from selenolab.core.event import EventReading
from selenolab.core.reference import Sentence


@dataclass(frozen=True, slots=True)
class UnitValue:
    """An endpoint's value in one unit of replication: what comparisons across groups are made of.

    `unit_id` names the independent experiment, animal or lysate, `group` the rest of the design
    (without the experiment). `scale` "log" asks for ratios, "linear" for differences. `censored` ">"
    or "<" makes `value` a bound; `se` is on the scale given (natural log for "log"), None if unknown.
    `unit_is` says what the units are where they are no independent experiments, such as images.
    """

    endpoint: str
    group: Mapping[str, str]
    unit_id: str
    value: float
    unit: str
    scale: Literal["linear", "log"]
    censored: Censored = None
    se: float | None = None
    unit_is: str = "independent experiments"


@dataclass(frozen=True, slots=True)
class Analysis:
    """Endpoints first; then what they rest on. `answer`: one short line a group.

    `events` are readings of a pathway's events, for the page that joins the runs of a study.
    """

    endpoints: tuple[Endpoint, ...]
    answer: str = ""
    checks: tuple[Check, ...] = ()
    missing_controls: tuple[MissingControl, ...] = ()
    warnings: tuple[str, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    drawings: tuple[Drawing, ...] = ()
    methods: tuple[Sentence, ...] = ()
    units: tuple[UnitValue, ...] = ()
    events: tuple[EventReading, ...] = ()
