"""The bench door: FCS files, gates and matrices to tables of tubes and events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from selenolab.assays.flow.gate_text import gate_row
from selenolab.assays.flow.schema import CHANNELS, EVENTS, GATES, PROGRAM_COUNTS, SPILLOVERS, TUBES
from selenolab.assays.flow.settings import FlowSettings
from selenolab.assays.flow.stated import Stated, stated_of
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError, SelenolabError, StudyError, UnknownNameError
from selenolab.core.format import InputFile, Parsed
from selenolab.core.gate import GateTree, Spillover
from selenolab.core.schema import OpenColumn
from selenolab.cytometry.gating import gates_for, sample_name
from selenolab.formats.fcs_channels import channels, top
from selenolab.formats.fcs_spillover import spillover
from selenolab.formats.units import factor

MATRIX = "matrix file"  # name of the matrix that a file of its own brought; others are named after tubes
_GIVEN = ("stain", "experiment", "compound", "dose", "basis", "time", "cell_line", "arm")


@dataclass(slots=True)
class _Said:
    """What is told to the user about the reading while it goes on."""

    assumed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    if parsed.kind == "population":
        return ""
    if parsed.kind == "document" and isinstance(parsed.document, GateTree | Spillover):
        return ""
    return f"a {parsed.kind} holds no events of a cytometer, no gates and no spillover matrix"


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: FlowSettings) -> Reading:
    """The tubes of all FCS files with their events, and the gates and matrices beside them.

    Raises
    ------
    StudyError, DataError
        No FCS file, a file of another kind, tubes without a common channel, events that are no numbers,
        a role, dose or time that cannot be understood.
    """
    for file in files:
        if reason := suits(file.parsed):
            raise StudyError(
                f"{file.name}: {reason}. Give FCS files, GatingML, a FlowJo workspace or matrix."
            )
    tubes = [file for file in files if file.parsed.kind == "population"]
    if not tubes:
        raise StudyError("flow: Expected at least one FCS file. Add the tubes.")
    said = _Said()
    stated = stated_of(files, sheet)
    _refuse_wrong_roles(tubes, stated)
    own = _own_matrices(tubes, stated, files, settings, said)
    tables = {
        "tubes": _tubes(tubes, stated, own, settings, said),
        "events": _events(tubes, said),
        "channels": _channels(tubes),
        **_matrices(files, own),
        **_gates(files, tubes, said),
    }
    return Reading(Dataset(tables), tuple(said.assumed), tuple(said.warnings))


def _highest(parsed: Parsed, row: Mapping[Any, Any]) -> float:
    """The highest value that a channel can give: one step below its range, or the highest event beyond it."""
    stated = top(parsed, str(row["channel"]))
    steps, decades = float(row["range"]), float(row["decades"])
    if steps <= 1:
        return stated
    last = stated * 10 ** (-decades / steps) if decades else stated * (1 - 1 / steps)
    return max(last, float(parsed.data[str(row["channel"])].max()))


def _own_matrices(
    tubes: Sequence[InputFile], stated: Mapping[str, Stated], files: Sequence[InputFile],
    settings: FlowSettings, said: _Said,
) -> dict[str, Spillover]:  # fmt: skip
    """The matrix that each FCS file holds; one that cannot be used stops the run only where it is needed."""
    other = any(one.role == "single_stain" for one in stated.values()) or any(
        isinstance(file.parsed.document, Spillover) for file in files
    )
    needed = settings.compensation == "file" or (settings.compensation == "auto" and not other)
    found = {}
    for file in tubes:
        try:
            matrix = spillover(file.parsed)
        except SelenolabError as error:
            if needed:
                raise
            said.warnings.append(f"The file's own matrix is not used: {error}")
            continue
        if matrix is not None:
            found[file.name] = matrix
    return found


def _refuse_wrong_roles(tubes: Iterable[InputFile], stated: Mapping[str, Stated]) -> None:
    for file in tubes:
        role = stated[file.name].role
        if role in ("gates", "spillover"):
            raise StudyError(f"{file.name}: It holds events, no {role}. Give it the role of a tube.")


def _tubes(
    files: Sequence[InputFile], stated: Mapping[str, Stated], own: Mapping[str, Spillover],
    settings: FlowSettings, said: _Said,
) -> Table:  # fmt: skip
    """One row a tube, doses in one unit."""
    unit = settings.dose_unit or next((one.dose_unit for one in stated.values() if one.dose_unit), "")
    rows = []
    for file in files:
        one = stated[file.name]
        row = {word: getattr(one, word) for word in _GIVEN}
        words = {"tube": file.name, "role": one.role, **row, "dose": _in(one, unit, file.name)}
        matrix = file.name if file.name in own else ""
        rows.append({**words, "event_count": len(file.parsed.data), "flow_matrix": matrix, "file": file.name})
    frame = pd.DataFrame(rows)
    if (frame["experiment"] == "").any():
        bare = str(frame.loc[frame["experiment"] == "", "tube"].iloc[0])
        if (frame["experiment"] != "").any() and stated[bare].role == "sample":
            raise StudyError(f"{bare}: It names no experiment, other tubes do. Fill it in.")
        if (frame["experiment"] == "").all():
            said.assumed.append("experiment: none is stated, all tubes are taken for one experiment")
    empty = [word for word in _GIVEN if not _any(frame[word])]
    return Table(TUBES, frame.drop(columns=empty), {"dose": unit} if unit and "dose" not in empty else {})


def _any(column: "pd.Series[Any]") -> bool:
    return bool((column.notna() & (column.astype(str) != "")).any())


def _in(one: Stated, unit: str, name: str) -> float:
    """The dose in the run's unit; a dose of zero needs none."""
    if one.dose != one.dose or one.dose == 0:
        return one.dose
    if not unit:
        raise DataError(f"{name}: dose has no unit. Write '8 µM', or 'dose [µM]' above it, or set dose_unit.")
    try:
        return one.dose * (factor(one.dose_unit, unit) if one.dose_unit else 1.0)
    except DataError as error:
        raise DataError(f"{name}: {error} Put doses of different kinds into different runs.") from None


def _events(files: Sequence[InputFile], said: _Said) -> Table:
    """All events, one column a channel that every tube has, in the file's own precision."""
    names = _common([file.parsed.data.columns for file in files], files, said)
    for file in files:
        _refuse_no_numbers(file, names)
    counts = [len(file.parsed.data) for file in files]
    codes = np.repeat(np.arange(len(files), dtype=np.int16), counts)
    tubes = pd.Categorical.from_codes(codes, categories=pd.Index([file.name for file in files]))
    columns: dict[str, object] = {"tube": tubes}
    for name in names:
        parts = [file.parsed.data[name].to_numpy() for file in files]
        columns[name] = parts[0] if len(parts) == 1 else np.concatenate(parts)
    frame = pd.DataFrame(columns, copy=False)
    meaning = {name: OpenColumn("number", "", "channel of the cytometer") for name in names}
    return Table(EVENTS, frame, {}, meaning)


def _common(found: Sequence["pd.Index[str]"], files: Sequence[InputFile], said: _Said) -> list[str]:
    names = [str(name) for name in found[0] if all(name in other for other in found)]
    if not names:
        raise DataError(
            f"{files[-1].name}: It has no channel in common with {files[0].name}. Expected tubes of one "
            "panel."
        )
    seen = dict.fromkeys(str(name) for columns in found for name in columns)
    lost = [name for name in seen if name not in names]
    if lost:
        said.assumed.append(f"channels that some tubes lack are not used: {', '.join(lost)}")
    if "tube" in names or "event" in names:
        raise DataError(f"{files[0].name}: a channel is called tube or event. Rename it when exporting.")
    return names


def _refuse_no_numbers(file: InputFile, names: Sequence[str]) -> None:
    data = file.parsed.data
    if not len(data):
        raise DataError(f"{file.name}: The file holds 0 events. Export it again, or leave it out.")
    for name in names:
        bad = ~np.isfinite(data[name].to_numpy())
        if bad.any():
            raise DataError(
                f"{file.name}: {name} of event {int(np.argmax(bad)) + 1} is no finite number "
                f"({int(bad.sum())} such events). Export the file again without transforming it."
            )


def _channels(files: Sequence[InputFile]) -> Table:
    """Marker and top of each channel; the highest top of all tubes."""
    parts = [channels(file.parsed) for file in files]
    frame = pd.concat(parts, ignore_index=True)
    names = [
        name for name in dict.fromkeys(frame["channel"]) if all(name in set(p["channel"]) for p in parts)
    ]
    rows = []
    for name in names:
        own = frame[frame["channel"] == name]
        markers = [str(marker) for marker in own["marker"] if marker == marker and str(marker).strip()]
        tops = [_highest(file.parsed, row) for file, row in zip(files, own.to_dict("records"), strict=True)]
        rows.append(
            {
                "flow_channel": name,
                "flow_marker": markers[0].strip() if markers else "",
                "flow_top": max(tops),
            }
        )
    return Table(CHANNELS, pd.DataFrame(rows))


def _matrices(files: Sequence[InputFile], own: Mapping[str, Spillover]) -> dict[str, Table]:
    found = [(MATRIX, file.parsed.document) for file in files if isinstance(file.parsed.document, Spillover)]
    if len(found) > 1:
        raise StudyError("flow: Expected at most one file with a spillover matrix. Give one for a run.")
    for file in files:
        if isinstance(file.parsed.document, GateTree):
            found += list(file.parsed.document.spillovers.items())
    found += list(own.items())
    rows = [
        row for name, matrix in found if isinstance(matrix, Spillover) for row in _matrix_rows(name, matrix)
    ]
    frame = pd.DataFrame(rows)
    return {"spillovers": Table(SPILLOVERS, frame)} if rows else {}


def _matrix_rows(name: str, matrix: Spillover) -> list[dict[str, object]]:
    return [
        {
            "flow_matrix": name,
            "flow_channel": channel,
            "flow_detector": detector,
            "spill": float(matrix.matrix[i, j]),
            "matrix_origin": matrix.origin,
        }
        for i, channel in enumerate(matrix.channels)
        for j, detector in enumerate(matrix.channels)
    ]


def _gates(files: Sequence[InputFile], tubes: Sequence[InputFile], said: _Said) -> dict[str, Table]:
    """The gates of all files, for each tube where a file names tubes, and the counts written beside them."""
    trees = [(file.name, file.parsed.document) for file in files if file.parsed.kind == "document"]
    rows: list[dict[str, str]] = []
    counts: list[dict[str, object]] = []
    for name, tree in trees:
        if not isinstance(tree, GateTree):
            continue
        said.assumed += [f"{name}: {note}" for note in tree.notes]
        said.warnings += [f"{name}: gate {one.name} is not applied: {one.reason}." for one in tree.refused]
        for file in tubes:
            rows += _rows_for(tree, file.name, name, said)
            sample = sample_name(tree, file.name)
            counts += [
                {"tube": file.name, "gate": gate, "counted_by_program": float(count)}
                for (place, gate), count in tree.counts.items()
                if place == sample
            ]
    if not rows:
        if any(isinstance(tree, GateTree) for _, tree in trees):
            raise StudyError(
                "flow: The files with gates hold no gate for the tubes given. Check the file names."
            )
        return {}
    frame = pd.DataFrame(rows).drop_duplicates(ignore_index=True)
    found = {"gates": Table(GATES, frame)}
    if counts:
        found["program_counts"] = Table(PROGRAM_COUNTS, pd.DataFrame(counts))
    return found


def _rows_for(tree: GateTree, tube: str, file: str, said: _Said) -> list[dict[str, str]]:
    """The gates that hold for one tube; those of all tubes keep an empty name."""
    own = bool(tree.whole) or any(gate.sample for gate in tree.gates)
    try:
        gates = gates_for(tree, tube)
    except UnknownNameError:
        said.warnings.append(f"{file}: it has no gates for {tube}.")
        return []
    return [gate_row(gate, tube if own else "") for gate in gates.values()]
