"""Rows that a person leaves out: flagged with the reason, kept in sight, and never without a match."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isclose, isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import StudyError, did_you_mean
from selenolab.core.study import Exclusion


def exclude(dataset: Dataset, exclusions: Iterable[Exclusion]) -> Dataset:
    """`dataset` with ``<number>_flag = "excluded: reason"`` in the rows that each exclusion names.

    Raises
    ------
    StudyError
        for an exclusion that no row matches: it would leave out less than the reader believes.
    """
    tables = dict(dataset.tables)
    for exclusion in exclusions:
        flagged = {name: made for name, table in tables.items() if (made := _flag(table, exclusion))}
        if not flagged:
            raise StudyError(_no_match(tables, exclusion))
        tables.update(flagged)
    return replace(dataset, tables=tables)


def _flag(table: Table, exclusion: Exclusion) -> Table | None:
    """The table with its rows flagged; None where it has no such row or nothing to flag."""
    numbers = [c.word for c in table.schema.columns if c.flags and c.word in table.frame]
    if not numbers or not set(exclusion.where) <= set(table.frame.columns):
        return None
    rows = np.ones(len(table.frame), dtype=bool)
    for word, wanted in exclusion.where.items():
        rows &= matches(table.frame[word], wanted)
    if not rows.any():
        return None
    frame = table.frame.copy()
    for word in numbers:
        flag = f"{word}_flag"
        before = frame[flag].fillna("").astype(str) if flag in frame else pd.Series("", index=frame.index)
        frame[flag] = [
            _told(old, exclusion.reason) if row else old for old, row in zip(before, rows, strict=True)
        ]
    return replace(table, frame=frame)


def _told(old: str, reason: str) -> str:
    """The new flag; what the instrument had said of the value stays readable."""
    if not old or old == f"excluded: {reason}":
        return f"excluded: {reason}"
    return f"{old}; {reason}" if old.startswith("excluded: ") else f"excluded: {reason} (was {old})"


def matches(column: "pd.Series[Any]", wanted: str) -> NDArray[np.bool_]:
    """Rows (n,) equal to `wanted`: as numbers where both are, else as text without regard to case.

    Examples
    --------
    >>> matches(pd.Series([1.0, 10.0]), "10").tolist(), matches(pd.Series(["a3", "A4"]), "A3").tolist()
    ([False, True], [True, False])
    >>> matches(pd.Series(["24.0", "024"]), "24").tolist()
    [True, False]
    """
    number = _number(wanted)
    if number is not None and column.dtype.kind in "fiu":
        return np.array([isclose(value, number, rel_tol=1e-12) for value in column.astype(float)], dtype=bool)
    text = _word(wanted)
    return np.array([_word(str(value)) == text for value in column], dtype=bool)


def _word(text: str) -> str:
    """A word as it is compared: 24 and 24.0 are one, plates 1 and 01 are two."""
    plain = text.strip().casefold()
    number = _number(plain) if not (plain[:1] == "0" and plain[1:2].isdigit()) else None
    return plain if number is None or not isfinite(number) else repr(number)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _no_match(tables: Mapping[str, Table], exclusion: Exclusion) -> str:
    where = ", ".join(f"{word} {value}" for word, value in exclusion.where.items())
    columns = {str(name) for table in tables.values() for name in table.frame.columns}
    strange = [word for word in exclusion.where if word not in columns]
    hint = (
        f"No table has a column '{strange[0]}'. {did_you_mean(strange[0], columns)}"
        if strange
        else "Check the values against the file: an exclusion must match at least one row."
    )
    return f"exclusions: Unable to find {where} in run {exclusion.run}. {hint}"
