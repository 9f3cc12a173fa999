"""Tables of a run as CSV and Parquet: units in the headers, flags as words, origin in every row."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from selenolab.core.compound import Basis, Compound, identify, to_selenium
from selenolab.core.dataset import Table, sound, unit_of
from selenolab.core.errors import DataError
from selenolab.core.study import Result, Study

COMPANIONS = ("_se", "_low", "_high")


@dataclass(frozen=True, slots=True)
class Written:
    """A table in the run folder; `path` is that of the CSV, from the folder on."""

    name: str
    rows: int
    path: str


def write_tables(folder: Path, study: Study, result: Result) -> tuple[Written, ...]:
    """All tables of a result under ``tables/<run>/``: what the analysis rests on, and what it gave."""
    place = folder / "tables" / result.run.name
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables_of(result).items():
        shown = as_shown(table, result.provenance.door, study.compounds, study.basis)
        shown.csv.to_csv(place / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
        parquet = pa.Table.from_pandas(shown.typed, preserve_index=False)
        pq.write_table(parquet, place / f"{name}.parquet", compression="zstd")
        written.append(Written(name, len(table.frame), f"tables/{result.run.name}/{name}.csv"))
    return tuple(written)


def tables_of(result: Result) -> dict[str, Table]:
    """The tables of the dataset and of the analysis; a name that both use gets "data-" for the former."""
    own = dict(result.analysis.tables)
    data = {(f"data-{name}" if name in own else name): table for name, table in result.dataset.tables.items()}
    return {**data, **own}


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as text (`csv`: flags in place of flagged numbers) and typed (`typed`: flags beside them)."""

    csv: pd.DataFrame
    typed: pd.DataFrame


def as_shown(
    table: Table, origin: str, compounds: Mapping[str, Compound], basis: Mapping[str, Basis]
) -> Shown:
    """`table` for people and for programs.

    A flagged number is printed as its flag; where it has a value, that one stands in the column
    ``<word>, flagged value``. Molar doses of known compounds get a column of µM Se and the factor.
    """
    typed: dict[str, Any] = {"origin": [origin] * len(table.frame)}
    csv: dict[str, Any] = dict(typed)
    for word in map(str, table.frame.columns):
        column, header = table.frame[word], header_of(table, word)
        typed[header] = _plain(column)
        if word.endswith("_flag") and word.removesuffix("_flag") in table.frame:
            continue
        csv[header] = _cells(table, word)
        if (kept := _flagged_values(table, word)) is not None:
            csv[header_of(table, word, ", flagged value")] = kept
    for name, values in _selenium(table, compounds, basis).items():
        typed[name], csv[name] = values, ["" if value is None else value for value in values]
    # As objects every number keeps its own shortest text: 4 beside 0.5, not 4.0.
    return Shown(pd.DataFrame(csv, dtype=object), pd.DataFrame(typed))


def header_of(table: Table, word: str, more: str = "") -> str:
    """The header of a column, with its unit: ``dose [µM]``; companions have the unit of their number."""
    base = next((word.removesuffix(end) for end in COMPANIONS if word.endswith(end)), word)
    unit = unit_of(table, base if base in table.frame else word)
    return f"{word}{more} [{unit}]" if unit else f"{word}{more}"


def _plain(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Text columns as text whatever they hold; numbers as they are."""
    if column.dtype.kind in "fiub":
        return column
    return column.map(lambda value: None if pd.isna(value) else str(value)).astype(object)


def _cells(table: Table, word: str) -> list[Any]:
    """Cells for a text file: numbers as they are, flags for flagged ones, nothing for gaps."""
    column = table.frame[word]
    if column.dtype.kind not in "fiub":
        return ["" if pd.isna(value) else str(value) for value in column]
    flags = _flags(table, word)
    cells = []
    for value, flag in zip(column.tolist(), flags, strict=True):
        if flag:
            cells.append(flag)
        elif isinstance(value, float) and not isfinite(value):
            cells.append("" if value != value else "inf" if value > 0 else "-inf")
        else:
            cells.append(_number(value))
    return cells


def _number(value: float) -> Any:
    """A whole number without its point; all digits of any other."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def _flags(table: Table, word: str) -> list[str]:
    flag = f"{word}_flag"
    if flag not in table.frame:
        return [""] * len(table.frame)
    return [str(value) for value in table.frame[flag].fillna("").astype(str)]


def _flagged_values(table: Table, word: str) -> list[Any] | None:
    """The values behind the flags, where there is any."""
    column = table.frame[word]
    flagged = ~sound(table.frame, word)
    if column.dtype.kind not in "fiu" or not (flagged & np.isfinite(column.to_numpy(float))).any():
        return None
    values = zip(column.tolist(), flagged, strict=True)
    return [_number(value) if out and isfinite(value) else "" for value, out in values]


def _selenium(
    table: Table, compounds: Mapping[str, Compound], basis: Mapping[str, Basis]
) -> dict[str, list[Any]]:
    """Doses as Se with the factor in words, where the compound and the basis are known."""
    unit = unit_of(table, "dose")
    frame = table.frame
    if not {"dose", "compound"} <= set(frame) or not unit.endswith("M"):
        return {}
    known: dict[tuple[str, str], tuple[float, str]] = {}
    stated = frame["basis"].fillna("").astype(str) if "basis" in frame else [""] * len(frame)
    keys = list(zip(frame["compound"].fillna("").astype(str), stated, strict=True))
    for name, told in dict.fromkeys(keys):
        known[name, told] = _factor(name, told, unit, compounds, basis)
    if not any(factor == factor for factor, _ in known.values()):
        return {}
    doses = frame["dose"].to_numpy(float)
    values = [float(d) * known[key][0] for d, key in zip(doses, keys, strict=True)]
    words = [known[key][1] for key in keys]
    shown = [None if value != value else _number(value) for value in values]
    return {f"dose as Se [{unit} Se]": shown, "dose as Se, how": words}


def _factor(
    name: str, stated: str, unit: str, compounds: Mapping[str, Compound], basis: Mapping[str, Basis]
) -> tuple[float, str]:
    """Se per counted molecule with its words; NaN and the reason where that cannot be said."""
    if not name:
        return float("nan"), ""
    compound = compounds.get(name)
    try:
        compound = compound or identify(name)
        told = Basis(stated or Basis.NOT_STATED)
        counted = basis.get(name, told) if told is Basis.NOT_STATED else told
        if compound is None or counted is Basis.NOT_STATED:
            return float("nan"), "basis not stated" if compound else "compound not known"
        found = to_selenium(1.0, unit, counted, compound)
    except (DataError, ValueError):
        return float("nan"), "not selenium by a stated factor"
    return found.value, found.how
