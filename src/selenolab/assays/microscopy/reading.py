"""The bench door: image files to a table of images and one of outlined particles, in pixels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.microscopy.edits import Edits, edits_of
from selenolab.assays.microscopy.outlining import Outlined, edited_lines, outline
from selenolab.assays.microscopy.scale import Scale, grey_of, settle_scale
from selenolab.assays.microscopy.schema import DESIGN, OUTLINED, RECORDS
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.assays.microscopy.stated import Stated, stated_of
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import ArrayRef, Dataset, Table
from selenolab.core.errors import StudyError
from selenolab.core.format import InputFile, Parsed
from selenolab.imaging.annotation import annotation_mask
from selenolab.imaging.scale_bar import find_scale_bar

_OPTIONAL = ("pixel_size", "pixel_size_metadata", "pixel_size_bar", *DESIGN)


@dataclass(slots=True)
class _Gathered:
    """Rows and arrays of all images, collected while they are read."""

    records: list[dict[str, Any]] = field(default_factory=list)
    particles: list[pd.DataFrame] = field(default_factory=list)
    arrays: dict[str, ArrayRef | NDArray[Any]] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Image:
    """One image of a file, by the name it has in the results."""

    name: str
    file: InputFile
    page: int
    record: dict[str, Any]


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    return "" if parsed.kind == "image" else f"a {parsed.kind} holds no image to find particles in"


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: MicroscopySettings) -> Reading:
    """The images of all files and the particles in them.

    Raises
    ------
    StudyError, DataError
        No file, a file that is no image, an image too small, a length without its unit, a region outside
        the image, an edit that hits no particle.
    """
    if not files:
        raise StudyError("microscopy: Expected at least one file. Add a micrograph.")
    images = list(_images(files))
    stated = stated_of(files, sheet, settings)
    edits = edits_of(settings, [image.name for image in images])
    gathered = _Gathered()
    for image in images:
        _take(image, stated[image.file.name], edits.get(image.name, Edits()), settings, gathered)
    return Reading(_dataset(gathered), tuple(gathered.assumed))


def _images(files: Sequence[InputFile]) -> Iterator[_Image]:
    """Every image of every file; one of several in a file has its record in its name."""
    for file in files:
        if reason := suits(file.parsed):
            raise StudyError(f"{file.name}: {reason}. Give a micrograph.")
        records = file.parsed.records.to_dict("records")
        for page, record in enumerate(records):
            name = file.name if len(records) == 1 else f"{file.name} [{record['record']}]"
            yield _Image(name, file, page, {str(word): value for word, value in record.items()})


def _take(
    image: _Image, stated: Stated, edits: Edits, settings: MicroscopySettings, gathered: _Gathered
) -> None:
    """Measure one image and keep what was found."""
    file = image.file
    pixels = file.parsed.arrays[image.record["pixels"]]
    pixels = np.asarray(pixels)
    grey, coloured = grey_of(pixels)
    bar = find_scale_bar(pixels)
    annotation = np.asarray(annotation_mask(pixels, bar), dtype=bool)
    flag = str(image.record.get("pixel_size_flag") or "")
    own = float(image.record.get("pixel_size", np.nan)) if not flag else np.nan
    scale = settle_scale(image.name, pixels, bar, own, flag, stated)
    found = outline(image.name, grey, annotation, stated.region, edits, settings)
    outlines = f"outlines of {image.name}"
    gathered.arrays[image.name] = ArrayRef(
        file.path, file.sha256, pixels.shape, str(pixels.dtype), image.page
    )
    gathered.arrays[outlines] = found.outlines
    design = {"sample": stated.sample, "experiment": stated.experiment}
    record = {"image": image.name, **design, "pixels": image.name, "outlines": outlines, "file": file.name}
    gathered.records.append({**record, **_told(found, scale), "coloured": coloured})
    gathered.particles.append(found.particles.assign(image=image.name, file=file.name, **design))
    gathered.assumed += [f"edited: {line}" for line in edited_lines(found.particles)]


def _told(found: Outlined, scale: Scale) -> dict[str, Any]:
    """The columns of one image."""
    return {
        "frame_left": found.frame.left,
        "frame_top": found.frame.top,
        "frame_width": found.frame.right - found.frame.left,
        "frame_height": found.frame.bottom - found.frame.top,
        "pixel_size": scale.pixel_size,
        "scale_source": scale.source,
        "scale_note": scale.note,
        "pixel_size_metadata": scale.metadata,
        "pixel_size_bar": scale.bar,
        "polarity": found.polarity,
        "saturated": found.saturated,
        "contrast": found.contrast,
        "segmentation_note": "; ".join(found.notes),
    }


def _dataset(gathered: _Gathered) -> Dataset:
    """The tables, without columns in which nothing is known: no column of lengths where there is no scale."""
    records = _without_empty(pd.DataFrame(gathered.records))
    parts = [part for part in gathered.particles if len(part)] or gathered.particles[:1]
    particles = _without_empty(pd.concat(parts, ignore_index=True))
    tables = {"records": Table(RECORDS, records), "outlined": Table(OUTLINED, particles)}
    return Dataset(tables, gathered.arrays)


def _without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    empty = [
        word
        for word in _OPTIONAL
        if word in frame and not (frame[word].notna() & (frame[word].astype(str) != "")).any()
    ]
    return frame.drop(columns=empty)
