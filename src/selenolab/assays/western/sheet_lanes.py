"""The sheet: one row a lane, what was loaded in it and where it stands in the design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

from selenolab.assays.western.schema import LANE_ROLES
from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.formats.headers import normalise_word, parse_header, split_basis
from selenolab.formats.said import cell_text, said_basis, said_number
from selenolab.formats.units import factor, known_unit

SAME = {
    "replicate": "experiment",
    "exp": "experiment",
    "biological_replicate": "experiment",
    "lysate": "experiment",
    "concentration": "dose",
    "conc": "dose",
    "drug": "compound",
    "agent": "compound",
    "cell": "cell_line",
    "cells": "cell_line",
    "line": "cell_line",
    "timepoint": "time",
    "exposure": "time",
    "type": "role",
    "blot": "membrane",
    "gel": "membrane",
    "load": "load_ug",
    "loaded": "load_ug",
    "load_µg": "load_ug",
    "treatment_arm": "arm",
    "perturbation": "arm",
    "image": "file",
}
ROLE_WORDS = {
    **{word: word for word in LANE_ROLES},
    "": "",
    "treated": "sample",
    "test": "sample",
    "control": "vehicle",
    "untreated": "vehicle",
    "vehicle": "vehicle",
    "ladder": "marker",
    "mw": "marker",
    "blank": "empty",
    "standard": "dilution",
    "positive_control": "positive",
    "ignore": "empty",
}
WORDS = (
    "membrane",
    "file",
    "lane",
    "role",
    "experiment",
    "compound",
    "dose",
    "basis",
    "time",
    "cell_line",
    "arm",
    "load_ug",
    "dilution",
)
_SKIPPED = ("format", "place", "source_row", "record", "plate", "well", "row", "column", "note", "notes")
MOST_LANES = 60


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One lane as stated. `membrane` is "" where the row holds for every membrane; NaN where not stated."""

    lane: str
    membrane: str = ""
    file: str = ""
    role: str = "sample"
    experiment: str = ""
    compound: str = ""
    dose: float = nan
    dose_unit: str = ""
    basis: str = ""
    time: float = nan
    cell_line: str = ""
    arm: str = ""
    load_ug: float = nan
    dilution: float = nan
    place: str = ""


def lane_rows(sheet: Sheet) -> tuple[LaneRow, ...]:
    """All rows of the sheet.

    Raises
    ------
    StudyError, DataError
        No column lane, an unknown column or role, a lane that is no whole number or occurs twice, a dose
        or time without a unit, a dilution lane without its share.
    """
    headers = {str(column): parse_header(str(column)) for column in sheet.frame.columns}
    words = {column: SAME.get(header.word, header.word) for column, header in headers.items()}
    _check_words(sheet, words)
    units = {
        words[column]: sheet.units.get(column, f"{header.unit} {header.basis}".strip())
        for column, header in headers.items()
    }
    rows = []
    for number, record in enumerate(sheet.frame.to_dict("records"), 2):
        cells = {words[str(column)]: cell_text(cell) for column, cell in record.items()}
        if not any(cells.get(word) for word in WORDS):
            continue
        place = f"{sheet.name}, {cells.get('place') or 'row ' + (cells.get('source_row') or str(number))}"
        rows.append(_row(cells, units, place))
    seen: dict[tuple[str, str, str], str] = {}
    for row in rows:
        key = (row.membrane, row.file if not row.membrane else "", row.lane)
        if key in seen:
            raise DataError(
                f"{row.place}: lane {row.lane} of membrane '{row.membrane}' has two rows. Keep one."
            )
        seen[key] = row.place
    return tuple(rows)


def _check_words(sheet: Sheet, words: Mapping[str, str]) -> None:
    if "lane" not in words.values():
        raise DataError(
            f"{sheet.name}: Unable to find a column 'lane'. Write one row a lane: membrane, lane, role, ..."
        )
    for column, word in words.items():
        if word not in (*WORDS, *_SKIPPED) and not word.endswith("_flag"):
            raise DataError(f"{sheet.name}: Unknown column '{column}'. {did_you_mean(word, WORDS)}")


def _row(cells: Mapping[str, str], units: Mapping[str, str], place: str) -> LaneRow:
    role = normalise_word(cells.get("role", ""))
    if role not in ROLE_WORDS:
        raise StudyError(f"{place}: role is '{cells['role']}'. {did_you_mean(role, LANE_ROLES)}")
    dose, unit, basis = _dose(cells.get("dose", ""), units.get("dose", ""), place)
    found = LaneRow(
        lane_number(cells.get("lane", ""), place),
        cells.get("membrane", ""),
        cells.get("file", ""),
        ROLE_WORDS[role] or "sample",
        cells.get("experiment", ""),
        cells.get("compound", ""),
        dose,
        unit,
        said_basis(place, cells.get("basis", "")) or basis,
        _hours(cells.get("time", ""), units.get("time", ""), place),
        cells.get("cell_line", ""),
        cells.get("arm", ""),
        _amount(cells, "load_ug", place),
        _amount(cells, "dilution", place),
        place,
    )
    if found.role == "vehicle":
        found = replace(found, role="sample", dose=0.0)
    if found.role == "dilution" and not found.dilution > 0 and not found.load_ug > 0:
        raise DataError(
            f"{place}: A dilution lane needs its share in a column dilution, such as 0.5, or load_ug."
        )
    return found


def lane_number(text: str, place: str) -> str:
    """The number of a lane, counted from 1 at the left."""
    if not text.isdigit() or not 1 <= int(text) <= MOST_LANES:
        raise DataError(f"{place}: lane is '{text}'. Expected a whole number from 1 (left) to {MOST_LANES}.")
    return str(int(text))


def _dose(text: str, header_unit: str, place: str) -> tuple[float, str, str]:
    if not text:
        return nan, "", ""
    number, _, rest = text.partition(" ")
    value = said_number(place, "dose", number, text, "a number")
    unit, basis = split_basis(rest.strip() or header_unit)
    if value < 0:
        raise DataError(f"{place}: dose is {value:g}. Expected a number from 0 on.")
    if unit and not known_unit(unit):
        raise DataError(f"{place}: dose is in '{unit}', an unknown unit. Write one like '8 µM' or '2 µg/mL'.")
    return value, unit, basis


def _hours(text: str, header_unit: str, place: str) -> float:
    if not text:
        return nan
    number, _, rest = text.partition(" ")
    unit = rest.strip() or header_unit
    if not unit:
        raise DataError(f"{place}: time {text} has no unit. Write it like '24 h', or 'time [h]' above it.")
    return said_number(place, "time", number, text, "a number") * factor(unit, "h")


def _amount(cells: Mapping[str, str], word: str, place: str) -> float:
    text = cells.get(word, "")
    if not text:
        return nan
    value = said_number(place, word, text.removesuffix("µg").strip(), text, "a number")
    if not value > 0:
        raise DataError(f"{place}: {word} is {value:g}. Expected a number above 0.")
    return value


def common_unit(rows: Sequence[LaneRow], stated: str) -> str:
    """The one unit in which doses are kept; "" where no dose is given.

    Raises
    ------
    DataError
        Doses without a unit.
    """
    unit = stated or next((row.dose_unit for row in rows if row.dose_unit), "")
    for row in rows:
        if row.dose > 0 and not (row.dose_unit or unit):
            raise DataError(f"{row.place}: dose has no unit. Write '8 µM', or 'dose [µM]' above it.")
    return unit


def in_unit(row: LaneRow, unit: str) -> float:
    """The dose of a row in `unit`."""
    if not row.dose > 0 or not row.dose_unit:
        return row.dose
    try:
        return row.dose * factor(row.dose_unit, unit)
    except DataError as error:
        raise DataError(f"{row.place}: {error} Put doses of different kinds into different runs.") from None
