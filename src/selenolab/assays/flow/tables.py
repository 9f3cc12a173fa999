"""The tables that the analysis gives: gates with their counts, tubes with their numbers, matrices."""

from collections.abc import Mapping, Sequence
from math import isfinite, nan
from typing import Any

import pandas as pd

from selenolab.assays.flow.headline import Words
from selenolab.assays.flow.kinds import Counted, Panel, Value
from selenolab.assays.flow.prepared import Bench
from selenolab.assays.flow.schema import GATE_COUNTS, MATRICES, TUBE_VALUES
from selenolab.assays.flow.survey import Surveyed
from selenolab.core.dataset import Table
from selenolab.core.gate import Spillover
from selenolab.core.schema import OpenColumn
from selenolab.stats.intervals import wilson

FEW = "fewer than {} events"


def tables(bench: Bench, surveyed: Sequence[Surveyed], panel: Panel) -> dict[str, Table]:
    """All tables of the run; those without a row are left out."""
    found = {"tube_values": tube_values(bench, surveyed, panel)}
    counted = [*(row for one in surveyed for row in one.counted), *panel.counted]
    if counted:
        found["gate_counts"] = gate_counts(counted, bench.settings.events_min, bench.settings.level)
    matrices = {**bench.compensation.by_experiment, **bench.compensation.by_tube}
    if matrices:
        found["matrices"] = _matrix_table(matrices)
    return found


def gate_counts(counted: Sequence[Counted], least: int, level: float) -> Table:
    """Events, % of parent and Wilson's interval; it is the counting error of that one tube only."""
    rows = []
    for one in counted:
        few = FEW.format(least) if one.inside < least else ""
        row: dict[str, object] = {
            "tube": one.tube,
            "gate": one.gate,
            "gate_parent": one.parent or "all events",
            "gate_maker": one.maker,
            "gate_reason": one.reason,
            "gate_note": few if one.around else "no event in the parent",
            "events_inside": float(one.inside),
            "events_in_parent": float(one.around),
            "percent_of_parent": nan,
            "percent_of_parent_low": nan,
            "percent_of_parent_high": nan,
            "counted_by_program": nan if one.program is None else float(one.program),
        }
        if one.around:
            share = wilson(one.inside, one.around, level)
            row["percent_of_parent"] = 100 * share.value
            row["percent_of_parent_low"], row["percent_of_parent_high"] = 100 * share.low, 100 * share.high
        rows.append(row)
    frame = pd.DataFrame(rows)
    if frame["counted_by_program"].isna().all():
        frame = frame.drop(columns="counted_by_program")
    return Table(GATE_COUNTS, frame)


def tube_values(bench: Bench, surveyed: Sequence[Surveyed], panel: Panel) -> Table:
    """One row a tube: its place in the design, its events, and the panel's numbers of it."""
    numbers = _numbers(panel)
    names = list(dict.fromkeys(name for own in numbers.values() for name in own))
    rows = []
    for one in surveyed:
        tube = one.tube
        own = numbers.get(tube.name, {})
        rows.append(
            {
                "tube": tube.name,
                **{word: getattr(tube, word) for word in _DESIGN},
                "event_count": one.events,
                "events in the population": one.kept,
                **{name: own.get(name, nan) for name in names},
            }
        )
    frame = pd.DataFrame(rows)
    empty = [word for word in _DESIGN[1:] if not _filled(frame[word])]
    units = {"dose": bench.room.dose_unit} if bench.room.dose_unit and "dose" not in empty else {}
    if not units and "dose" not in empty:
        empty.append("dose")
    extra = {name: OpenColumn("number", "", "number that the panel read of the tube") for name in names}
    extra["events in the population"] = OpenColumn(
        "number", "1", "events in the gate that the panel is read from"
    )
    return Table(TUBE_VALUES, frame.drop(columns=empty), units, extra)


_DESIGN = ("role", "stain", "experiment", "compound", "dose", "time", "cell_line", "arm")


def _filled(column: "pd.Series[Any]") -> bool:
    return bool((column.notna() & (column.astype(str) != "")).any())


def _numbers(panel: Panel) -> dict[str, dict[str, float]]:
    """Numbers by tube: the panel's rows, else its values with their group words as the name."""
    if panel.rows:
        return {tube: {k: v for k, v in own.items() if isfinite(v)} for tube, own in panel.rows.items()}
    found: dict[str, dict[str, float]] = {}
    for value in panel.values:
        found.setdefault(value.tube, {})[_named(value)] = value.value
    return found


def _named(value: Value) -> str:
    words: Words = tuple(value.words.items())
    return ", ".join([value.kind.name, *(text for _, text in words)])


def _matrix_table(matrices: Mapping[str, Spillover]) -> Table:
    rows = [
        {
            "flow_matrix": name or "all experiments",
            "flow_channel": channel,
            "flow_detector": detector,
            "spill": float(matrix.matrix[i, j]),
            "matrix_origin": matrix.origin,
        }
        for name, matrix in sorted(matrices.items())
        for i, channel in enumerate(matrix.channels)
        for j, detector in enumerate(matrix.channels)
    ]
    return Table(MATRICES, pd.DataFrame(rows))
