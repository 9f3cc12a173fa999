"""The dataset as the panels see it: tubes in a fixed order, each with its events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.flow.channels import PARTS, Channels, find_channels
from selenolab.assays.flow.gate_text import gates_of
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.dataset import Dataset, sound, unit_of
from selenolab.core.errors import DataError
from selenolab.core.gate import Gate, Spillover
from selenolab.cytometry.events import Events, Values

ONE = "1"  # name of the experiment where none is stated


@dataclass(frozen=True, slots=True)
class Tube:
    """One tube and its place in the design. Dose in the run's unit, time in h; NaN where not stated."""

    name: str
    role: str
    stain: str = ""
    experiment: str = ONE
    compound: str = ""
    dose: float = nan
    time: float = nan
    cell_line: str = ""
    arm: str = ""
    flow_matrix: str = ""
    basis: str = ""

    @property
    def control(self) -> bool:
        """Whether it is an untreated control: dose zero, or no dose and no compound."""
        return self.role == "sample" and (self.dose == 0 or (not isfinite(self.dose) and not self.compound))

    @property
    def place(self) -> tuple[str, float, str]:
        """What a treated tube shares with its control, beside the experiment: line, time, arm."""
        return (self.cell_line, self.time if isfinite(self.time) else -1.0, self.arm)


@dataclass(frozen=True, slots=True)
class Room:
    """All that an analysis sees: tubes by name, rows of their events, channels, gates and matrices."""

    tubes: tuple[Tube, ...]
    left_out: Mapping[str, str]  # tube -> why
    channels: Channels
    dose_unit: str
    matrices: Mapping[str, Spillover]
    gates: tuple[Gate, ...]
    counts: Mapping[tuple[str, str], int]
    columns: Mapping[str, Values] = field(repr=False)
    rows: Mapping[str, slice | NDArray[np.intp]] = field(repr=False)

    def events(self, tube: Tube) -> Events:
        """The events of one tube, as recorded."""
        rows = self.rows[tube.name]
        return {name: values[rows] for name, values in self.columns.items()}

    def of(self, *roles: str) -> tuple[Tube, ...]:
        """Tubes of these roles."""
        return tuple(tube for tube in self.tubes if tube.role in roles)


def enter(dataset: Dataset, settings: FlowSettings) -> Room:
    """The room of a dataset.

    Raises
    ------
    DataError, StudyError
        No sample tube left, a panel whose channels cannot be told.
    """
    table = dataset.tables["tubes"]
    frame = table.frame.sort_values("tube")
    kept = sound(frame, "event_count")
    flags = frame["event_count_flag"].astype(str) if "event_count_flag" in frame else pd.Series(dtype=str)
    tubes = tuple(_tube(row) for row in frame[kept].to_dict("records"))
    if not any(tube.role == "sample" for tube in tubes):
        raise DataError("flow: Expected tubes of role sample, found none. Check the roles on the sheet.")
    columns, rows = _split(dataset.tables["events"].frame)
    for tube in tubes:
        if tube.name not in rows:
            raise DataError(f"{tube.name}: The tube holds 0 events. Export it again, or leave it out.")
    room = Room(
        tubes,
        dict(zip(frame["tube"][~kept].astype(str), flags[~kept] if len(flags) else (), strict=True)),
        find_channels(dataset.tables["channels"].frame, settings),
        unit_of(table, "dose") if "dose" in frame else "",
        _matrices(dataset),
        _gates(dataset),
        _counts(dataset),
        columns,
        rows,
    )
    _refuse_constant(room, settings)
    return room


def _refuse_constant(room: Room, settings: FlowSettings) -> None:
    """A dye's channel of one value holds nothing to read: the wrong channel, or a detector that was off."""
    names = [room.channels.parts[part] for part in PARTS[settings.panel]]
    for tube in room.of("sample"):
        for name in names:
            values = room.columns[name][room.rows[tube.name]]
            if values.min() == values.max():
                raise DataError(
                    f"{tube.name}: {name} shows {values[0]:g} in all {len(values)} events. Expected a "
                    "distribution. Check the channel."
                )


def _tube(row: Mapping[Any, Any]) -> Tube:
    text = {word: _text(row.get(word)) for word in _TEXTS}
    return Tube(
        str(row["tube"]),
        dose=_number(row.get("dose")),
        time=_number(row.get("time")),
        **cast("Any", {**text, "experiment": text["experiment"] or ONE}),
    )


_TEXTS = ("role", "stain", "experiment", "compound", "cell_line", "arm", "flow_matrix", "basis")


def _text(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell)


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float | np.number) else nan


def _split(
    frame: pd.DataFrame,
) -> tuple[dict[str, Values], dict[str, slice | NDArray[np.intp]]]:
    """Channels (n,) and the rows of each tube: a slice where its events stand together, else indices."""
    tubes = frame["tube"]
    if isinstance(tubes.dtype, pd.CategoricalDtype):
        codes, names = tubes.cat.codes.to_numpy(), [str(name) for name in tubes.cat.categories]
    else:
        codes, found = pd.factorize(tubes)
        names = [str(name) for name in found]
    ends = np.flatnonzero(np.diff(codes)) + 1
    starts, ends = np.r_[0, ends], np.r_[ends, len(codes)]
    rows: dict[str, slice | NDArray[np.intp]] = {}
    if len(starts) == len(np.unique(codes[starts])):
        rows = {names[codes[a]]: slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)}
    else:
        order = np.argsort(codes, kind="stable")
        edges = np.searchsorted(codes[order], np.arange(len(names) + 1))
        rows = {
            name: order[edges[i] : edges[i + 1]] for i, name in enumerate(names) if edges[i] < edges[i + 1]
        }
    skipped = ("tube", "event", "file", "source_row")
    channels = [str(n) for n in frame.columns if n not in skipped and frame[n].dtype.kind in "fiu"]
    columns = {name: frame[name].to_numpy() for name in channels}
    return columns, rows


def _matrices(dataset: Dataset) -> dict[str, Spillover]:
    if "spillovers" not in dataset.tables:
        return {}
    frame = dataset.tables["spillovers"].frame
    found = {}
    for name, part in frame.groupby("flow_matrix", sort=True):
        names = sorted(set(part["flow_channel"]))
        wide = part.pivot(index="flow_channel", columns="flow_detector", values="spill")
        matrix = wide.reindex(index=names, columns=names).to_numpy(np.float64)
        found[str(name)] = Spillover(tuple(names), matrix, str(part["matrix_origin"].iloc[0]), str(name))
    return found


def _gates(dataset: Dataset) -> tuple[Gate, ...]:
    """The gates of files, parents before children."""
    if "gates" not in dataset.tables:
        return ()
    gates = gates_of(dataset.tables["gates"].frame.sort_values(["gate", "gate_tube"]))
    parents = {gate.name: gate.parent for gate in gates}

    def depth(name: str, seen: int = 0) -> int:
        parent = parents.get(name, "")
        return seen if not parent or seen > len(parents) else depth(parent, seen + 1)

    return tuple(sorted(gates, key=lambda gate: depth(gate.name)))


def _counts(dataset: Dataset) -> dict[tuple[str, str], int]:
    if "program_counts" not in dataset.tables:
        return {}
    rows = dataset.tables["program_counts"].frame.to_dict("records")
    return {(str(row["tube"]), str(row["gate"])): int(row["counted_by_program"]) for row in rows}


def by_experiment(tubes: tuple[Tube, ...]) -> Iterator[tuple[str, tuple[Tube, ...]]]:
    """Tubes of each experiment, in the order of the names."""
    for name in sorted({tube.experiment for tube in tubes}):
        yield name, tuple(tube for tube in tubes if tube.experiment == name)
