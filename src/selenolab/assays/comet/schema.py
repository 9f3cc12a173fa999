"""The tables of the assay: images, comets in and out, and slides."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary(Path(__file__).parent)
SAMPLE, VEHICLE, POSITIVE = "sample", "vehicle", "positive"
ROLES = {
    SAMPLE: "treated cells; dose 0 is the control of its line, time and arm",
    VEHICLE: "cells with the solvent only, as dose 0",
    POSITIVE: "cells with a known damage, such as H2O2",
}
DESIGN = ("slide", "experiment", "animal", "role", "compound", "dose", "basis", "time", "cell_line", "arm",
          "comet_enzyme", "viability")  # fmt: skip


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


_PLACE = (
    *(column(word) for word in ("slide", "experiment", "role")),
    *(column(word, optional=True, gaps=True) for word in DESIGN[2:] if word != "role"),
)
_NUMBERS = tuple(
    column(word, optional=True, gaps=True)
    for word in (
        "tail_length_px", "olive_moment_px", "extent_moment_px", "comet_x", "comet_y", "comet_left",
        "comet_top",
        "comet_right", "comet_bottom", "head_length_px", "head_width_px", "comet_light", "tail_angle",
        "saturated_pixels", "comet_label", "pixel_size",
    )
)  # fmt: skip

IMAGES = TableSchema(
    "images",
    (
        column("image"),
        *_PLACE,
        column("pixels", optional=True, gaps=True),
        column("comet_outlines", optional=True, gaps=True),
        column("comets_found", flags=True),
        *(column(word, optional=True, gaps=True) for word in (
            "dust_count", "comet_bits", "ground_clipped", "saturation_level", "direction_agreement",
            "tail_angle",
            "pixel_size", "comet_image_note")),
    ),
    key=("image",),
)  # fmt: skip

COMETS = TableSchema(
    "comets",
    (
        column("comet"),
        column("image", optional=True, gaps=True),
        *_PLACE,
        column("tail_dna", flags=True),
        *_NUMBERS,
        column("comet_note", optional=True, gaps=True),
    ),
    key=("comet",),
    may_be_empty=True,
)

# What the analysis gives: every comet, and one row a slide whose numbers are open columns.
CELLS = TableSchema("cells", COMETS.columns, may_be_empty=True)
SLIDES = TableSchema("slides", _PLACE, open=True, may_be_empty=True)

TAKEN_VIABILITY = TableSchema(
    "viability",
    (
        column("viability", flags=True, gaps=True),
        column("dose", gaps=True),
        *(column(word, optional=True, gaps=True) for word in ("compound", "cell_line", "arm", "time",
                                                              "experiment")),
    ),
)  # fmt: skip
