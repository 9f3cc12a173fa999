"""The tables of the assay: one row an aliquot in, released shares, fits and ratios out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary(Path(__file__).parent)

SAMPLE, FREE, NON_CLEAVABLE = "sample", "free_drug", "non_cleavable"
GSH_BLANK, BLANK = "gsh_blank", "blank"
ROLES = {
    SAMPLE: "drug-loaded carrier in the bag",
    FREE: "free drug in the same bag: shows how fast the bag lets drug pass",
    NON_CLEAVABLE: "the same carrier with linkers that redox cannot cleave",
    GSH_BLANK: "bag and medium with GSH, no drug",
    BLANK: "bag and medium without drug",
}
WITH_DRUG = (SAMPLE, FREE, NON_CLEAVABLE)
RAW = "none yet"
CORRECTED = "already corrected"
CORRECTIONS = (RAW, CORRECTED)
CONCENTRATION, ABSORBANCE, RELEASED = "medium_concentration", "absorbance", "released"
SIGNALS = (CONCENTRATION, ABSORBANCE, RELEASED)
NAMES = {
    CONCENTRATION: "concentration [µg/mL]",
    ABSORBANCE: "absorbance",
    RELEASED: "released [%]",
}


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


ALIQUOTS = TableSchema(
    "aliquots",
    (
        column("vessel"),
        column("medium", gaps=True),
        column("role"),
        column("carrier", gaps=True),
        column("experiment", optional=True, gaps=True),
        column("time"),
        column(CONCENTRATION, flags=True, optional=True),
        column(ABSORBANCE, flags=True, optional=True),
        column(RELEASED, flags=True, optional=True),
        column("replacement"),
        *(
            column(word, optional=True, gaps=True)
            for word in (
                "ph",
                "target_ph",
                "gsh",
                "h2o2",
                "medium_volume",
                "sample_volume",
                "loaded_drug",
                "dilution",
                "solubility",
            )
        ),
    ),
    key=("vessel", "time"),
)

RELEASE_TABLE = TableSchema(
    "released",
    (
        column("vessel"),
        column("medium"),
        column("role"),
        column("carrier", gaps=True),
        column("experiment", optional=True, gaps=True),
        column("time"),
        column(RELEASED, flags=True, gaps=True),
        column(CONCENTRATION, flags=True, optional=True, gaps=True),
    ),
    key=("vessel", "time"),
)

# Statistics with open columns; the words that tie them to the vessels come first.
SUMMARY = TableSchema(
    "summary",
    (
        column("medium"),
        column("carrier", gaps=True),
        column("role"),
        column("time"),
        column(RELEASED, gaps=True),
        column("n"),
    ),
)
FITS = TableSchema("fits", (column("medium"), column("carrier", gaps=True), column("role")), open=True)
SELECTIVITY = TableSchema(
    "selectivity",
    (
        column("medium"),
        column("reference"),
        column("carrier", gaps=True),
        column("role"),
        column("time"),
        column("ratio", gaps=True),
    ),
)
