"""The bench door: exposures of membranes, or tables of band volumes, to lanes, exposures and bands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.western.band_boxes import measured
from selenolab.assays.western.band_table import TableBand, table_bands, table_reason
from selenolab.assays.western.edits import Place, edited_lines, excluded, refuse_idle
from selenolab.assays.western.lanes_table import filled, lanes_table, rows_of, rows_with_membranes
from selenolab.assays.western.schema import BANDS, BLOTS
from selenolab.assays.western.seeing import Seen, see, settle_lanes, splice_note
from selenolab.assays.western.settings import WesternSettings
from selenolab.assays.western.sheet_lanes import LaneRow, common_unit, lane_rows
from selenolab.assays.western.stated import Plane, Told, planes_of
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import ArrayRef, Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.core.format import InputFile, Parsed
from selenolab.imaging.blot_lanes import Lanes
from selenolab.imaging.blot_splices import Splice


@dataclass(slots=True)
class _Gathered:
    """Rows and arrays of all exposures, collected while they are measured."""

    blots: list[dict[str, Any]] = field(default_factory=list)
    bands: list[dict[str, Any]] = field(default_factory=list)
    arrays: dict[str, ArrayRef | NDArray[Any]] = field(default_factory=dict)


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    if parsed.kind == "image":
        return ""
    if parsed.kind == "table":
        return table_reason(parsed)
    return f"a {parsed.kind} holds no image of a membrane and no band volumes"


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: WesternSettings) -> Reading:
    """The lanes and bands of all files.

    Raises
    ------
    StudyError, DataError
        No file, a file of another kind, an image that cannot be measured, lanes that the sheet and an image
        do not share, an edit that hits nothing.
    """
    if not files:
        raise StudyError("western: Expected at least one file. Add the exposures of a membrane.")
    for file in files:
        if reason := suits(file.parsed):
            raise StudyError(
                f"{file.name}: {reason}. Give 16-bit images of blots, or a table lane, protein, volume."
            )
    told = Told()
    rows = lane_rows(sheet) if sheet is not None else ()
    common_unit(rows, settings.dose_unit)  # a dose without its unit is told before any pixel is looked at
    images = [file for file in files if file.parsed.kind == "image"]
    rows = rows_with_membranes(rows, images, settings)
    membranes = list(dict.fromkeys(row.membrane for row in rows if row.membrane))
    gathered = _Gathered()
    planes = planes_of(images, membranes, settings, told) if images else []
    refuse_idle([plane.name for plane in planes], settings)
    seen = [see(plane, settings) for plane in planes]
    _refuse_pictures(seen, settings)
    for membrane in dict.fromkeys(plane.membrane for plane in planes):
        own = [one for one in seen if one.plane.membrane == membrane]
        _take_membrane(own, rows_of(rows, membrane), settings, told, gathered)
    for file in files:
        if file.parsed.kind == "table":
            _take_table(file, table_bands(file, membranes, settings, told), gathered)
    _leave_out(gathered, settings)
    told.assumed.extend(edited_lines(settings))
    lanes = lanes_table(rows, planes, gathered.blots, gathered.bands, settings, told)
    return Reading(_dataset(lanes, gathered), tuple(dict.fromkeys(told.assumed)), tuple(told.warnings))


def _refuse_pictures(seen: Sequence[Seen], settings: WesternSettings) -> None:
    """Refuse a run all of whose targets are pictures of blots rather than measurements."""
    targets = [one for one in seen if one.plane.kind == "target"]
    if targets and all(one.refusal for one in targets) and not settings.measure_refused:
        raise DataError(
            f"{targets[0].plane.name}: Refused for fold changes, as all targets of the run: "
            f"{targets[0].refusal}. Give the imager's 16-bit file, or set measure_refused to see its bands "
            "without a fold."
        )


def _take_membrane(
    seen: Sequence[Seen], rows: Sequence[LaneRow], settings: WesternSettings, told: Told, gathered: _Gathered
) -> None:
    """Measure all exposures of one membrane."""
    expected = max((int(row.lane) for row in rows), default=None)
    lanes = settle_lanes(seen, expected, settings)
    for one in seen:
        own, note = lanes[one.plane.name]
        _take(one, own, note, {row.lane for row in rows}, settings, told, gathered)


def _take(
    one: Seen,
    lanes: Lanes,
    note: str,
    listed: set[str],
    settings: WesternSettings,
    told: Told,
    gathered: _Gathered,
) -> None:
    plane = one.plane
    found = measured(one, lanes, settings)
    splices, doubtful = _real(one, lanes, settings.splice_step)
    possible = [f"possible {line}, not taken for one" for line in splice_note(doubtful)]
    notes = [*one.notes, *splice_note(splices), *possible, *([note] if note else []), *found.notes]
    gathered.arrays[plane.name] = ArrayRef(
        plane.file.path, plane.file.sha256, plane.pixels.shape, str(plane.pixels.dtype), plane.page
    )
    gathered.blots.append(
        {
            "blot": plane.name,
            "membrane": plane.membrane,
            "blot_role": plane.kind,
            "blot_refusal": one.refusal,
            "blot_exposure": plane.exposure,
            "pixels": plane.name,
            "blot_tilt": lanes.tilt,
            "blot_cuts": _cuts(splices, lanes),
            "blot_note": "; ".join(notes),
            "file": plane.file.name,
        }
    )
    for row in found.bands.to_dict("records"):
        if listed and str(int(row["lane"])) not in listed:
            continue
        gathered.bands.append(_band({str(word): value for word, value in row.items()}, plane))
    if listed and (unlisted := [n for n in range(1, len(lanes.x0) + 1) if str(n) not in listed]):
        told.assumed.append(
            f"membrane {plane.membrane}: lanes not on the sheet enter no number: {_list(unlisted)}"
        )


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _real(one: Seen, lanes: Lanes, least: float) -> tuple[tuple[Splice, ...], tuple[Splice, ...]]:
    """Splice lines that part lanes, and those that are only told: faint steps, edges of lanes in a stain."""
    spans = list(zip(lanes.x0, lanes.x1, strict=True))
    told_only = []
    for cut in one.splices:
        faint = cut.kind == "step" and abs(cut.step) < least * one.signal.noise
        stain = one.plane.kind == "total" and cut.axis == "vertical"
        if faint or (stain and any(x0 <= cut.position < x1 for x0, x1 in spans)):
            told_only.append(cut)
    return tuple(cut for cut in one.splices if cut not in told_only), tuple(told_only)


def _cuts(splices: Sequence[Splice], lanes: Lanes) -> str:
    """Numbers of the lanes after which a vertical splice parts the image."""
    middles = np.array([(a + b) / 2 for a, b in zip(lanes.x0, lanes.x1, strict=True)])
    after = {int((middles < cut.position).sum()) for cut in splices if cut.axis == "vertical"}
    return " ".join(str(number) for number in sorted(after) if 0 < number < len(middles))


def _band(row: Mapping[str, Any], plane: Plane) -> dict[str, Any]:
    saturated = float(row.get("saturated_pixels", 0.0) or 0.0)
    flag = f"saturated: {saturated:.0f} pixels" if saturated > 0 else ""
    if row["volume"] != row["volume"]:
        flag, saturated = "no band is seen in any lane, and no window is stated", 0.0
    snr = float(row.get("snr", nan))
    return {
        "blot": plane.name,
        "membrane": plane.membrane,
        "lane": str(int(row["lane"])),
        "protein": row["protein"],
        "band_volume": row["volume"],
        "band_volume_se": row["volume_se"],
        "band_volume_flag": flag,
        "band_background": row.get("background", nan),
        "band_snr": snr if np.isfinite(snr) else nan,
        "band_saturated": saturated,
        "band_left": row["x0"],
        "band_right": row["x1"],
        "band_top": row.get("y0", nan),
        "band_bottom": row.get("y1", nan),
        "band_edit": "",
        "file": plane.file.name,
    }


def _take_table(file: InputFile, rows: Sequence[TableBand], gathered: _Gathered) -> None:
    for name in dict.fromkeys(row.blot for row in rows):
        first = next(row for row in rows if row.blot == name)
        gathered.blots.append(
            {
                "blot": name,
                "membrane": first.membrane,
                "blot_role": first.kind,
                "blot_refusal": "",
                "blot_note": "volumes of another program; pixels were not checked",
                "file": file.name,
            }
        )
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.blot, row.lane) in seen:
            raise StudyError(
                f"{file.name}: {row.protein} of membrane {row.membrane}, lane {row.lane} has two rows. "
                "Keep one, or "
                "name the bands apart."
            )
        seen.add((row.blot, row.lane))
        gathered.bands.append(
            {
                "blot": row.blot,
                "membrane": row.membrane,
                "lane": row.lane,
                "protein": row.protein,
                "band_volume": row.volume,
                "band_volume_flag": "saturated, as the table says" if row.saturated else "",
                "band_background": row.background,
                "file": file.name,
            }
        )


def _leave_out(gathered: _Gathered, settings: WesternSettings) -> None:
    places = [Place(row["blot"], row["lane"], row["protein"]) for row in gathered.bands]
    reasons = excluded(places, settings)
    for row, place in zip(gathered.bands, places, strict=True):
        if place in reasons:
            row["band_volume_flag"] = f"excluded: {reasons[place]}"
            row["band_edit"] = reasons[place]


def _dataset(lanes: Table, gathered: _Gathered) -> Dataset:
    blots, bands = (_without_empty(pd.DataFrame(rows)) for rows in (gathered.blots, gathered.bands))
    tables = {"lanes": lanes, "blots": Table(BLOTS, blots), "bands": Table(BANDS, bands)}
    return Dataset(tables, gathered.arrays)


def _without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    words = ("blot_exposure", "band_edit", "band_background")
    return frame.drop(columns=[word for word in words if word in frame and not filled(frame[word])])
