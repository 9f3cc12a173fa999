"""Wide tables, one column a vessel, brought to long ones: the unit in the header says what was measured."""

from collections.abc import Mapping, Sequence

import pandas as pd

from selenolab.assays.release.columns import TEXTS, UNITS, word_of
from selenolab.assays.release.schema import ABSORBANCE, CONCENTRATION, RELEASED, SIGNALS
from selenolab.core.errors import DataError
from selenolab.core.format import Parsed
from selenolab.formats.units import dimension, known_unit

_KEPT = {"record", "source_row"}


def vessel_columns(parsed: Parsed) -> list[str]:
    """Number columns that are no word of the assay and have the unit of a signal."""
    found = []
    for column in map(str, parsed.data.columns):
        if column.endswith("_flag") or word_of(column) in {*UNITS, *TEXTS, *_KEPT}:
            continue
        numeric = pd.api.types.is_numeric_dtype(parsed.data[column])
        if numeric and signal_of(parsed.units.get(column, "")):
            found.append(column)
    return found


def signal_of(unit: str) -> str:
    """The signal that a unit stands for; "" for none.

    Examples
    --------
    >>> signal_of("mg/L"), signal_of("AU"), signal_of("%"), signal_of("h")
    ('medium_concentration', 'absorbance', 'released', '')
    """
    if unit in ("AU", "OD", "mAU"):
        return ABSORBANCE
    if unit in ("%", "fraction", "1"):
        return RELEASED
    if known_unit(unit) and dimension(unit) == "a mass concentration":
        return CONCENTRATION
    return ""


def unstated_columns(parsed: Parsed) -> list[str]:
    """Number columns that are no word of the assay and state no unit: vessels of a wide table, perhaps."""
    return [
        column
        for column in map(str, parsed.data.columns)
        if not column.endswith("_flag")
        and word_of(column) not in {*UNITS, *TEXTS, *_KEPT}
        and pd.api.types.is_numeric_dtype(parsed.data[column])
        and not parsed.units.get(column)
    ]


def is_wide(parsed: Parsed) -> bool:
    """Whether the table has a column a vessel instead of a column of values."""
    words = {word_of(str(column)) for column in parsed.data.columns}
    return "time" in words and "vessel" not in words and not words & set(SIGNALS)


def to_long(parsed: Parsed, name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """The rows of a wide table, one a vessel and time, with their units.

    Raises
    ------
    DataError
        No column has the unit of a signal, some have none, or the columns differ in unit.
    """
    columns = vessel_columns(parsed)
    bare = unstated_columns(parsed)
    if not columns or bare:
        which = f"columns {', '.join(_header(parsed, c) for c in bare[:4])} state no unit" if bare else "none"
        raise DataError(
            f"{name}: Expected a value column ({', '.join(SIGNALS_SHOWN)}) or a column a vessel with its "
            f"unit, as in 'V1 [µg/mL]'; found {which}. Write the unit into each header."
        )
    units = {parsed.units[column] for column in columns}
    if len(units) > 1:
        told = ", ".join(f"{_header(parsed, c)}" for c in columns[:4])
        raise DataError(f"{name}: The vessels have different units ({told}). Bring them to one unit.")
    unit = units.pop()
    signal = signal_of(unit)
    times = next(str(column) for column in parsed.data.columns if word_of(str(column)) == "time")
    return _melted(parsed, columns, times, signal), {"time": parsed.units.get(times, ""), signal: unit}


SIGNALS_SHOWN = ("concentration [µg/mL]", "absorbance", "released [%]")


def _header(parsed: Parsed, column: str) -> str:
    return f"'{parsed.metadata.get(f'{column}.header', column)}'"


def _melted(parsed: Parsed, columns: Sequence[str], times: str, signal: str) -> pd.DataFrame:
    """One row a vessel and time; empty cells at the end of a vessel are no measurements."""
    kept = [column for column in parsed.data.columns if word_of(str(column)) in {*UNITS, *TEXTS, *_KEPT}]
    parts = []
    for column in columns:
        part = parsed.data[kept].copy()
        part = part.rename(columns={times: "time"})
        part["vessel"] = _vessel(parsed.metadata, column)
        part[signal] = parsed.data[column]
        flag = f"{column}_flag"
        if flag in parsed.data:
            part[f"{signal}_flag"] = parsed.data[flag].fillna("").astype(str)
            part = part[part[f"{signal}_flag"] != "missing"]
        parts.append(part)
    long = pd.concat(parts, ignore_index=True)
    if f"{signal}_flag" in long:
        long[f"{signal}_flag"] = long[f"{signal}_flag"].fillna("")
    return long


def _vessel(metadata: Mapping[str, str], column: str) -> str:
    """The vessel's name as it is written, without the unit."""
    written = metadata.get(f"{column}.header", column)
    return written.split("[")[0].strip() or column
