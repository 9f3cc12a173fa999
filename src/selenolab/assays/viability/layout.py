"""What each well of a file holds: the plate map or sample sheet, and the facts of the study file."""

from collections.abc import Mapping
from pathlib import PurePath

import pandas as pd

from selenolab.assays.viability.columns import Said, doses, in_hours, place, renamed, renamed_units, texts
from selenolab.assays.viability.schema import ROLES
from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.headers import parse_header
from selenolab.formats.units import factor
from selenolab.formats.wells import parse_well, well_name

FACTS = ("plate", "experiment", "compound", "cell_line", "arm", "time", "dose", "basis")
_JOIN = ("experiment", "role", "compound", "cell_line", "arm", "dose", "time", "basis", "total", "dose_unit")


def tidy_sheet(sheet: Sheet, dose_unit: str) -> tuple[pd.DataFrame, str, str]:
    """The sheet with the assay's words, times in h and doses in one unit: frame, dose unit, basis."""
    headers = {str(column): parse_header(str(column)) for column in sheet.frame.columns}
    frame = sheet.frame.rename(columns={column: header.word for column, header in headers.items()})
    written = {header.word: header.unit for header in headers.values() if header.unit}
    bases = {header.word: header.basis for header in headers.values() if header.basis}
    units = renamed_units({**written, **sheet.units})
    frame = texts(renamed(frame, sheet.name))
    in_hours(frame, units, sheet.name)
    unit, basis = dose_unit, ""
    if "dose" in frame and frame["dose"].notna().any():
        frame["dose"] = _number(frame, "dose", sheet.name)
        unit, basis = doses(frame, units, dose_unit, sheet.name)
    for word in ("file", "plate", "well"):
        if word not in frame:
            frame[word] = ""
    frame["well"] = [_well(frame, sheet.name, row) for row in range(len(frame))]
    return frame, unit, basis or bases.get("dose", bases.get("concentration", ""))


def _number(frame: pd.DataFrame, word: str, name: str) -> pd.Series:
    found = pd.to_numeric(frame[word], errors="coerce")
    wrong = (found.isna() & frame[word].notna() & (frame[word].astype(str).str.strip() != "")).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(f"{place(frame, name, row)}: {word} is '{frame[word].iloc[row]}'. Expected a number.")
    return found.astype(float)


def _well(frame: pd.DataFrame, name: str, row: int) -> str:
    text = str(frame["well"].iloc[row])
    found = parse_well(text) if text else None
    if text and found is None:
        raise DataError(f"{place(frame, name, row)}: '{text}' is no well. Write it like A1 or H12.")
    return well_name(*found) if found else ""


def laid_out(rows: pd.DataFrame, sheet: pd.DataFrame | None, file: InputFile, said: Said) -> pd.DataFrame:
    """`rows` (one a well) with what the sheet says of each; wells of no role on the sheet are left out."""
    if sheet is None:
        return rows
    own = sheet[(sheet["file"] == "") | sheet["file"].map(lambda name: _same_file(str(name), file.name))]
    parts = []
    for plate, part in rows.groupby("plate", sort=False):
        here = own[(own["plate"] == "") | (own["plate"] == plate)]
        merged = _by_plate(part, here[here["well"] == ""])
        wells = here[here["well"] != ""]
        if len(wells):
            merged = _by_well(merged, wells, file, str(plate), said)
        elif (sheet["well"] != "").any():
            raise StudyError(
                f"{file.name}: plate '{plate}' is not on the sample sheet. It names "
                f"{', '.join(sorted(set(sheet['plate']) - {''})) or 'no plate'}. Add it, or mend its name."
            )
        parts.append(merged)
    return pd.concat(parts, ignore_index=True)


def _same_file(written: str, name: str) -> bool:
    return PurePath(written).name.casefold() in (
        PurePath(name).name.casefold(),
        PurePath(name).stem.casefold(),
    )


def _by_plate(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """`rows` with the sheet's rows that name no well: what holds for the whole plate."""
    rows = rows.copy()
    for word in _JOIN:
        if word in facts and len(facts):
            value = facts[word].iloc[-1]
            if not pd.isna(value) and value != "" and word not in rows:
                rows[word] = value
    return rows


def _by_well(
    rows: pd.DataFrame, wells: pd.DataFrame, file: InputFile, plate: str, said: Said
) -> pd.DataFrame:
    twice = wells.duplicated("well").to_numpy()
    if twice.any():
        row = int(twice.argmax())
        raise StudyError(
            f"{place(wells, 'sample sheet', row)}: the well is on the sheet twice for plate '{plate}'."
        )
    known = set(rows["well"])
    for row, name in enumerate(wells["well"]):
        if name not in known:
            where = place(wells, "sample sheet", row)
            raise StudyError(
                f"{where}: plate '{plate}' of {file.name} has no such well. Check the plate map."
            )
    spare = rows[~rows["well"].isin(wells["well"])]
    if len(spare):
        said.assumed.append(
            f"{file.name}: {len(spare)} wells of plate '{plate}' are not on the sheet: left out"
        )
    words = [word for word in _JOIN if word in wells]
    own = {word: f"{word} of the file" for word in words if word in rows}
    merged = rows.rename(columns=own).merge(
        wells[["well", *words]], on="well", how="inner", validate="many_to_one"
    )
    for word, column in own.items():
        said_there = merged.pop(column)
        if word == "role":  # an empty role on the sheet leaves the well out
            continue
        empty = merged[word].isna() | (merged[word].astype(object) == "")
        if word == "dose":
            _refuse_two_doses(merged, said_there, empty, file.name)
        merged[word] = merged[word].astype(object).where(~empty, said_there)
    return merged


def _refuse_two_doses(merged: pd.DataFrame, own: pd.Series, empty: pd.Series, name: str) -> None:
    """Raise where file and sheet state different doses of one well (nM here, µM there)."""
    there, here = own.astype(float), pd.to_numeric(merged["dose"], errors="coerce")
    differ = (~empty & there.notna() & ((there - here).abs() > 1e-6 * here.abs())).to_numpy()
    if differ.any():
        row = int(differ.argmax())
        raise StudyError(
            f"{place(merged, name, row)}: the dose of well {merged['well'].iloc[row]} is {there.iloc[row]:g} "
            f"in the file and {here.iloc[row]:g} on the sheet, in the sheet's unit. Mend one of them."
        )


def with_facts(rows: pd.DataFrame, file: InputFile) -> pd.DataFrame:
    """`rows` with the facts that the study file states for this file, where the rows say nothing."""
    rows = rows.copy()
    for word, value in _facts(file.facts, file.name).items():
        if word not in rows or word == "plate":
            rows[word] = pd.Series([value] * len(rows), index=rows.index)
        else:
            empty = rows[word].isna() | (rows[word].astype(object) == "")
            rows[word] = rows[word].astype(object).where(~empty, value)
    return rows


def _facts(facts: Mapping[str, str], name: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, text in facts.items():
        header = parse_header(str(key))
        word = {"replicate": "experiment", "concentration": "dose"}.get(header.word, header.word)
        if word in ("format", "role"):
            continue
        if word not in FACTS:
            raise StudyError(f"{name}: Unknown fact '{key}'. {did_you_mean(word, FACTS)}")
        found[word] = _hours(str(text), header.unit, name) if word == "time" else str(text)
    if "dose" in found:
        raise StudyError(f"{name}: State doses in the sample sheet or the file, not as a fact of the file.")
    return found


def _hours(text: str, unit: str, name: str) -> float:
    number, _, written = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        raise StudyError(f"{name}: time is '{text}'. Write it like '48 h'.") from None
    if not (unit or written):
        raise StudyError(f"{name}: time {text} has no unit. Write it like '48 h'.")
    return value * factor(unit or written.strip(), "h")


def file_role(rows: pd.DataFrame, file: InputFile) -> pd.DataFrame:
    """The role word of the file laid over its wells: a time-zero plate's cells are time zero."""
    rows = rows.copy()
    if "role" not in rows:
        rows["role"] = ""
    cells = rows["role"].isin(["", "sample", "vehicle"])
    if file.role in ("time_zero", "blank", "drug_blank", "vehicle", "positive"):
        rows.loc[cells, "role"] = file.role
    elif file.role not in ("", *ROLES):
        raise StudyError(f"{file.name}: role is '{file.role}'. {did_you_mean(file.role, ROLES)}")
    return rows
