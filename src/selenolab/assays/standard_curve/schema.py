"""The tables of the assay: one row a well in; values, curves and their standards out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

FOLDER = Path(__file__).parent
WORDS = vocabulary(FOLDER)

ROLES = {
    "sample": "lysate or medium of treated cells, with the reagent",
    "standard": "a known concentration of the analyte, with the reagent; zero is one of them",
    "blank": "buffer or medium with the reagent, without sample",
    "vehicle": "as sample, of untreated cells: the control",
    "sample_blank": "as sample, without the reagent: turbidity and own colour",
    "buffer_blank": "buffer without the reagent, to which the sample_blank is compared",
    "compound_blank": "the compound with the reagent, without cells",
    "spike": "a known standard with the compound added, for its recovery",
    "masked": "as sample or vehicle, with the thiols masked: leaves GSSG",
    "masked_standard": "a standard taken through the masking; without it the other standards serve",
    "spontaneous": "medium of untreated cells: spontaneous release",
    "maximum": "lysed untreated cells: all there is; with a dose: the compound added to the lysate",
}
RAW = ("absorbance", "intensity")
DESIGN = ("sample", "compound", "dose", "time", "cell_line", "arm")


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
        column("sample", optional=True, gaps=True),
        column("compound", gaps=True),
        column("cell_line", gaps=True),
        column("arm", optional=True, gaps=True),
        column("dose", optional=True, gaps=True),
        column("basis", optional=True, gaps=True),
        column("time", optional=True, gaps=True),
        column("standard_concentration", optional=True, gaps=True),
        column("sample_dilution", optional=True, gaps=True),
        column("dilution_source", optional=True, gaps=True),
        column("protein_concentration", optional=True, gaps=True),
        column("wavelength", optional=True, gaps=True),
        column("absorbance", flags=True, optional=True),
        column("intensity", flags=True, optional=True),
        column("reference_absorbance", flags=True, optional=True),
    ),
)

_WHO = (
    column("experiment"),
    column("sample", optional=True, gaps=True),
    column("compound", gaps=True),
    column("cell_line", gaps=True),
    column("arm", optional=True, gaps=True),
    column("dose", optional=True, gaps=True),
    column("time", optional=True, gaps=True),
)
CONCENTRATIONS = TableSchema(
    "concentrations",
    (column("measured"), *_WHO, column("found_concentration", flags=True, gaps=True)),
    open=True,
)
INVERSIONS = TableSchema("inversions", (column("plate"), column("role"), *_WHO), open=True)
CURVES = TableSchema("curves", (column("plate"),), open=True)
STANDARDS = TableSchema("standards", (column("plate"),), open=True)
