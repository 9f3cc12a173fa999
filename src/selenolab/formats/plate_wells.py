"""Plate files, a sheet and the study's facts to one frame of wells: the bench door of plate assays.

An assay calls :func:`read_wells` with its words and the read it takes, then keeps the columns of its own
schema (:func:`selenolab.formats.plate_words.allowed_columns`). Nothing is guessed; what is assumed is said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from selenolab.core.assay import Sheet
from selenolab.core.compound import Basis
from selenolab.core.errors import DataError, StudyError
from selenolab.core.format import InputFile, Parsed
from selenolab.formats.plate_checks import check_wells, fill_wells
from selenolab.formats.plate_facts import file_role, with_facts
from selenolab.formats.plate_layout import laid_out, tidy_sheet
from selenolab.formats.plate_reads import PlateRead, plate_rows
from selenolab.formats.plate_units import basis_word, doses, measures, times
from selenolab.formats.plate_words import (
    READ_TIME,
    PlateWords,
    Said,
    left_out,
    renamed,
    renamed_units,
    role_words,
    texts,
)

TableStep = Callable[[pd.DataFrame, Mapping[str, str], str, Said], None]
PlateStep = Callable[[pd.DataFrame, str, Said], None]


@dataclass(frozen=True, slots=True)
class PlateDoor:
    """How one assay reads plates: its words, the read it takes, and how doses are written.

    `table_step(rows, units, name, said)` may change the rows of a long table in place, once the words
    and doses are in order; `plate_step(rows, name, said)` those of a plate export, such as by its layout
    (`layout_name`, `layout_amount`). `needs_dose`: refuse input that states no dose at all.
    """

    words: PlateWords
    read: PlateRead = field(default_factory=PlateRead)
    dose_unit: str = ""
    basis: Basis = Basis.NOT_STATED
    table_step: TableStep | None = None
    plate_step: PlateStep | None = None
    needs_dose: bool = False


@dataclass(frozen=True, slots=True)
class WellRows:
    """One row a well (and time of a kinetic read) with the assay's words as columns.

    `units` holds the unit of `dose` where one is stated, and of the measures whose unit travels.
    Columns that are always there: file, plate, well, experiment, role, compound, cell_line, arm, basis,
    dose, time [h], wavelength [nm], plate_wells; then a signal and its flag, `read_time` [s] if kinetic.
    """

    frame: pd.DataFrame
    units: Mapping[str, str]
    assumed: tuple[str, ...]
    warnings: tuple[str, ...]


def plate_suits(parsed: Parsed, words: PlateWords, needed: Sequence[str] = ()) -> str:
    """Why an assay of these words cannot use the file; an empty text where it can.

    A plate can be used; a long table where it has the columns `needed` and one of the signals.
    """
    if parsed.kind == "plate":
        return ""
    if parsed.kind != "table":
        return f"it is of kind {parsed.kind}, which holds no wells"
    found = set(_in_words(parsed.data.head(0), "table", words).columns)
    for word in needed:
        if word not in found:
            return f"the table has no column '{word}'"
    if not found & set(words.signals):
        return f"the table has no column {', '.join(words.signals)}"
    return ""


def read_wells(files: Sequence[InputFile], sheet: Sheet | None, door: PlateDoor, name: str) -> WellRows:
    """The wells of all files of the assay `name`.

    Raises
    ------
    DataError, StudyError, FormatRefusal
        A missing unit, a read that is not there, a well twice, a role or basis that is no word, a
        compound name that means two compounds, a layout that does not fit.
    """
    if not files:
        raise StudyError(f"{name}: Expected at least one file. Add a plate export or a table.")
    said = Said()
    unit, tidy, basis = door.dose_unit, None, ""
    if sheet is not None:
        tidy, unit, basis = tidy_sheet(sheet, unit, door.words, said)
    parts = []
    for file in files:
        part, unit = _file_rows(file, tidy, unit, basis, door, said)
        parts.append(part)
    wells = _joined(parts, files, door.words)
    check_wells(wells, door.words)
    fill_wells(wells, door.basis, door.words, said)
    if not unit and (door.needs_dose or (wells["dose"] > 0).any()):
        raise DataError(f"{files[0].name}: no dose was given. Add a plate map with a column 'dose [µM]'.")
    units = {**({"dose": unit} if unit else {}), **said.units}
    return WellRows(wells, units, tuple(said.assumed), tuple(said.warnings))


def _file_rows(
    file: InputFile, sheet: pd.DataFrame | None, unit: str, basis: str, door: PlateDoor, said: Said
) -> tuple[pd.DataFrame, str]:
    words = door.words
    if file.parsed.kind == "plate":
        rows = plate_rows(file, door.read, said)
        if door.plate_step is not None:
            door.plate_step(rows, file.name, said)
    elif file.parsed.kind == "table":
        rows, unit, basis = _table_rows(file, unit, basis, door, said)
    else:
        raise StudyError(f"{file.name}: {plate_suits(file.parsed, words)}. Give a plate export or a table.")
    rows = laid_out(with_facts(rows, file, words), sheet, file, words, said)
    rows = file_role(rows, file, words)
    rows["role"] = _roles(rows, file.name, words)
    rows = rows[rows["role"] != ""].reset_index(drop=True)
    if rows.empty:
        given = sheet is not None
        mend = (
            "Fill in 'role' or 'dose' on the sample sheet"
            if given
            else "Give a plate map with 'role' or 'dose'"
        )
        raise DataError(f"{file.name}: no well has a role. {mend}.")
    if "basis" not in rows:
        rows["basis"] = basis
    rows["basis"] = [basis_word(str(text), file.name) or basis for text in rows["basis"].fillna("")]
    return rows, unit


def _in_words(frame: pd.DataFrame, name: str, words: PlateWords) -> pd.DataFrame:
    """A long table by the assay's words; the only time of a kinetic table is that of the reading."""
    found = renamed(frame, name, words)
    if words.kinetic and READ_TIME not in found:
        found = found.rename(columns={"time": READ_TIME})
    return found


def _table_rows(
    file: InputFile, unit: str, basis: str, door: PlateDoor, said: Said
) -> tuple[pd.DataFrame, str, str]:
    """The rows of a long table with the assay's words and units; its dose unit and basis."""
    parsed, name, words = file.parsed, file.name, door.words
    units = renamed_units(parsed.units, words)
    rows = _in_words(parsed.data, name, words)
    if words.kinetic and READ_TIME not in units and "time" in units:
        units[READ_TIME] = units["time"]
    rows = left_out(texts(rows, words), name, words, said).drop(columns="record", errors="ignore")
    bases = renamed_units(
        {k.removesuffix(".basis"): v for k, v in parsed.metadata.items() if k.endswith(".basis")}, words
    )
    if "dose" in rows:
        unit, written = doses(rows, units, unit or door.dose_unit, name)
        basis = bases.get("dose", written) or basis
    times(rows, units, name)
    measures(rows, units, name, words, said)
    if door.table_step is not None:
        door.table_step(rows, units, name, said)
    rows.insert(0, "file", name)
    if not set(rows) & set(words.signals):
        raise DataError(f"{name}: Unable to find a signal. Name a column {', '.join(words.signals)}.")
    if "plate" not in rows:
        rows["plate"] = ""
    return rows, unit, basis


def _roles(rows: pd.DataFrame, name: str, words: PlateWords) -> pd.Series:
    """The role (n,) of every row; where none is written, dose zero of a raw signal is the vehicle."""
    role = role_words(rows, name, words)
    if (role != "").any():
        return role
    if "dose" not in rows:
        raise DataError(
            f"{name}: no well has a role. Give a plate map with columns 'well', 'role', 'dose [µM]'."
        )
    raw = bool(set(rows) & set(words.raw))
    dose = rows["dose"].astype(float)
    return pd.Series(
        np.where(dose.isna(), "", np.where(raw & (dose == 0), "vehicle", "sample")), index=rows.index
    )


def _joined(parts: Sequence[pd.DataFrame], files: Sequence[InputFile], words: PlateWords) -> pd.DataFrame:
    """All rows together, with a plate name that is one plate."""
    names = [set(part["plate"].astype(str)) for part in parts]
    for index, (part, file) in enumerate(zip(parts, files, strict=True)):
        others = set().union(*(other for place, other in enumerate(names) if place != index))
        stem = file.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        part["plate"] = [
            stem if not plate else f"{stem}: {plate}" if plate in others else plate
            for plate in part["plate"].astype(str)
        ]
    wells = pd.concat(parts, ignore_index=True)
    for word in ("well", "compound", "cell_line", "arm", "experiment", "basis", *words.texts):
        wells[word] = wells[word].fillna("").astype(str).astype(object) if word in wells else ""
    for word in ("dose", "time", "wavelength", "plate_wells", *words.measures):
        wells[word] = pd.to_numeric(wells[word], errors="coerce") if word in wells else np.nan
    for word in (*words.signals, "reference_absorbance"):
        if f"{word}_flag" in wells:
            wells[f"{word}_flag"] = wells[f"{word}_flag"].fillna("").astype(str)
    kinds = [word for word in words.signals if word in wells]
    if len(kinds) > 1:
        raise DataError(
            f"The files hold {' and '.join(kinds)}: different signals. Put them into different runs."
        )
    return wells
