"""An event of a pathway as an assay measured it: what a pathway page is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from selenolab.core.estimate import Absent, Estimate


@dataclass(frozen=True, slots=True)
class EventReading:
    """How one event of a cell's path to death changed against its control.

    `event` is a word of the pathway (such as "ros", "caspase_3", "s_phase"); `measured` says in words
    what was read ("DCF fluorescence, fold of medians"); `change` is the ratio to the control (unit
    "1"), absent with its reason where it cannot be given. `dose` and `time` (h) order the page.
    `group` is the rest of the design, such as compound, cell_line and arm.
    """

    event: str
    measured: str
    group: Mapping[str, str]
    change: Estimate | Absent
    dose: float | None = None
    dose_unit: str = ""
    time: float | None = None
