"""The bench door: plate exports with a plate map, or long tables, to one table of wells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.assays.viability.columns import (
    Said,
    allowed_columns,
    basis_word,
    doses,
    in_hours,
    left_out,
    place,
    renamed,
    renamed_units,
    role_words,
    texts,
)
from selenolab.assays.viability.grouping import grouped
from selenolab.assays.viability.layout import file_role, laid_out, tidy_sheet, with_facts
from selenolab.assays.viability.plate_reads import plate_rows
from selenolab.assays.viability.scale import to_percent
from selenolab.assays.viability.schema import RAW, SIGNALS, WELLS
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.assay import Reading, Sheet
from selenolab.core.compound import Basis, identify
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.core.format import InputFile, Parsed
from selenolab.formats.wells import parse_well

_EMPTY_NUMBERS = ("dose", "time", "total", "wavelength", "plate_wells")


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    if parsed.kind == "plate":
        return ""
    if parsed.kind != "table":
        return f"it is of kind {parsed.kind}, which holds no wells"
    words = set(renamed(parsed.data.head(0), "table").columns)
    if "dose" not in words:
        return "the table has no column 'dose'"
    if not words & set(SIGNALS):
        return f"the table has no column {', '.join(SIGNALS)}"
    return ""


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: ViabilitySettings) -> Reading:
    """The wells of all files.

    Raises
    ------
    DataError, StudyError, FormatRefusal
        A missing unit, a read that is not there, a well twice, a role or basis that is no word, a
        compound name that means two compounds, a layout that does not fit.
    """
    if not files:
        raise StudyError("viability: Expected at least one file. Add a plate export or a table.")
    said = Said()
    unit = settings.dose_unit
    tidy, basis = None, ""
    if sheet is not None:
        tidy, unit, basis = tidy_sheet(sheet, unit)
    parts = []
    for file in files:
        part, unit = _file_rows(file, tidy, unit, basis, settings, said)
        parts.append(part)
    wells = _joined(parts, files)
    _check_wells(wells)
    _fill(wells, settings, said)
    if not unit:
        raise DataError(f"{files[0].name}: no dose was given. Add a plate map with a column 'dose [µM]'.")
    units = {"dose": unit, **({"response": said.response_unit} if "response" in wells else {})}
    wells = wells[allowed_columns(wells)]
    return Reading(Dataset({"wells": Table(WELLS, wells, units)}), tuple(said.assumed), tuple(said.warnings))


def _file_rows(
    file: InputFile, sheet: pd.DataFrame | None, unit: str, basis: str,
    settings: ViabilitySettings, said: Said,
) -> tuple[pd.DataFrame, str]:  # fmt: skip
    if file.parsed.kind == "plate":
        rows = plate_rows(file, settings, said)
    elif file.parsed.kind == "table":
        rows, unit, basis = _table_rows(file, unit, basis, settings, said)
    else:
        raise StudyError(f"{file.name}: {suits(file.parsed)}. Give a plate export or a table.")
    rows = laid_out(with_facts(rows, file), sheet, file, said)
    rows = file_role(rows, file)
    rows["role"] = _roles(rows, file.name)
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


def _table_rows(
    file: InputFile, unit: str, basis: str, settings: ViabilitySettings, said: Said
) -> tuple[pd.DataFrame, str, str]:
    """The rows of a long table with the assay's words and units; its dose unit and basis."""
    parsed, name = file.parsed, file.name
    units = renamed_units(parsed.units)
    rows = left_out(texts(renamed(parsed.data, name)), name, said).drop(columns="record", errors="ignore")
    bases = renamed_units(
        {k.removesuffix(".basis"): v for k, v in parsed.metadata.items() if k.endswith(".basis")}
    )
    if "dose" in rows:
        unit, written = doses(rows, units, unit or settings.dose_unit, name)
        basis = bases.get("dose", written) or basis
    in_hours(rows, units, name)
    to_percent(rows, units, settings, name, said)
    rows.insert(0, "file", name)
    if not set(rows) & set(SIGNALS):
        raise DataError(f"{name}: Unable to find a signal. Name a column {', '.join(SIGNALS)}.")
    if "plate" not in rows:
        rows["plate"] = ""
    return rows, unit, basis


def _roles(rows: pd.DataFrame, name: str) -> pd.Series:
    """The role (n,) of every row; where none is written, dose zero of a raw signal is the vehicle."""
    role = role_words(rows, name)
    if (role != "").any():
        return role
    if "dose" not in rows:
        raise DataError(
            f"{name}: no well has a role. Give a plate map with columns 'well', 'role', 'dose [µM]'."
        )
    raw = bool(set(rows) & set(RAW))
    dose = rows["dose"].astype(float)
    return pd.Series(
        np.where(dose.isna(), "", np.where(raw & (dose == 0), "vehicle", "sample")), index=rows.index
    )


def _joined(parts: Sequence[pd.DataFrame], files: Sequence[InputFile]) -> pd.DataFrame:
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
    for word in ("well", "compound", "cell_line", "arm", "experiment", "basis"):
        wells[word] = wells[word].fillna("").astype(str).astype(object) if word in wells else ""
    for word in _EMPTY_NUMBERS:
        wells[word] = pd.to_numeric(wells[word], errors="coerce") if word in wells else np.nan
    for word in (*SIGNALS, "reference_absorbance"):
        if f"{word}_flag" in wells:
            wells[f"{word}_flag"] = wells[f"{word}_flag"].fillna("").astype(str)
    kinds = [word for word in SIGNALS if word in wells]
    if len(kinds) > 1:
        raise DataError(
            f"The files hold {' and '.join(kinds)}: different signals. Put them into different runs."
        )
    return wells


def _check_wells(wells: pd.DataFrame) -> None:
    """Raise for a well that is there twice, a treated well without dose, an ambiguous compound."""
    stated = wells[wells["well"] != ""]
    wrong = stated["well"].map(lambda text: parse_well(text) is None).to_numpy(bool)
    if wrong.any():
        row = int(wrong.argmax())
        where = place(stated, str(stated["file"].iloc[row]), row)
        raise DataError(f"{where}: '{stated['well'].iloc[row]}' is no well. Write it like A1 or H12.")
    twice = stated.duplicated(["file", "plate", "experiment", "time", "well"]).to_numpy()
    if twice.any():
        row = int(twice.argmax())
        where = place(stated, str(stated["file"].iloc[row]), row)
        raise DataError(f"{where}: the well is there twice on plate '{stated['plate'].iloc[row]}'. Keep one.")
    for role in ("sample", "drug_blank"):
        bare = ((wells["role"] == role) & wells["dose"].isna()).to_numpy()
        if bare.any():
            row = int(bare.argmax())
            where = place(wells, str(wells["file"].iloc[row]), row)
            raise DataError(f"{where}: a {role} well has no dose. Fill in its dose, or its role.")
    for name in sorted(set(wells["compound"]) - {""}):
        try:
            identify(name)
        except DataError as error:
            row = int((wells["compound"] == name).to_numpy().argmax())
            raise DataError(f"{place(wells, str(wells['file'].iloc[row]), row)}: {error}") from None


def _fill(wells: pd.DataFrame, settings: ViabilitySettings, said: Said) -> None:
    """Fill what was not stated, in place, and say so."""
    if (wells["experiment"] == "").all():
        wells["experiment"] = "1"
        said.warnings.append(
            "No experiment is stated: all wells are taken as one, n = 1. Add a column 'experiment'."
        )
    elif (wells["experiment"] == "").any():
        _fill_experiments(wells)
    for word, title in (("compound", "compound"), ("cell_line", "cell line")):
        bare = (wells["role"] == "sample") & (wells[word] == "")
        if bare.any() and not bare[wells["role"] == "sample"].all():
            row = int(bare.to_numpy().argmax())
            where = place(wells, str(wells["file"].iloc[row]), row)
            raise DataError(f"{where}: a sample well has no {title}. Fill it in.")
        if bare.any():
            said.warnings.append(f"No {title} is stated: the results name none.")
    wells.loc[(wells["role"] == "vehicle") & wells["dose"].isna(), "dose"] = 0.0
    bare = wells["basis"] == ""
    wells.loc[bare, "basis"] = settings.basis.value
    if bare.any() and settings.basis is not Basis.NOT_STATED:
        said.assumed.append(f"doses count {settings.basis.value}, as set")


def _fill_experiments(wells: pd.DataFrame) -> None:
    """Controls that name no experiment belong to that of their plate, if it is one; samples must name it."""
    bare = (wells["experiment"] == "").to_numpy()
    samples = bare & (wells["role"] == "sample").to_numpy()
    if samples.any():
        row = int(samples.argmax())
        where = place(wells, str(wells["file"].iloc[row]), row)
        raise DataError(f"{where}: a sample well has no experiment, others have one. Fill it in.")
    for (_, plate), rows in grouped(wells, ["file", "plate"]):
        stated = sorted(set(wells["experiment"].iloc[rows]) - {""})
        unfilled = rows[bare[rows]]
        if len(unfilled) and len(stated) != 1:
            where = place(wells, str(wells["file"].iloc[unfilled[0]]), int(unfilled[0]))
            raise DataError(f"{where}: a control of plate '{plate}' names no experiment. Fill it in.")
        wells.loc[wells.index[unfilled], "experiment"] = stated[0] if stated else ""
