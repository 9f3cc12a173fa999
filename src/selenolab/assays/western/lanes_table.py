"""The lanes of all membranes as a table: rows of the sheet, by the membranes that the files show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

import pandas as pd

from selenolab.assays.western.schema import LANES
from selenolab.assays.western.settings import WesternSettings
from selenolab.assays.western.sheet_lanes import LaneRow, common_unit, in_unit
from selenolab.assays.western.stated import Plane, Told, facts_of, matches
from selenolab.core.dataset import Table
from selenolab.core.errors import StudyError
from selenolab.core.format import InputFile

_OPTIONAL = (
    "experiment",
    "compound",
    "dose",
    "basis",
    "time",
    "cell_line",
    "arm",
    "lane_load",
    "lane_dilution",
)


def rows_with_membranes(
    rows: Iterable[LaneRow], images: Sequence[InputFile], settings: WesternSettings
) -> tuple[LaneRow, ...]:
    """Rows that name a file get the membrane of that file."""
    out = []
    for row in rows:
        if row.membrane or not row.file:
            out.append(row)
            continue
        hit = [file for file in images if matches(file.name, row.file)]
        if not hit:
            raise StudyError(
                f"{row.place}: file '{row.file}' is not among the files given. Correct the sheet."
            )
        out.append(
            replace(row, membrane=facts_of(hit[0], settings).get("membrane", "") or PurePath(row.file).stem)
        )
    return tuple(out)


def rows_of(rows: Sequence[LaneRow], membrane: str) -> list[LaneRow]:
    """The rows of a membrane: its own, else those that hold for every membrane."""
    own = [row for row in rows if row.membrane == membrane]
    return own or [row for row in rows if not row.membrane]


def lanes_table(
    rows: Sequence[LaneRow],
    planes: Sequence[Plane],
    blots: Sequence[Mapping[str, Any]],
    bands: Sequence[Mapping[str, Any]],
    settings: WesternSettings,
    told: Told,
) -> Table:
    """One row a lane of every membrane; lanes without a sheet have no design.

    Raises
    ------
    StudyError, DataError
        A lane of the sheet without a band, a dose without a unit, lanes of which some name their experiment.
    """
    unit = common_unit(rows, settings.dose_unit)
    experiments = {plane.membrane: plane.experiment for plane in planes if plane.experiment}
    found = []
    for membrane in dict.fromkeys(str(blot["membrane"]) for blot in blots):
        own = rows_of(rows, membrane)
        lanes = {str(band["lane"]) for band in bands if band["membrane"] == membrane}
        needed = {row.lane for row in own if row.role not in ("marker", "empty")}
        if missing := sorted(needed - lanes, key=int):
            raise StudyError(
                f"Lane {missing[0]} of membrane {membrane} is on the sheet, but has no band volume."
            )
        if not own:
            own = [LaneRow(lane) for lane in sorted(lanes, key=int)]
        experiment = experiments.get(membrane, "")
        found += [_lane(row, membrane, in_unit(row, unit), experiment) for row in own]
    frame = pd.DataFrame(found)
    _settle_experiments(frame, bool(rows), told)
    empty = [word for word in _OPTIONAL if not filled(frame[word])]
    return Table(LANES, frame.drop(columns=empty), {"dose": unit or "µM"} if "dose" not in empty else {})


def _settle_experiments(frame: pd.DataFrame, stated: bool, told: Told) -> None:
    """Lanes of the design need their experiment; without any, each membrane is taken for one."""
    sample = frame["role"] == "sample"
    bare = frame["experiment"] == ""
    if not stated or not (sample & bare).any():
        return
    if (sample & ~bare).any():
        first = frame[sample & bare].iloc[0]
        raise StudyError(
            f"Membrane {first['membrane']}, lane {first['lane']}: It names no experiment, other lanes "
            "do. Fill it in."
        )
    frame.loc[sample, "experiment"] = frame.loc[sample, "membrane"]
    told.assumed.append("experiment: none is stated, each membrane is taken for one independent lysate")


def _lane(row: LaneRow, membrane: str, dose: float, experiment: str) -> dict[str, Any]:
    return {
        "membrane": membrane,
        "lane": row.lane,
        "role": row.role,
        "experiment": row.experiment or experiment,
        "compound": row.compound,
        "dose": dose,
        "basis": row.basis,
        "time": row.time,
        "cell_line": row.cell_line,
        "arm": row.arm,
        "lane_load": row.load_ug,
        "lane_dilution": row.dilution,
    }


def filled(column: "pd.Series[Any]") -> bool:
    """Whether any cell of a column holds something."""
    return bool((column.notna() & (column.astype(str) != "")).any())
