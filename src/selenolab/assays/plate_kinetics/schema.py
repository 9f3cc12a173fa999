"""The tables of the assay: one row a reading of a well in; rates of wells and their groups out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

FOLDER = Path(__file__).parent
WORDS = vocabulary(FOLDER)

ROLES = {
    "sample": "enzyme or lysate with the compound, all reagents",
    "vehicle": "as sample, with the vehicle alone: the 100 % of the experiment",
    "blank": "all reagents without sample and compound: the reaction without an enzyme",
    "no_enzyme": "the compound at the dose of the samples with all reagents, without enzyme",
    "inhibitor_blank": "as sample or vehicle, with a specific inhibitor of the enzyme, such as auranofin",
    "no_substrate": "as sample, without the substrate: what the compound itself turns over",
    "positive": "a known inhibitor or activator, or purified enzyme: shows that the assay works",
}
RAW = ("absorbance", "intensity")
TREATED = ("sample", "vehicle", "positive")
# what a well belongs to beside its experiment; the first five are the design words of every assay
GROUP = (
    "compound",
    "dose",
    "time",
    "cell_line",
    "arm",
    "substrate_concentration",
    "preincubation",
    "cofactor",
)
LABELS = {"substrate_concentration": "substrate", "preincubation": "preincubation", "cofactor": "cofactor"}
UNITS = {"time": "h", "substrate_concentration": "µM", "preincubation": "min"}


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


_DESIGN = (
    column("experiment", gaps=True),
    column("role"),
    column("compound", gaps=True),
    column("cell_line", gaps=True),
    column("arm", optional=True, gaps=True),
    column("dose", optional=True, gaps=True),
    column("time", optional=True, gaps=True),
    column("substrate_concentration", optional=True, gaps=True),
    column("preincubation", optional=True, gaps=True),
    column("cofactor", optional=True, gaps=True),
    column("well_protein", optional=True, gaps=True),
)
READINGS = TableSchema(
    "readings",
    (
        column("plate"),
        column("well", optional=True, gaps=True),
        *_DESIGN,
        column("basis", optional=True, gaps=True),
        column("read_time", optional=True, gaps=True),
        column("wavelength", optional=True, gaps=True),
        column("absorbance", flags=True, optional=True),
        column("intensity", flags=True, optional=True),
        column("reference_absorbance", flags=True, optional=True),
    ),
)
RATES = TableSchema("rates", (column("plate"), column("well", optional=True, gaps=True), *_DESIGN), open=True)
GROUPS = TableSchema("groups", (column("compound", gaps=True), column("cell_line", gaps=True)), open=True)
# what a protein assay may hand over: a concentration of the lysate of every sample
LYSATES = TableSchema(
    "concentrations",
    (
        column("experiment"),
        column("compound", gaps=True),
        column("cell_line", gaps=True),
        column("arm", optional=True, gaps=True),
        column("dose", optional=True, gaps=True),
        column("time", optional=True, gaps=True),
    ),
    open=True,
)
