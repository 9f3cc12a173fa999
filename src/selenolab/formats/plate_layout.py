"""What each well of a file holds: the plate map or sample sheet laid over its rows."""

from pathlib import PurePath

import pandas as pd

from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError
from selenolab.core.format import InputFile
from selenolab.formats.headers import parse_header
from selenolab.formats.plate_units import doses, measures, number, times
from selenolab.formats.plate_words import PlateWords, Said, place, renamed, renamed_units, texts
from selenolab.formats.wells import parse_well, well_name

_JOIN = ("experiment", "role", "compound", "cell_line", "arm", "dose", "time", "basis", "dose_unit")


def tidy_sheet(sheet: Sheet, dose_unit: str, words: PlateWords, said: Said) -> tuple[pd.DataFrame, str, str]:
    """The sheet with the assay's words, times in h and doses in one unit: frame, dose unit, basis."""
    headers = {str(column): parse_header(str(column)) for column in sheet.frame.columns}
    frame = sheet.frame.rename(columns={column: header.word for column, header in headers.items()})
    written = {header.word: header.unit for header in headers.values() if header.unit}
    bases = {header.word: header.basis for header in headers.values() if header.basis}
    units = renamed_units({**written, **sheet.units}, words)
    frame = texts(renamed(frame, sheet.name, words), words)
    times(frame, units, sheet.name)
    measures(frame, units, sheet.name, words, said)
    unit, basis = dose_unit, ""
    if "dose" in frame and frame["dose"].notna().any():
        frame["dose"] = number(frame, "dose", sheet.name)
        unit, basis = doses(frame, units, dose_unit, sheet.name)
    for word in ("file", "plate", "well"):
        if word not in frame:
            frame[word] = ""
    frame["well"] = [_well(frame, sheet.name, row) for row in range(len(frame))]
    return frame, unit, basis or bases.get("dose", bases.get("concentration", ""))


def _well(frame: pd.DataFrame, name: str, row: int) -> str:
    text = str(frame["well"].iloc[row])
    found = parse_well(text) if text else None
    if text and found is None:
        raise DataError(f"{place(frame, name, row)}: '{text}' is no well. Write it like A1 or H12.")
    return well_name(*found) if found else ""


def laid_out(
    rows: pd.DataFrame, sheet: pd.DataFrame | None, file: InputFile, words: PlateWords, said: Said
) -> pd.DataFrame:
    """`rows` (of wells) with what the sheet says of each; wells of no role on the sheet are left out."""
    if sheet is None:
        return rows
    join = (*_JOIN, *words.texts, *words.measures)
    own = sheet[(sheet["file"] == "") | sheet["file"].map(lambda name: _same_file(str(name), file.name))]
    parts = []
    for plate, part in rows.groupby("plate", sort=False):
        here = own[(own["plate"] == "") | (own["plate"] == plate)]
        merged = _by_plate(part, here[here["well"] == ""], join)
        wells = here[here["well"] != ""]
        if len(wells):
            merged = _by_well(merged, wells, file, str(plate), join, said)
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


def _by_plate(rows: pd.DataFrame, facts: pd.DataFrame, join: tuple[str, ...]) -> pd.DataFrame:
    """`rows` with the sheet's rows that name no well: what holds for the whole plate."""
    rows = rows.copy()
    for word in join:
        if word in facts and len(facts):
            value = facts[word].iloc[-1]
            if not pd.isna(value) and value != "" and word not in rows:
                rows[word] = value
    return rows


def _by_well(
    rows: pd.DataFrame, wells: pd.DataFrame, file: InputFile, plate: str, join: tuple[str, ...], said: Said
) -> pd.DataFrame:
    _check_sheet_wells(rows, wells, file, plate)
    spare = rows[~rows["well"].isin(wells["well"])]
    if len(spare):
        said.assumed.append(
            f"{file.name}: {spare['well'].nunique()} wells of plate '{plate}' are not on the sheet: left out"
        )
    words = [word for word in join if word in wells]
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


def _check_sheet_wells(rows: pd.DataFrame, wells: pd.DataFrame, file: InputFile, plate: str) -> None:
    """Raise for a well that is on the sheet twice, or that the plate has not."""
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
