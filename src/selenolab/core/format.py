"""What a file format is, and what comes out of a file: nouns shared by all readers.

A reader returns data, units, axes and what it had to assume, or raises a
:class:`~selenolab.core.errors.FormatRefusal`. It is never silently empty.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from numpy.typing import NDArray

from selenolab.core.dataset import ArrayRef

Kind = Literal[
    "plate",
    "table",
    "population",
    "spectrum",
    "correlogram",
    "chromatogram",
    "diffractogram",
    "image",
    "document",
]


class Evidence(StrEnum):
    """What shows that a reader is right. The last one makes the reader experimental."""

    REAL_FILE = "real file"
    INDEPENDENT = "written by an independent library"
    SPECIFICATION = "specification only"


@dataclass(frozen=True, slots=True)
class Head:
    """What may be known of a file without reading it whole."""

    path: Path
    size: int  # bytes
    first: bytes  # the first 64 KiB


@dataclass(frozen=True, slots=True)
class Parsed:
    """The content of one file, before any assay has looked at it.

    `records` has one row a measurement (column ``record`` is its id) with typed metadata;
    `data` is long (column ``record`` links to `records`) or has one column a channel.
    A number column may have a companion ``<column>_flag`` (text; empty = sound): a flagged number
    is the bound if one is known, else NaN, and the flag says why.
    `arrays` holds images and traces that columns of `records` refer to.
    `document` is what a file of kind "document" says as a noun of the core: a GateTree, a Spillover.
    `units` maps columns of both tables to the unit as written; a column without a unit is absent.
    """

    format: str
    kind: Kind
    records: pd.DataFrame
    data: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)
    axes: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, ArrayRef | NDArray[Any]] = field(default_factory=dict)
    document: object = None


@dataclass(frozen=True, slots=True)
class Format:
    """A file format. `recognise` gives 0 (no) to 1 (certain) from the head alone, by content.

    `proof` says in words which real file or which independent writer `evidence` rests on.
    """

    name: str
    title: str
    kind: Kind
    evidence: Evidence
    proof: str
    extensions: tuple[str, ...]
    recognise: Callable[[Head], float]
    read: Callable[[Path], Parsed]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a run takes: its role word, its digest, and its content."""

    path: Path
    name: str  # as the user wrote it
    role: str  # sample, blank, drug_blank, calibration, single_stain, time_zero, reference, sheet ...
    sha256: str
    parsed: Parsed
    facts: Mapping[str, str] = field(default_factory=dict)  # per-file words of the study file
