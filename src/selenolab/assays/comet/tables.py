"""The tables that the analysis gives: every comet, and one row a slide."""

import pandas as pd

from selenolab.assays.comet.checks import _flags
from selenolab.assays.comet.reading import EDGE, OVERLAP
from selenolab.assays.comet.room import Room, Slide
from selenolab.assays.comet.schema import CELLS, SLIDES
from selenolab.core.dataset import Dataset, Table
from selenolab.core.schema import OpenColumn


def tables(dataset: Dataset, room: Room) -> dict[str, Table]:
    """Cells and slides."""
    comets = dataset.tables["comets"]
    found = {"cells": Table(CELLS, room.cells, comets.units, comets.open)}
    if room.slides:
        found["slides"] = _slides(room)
    return found


def _slides(room: Room) -> Table:
    frame = pd.DataFrame([_row(slide) for slide in room.slides])
    length = room.length_unit
    meaning = {
        "design": OpenColumn("text", "", "the group of the slide"),
        "comets": OpenColumn("number", "", "comets found"),
        "counted": OpenColumn("number", "", "comets that count"),
        "at_edge": OpenColumn("number", "", "comets at an edge, left out"),
        "overlapping": OpenColumn("number", "", "overlapping comets, left out"),
        "saturated": OpenColumn("number", "", "comets with saturated pixels"),
        "hedgehogs": OpenColumn("number", "%", "hedgehogs, of the counted comets"),
        "tail": OpenColumn("number", "%", "tail DNA, summed up over the counted comets as set"),
        "tail_mean": OpenColumn("number", "%", "mean tail DNA of the counted comets"),
        "tail_length": OpenColumn("number", length, "tail length"),
        "olive_moment": OpenColumn("number", length, "Olive moment"),
        "extent_moment": OpenColumn("number", length, "extent moment"),
    }
    return Table(SLIDES, frame, {}, {word: kind for word, kind in meaning.items() if word in frame})


def _row(slide: Slide) -> dict[str, object]:
    flags, values = _flags(slide.found), slide.values
    full = slide.found.get("saturated_pixels")
    row: dict[str, object] = {
        "slide": slide.name, "experiment": slide.experiment, "role": slide.role,
        "design": ", ".join(slide.words.values()), "comets": float(len(slide.found)),
        "counted": float(len(slide.counted)), "at_edge": float((flags == EDGE).sum()),
        "overlapping": float((flags == OVERLAP).sum()),
        "saturated": float((full > 0).sum()) if full is not None else 0.0, "hedgehogs": values["hedgehogs"],
        "tail": values["tail_dna"], "tail_mean": values["mean"],
    }  # fmt: skip
    names = {"tail_length_px": "tail_length", "olive_moment_px": "olive_moment",
             "extent_moment_px": "extent_moment"}  # fmt: skip
    return {**row, **{name: values[word] for word, name in names.items() if word in values}}
