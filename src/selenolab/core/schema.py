"""What a table may hold: its columns, their words, and which columns tie it to other tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from selenolab.core.quantity import Quantity

OpenKind = Literal["number", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A word of the vocabulary as a column.

    `flags`: the column may have a companion ``<word>_flag`` (text, "" = sound); a flagged number is
    the bound if one is known, else NaN, and is neither range-checked nor refused.
    `optional`: the column may be absent as a whole; `gaps`: single cells may be empty.
    Companions ``<word>_se``, ``<word>_low`` and ``<word>_high`` carry uncertainty to other runs.
    """

    quantity: Quantity
    flags: bool = False
    optional: bool = False
    gaps: bool = False

    @property
    def word(self) -> str:
        """The column's name."""
        return self.quantity.word


@dataclass(frozen=True, slots=True)
class OpenColumn:
    """A column that is no word of the vocabulary: a detector, a user's factor."""

    kind: OpenKind
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class TableSchema:
    """Columns of a table. `key` columns are unique together; `links` maps a column to "table.column".

    A `bulk` table has a row an event of an instrument: millions. It is let go after the analysis, and
    stands in no results folder and no cache: the files themselves keep it.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    may_be_empty: bool = False
    bulk: bool = False
