"""Particle sizing by electron microscopy: from micrographs to sizes with intervals over images.

Sizes are diameters of equal projected area. They are lengths only where the scale of an image is known:
from the user, from plausible metadata or from the burnt-in bar; else they stay in pixels.
"""

from collections.abc import Iterator, Sequence

from selenolab.assays.microscopy import virtual
from selenolab.assays.microscopy.answer import answer
from selenolab.assays.microscopy.checks import group_checks, image_checks
from selenolab.assays.microscopy.endpoints import SPECS, GroupResult, group_result
from selenolab.assays.microscopy.figures import drawings
from selenolab.assays.microscopy.groups import NM, groups
from selenolab.assays.microscopy.methods import REFERENCES, sentences
from selenolab.assays.microscopy.missing import missing_controls
from selenolab.assays.microscopy.reading import read, suits
from selenolab.assays.microscopy.schema import IMAGES, OUTLINED, PARTICLES, RECORDS, SIZES
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.assays.microscopy.tables import image_table, particle_table, size_table
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, BenchDoor, Role, SheetColumn, Taken, VirtualDoor
from selenolab.core.dataset import Dataset


def analyse(dataset: Dataset, settings: MicroscopySettings, seed: int, taken: Taken) -> Analysis:
    """Sizes, shapes and what can be said against them. Nothing is random: no seed is used."""
    del seed, taken
    results = tuple(group_result(group, settings) for group in groups(dataset))
    tables = {"particles": particle_table(dataset), "images": image_table(dataset, results)}
    sizes = size_table(results)
    if sizes is not None:
        tables["sizes"] = sizes
    return Analysis(
        endpoints=tuple(endpoint for result in results for endpoint in result.endpoints),
        answer=answer(results),
        checks=(*group_checks(results, settings), *image_checks(dataset, settings)),
        missing_controls=tuple(missing_controls(results)),
        warnings=tuple(_warnings(dataset, results)),
        tables=tables,
        drawings=tuple(drawings(dataset, results, settings)),
        methods=sentences(dataset, results, settings),
        units=tuple(value for result in results for value in result.units),
    )


def _warnings(dataset: Dataset, results: Sequence[GroupResult]) -> Iterator[str]:
    in_pixels = [result.group.title for result in results if result.group.unit != NM]
    if in_pixels:
        yield (
            f"{_list(in_pixels)}: no scale is known, so that sizes are in pixels and say nothing of lengths. "
            "State pixel_size, or scale_bar."
        )
    for result in results:
        group = result.group
        if group.unknown:
            yield (
                f"{group.title}: {len(group.unknown)} of {len(group.unknown) + len(group.records)} images "
                f"have no known scale and enter no number: {_list(group.unknown)}."
            )
        if group.excluded:
            yield f"{group.title}: images left out by exclusion: {_list(group.excluded)}."
    outlined = dataset.tables["outlined"].frame
    edited = int((outlined["edit"] != "").sum()) if "edit" in outlined else 0
    if edited:
        yield f"{edited} outline{'s were' if edited != 1 else ' was'} changed by hand; each is listed."


def _list(names: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


_SHEET = (
    SheetColumn("file", "image file", "file", required=True),
    SheetColumn("sample", "what is on the grid; images of one sample are summed up", "file"),
    SheetColumn("experiment", "batch prepared anew; then batches, not images, are the replicates", "file"),
    SheetColumn("grid", "grid, where several were made of one batch, in place of experiment", "file"),
    SheetColumn("pixel_size", "size of a pixel with its unit, as in '0.5 nm'", "file"),
    SheetColumn("scale_bar", "length of the burnt-in bar with its unit, as in '100 nm'", "file"),
    SheetColumn("scale_bar_px", "length of that bar in pixels, where it is not found", "file"),
    SheetColumn("region", "part to count in: left, top, right, bottom in pixels", "file"),
)

assay = Assay(
    name="microscopy",
    title="Particle sizing by electron microscopy",
    settings=MicroscopySettings,
    tables={"records": RECORDS, "outlined": OUTLINED},
    bench=BenchDoor(
        roles=(Role("sample", "a micrograph: tif, png, jpg, dm3, dm4, mrc or emd", required=True),),
        sheet=_SHEET,
        suits=suits,
        read=read,
        usual=("image",),
        by="sample",
    ),
    virtual=VirtualDoor(virtual.NEEDS, virtual.design, virtual.expect, virtual.noise),
    analyse=analyse,
    endpoints=SPECS,
    gives={"particles": PARTICLES, "images": IMAGES, "sizes": SIZES},
    references=REFERENCES,
)
