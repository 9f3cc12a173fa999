"""Comet assay: DNA in the tails of single cells, at any rotation, over independent experiments.

Images are searched for comets, or tables of comets from other programs are taken; the cells of a slide give
one number, and n counts experiments (slides or animals where so designed). Breaks count as primary only
where the same cells were alive.
"""

from collections.abc import Iterator

from selenolab.assays.comet import virtual
from selenolab.assays.comet.answer import answer
from selenolab.assays.comet.cells_alive import TAKES
from selenolab.assays.comet.checks import checks
from selenolab.assays.comet.figures import drawings
from selenolab.assays.comet.headline import SPECS, headline
from selenolab.assays.comet.methods import REFERENCES, sentences
from selenolab.assays.comet.missing import missing_controls
from selenolab.assays.comet.reading import read, suits
from selenolab.assays.comet.room import Room, enter
from selenolab.assays.comet.schema import CELLS, COMETS, IMAGES, ROLES, SAMPLE, SLIDES
from selenolab.assays.comet.settings import CometSettings
from selenolab.assays.comet.tables import tables
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, BenchDoor, Role, SheetColumn, Taken, VirtualDoor
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Absent, Endpoint


def analyse(dataset: Dataset, settings: CometSettings, seed: int, taken: Taken) -> Analysis:
    """Tail DNA over experiments and what can be said against it. Nothing is random: no seed is used."""
    del seed
    room = enter(dataset, settings)
    found = headline(room, settings, taken)
    nothing = Endpoint("tail DNA", {}, Absent("no comet counts on any slide", "%"))
    return Analysis(
        endpoints=found.endpoints or (nothing,),
        answer=answer(found, room),
        checks=tuple(checks(dataset, room, found, settings)),
        missing_controls=tuple(missing_controls(found, room, settings)),
        warnings=tuple(_warnings(room, settings)),
        tables=tables(dataset, room),
        drawings=tuple(drawings(dataset, room, found, settings)),
        methods=sentences(dataset, room, settings),
        units=found.units,
        events=found.events,
    )


def _warnings(room: Room, settings: CometSettings) -> Iterator[str]:
    if room.empty:
        yield f"No comet counts on {', '.join(room.empty)}: they give no number."
    hedgehogs = sum(
        int((slide.counted["tail_dna"] > settings.hedgehog_percent).sum()) for slide in room.slides
    )
    if hedgehogs:
        yield (
            f"Hedgehogs (tail DNA above {settings.hedgehog_percent:g} %): {hedgehogs}. They count; "
            f"they are no proof of "
            "apoptosis."
        )
    told = room.cells["comet_note"].fillna("").astype(str) if "comet_note" in room.cells else None
    notes: list[str] = [] if told is None else told.tolist()
    edited = sum("by hand" in note for note in notes)
    if edited:
        yield f"{edited} comet{'s were' if edited != 1 else ' was'} drawn or removed by hand; each is listed."
    clipped = sum("set to 0" in note for note in notes)
    if clipped:
        yield f"Tail sums below zero that were set to 0 %: {clipped}."


_SHEET = (
    SheetColumn("file", "image or table of comets", "file", required=True),
    SheetColumn("slide", "slide; images of one slide are summed up. Empty: each file is one", "file"),
    SheetColumn("role", "what the slide is for", "file", choices=tuple(ROLES)),
    SheetColumn("experiment", "independent experiment: what n counts", "file"),
    SheetColumn("animal", "animal or donor, where these are what n counts", "file"),
    SheetColumn("compound", "compound or particle added", "file"),
    SheetColumn("dose [µM]", "dose in the unit of the header; 0 is the control", "file"),
    SheetColumn("time [h]", "time of exposure", "file"),
    SheetColumn("cell_line", "cell line", "file"),
    SheetColumn("arm", "perturbation, such as NAC; empty for none", "file"),
    SheetColumn("enzyme", "lesion-specific enzyme, such as Fpg; empty for buffer alone", "file"),
    SheetColumn("viability [%]", "viability of the same cells", "file"),
    SheetColumn("pixel_size", "size of a pixel with its unit, as in '0.65 µm'", "file"),
)

assay = Assay(
    name="comet",
    title="Comet assay",
    settings=CometSettings,
    tables={"images": IMAGES, "comets": COMETS},
    bench=BenchDoor(
        roles=tuple(Role(word, meaning, word == SAMPLE) for word, meaning in ROLES.items()),
        sheet=_SHEET,
        suits=suits,
        read=read,
        by="compound",
    ),
    virtual=VirtualDoor(virtual.NEEDS, virtual.design, virtual.expect, virtual.noise),
    analyse=analyse,
    endpoints=SPECS,
    gives={"cells": CELLS, "slides": SLIDES},
    takes=TAKES,
    references=REFERENCES,
)
