"""The tables of the assay: one row a well in, wells with their viability and curves out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary(Path(__file__).parent)

ROLES = {
    "sample": "cells with the compound",
    "vehicle": "cells with the vehicle alone: the 100 % of the plate",
    "blank": "medium, reagent and solvent without cells",
    "drug_blank": "as blank, with the compound at the dose of the samples",
    "positive": "cells killed on purpose, for Z'",
    "time_zero": "cells at the time of treatment, for growth-rate metrics",
}
SIGNALS = ("absorbance", "intensity", "viability", "response")
RAW = ("absorbance", "intensity")
GROUP = ("compound", "cell_line", "arm", "time")


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


WELLS = TableSchema(
    "wells",
    (
        column("plate"),
        column("well", optional=True, gaps=True),
        column("plate_wells", optional=True, gaps=True),
        column("experiment"),
        column("role"),
        column("compound", gaps=True),
        column("cell_line", gaps=True),
        column("arm", optional=True, gaps=True),
        column("dose", gaps=True),
        column("basis"),
        column("time", optional=True, gaps=True),
        column("wavelength", optional=True, gaps=True),
        column("absorbance", flags=True, optional=True),
        column("intensity", flags=True, optional=True),
        column("viability", flags=True, optional=True),
        column("response", flags=True, optional=True),
        column("reference_absorbance", flags=True, optional=True),
        column("total", optional=True, gaps=True),
    ),
)

VIABILITY = TableSchema(
    "viability",
    (
        *(column(word) for word in ("plate", "experiment", "role")),
        column("well", optional=True, gaps=True),
        *(column(word, gaps=True) for word in ("compound", "cell_line")),
        column("arm", optional=True, gaps=True),
        column("dose", gaps=True),
        column("basis"),
        column("time", optional=True, gaps=True),
        column("viability", flags=True, gaps=True),
        column("od_ratio", flags=True, optional=True, gaps=True),
        column("blank", optional=True, gaps=True),
        column("control", optional=True, gaps=True),
        column("correction"),
    ),
)

# Statistics of one kind each, with open columns: `columns` are the words that tie them to the wells.
CURVES = TableSchema("curves", (column("compound", gaps=True), column("cell_line", gaps=True)), open=True)
PLATES = TableSchema("plates", (column("plate"),), open=True)
