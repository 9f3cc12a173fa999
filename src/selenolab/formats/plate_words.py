"""The words of a plate assay, and a user's columns and cells brought to them.

An assay says once, as :class:`PlateWords`, which roles, signals and columns it knows;
:func:`selenolab.formats.plate_wells.read_wells` then gives one row a well (and a time of a kinetic read).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from selenolab.core.errors import DataError, did_you_mean
from selenolab.core.schema import TableSchema
from selenolab.formats.headers import normalise_word

SAME: Mapping[str, str] = {
    "replicate": "experiment", "exp": "experiment", "biological_replicate": "experiment",
    "concentration": "dose", "conc": "dose", "drug": "compound", "agent": "compound",
    "cell": "cell_line", "cells": "cell_line", "cellline": "cell_line", "line": "cell_line",
    "od": "absorbance", "abs": "absorbance", "optical_density": "absorbance", "a": "absorbance",
    "cell_viability": "viability", "survival": "viability", "type": "role", "well_type": "role",
    "timepoint": "time", "exposure": "time", "exposure_time": "time", "luminescence": "intensity",
    "fluorescence": "intensity", "rlu": "intensity", "rfu": "intensity", "n_total": "total",
}  # fmt: skip
ROLE_WORDS: Mapping[str, str] = {
    "sample": "sample", "vehicle": "vehicle", "blank": "blank",
    "treated": "sample", "test": "sample", "compound": "sample",
    "control": "vehicle", "ctrl": "vehicle", "untreated": "vehicle", "vehicle_control": "vehicle",
    "negative_control": "vehicle", "solvent": "vehicle", "dmso": "vehicle",
    "medium": "blank", "media": "blank", "background": "blank", "medium_blank": "blank",
    "empty": "", "unused": "", "skip": "",
}  # fmt: skip
TEXTS = ("file", "plate", "well", "experiment", "role", "compound", "cell_line", "arm", "basis", "dose_unit")
RAW = ("absorbance", "intensity")
FACTS = ("plate", "experiment", "compound", "cell_line", "arm", "time", "dose", "basis")
READ_TIME = "read_time"  # s since the first reading of a kinetic read; `time` is that of the design, in h
_ALWAYS = {"dose", "time", READ_TIME, "reference_absorbance", "wavelength", "plate_wells"}
_PLACES = {"source_row", "record"}


@dataclass(frozen=True, slots=True)
class PlateWords:
    """What one assay calls the things on its plates.

    Parameters
    ----------
    roles : role words with their meaning; a file may have one of `file_roles`, which its wells take.
    role_words : spellings of roles, "" leaves the well out; start from ROLE_WORDS.
    signals : columns one of which holds the reading; `raw` are those that a reader measures.
    same : spellings of columns; start from SAME.
    texts, measures : further columns of text, and of numbers with the unit they are brought to:
        "1" a plain number, "" the unit of the header, which must be the same kind everywhere.
    dosed : roles whose wells must state a dose.
    named : words that every sample must state where one sample states them.
    shared : roles that serve a whole plate and may name no experiment ("") where it holds several.
    facts : words that the study file may state for a whole file.
    kinetic : a long table's only `time` is the time of the reading, kept as `read_time` [s].
    """

    roles: Mapping[str, str]
    role_words: Mapping[str, str] = field(default_factory=lambda: ROLE_WORDS)
    signals: tuple[str, ...] = RAW
    raw: tuple[str, ...] = RAW
    same: Mapping[str, str] = field(default_factory=lambda: SAME)
    texts: tuple[str, ...] = ()
    measures: Mapping[str, str] = field(default_factory=dict)
    dosed: tuple[str, ...] = ("sample",)
    named: tuple[str, ...] = ("compound", "cell_line")
    shared: tuple[str, ...] = ()
    file_roles: tuple[str, ...] = ("blank", "vehicle")
    facts: tuple[str, ...] = FACTS
    kinetic: bool = False


@dataclass(slots=True)
class Said:
    """What is told to the user about the reading while it goes on; `units` of columns found on the way."""

    assumed: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)


def renamed(frame: pd.DataFrame, name: str, words: PlateWords) -> pd.DataFrame:
    """`frame` with the assay's words as columns; two columns of one word are an error."""
    found = {str(column): _word(str(column), words) for column in frame.columns}
    seen: dict[str, str] = {}
    for column, word in found.items():
        if word in seen:
            raise DataError(
                f"{name}: Columns '{seen[word]}' and '{column}' both mean {word}. Rename or remove one."
            )
        seen[word] = column
    return frame.rename(columns=found)


def _word(column: str, words: PlateWords) -> str:
    stem = column.removesuffix("_flag")
    word = words.same.get(normalise_word(stem), normalise_word(stem))
    return f"{word}_flag" if column.endswith("_flag") else word


def renamed_units(units: Mapping[str, str], words: PlateWords) -> dict[str, str]:
    """Units by the assay's words."""
    return {_word(word, words): unit for word, unit in units.items()}


def left_out(frame: pd.DataFrame, name: str, words: PlateWords, said: Said) -> pd.DataFrame:
    """`frame` without the columns this assay has no use for, which are said."""
    numbers = {*_ALWAYS, *words.signals, *words.measures}
    known = {*TEXTS, *words.texts, *numbers, *(f"{word}_flag" for word in numbers), *_PLACES}
    other = [str(column) for column in frame.columns if column not in known]
    if other:
        said.assumed.append(f"{name}: columns not used: {', '.join(other)}")
    return frame.drop(columns=other)


def texts(frame: pd.DataFrame, words: PlateWords) -> pd.DataFrame:
    """Text columns as plain text, "" where nothing stands."""
    frame = frame.copy()
    for word in (*TEXTS, *words.texts):
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


def role_words(frame: pd.DataFrame, name: str, words: PlateWords) -> pd.Series:
    """The role (n,) of each row as a word of the assay, "" for an unused well."""
    found = [normalise_word(cell) for cell in frame["role"]]
    spelt = {**{word: word for word in words.roles}, **words.role_words}
    for row, word in enumerate(found):
        if word and (word not in spelt or (spelt[word] and spelt[word] not in words.roles)):
            raise DataError(
                f"{place(frame, name, row)}: role is '{frame['role'].iloc[row]}'. "
                f"{did_you_mean(word, words.roles)}"
            )
    return pd.Series([spelt.get(word, "") for word in found], index=frame.index, dtype=object)


def allowed_columns(frame: pd.DataFrame, schema: TableSchema) -> list[str]:
    """The columns of `frame` that a table of `schema` may have, in the schema's order."""
    words = [column.word for column in schema.columns]
    flags = [f"{column.word}_flag" for column in schema.columns if column.flags]
    return [word for word in ("file", "source_row", *words, *flags) if word in frame]
