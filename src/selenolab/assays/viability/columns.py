"""The words of a user's table and their cells, brought to the words and units of the assay."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from selenolab.assays.viability.schema import ROLES, WELLS
from selenolab.core.compound import Basis
from selenolab.core.errors import DataError, did_you_mean
from selenolab.formats.headers import BASES, normalise_word, split_basis
from selenolab.formats.units import factor, known_unit

SAME = {
    "replicate": "experiment", "exp": "experiment", "biological_replicate": "experiment",
    "concentration": "dose", "conc": "dose", "drug": "compound", "agent": "compound",
    "cell": "cell_line", "cells": "cell_line", "cellline": "cell_line", "line": "cell_line",
    "od": "absorbance", "abs": "absorbance", "optical_density": "absorbance", "a": "absorbance",
    "cell_viability": "viability", "survival": "viability", "type": "role", "well_type": "role",
    "timepoint": "time", "exposure": "time", "exposure_time": "time", "luminescence": "intensity",
    "fluorescence": "intensity", "rlu": "intensity", "rfu": "intensity", "n_total": "total",
}  # fmt: skip
ROLE_WORDS = {
    **{word: word for word in ROLES},
    "treated": "sample", "test": "sample", "compound": "sample",
    "control": "vehicle", "ctrl": "vehicle", "untreated": "vehicle", "vehicle_control": "vehicle",
    "negative_control": "vehicle", "solvent": "vehicle", "dmso": "vehicle",
    "medium": "blank", "media": "blank", "background": "blank", "medium_blank": "blank",
    "compound_blank": "drug_blank", "drugblank": "drug_blank", "cell_free": "drug_blank",
    "killed": "positive", "positive_control": "positive", "t0": "time_zero", "timezero": "time_zero",
    "empty": "", "unused": "", "skip": "",
}  # fmt: skip
TEXTS = ("file", "plate", "well", "experiment", "role", "compound", "cell_line", "arm", "basis", "dose_unit")
NUMBERS = (
    "dose",
    "time",
    "absorbance",
    "intensity",
    "viability",
    "response",
    "reference_absorbance",
    "total",
)
_KNOWN = {*TEXTS, *NUMBERS, "wavelength", "plate_wells", "source_row", "record"}


@dataclass(slots=True)
class Said:
    """What is told to the user about the reading while it goes on."""

    assumed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    response_unit: str = "a.u."


def renamed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """`frame` with the assay's words as columns; two columns of one word are an error."""
    words = {str(column): _word(str(column)) for column in frame.columns}
    seen: dict[str, str] = {}
    for column, word in words.items():
        if word in seen:
            raise DataError(
                f"{name}: Columns '{seen[word]}' and '{column}' both mean {word}. Rename or remove one."
            )
        seen[word] = column
    return frame.rename(columns=words)


def _word(column: str) -> str:
    stem = column.removesuffix("_flag")
    word = SAME.get(normalise_word(stem), normalise_word(stem))
    return f"{word}_flag" if column.endswith("_flag") else word


def renamed_units(units: Mapping[str, str]) -> dict[str, str]:
    """Units by the assay's words."""
    return {_word(word): unit for word, unit in units.items()}


def left_out(frame: pd.DataFrame, name: str, said: Said) -> pd.DataFrame:
    """`frame` without the columns this assay has no use for, which are said."""
    known = {*_KNOWN, *(f"{word}_flag" for word in NUMBERS)}
    other = [str(column) for column in frame.columns if column not in known]
    if other:
        said.assumed.append(f"{name}: columns not used: {', '.join(other)}")
    return frame.drop(columns=other)


def texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Text columns as plain text, "" where nothing stands."""
    frame = frame.copy()
    for word in TEXTS:
        if word in frame:
            frame[word] = [_text(cell) for cell in frame[word].astype(object)]
    return frame


def _text(cell: object) -> str:
    if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def place(frame: pd.DataFrame, name: str, row: int) -> str:
    """Where row `row` of `frame` stands in the user's file."""
    where = f"{name}: row {int(frame['source_row'].iloc[row])}" if "source_row" in frame else name
    well = str(frame["well"].iloc[row]) if "well" in frame else ""
    return f"{where}, well {well}" if well else where


def role_words(frame: pd.DataFrame, name: str) -> pd.Series:
    """The role (n,) of each row as a word of the assay, "" for an unused well."""
    found = [normalise_word(cell) for cell in frame["role"]]
    for row, word in enumerate(found):
        if word and word not in ROLE_WORDS:
            raise DataError(
                f"{place(frame, name, row)}: role is '{frame['role'].iloc[row]}'. {did_you_mean(word, ROLES)}"
            )
    return pd.Series([ROLE_WORDS.get(word, "") for word in found], index=frame.index, dtype=object)


def basis_word(text: str, name: str) -> str:
    """One of the bases of an amount from what the user wrote."""
    if not text or text.casefold() == Basis.NOT_STATED:
        return ""
    found = BASES.get(text.casefold())
    if found is None:
        raise DataError(f"{name}: basis is '{text}'. {did_you_mean(text, set(BASES.values()))}")
    return found


def in_hours(frame: pd.DataFrame, units: Mapping[str, str], name: str) -> None:
    """Bring `time` to hours, in place. A time without a unit is refused."""
    if "time" not in frame:
        return
    if not units.get("time"):
        raise DataError(f"{name}: time has no unit. Write it in the header: 'time [h]'.")
    frame["time"] = frame["time"].astype(float) * _factor(units["time"], "h", name)


def doses(frame: pd.DataFrame, units: Mapping[str, str], target: str, name: str) -> tuple[str, str]:
    """Bring `dose` to `target` (or leave it in its own unit when that is ""), in place: unit and basis."""
    rows = [unit for unit in frame["dose_unit"] if unit] if "dose_unit" in frame else []
    unit, basis = split_basis(units.get("dose", ""))
    if rows and not unit:
        each = [split_basis(text)[0] if text else "" for text in frame["dose_unit"]]
        bad = next((i for i, u in enumerate(each) if not u and frame["dose"].iloc[i] > 0), None)
        if bad is not None:
            raise DataError(f"{place(frame, name, bad)}: the dose has no unit. Fill in its dose_unit.")
        goal = target or split_basis(rows[0])[0]
        scale = [_factor(u, goal, name) if u else 1.0 for u in each]
        frame["dose"] = frame["dose"].astype(float) * np.asarray(scale)
        return goal, basis
    if not unit and not target:
        raise DataError(f"{name}: dose has no unit. Write it in the header: 'dose [µM]', or set dose_unit.")
    if unit and not known_unit(unit):
        raise DataError(
            f"{name}: dose is in '{unit}', an unknown unit. Write one like 'dose [µM]' or 'dose [µg/mL]'."
        )
    if unit and target:
        frame["dose"] = frame["dose"].astype(float) * _factor(unit, target, name)
    return target or unit, basis


def _factor(source: str, target: str, name: str) -> float:
    try:
        return factor(source, target)
    except DataError as error:
        raise DataError(f"{name}: {error} Put doses of different kinds into different runs.") from None


def allowed_columns(frame: pd.DataFrame) -> list[str]:
    """The columns of `frame` that the wells table may have, in the schema's order."""
    words = [column.word for column in WELLS.columns]
    flags = [f"{column.word}_flag" for column in WELLS.columns if column.flags]
    return [word for word in ("file", "source_row", *words, *flags) if word in frame]
