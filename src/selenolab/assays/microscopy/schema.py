"""The tables of the assay: images and what was outlined in them; particles, images and sizes out."""

from pathlib import Path

from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary(Path(__file__).parent)
DESIGN = ("sample", "experiment")


def column(word: str, flags: bool = False, optional: bool = False, gaps: bool = False) -> Column:
    """A column of a word of this assay or of the core."""
    return Column(look_up(WORDS, word), flags, optional, gaps)


RECORDS = TableSchema(
    "records",
    (
        column("image"),
        *(column(word, optional=True, gaps=True) for word in DESIGN),
        column("pixels", optional=True, gaps=True),
        column("outlines", optional=True, gaps=True),
        *(column(word, optional=True) for word in ("frame_left", "frame_top")),
        column("frame_width", flags=True),
        column("frame_height"),
        column("pixel_size", optional=True, gaps=True),
        column("scale_source"),
        column("scale_note", optional=True),
        *(column(word, optional=True, gaps=True) for word in ("pixel_size_metadata", "pixel_size_bar")),
        column("polarity", optional=True),
        *(column(word, optional=True, gaps=True) for word in ("saturated", "contrast", "coloured")),
        column("segmentation_note", optional=True),
    ),
    key=("image",),
)

OUTLINED = TableSchema(
    "outlined",
    (
        column("particle"),
        column("image"),
        *(column(word, optional=True, gaps=True) for word in DESIGN),
        *(column(word, optional=True) for word in ("centre_x", "centre_y")),
        column("diameter_px", flags=True),
        *(column(word, optional=True) for word in ("area_px", "feret_max_px", "feret_min_px")),
        *(column(word, optional=True, gaps=True) for word in ("circularity", "aspect_ratio", "solidity")),
        column("aggregate", optional=True),
        column("aggregate_size", optional=True),
        *(column(word, optional=True) for word in ("drawn_by", "edit")),
        column("mask", optional=True),
    ),
    key=("particle",),
    links={"image": "records.image"},
    may_be_empty=True,
)

PARTICLES = TableSchema(
    "particles",
    (
        column("particle"),
        column("image"),
        *(column(word, optional=True, gaps=True) for word in DESIGN),
        *(column(word, optional=True) for word in ("centre_x", "centre_y")),
        column("diameter", flags=True, optional=True, gaps=True),
        column("diameter_px", flags=True),
        *(column(word, optional=True, gaps=True) for word in ("feret_max", "feret_min")),
        *(column(word, optional=True) for word in ("feret_max_px", "feret_min_px", "area_px")),
        *(column(word, optional=True, gaps=True) for word in ("circularity", "aspect_ratio", "solidity")),
        column("aggregate", optional=True),
        column("aggregate_size", optional=True),
        *(column(word, optional=True) for word in ("drawn_by", "edit")),
    ),
    key=("particle",),
    may_be_empty=True,
)

# One row an image and one row a size class of a group; their numbers are open columns.
IMAGES = TableSchema(
    "images",
    (
        column("image"),
        *(column(word, optional=True, gaps=True) for word in DESIGN),
        column("scale_source"),
        column("scale_note", optional=True),
        column("pixel_size", optional=True, gaps=True),
        *(column(word, optional=True, gaps=True) for word in ("pixel_size_metadata", "pixel_size_bar")),
        *(column(word, optional=True, gaps=True) for word in ("covered", "saturated", "contrast")),
        column("polarity", optional=True),
    ),
    key=("image",),
    open=True,
)
SIZES = TableSchema("sizes", (column("sample", optional=True, gaps=True),), open=True)
