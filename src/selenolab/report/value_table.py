"""Tables of values: what a page, a workbook and a reader see of a checked table."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from selenolab.core.dataset import Table
from selenolab.core.study import Result
from selenolab.report.figures import safe_name
from selenolab.report.numerals import plain

MOST_ROWS = 300  # rows of one table in the page; all are in the CSV


@dataclass(frozen=True, slots=True)
class ValueTable:
    """A table as the page shows it: cells in words, each with whether its value was flagged."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    count: int
    file: str


def tables_of(result: Result) -> Iterator[tuple[str, Table]]:
    """The tables of the dataset, then those of the analysis."""
    yield from result.dataset.tables.items()
    for name, table in result.analysis.tables.items():
        if name not in result.dataset.tables:
            yield name, table


def header(table: Table, word: str) -> str:
    """A column's name with its unit, as in "dose [µM]"."""
    unit = unit_of(table, word)
    return f"{word} [{unit}]" if unit not in {"", "1"} else word


def unit_of(table: Table, word: str) -> str:
    """The unit of a column: stated by the table, else the vocabulary's, "" for text."""
    if word in table.units:
        return table.units[word]
    if word in table.open:
        return table.open[word].unit
    for ending in ("_se", "_low", "_high"):
        if word.endswith(ending):
            return unit_of(table, word.removesuffix(ending))
    found = [column.quantity.unit for column in table.schema.columns if column.word == word]
    return found[0] if found and found[0] != "stated" else ""


def value_tables(folder: Path, result: Result) -> tuple[ValueTable, ...]:
    """All tables of a run, each cut to its first rows."""
    return tuple(_shown(folder, result.run.name, name, table) for name, table in tables_of(result))


def _shown(folder: Path, run: str, name: str, table: Table) -> ValueTable:
    words = [str(word) for word in table.frame.columns]
    kept = [word for word in words if not (word.endswith("_flag") and word[:-5] in words)]
    top = table.frame.head(MOST_ROWS)
    rows = tuple(
        tuple(_cell(row[word], row.get(f"{word}_flag")) for word in kept) for row in top.to_dict("records")
    )
    columns = tuple(header(table, word) for word in kept)
    return ValueTable(name, columns, rows, len(table.frame), _file(folder, run, name))


def _file(folder: Path, run: str, name: str) -> str:
    for owner in (run, safe_name(run)):
        path = folder / "tables" / owner / f"{name}.csv"
        if path.is_file():
            return path.relative_to(folder).as_posix()
    return ""


def _cell(value: Any, flag: Any) -> tuple[str, bool]:
    flagged = isinstance(flag, str) and bool(flag)
    text = cell_text(value)
    return (f"{text} ({flag})" if text else str(flag), True) if flagged else (text, False)


def cell_text(value: Any) -> str:
    """A cell in words; an empty one is empty."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return str(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        if np.isnan(number):
            return ""
        return plain(number, 5) if np.isfinite(number) else "unbounded"
    return "" if value is None or value != value else str(value)
