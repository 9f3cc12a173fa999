"""What each vessel holds: the sample sheet, and the facts that the study file states for a file."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.release.columns import (
    ROLE_WORDS,
    UNITS,
    Said,
    in_units,
    place,
    renamed,
    scale_of,
    texts,
    word_of,
)
from selenolab.assays.release.schema import ROLES
from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.format import InputFile
from selenolab.formats.headers import normalise_word, parse_header

STATED = (
    "medium", "role", "carrier", "experiment", "replacement", "ph", "target_ph", "gsh", "h2o2",
    "medium_volume", "sample_volume", "loaded_drug", "dilution", "solubility",
)  # fmt: skip
_ENDS = {"_ml": "mL", "_ul": "µL", "_ug": "µg", "_mg": "mg", "_mm": "mM", "_um": "µM"}


def tidy_sheet(sheet: Sheet) -> pd.DataFrame:
    """The sheet with the assay's words and units, one row a vessel (or a file where no vessel is named)."""
    headers = {str(column): parse_header(str(column)) for column in sheet.frame.columns}
    frame = sheet.frame.rename(columns={column: header.word for column, header in headers.items()})
    written = {header.word: header.unit for header in headers.values() if header.unit}
    units = {word_of(word): unit for word, unit in {**written, **sheet.units}.items()}
    frame = in_units(texts(renamed(frame, sheet.name)).reset_index(drop=True), units, sheet.name)
    for word in ("file", "vessel"):
        if word not in frame:
            frame[word] = ""
    if (frame["vessel"] == "").all() and (frame["file"] == "").all() and len(frame) > 1:
        raise StudyError(f"{sheet.name}: Expected a column 'vessel' or 'file'. Say what each row is about.")
    twice = frame.duplicated(["file", "vessel"]).to_numpy()
    if twice.any():
        row = int(twice.argmax())
        raise StudyError(f"{place(frame, sheet.name, row)}: The vessel stands on the sheet twice. Keep one.")
    return frame


def laid_out(rows: pd.DataFrame, sheet: pd.DataFrame | None, file: InputFile, said: Said) -> pd.DataFrame:
    """`rows` with what the sheet says of their vessels; the file and the sheet may not contradict."""
    if sheet is None:
        return rows
    own = sheet[(sheet["file"] == "") | sheet["file"].map(lambda name: _same_file(str(name), file.name))]
    rows, missing = rows.copy(), []
    for vessel in dict.fromkeys(rows["vessel"]):
        here = rows["vessel"] == vessel
        known = own[own["vessel"].str.casefold() == str(vessel).casefold()]
        if known.empty:
            known = own[own["vessel"] == ""]
        if known.empty:
            missing.append(str(vessel))
            continue
        _state(rows, here.to_numpy(bool), known.iloc[-1], f"{file.name}: vessel {vessel}")
    if missing:
        said.warnings.append(f"{file.name}: not on the sample sheet: vessels {', '.join(missing)}.")
    return rows


def _same_file(written: str, name: str) -> bool:
    stem = PurePath(written).name.casefold()
    return stem in (PurePath(name).name.casefold(), PurePath(name).stem.casefold())


def _state(rows: pd.DataFrame, here: NDArray[np.bool_], told: "pd.Series[Any]", where: str) -> None:
    """Lay the words of one row of the sheet over the rows `here`, in place."""
    for word in STATED:
        value = told.get(word)
        if value is None or value == "" or (isinstance(value, float) and np.isnan(value)):
            continue
        if word not in rows:
            rows[word] = np.nan if word in UNITS else ""
        old = rows.loc[here, word]
        empty = old.isna() | (old.astype(object) == "")
        stands = old[~empty]
        if len(stands) and not _same(word, stands, value):
            raise StudyError(
                f"{where}: {word} is {stands.iloc[0]} in the file and {value} on the sheet. Mend one of them."
            )
        rows.loc[old.index[empty], word] = value


def _same(word: str, stands: "pd.Series[Any]", value: Any) -> bool:
    if word in UNITS:
        return bool(np.allclose(stands.astype(float), float(str(value)), rtol=1e-9, atol=0))
    if word == "role":
        given = ROLE_WORDS.get(normalise_word(str(value)))
        return all(ROLE_WORDS.get(normalise_word(str(old))) == given for old in stands)
    return all(str(old).casefold() == str(value).casefold() for old in stands)


def with_facts(rows: pd.DataFrame, file: InputFile) -> pd.DataFrame:
    """`rows` with the facts that the study file states for this file, where the rows say nothing."""
    rows = rows.copy()
    facts = _facts(file.facts, file.name)
    if file.role and file.role != "sample":
        if file.role not in ROLES:
            raise StudyError(f"{file.name}: role is '{file.role}'. {did_you_mean(file.role, ROLES)}")
        facts["role"] = file.role
    for word, value in facts.items():
        if word not in rows:
            rows[word] = value
            continue
        empty = rows[word].isna() | (rows[word].astype(object) == "")
        if word in UNITS:
            rows[word] = rows[word].astype(float).fillna(float(str(value)))
        else:
            rows[word] = rows[word].astype(object).where(~empty, value)
    return rows


def _facts(facts: Mapping[str, str], name: str) -> dict[str, Any]:
    """Facts of a file by the assay's words: 'loaded_drug_ug: 480', 'gsh [mM]: 10', 'gsh: 10 mM'."""
    found: dict[str, Any] = {}
    for key, text in facts.items():
        header = parse_header(str(key))
        end = next((end for end in _ENDS if header.word.endswith(end)), "")
        word = word_of(header.word.removesuffix(end))
        if word in ("format", "role"):
            continue
        if word not in STATED and word != "vessel":
            raise StudyError(f"{name}: Unknown fact '{key}'. {did_you_mean(word, (*STATED, 'vessel'))}")
        found[word] = _amount(word, text, header.unit or _ENDS.get(end, ""), name) if word in UNITS else text
    return found


def _amount(word: str, text: str, unit: str, name: str) -> float:
    number, _, written = str(text).strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        raise DataError(f"{name}: {word} is '{text}'. Expected a number with its unit.") from None
    return value * scale_of(word, unit or written.strip(), f"{name}, fact {word}")
