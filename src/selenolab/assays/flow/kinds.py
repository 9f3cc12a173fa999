"""The quantities of the panels: what is read of a tube, on which scale, and how it is compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from selenolab.core.assay import EndpointSpec
from selenolab.core.check import Check, MissingControl
from selenolab.core.drawing import Drawing

CHANGE, RATIO, FOLD = "change", "ratio to control", "fold of control"
POINTS = "percentage points"


@dataclass(frozen=True, slots=True)
class Kind:
    """A quantity. `compared` names its comparisons; `event` is the pathway's word that its ratio reads."""

    name: str
    unit: str
    scale: Literal["linear", "log"]
    meaning: str
    within: tuple[float, float] = (-inf, inf)
    compared: tuple[str, ...] = ()
    event: str = ""
    measured: str = ""  # what was read, in the words of the pathway page


@dataclass(frozen=True, slots=True)
class Value:
    """One quantity of one tube; `words` are group words beside the design, such as the gate."""

    kind: Kind
    tube: str
    value: float
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """Events of one tube in one gate and in its parent."""

    tube: str
    gate: str
    parent: str
    maker: str
    reason: str
    inside: int
    around: int
    program: int | None  # what the drawing program counted


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel gives of all tubes. `doubts` stand on every endpoint; `rows` are numbers of tubes."""

    values: tuple[Value, ...]
    rows: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    missing: tuple[MissingControl, ...] = ()
    warnings: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    counted: tuple[Counted, ...] = ()


def _share(name: str, meaning: str, event: str = "", measured: str = "") -> Kind:
    compared = (CHANGE, RATIO) if event else (CHANGE,)
    return Kind(name, "%", "linear", meaning, (0.0, 100.0), compared, event, measured)


LIVE = _share("live cells", "annexin V and the death dye negative")
EARLY = _share("early apoptotic", "annexin V positive, death dye negative")
LATE = _share("late apoptotic", "annexin V and the death dye positive; primary necrosis is not told apart")
NECROTIC = _share("necrotic", "annexin V negative, death dye positive")
ANNEXIN = _share(
    "annexin-positive cells",
    "early and late apoptotic together",
    "annexin",
    "annexin V positive cells (flow)",
)
G1 = _share("G1", "cycling single cells in G0 and G1", "g1_phase", "G1 share, fit of DNA content")
S = _share("S", "cycling single cells in S phase", "s_phase", "S phase share, fit of DNA content")
G2M = _share("G2/M", "cycling single cells in G2 and M", "g2m_phase", "G2/M share, fit of DNA content")
SUB_G1 = _share(
    "sub-G1",
    "events below G1 that are no debris, doublets not yet excluded",
    "sub_g1",
    "sub-G1 share of DNA content",
)
DCF = Kind(
    "DCF fluorescence", "a.u.", "log", "median DCF fluorescence above the background of unstained cells",
    compared=(FOLD,), event="ros", measured="DCF fluorescence, fold of medians",
)  # fmt: skip
JC1 = Kind(
    "JC-1 red/green", "1", "log", "JC-1 red over green fluorescence", compared=(FOLD,),
    event="mitochondrial_potential", measured="JC-1 red/green ratio, fold of control",
)  # fmt: skip
JC1_CCCP = Kind(
    "JC-1 red/green over CCCP", "1", "log", "JC-1 ratio over that of the CCCP tube of the experiment"
)
DEPOLARISED = _share("depolarised cells", "JC-1 ratio below the threshold between untreated and CCCP")
GATED = _share("share of parent", "events in a gate, of those in its parent")
GATED_ALL = _share("share of events", "events in a gate, of all events of the tube")
MEDIAN = Kind("median fluorescence", "a.u.", "linear", "median of a channel in a gate", compared=(FOLD,))
MEAN = Kind("mean fluorescence", "a.u.", "linear", "arithmetic mean of a channel in a gate", compared=(FOLD,))
KINDS = (
    LIVE, EARLY, LATE, NECROTIC, ANNEXIN, G1, S, G2M, SUB_G1, DCF, JC1, JC1_CCCP, DEPOLARISED,
    GATED, GATED_ALL, MEDIAN, MEAN,
)  # fmt: skip


def specs() -> tuple[EndpointSpec, ...]:
    """All endpoints that the assay can give."""
    found = []
    for kind in KINDS:
        found.append(EndpointSpec(kind.name, kind.unit, kind.meaning))
        for how in kind.compared:
            unit = POINTS if how == CHANGE else "1"
            meaning = "difference from the control" if how == CHANGE else "ratio to the control"
            found.append(EndpointSpec(f"{kind.name}, {how}", unit, f"{meaning}: {kind.meaning}"))
    return tuple(found)
