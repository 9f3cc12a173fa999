"""The checks that make a table sound at birth. Fast on the good path, exact on the bad one."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError, did_you_mean
from selenolab.core.quantity import Quantity
from selenolab.core.schema import OpenColumn, TableSchema

COMPANIONS = ("_flag", "_se", "_low", "_high")
PLACE = {"file", "source_row"}  # where a row stood in the user's file: allowed in every table


def check_table(
    schema: TableSchema, frame: pd.DataFrame, units: Mapping[str, str], extra: Mapping[str, OpenColumn]
) -> None:
    """Raise DataError for the first thing in `frame` that `schema` does not allow."""
    _check_columns(schema, frame, extra)
    if frame.empty and not schema.may_be_empty:
        raise DataError(f"{schema.name}: Expected at least one row, found none.")
    for column in schema.columns:
        if column.word not in frame:
            continue
        if column.quantity.unit == "stated" and not units.get(column.word):
            raise DataError(
                f"{schema.name}: {column.word} has no unit. Write it in the header: '{column.word} [unit]'."
            )
        _check_column(schema.name, frame, column.quantity, column.gaps)
    for word, found in extra.items():
        if found.kind == "number":
            _check_column(schema.name, frame, Quantity(word, found.meaning, unit=found.unit), gaps=True)
    _check_key(schema, frame)


def _check_columns(schema: TableSchema, frame: pd.DataFrame, extra: Mapping[str, OpenColumn]) -> None:
    present = [str(word) for word in frame.columns]
    for column in schema.columns:
        if column.word not in present and not column.optional:
            raise DataError(
                f"{schema.name}: Unable to find column '{column.word}' ({column.quantity.meaning}). "
                f"The table has {', '.join(present) or 'no columns'}."
            )
    words = {column.word for column in schema.columns} | set(extra)
    allowed = words | PLACE | {word + end for word in words for end in COMPANIONS}
    for word in present:
        if word not in allowed:
            hint = did_you_mean(word, words)
            raise DataError(
                f"{schema.name}: Column '{word}' is neither a word of the schema nor declared open. {hint}"
            )
    if extra and not schema.open:
        raise DataError(f"{schema.name}: Open columns {', '.join(extra)} are not allowed in this table.")


def _check_column(name: str, frame: pd.DataFrame, quantity: Quantity, gaps: bool) -> None:
    if quantity.kind == "number":
        _check_numbers(name, frame, quantity, gaps)
        return
    empty = np.asarray(frame[quantity.word].isna())
    if not gaps and quantity.kind in {"id", "array"} and empty.any():
        place = _place(name, frame, int(np.argmax(empty)))
        raise DataError(f"{place}: {quantity.word} is empty. Expected {quantity.meaning}.")


def _check_numbers(name: str, frame: pd.DataFrame, quantity: Quantity, gaps: bool) -> None:
    values = _numbers(name, frame, quantity.word)
    # NaN makes both comparisons false, so one pass over min and max finds every kind of trouble.
    least, most = (values.min(), values.max()) if values.size else (0.0, 0.0)
    if not values.size or (
        quantity.low <= least and most <= quantity.high and np.isfinite(least) and np.isfinite(most)
    ):
        return
    bad = ~((values >= quantity.low) & (values <= quantity.high) & np.isfinite(values))
    flag = f"{quantity.word}_flag"
    if flag in frame:
        bad &= np.asarray(frame[flag].fillna("").astype(str) == "")
    if gaps:
        bad &= ~np.isnan(values)
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{_place(name, frame, row)}: {quantity.word} is {values[row]:g}. Expected a number"
            f"{_allowed(quantity)} ({quantity.meaning}). Correct it, or exclude it with a reason."
        )


def _allowed(quantity: Quantity) -> str:
    """What a value may be, as "from 0 to 14" or "of at least 0 h", after a blank."""
    unit = "" if quantity.unit in ("stated", "1") else f" {quantity.unit}"
    low, high = quantity.low, quantity.high
    if np.isfinite(low) and np.isfinite(high):
        return f" from {low:g} to {high:g}{unit}"
    if np.isfinite(low):
        return f" of at least {low:g}{unit}"
    return f" of at most {high:g}{unit}" if np.isfinite(high) else ""


def _numbers(name: str, frame: pd.DataFrame, word: str) -> NDArray[Any]:
    values = frame[word].to_numpy()
    if values.dtype.kind in "fiu":
        return values
    found = pd.to_numeric(frame[word], errors="coerce")
    wrong = np.asarray(found.isna() & frame[word].notna())
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{_place(name, frame, row)}: {word} is '{frame[word].iloc[row]}'. Expected a number."
        )
    raise DataError(f"{name}: {word} is stored as text. Expected numbers.")


def _check_key(schema: TableSchema, frame: pd.DataFrame) -> None:
    key = list(schema.key)
    twice = np.asarray(frame.duplicated(key)) if key else np.zeros(1, dtype=bool)
    if twice.any():
        row = int(np.argmax(twice))
        what = ", ".join(f"{word} {frame[word].iloc[row]}" for word in key)
        raise DataError(f"{_place(schema.name, frame, row)}: {what} occurs twice. Expected it once.")


def check_known(name: str, word: str, values: pd.Series, known: Iterable[Any], target: str) -> None:
    """Raise DataError where a value of `word` is not among `known`: an id that leads nowhere."""
    for value in sorted(map(str, set(values.unique()) - set(known))):
        raise DataError(f"{name}: {word} '{value}' is not among the {target}. Add it there, or mend the id.")


def _place(name: str, frame: pd.DataFrame, row: int) -> str:
    """Where the user finds the row: the file's own row number where the reader kept it."""
    file = f"{frame['file'].iloc[row]}, " if "file" in frame else ""
    if "source_row" in frame:
        return f"{file}row {int(frame['source_row'].iloc[row])}"
    return f"{file}{name}, row {row + 1}"
