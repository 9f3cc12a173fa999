"""The tables of the assay: tubes, their events, channels, gates and matrices; gates and tubes out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary(Path(__file__).parent)
ROLES = {
    "sample": "stained cells of the design, with dose 0 for the control",
    "unstained": "the same cells without any stain",
    "single_stain": "cells with one stain alone; name it as stain",
    "drug_only": "cells with the compound and no stain, for what the compound itself emits or quenches",
    "positive": "cells of a positive control, stained as the samples",
    "cccp": "JC-1 with CCCP or FCCP: no mitochondrial potential left",
    "particle_only": "particles or compound with the stain and no cells",
    "fmo": "all stains but the one named as stain (fluorescence minus one)",
}
DESIGN = ("compound", "dose", "time", "cell_line", "arm")


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


def _design() -> tuple[Column, ...]:
    return (
        column("role"),
        *(column(word, optional=True, gaps=True) for word in ("stain", "experiment", "compound")),
        column("dose", optional=True, gaps=True),
        *(column(word, optional=True, gaps=True) for word in ("basis", "time", "cell_line", "arm")),
    )


TUBES = TableSchema(
    "tubes",
    (
        column("tube"),
        *_design(),
        column("event_count", flags=True),
        column("flow_matrix", optional=True),
    ),
    key=("tube",),
)
EVENTS = TableSchema(
    "events",
    (column("tube"), column("event", optional=True)),
    links={"tube": "tubes.tube"},
    open=True,
    bulk=True,
)
CHANNELS = TableSchema(
    "channels",
    (column("flow_channel"), column("flow_marker"), column("flow_top", optional=True, gaps=True)),
    key=("flow_channel",),
)
SPILLOVERS = TableSchema(
    "spillovers",
    (
        column("flow_matrix"),
        column("flow_channel"),
        column("flow_detector"),
        column("spill"),
        column("matrix_origin"),
    ),
    key=("flow_matrix", "flow_channel", "flow_detector"),
)
GATES = TableSchema(
    "gates",
    (
        column("gate"),
        column("gate_parent"),
        column("gate_tube"),
        column("gate_region"),
        column("gate_maker"),
    ),
    key=("gate", "gate_tube"),
)
PROGRAM_COUNTS = TableSchema(
    "program_counts",
    (column("tube"), column("gate"), column("counted_by_program")),
    links={"tube": "tubes.tube"},
)

# What comes out.
GATE_COUNTS = TableSchema(
    "gate_counts",
    (
        column("tube"),
        column("gate"),
        column("gate_parent"),
        column("gate_maker"),
        column("gate_reason", optional=True),
        column("gate_note", optional=True),
        column("events_inside"),
        column("events_in_parent"),
        column("percent_of_parent", gaps=True),
        column("counted_by_program", optional=True, gaps=True),
    ),
    key=("tube", "gate"),
)
TUBE_VALUES = TableSchema(
    "tube_values",
    (column("tube"), *_design(), column("event_count")),
    key=("tube",),
    open=True,
)
MATRICES = TableSchema("matrices", SPILLOVERS.columns, key=SPILLOVERS.key)
