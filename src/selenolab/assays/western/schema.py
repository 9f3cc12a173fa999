"""The tables of the assay: lanes, exposures and bands in; bands, normalised lanes and membranes out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary(Path(__file__).parent)
DESIGN = ("experiment", "compound", "dose", "basis", "time", "cell_line", "arm")
BOX = ("band_left", "band_right", "band_top", "band_bottom")
LANE_ROLES = {
    "sample": "lysate of the design; dose 0 is the control",
    "dilution": "lane of a dilution series; the column dilution says how much of the lysate it holds",
    "positive": "lysate in which the protein is known to be present",
    "marker": "molecular weight marker: no number",
    "empty": "nothing loaded, or a lane to leave out: no number",
}


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


def _may(*words: str) -> tuple[Column, ...]:
    return tuple(column(word, optional=True, gaps=True) for word in words)


LANES = TableSchema(
    "lanes",
    (column("membrane"), column("lane"), column("role"), *_may(*DESIGN, "lane_load", "lane_dilution")),
    key=("membrane", "lane"),
)
BLOTS = TableSchema(
    "blots",
    (
        column("blot"),
        column("membrane"),
        column("blot_role"),
        column("blot_refusal"),
        *_may("blot_exposure", "pixels", "blot_tilt", "blot_cuts", "blot_note"),
    ),
    key=("blot",),
)
_BAND = (
    column("membrane"),
    column("lane"),
    column("protein"),
    column("band_volume", flags=True, gaps=True),
    *_may("band_background", "band_snr", "band_saturated", *BOX, "band_edit"),
)
BANDS = TableSchema(
    "bands",
    (column("blot"), *_BAND),
    key=("blot", "lane", "protein"),
    links={"blot": "blots.blot"},
)

# What comes out.
MEASURED = TableSchema(
    "measured_bands", (column("blot"), column("blot_role"), *_BAND), key=("blot", "lane", "protein")
)
NORMALISED = TableSchema(
    "normalised",
    (
        *(column(word) for word in ("membrane", "membrane_part", "lane", "protein", "normaliser", "blot")),
        *_may(*DESIGN),
        column("band_volume"),
        column("normaliser_volume", gaps=True),
        column("normalised_intensity", flags=True),
    ),
    key=("membrane", "lane", "protein", "normaliser"),
)
MEMBRANES = TableSchema(
    "membranes",
    (
        *(column(word) for word in ("blot", "membrane", "blot_role", "protein", "blot_refusal")),
        *_may("blot_exposure", "blot_tilt", "blot_cuts", "blot_note"),
        *(column(word) for word in ("lanes_measured", "bands_saturated")),
    ),
    key=("blot", "protein"),
)
