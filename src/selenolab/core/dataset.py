"""Tables checked at birth, joined by ids: what every assay reads, simulates and analyses.

A :class:`Dataset` knows nothing of where it came from, so that an analysis cannot tell a bench file
from a model. The origin stands beside it, in the :class:`~selenolab.core.study.Provenance` of a run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.schema import OpenColumn, TableSchema
from selenolab.core.table_check import check_known, check_table


@dataclass(frozen=True, slots=True)
class Table:
    """A frame that is known to satisfy its schema. Treat the frame as read-only.

    `units` gives the unit of the columns whose vocabulary unit is "stated"; `open` declares every
    column that is no word of the schema. Built with ``pd.DataFrame(dict, copy=False)``, one float32
    array a channel is kept as it is.
    """

    schema: TableSchema
    frame: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    open: Mapping[str, OpenColumn] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_table(self.schema, self.frame, self.units, self.open)


@dataclass(frozen=True, slots=True)
class ArrayRef:
    """An array or image kept outside the tables, by path and digest."""

    path: Path
    sha256: str
    shape: tuple[int, ...]
    dtype: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Dataset:
    """Named tables joined by ids, and arrays by reference or in memory."""

    tables: Mapping[str, Table]
    arrays: Mapping[str, ArrayRef | NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, table in self.tables.items():
            for word, target in table.schema.links.items():
                other, column = target.split(".")
                if word in table.frame and other in self.tables:
                    check_known(name, word, table.frame[word], self.tables[other].frame[column], target)
            for known in table.schema.columns:
                if known.quantity.kind == "array" and known.word in table.frame:
                    check_known(name, known.word, table.frame[known.word].dropna(), self.arrays, "arrays")


def unit_of(table: Table, column: str) -> str:
    """The unit of `column`: the vocabulary's, or the table's own where that one is "stated"."""
    if column in table.open:
        return table.open[column].unit
    for known in table.schema.columns:
        if known.word == column:
            return table.units.get(column, "") if known.quantity.unit == "stated" else known.quantity.unit
    return ""


def sound(frame: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    """Rows (n,) whose `column` carries no flag."""
    flag = f"{column}_flag"
    if flag not in frame:
        return np.ones(len(frame), dtype=bool)
    return np.asarray(frame[flag].fillna("").astype(str) == "", dtype=bool)
