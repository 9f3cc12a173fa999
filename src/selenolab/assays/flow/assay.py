"""Flow cytometry: apoptosis, cell cycle, DCF, JC-1 and any gate, over independent experiments.

Events are compensated, then gated by the gates of a file or a person, else by one automatic template for
all tubes; the panel is read from the innermost gate. A tube gives one number; n counts experiments.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from selenolab.assays.flow import virtual
from selenolab.assays.flow.annexin import read_annexin
from selenolab.assays.flow.answer import answer
from selenolab.assays.flow.dcf import read_dcf
from selenolab.assays.flow.dna import read_dna
from selenolab.assays.flow.figures import drawings
from selenolab.assays.flow.generic import read_generic
from selenolab.assays.flow.headline import headline
from selenolab.assays.flow.jc1 import read_jc1
from selenolab.assays.flow.kinds import Panel, specs
from selenolab.assays.flow.methods import REFERENCES, sentences
from selenolab.assays.flow.prepared import Bench, bench_of
from selenolab.assays.flow.reading import read, suits
from selenolab.assays.flow.room import enter
from selenolab.assays.flow.schema import (
    CHANNELS,
    EVENTS,
    GATE_COUNTS,
    GATES,
    MATRICES,
    PROGRAM_COUNTS,
    ROLES,
    SPILLOVERS,
    TUBE_VALUES,
    TUBES,
)
from selenolab.assays.flow.settings import FlowSettings
from selenolab.assays.flow.spill import UNCOMPENSATED
from selenolab.assays.flow.survey import Surveyed, survey, survey_checks
from selenolab.assays.flow.tables import tables
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, BenchDoor, Role, SheetColumn, Taken, VirtualDoor
from selenolab.core.dataset import Dataset
from selenolab.core.errors import DataError

_PANELS: Mapping[str, Callable[[Bench], Panel]] = {
    "annexin": read_annexin,
    "dna": read_dna,
    "dcf": read_dcf,
    "jc1": read_jc1,
    "generic": read_generic,
}


def analyse(dataset: Dataset, settings: FlowSettings, seed: int, taken: Taken) -> Analysis:
    """The panel's numbers over experiments and what can be said against them. Nothing is random."""
    del seed, taken
    room = enter(dataset, settings)
    bench = bench_of(room, settings)
    surveyed = survey(bench)
    panel = _PANELS[settings.panel](bench)
    if not panel.values:
        raise DataError(_nothing(surveyed, bench, panel))
    if not bench.compensation.source:
        panel = replace(panel, doubts=(*panel.doubts, UNCOMPENSATED))
    found = headline(panel, room, settings.level)
    return Analysis(
        endpoints=found.endpoints,
        answer=answer(found, settings.panel),
        checks=(*panel.checks, *survey_checks(surveyed, bench)),
        missing_controls=(*found.missing, *panel.missing),
        warnings=(*_warnings(bench, surveyed), *panel.warnings),
        tables=tables(bench, surveyed, panel),
        drawings=drawings(bench, panel, found),
        methods=sentences(bench),
        units=found.units,
        events=found.events,
    )


def _nothing(surveyed: Sequence[Surveyed], bench: Bench, panel: Panel) -> str:
    if panel.warnings:
        return panel.warnings[0]
    name = bench.gating.population or "all events"
    empty = [one.tube.name for one in surveyed if not one.kept]
    which = ", ".join(empty[:3]) or "any tube"
    return f"flow: no event of {which} lies in '{name}'. Move the gate, or set population."


def _warnings(bench: Bench, surveyed: Sequence[Surveyed]) -> tuple[str, ...]:
    """What was left out, drawn by hand, found empty, or counted otherwise by the program of the gates."""
    found = [f"{name}: left out, {why}." for name, why in bench.room.left_out.items()]
    found += [*bench.gating.notes, *bench.gating.exceptions]
    found += [f"{one.tube.name}: no event lies in the population." for one in surveyed if not one.kept]
    least = bench.settings.events_min
    few = [row for one in surveyed for row in one.counted if row.inside < least and one.tube.role == "sample"]
    if few:
        first = few[0]
        more = f", and {len(few) - 1} more" if len(few) > 1 else ""
        found.append(
            f"{first.tube}: gate {first.gate} holds {first.inside} events, fewer than {least}{more}."
        )
    found += [
        f"{row.tube}: gate {row.gate} holds {row.inside} events, the program that drew it counted "
        f"{row.program}."
        for one in surveyed
        for row in one.counted
        if row.program is not None and row.program != row.inside
    ]
    return tuple(found)


_SHEET = (
    SheetColumn("file", "FCS file", "file", required=True),
    SheetColumn("role", "what the tube is for", "file", choices=tuple(ROLES)),
    SheetColumn("stain", "the dye of a single stain, or the one left out of an fmo", "file"),
    SheetColumn("experiment", "independent experiment: what n counts", "file"),
    SheetColumn("compound", "compound or particle added", "file"),
    SheetColumn(
        "dose [µM]", "dose in the unit of the header; 0 is the control of its line, time and arm", "file"
    ),
    SheetColumn("time [h]", "time of exposure", "file"),
    SheetColumn("cell_line", "cell line", "file"),
    SheetColumn("arm", "perturbation, such as NAC, zVAD, catalase; empty for none", "file"),
)

assay = Assay(
    name="flow",
    title="Flow cytometry",
    settings=FlowSettings,
    tables={
        "tubes": TUBES,
        "events": EVENTS,
        "channels": CHANNELS,
        "spillovers": SPILLOVERS,
        "gates": GATES,
        "program_counts": PROGRAM_COUNTS,
    },
    bench=BenchDoor(
        roles=(
            *(Role(word, meaning, word == "sample") for word, meaning in ROLES.items()),
            Role("gates", "GatingML 2.0 or a FlowJo workspace"),
            Role("spillover", "a spillover matrix that FlowJo exported"),
        ),
        sheet=_SHEET,
        suits=suits,
        read=read,
        asks=("panel",),
        by="compound",
    ),
    virtual=VirtualDoor(
        virtual.NEEDS, virtual.design, virtual.expect, virtual.noise, needs_for=virtual.needs_for
    ),
    analyse=analyse,
    endpoints=specs(),
    gives={"gate_counts": GATE_COUNTS, "tube_values": TUBE_VALUES, "matrices": MATRICES},
    references=REFERENCES,
)
