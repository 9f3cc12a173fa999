"""The bench door: images to comets, or tables of comets that another program measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.comet.edits import Edits, boxes, edits_of, reason_of, removed
from selenolab.assays.comet.exported import is_exported, read_exported
from selenolab.assays.comet.gathered import dataset_of, design_of
from selenolab.assays.comet.pictures import picture_of
from selenolab.assays.comet.settings import CometSettings
from selenolab.assays.comet.stated import Stated, pixel_nm, stated_of
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import ArrayRef
from selenolab.core.errors import StudyError
from selenolab.core.format import InputFile, Parsed
from selenolab.imaging.comet import CometField, CometOptions, measure_comets

EDGE = "excluded: at the edge of the image"
OVERLAP = "excluded: overlaps another comet"
EMPTY = "excluded: no light above the ground"
_RENAMED = {
    "x": "comet_x", "y": "comet_y", "left": "comet_left", "top": "comet_top", "right": "comet_right",
    "bottom": "comet_bottom", "angle": "tail_angle", "tail_percent": "tail_dna",
    "tail_length": "tail_length_px",
    "olive_moment": "olive_moment_px", "extent_moment": "extent_moment_px", "head_length": "head_length_px",
    "head_width": "head_width_px", "light": "comet_light", "saturated": "saturated_pixels",
    "label": "comet_label",
}  # fmt: skip


@dataclass(slots=True)
class _Gathered:
    """Rows and arrays of all images, collected while they are read."""

    images: list[dict[str, Any]] = field(default_factory=list)
    comets: list[pd.DataFrame] = field(default_factory=list)
    arrays: dict[str, ArrayRef | NDArray[Any]] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Image:
    """One image of a file, by the name it has in the results."""

    name: str
    file: InputFile
    page: int
    record: Mapping[str, Any]


def suits(parsed: Parsed) -> str:
    """Why the assay cannot use the file; an empty text where it can."""
    if parsed.kind == "image":
        return ""
    if parsed.kind == "table":
        return "" if is_exported(parsed) else "the table has no column of tail DNA in %"
    return f"a {parsed.kind} holds no comets"


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: CometSettings) -> Reading:
    """The comets of all files.

    Raises
    ------
    StudyError, DataError, FormatRefusal
        No file, a file without comets in it, a JPEG, an image too small, an edit that hits no comet.
    """
    if not files:
        raise StudyError("comet: Expected at least one file. Add an image of comets, or a table of them.")
    for file in files:
        if reason := suits(file.parsed):
            raise StudyError(f"{file.name}: {reason}. Give images, or a table with one row a comet.")
    pictures = [file for file in files if file.parsed.kind == "image"]
    tables = [file for file in files if file.parsed.kind == "table"]
    if tables and (settings.add or settings.remove):
        raise StudyError(
            "comet: add and remove work on images; a table is edited by exclusions of the study."
        )
    stated = stated_of(files, sheet)
    images = list(_images(pictures))
    edits = edits_of(settings, [image.name for image in images])
    gathered = _Gathered()
    for image in images:
        _take(image, stated[image.file.name], edits.get(image.name, Edits()), settings, gathered)
    for file in tables:
        gathered.comets.append(read_exported(file, stated[file.name], sheet is not None))
    dataset, assumed = dataset_of(gathered.images, gathered.comets, gathered.arrays, settings)
    return Reading(dataset, tuple(dict.fromkeys([*gathered.assumed, *assumed])))


def _images(files: Sequence[InputFile]) -> Iterator[_Image]:
    """Every image of every file; one of several in a file has its record in its name."""
    for file in files:
        records = file.parsed.records.to_dict("records")
        for page, record in enumerate(records):
            name = file.name if len(records) == 1 else f"{file.name} [{record['record']}]"
            yield _Image(name, file, page, {str(word): value for word, value in record.items()})


def _take(image: _Image, stated: Stated, edits: Edits, settings: CometSettings, gathered: _Gathered) -> None:
    """Measure one image and keep what was found."""
    pixels = np.asarray(image.file.parsed.arrays[image.record["pixels"]])
    bits = int(image.record.get("bit_depth") or 8 * pixels.dtype.itemsize)
    picture = picture_of(image.file, image.name, pixels, bits, settings.inverted)
    options = CometOptions(
        settings.head_px, settings.direction_deg, settings.saturated_at,
        boxes(image.name, picture.grey.shape, edits),
    )  # fmt: skip
    found = measure_comets(picture.grey, options)
    design = design_of(stated, image.file.name)
    design["pixel_size"] = _pixel_size(stated, settings)
    outlines = f"outlines of {image.name}"
    gathered.arrays[image.name] = ArrayRef(
        image.file.path, image.file.sha256, pixels.shape, str(pixels.dtype), image.page
    )
    gathered.arrays[outlines] = found.outlines
    note = "" if len(found.comets) else "no comet was found"
    facts = {
        "image": image.name, "pixels": image.name, "comet_outlines": outlines,
        "comets_found": len(found.comets),
        "dust_count": found.dust, "comet_bits": picture.bits, "ground_clipped": picture.clipped,
        "saturation_level": np.nan if found.saturated is None else found.saturated,
        "direction_agreement": np.nan if found.agree is None else found.agree, "tail_angle": found.direction,
        "comet_image_note": note,
    }  # fmt: skip
    gathered.images.append({**facts, **design})
    gathered.comets.append(_rows(image.name, found, edits, settings).assign(**design))
    gathered.assumed += picture.assumed


def _pixel_size(stated: Stated, settings: CometSettings) -> float:
    """Size of a pixel [nm] as stated of the file or of all files, else NaN."""
    if np.isfinite(stated.pixel_size):
        return stated.pixel_size
    if settings.pixel_size:
        return pixel_nm(settings.pixel_size, "pixel_size")
    return np.nan


def _rows(image: str, found: CometField, edits: Edits, settings: CometSettings) -> pd.DataFrame:
    """The comets of one image, each with why it does not count and what is to be said of it."""
    rows = found.comets
    gone = removed(image, rows, edits)
    flags, notes = [], []
    drawn = iter(edits.add)
    for row in rows.to_dict("records"):
        flags.append(_flag({str(k): v for k, v in row.items()}, gone, settings))
        own = [gone[row["label"]]] if row["label"] in gone else []
        own += [reason_of(next(drawn))] if row["drawn"] else []
        own += ["tail sum negative, set to 0"] if row["clipped"] else []
        own += [f"{row['saturated']} saturated pixels"] if row["saturated"] else []
        own += ["hedgehog"] if row["tail_percent"] > settings.hedgehog_percent else []
        notes.append("; ".join(own))
    frame = rows.rename(columns=_RENAMED)[list(_RENAMED.values())].copy()
    frame = frame.astype(float)
    frame.insert(0, "comet", [f"{image} {label}" for label in rows["label"]])
    frame.insert(1, "image", image)
    frame["tail_dna_flag"] = pd.Series(flags, dtype=object)
    frame["comet_note"] = pd.Series(notes, dtype=object)
    return frame


def _flag(row: Mapping[str, Any], gone: Mapping[int, str], settings: CometSettings) -> str:
    if row["label"] in gone:
        return f"excluded: {gone[row['label']]}"
    if row["edge"]:
        return EDGE
    if row["overlap"]:
        return OVERLAP
    if row["empty"]:
        return EMPTY
    if row["saturated"] and settings.saturated == "leave out":
        return f"excluded: {row['saturated']} saturated pixels"
    return ""
