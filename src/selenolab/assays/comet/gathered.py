"""The rows of all files as tables checked at birth: one unit of dose, every slide and experiment named."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.comet.schema import COMETS, IMAGES
from selenolab.assays.comet.settings import CometSettings
from selenolab.assays.comet.stated import Stated
from selenolab.core.compound import Basis
from selenolab.core.dataset import ArrayRef, Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.formats.units import factor

_OPTIONAL = ("animal", "compound", "dose", "basis", "time", "cell_line", "arm", "comet_enzyme", "viability",
             "pixel_size", "direction_agreement", "saturation_level", "comet_image_note")  # fmt: skip


def design_of(stated: Stated, file: str) -> dict[str, Any]:
    """The design words of one slide as columns; a file without a slide is one."""
    return {
        "slide": stated.slide or file,
        "experiment": stated.experiment,
        "animal": stated.animal,
        "role": stated.role,
        "compound": stated.compound,
        "dose": stated.dose,
        "dose_unit": stated.dose_unit,
        "basis": stated.basis or Basis.NOT_STATED.value,
        "time": stated.time,
        "cell_line": stated.cell_line,
        "arm": stated.arm,
        "comet_enzyme": stated.enzyme,
        "viability": stated.viability,
    }


def dataset_of(
    images: Sequence[Mapping[str, Any]],
    comets: Sequence[pd.DataFrame],
    arrays: Mapping[str, ArrayRef | NDArray[Any]],
    settings: CometSettings,
) -> tuple[Dataset, list[str]]:
    """The tables, without columns in which nothing is known, and what had to be assumed."""
    parts = [part for part in comets if len(part)] or list(comets[:1])
    cells, pictures = pd.concat(parts, ignore_index=True), pd.DataFrame(list(images))
    frames = [frame for frame in (cells, pictures) if len(frame.columns)]
    unit = _one_unit(frames)
    assumed = _named_experiments(frames)
    _animals_known(frames, settings)
    for frame in frames:
        frame["dose"] = [
            dose * (factor(own, unit) if own and unit and own != unit else 1.0)
            for dose, own in zip(frame["dose"].astype(float), frame["dose_unit"], strict=True)
        ]
    units = {"dose": unit} if unit else {"dose": "µM"}
    tables = {"comets": Table(COMETS, _tidy(cells), units if "dose" in _tidy(cells) else {})}
    if images:
        tidy = _tidy(pictures).astype({"comets_found": float, "dust_count": float, "comet_bits": float})
        tables["images"] = Table(IMAGES, tidy, units if "dose" in tidy else {})
    return Dataset(tables, arrays), assumed


def _one_unit(frames: Sequence[pd.DataFrame]) -> str:
    """The unit of all doses; those that turn into one another are turned."""
    known = [unit for frame in frames for unit in frame["dose_unit"].dropna().astype(str) if unit]
    units = list(dict.fromkeys(known))
    for other in units[1:]:
        try:
            factor(other, units[0])
        except (DataError, ValueError) as error:
            raise DataError(
                f"dose: Expected one kind of unit, found {units[0]} and {other}. Write all doses in one."
            ) from error
    return units[0] if units else ""


def _named_experiments(frames: Sequence[pd.DataFrame]) -> list[str]:
    stated = [text for frame in frames for text in frame["experiment"].astype(str)]
    if all(stated):
        return []
    if any(stated):
        bare = next(
            slide for frame in frames for slide, text in zip(frame["slide"], frame["experiment"], strict=True)
            if not text
        )  # fmt: skip
        raise StudyError(f"{bare}: It names no experiment, other slides do. Fill it in.")
    for frame in frames:
        frame["experiment"] = "1"
    return ["no experiment is stated: all slides are taken for one experiment"]


def _animals_known(frames: Sequence[pd.DataFrame], settings: CometSettings) -> None:
    if settings.n_is == "animals" and not all((frame["animal"] != "").all() for frame in frames):
        raise StudyError(
            "comet: n_is is animals, but not every slide names its animal. Add a column 'animal'."
        )


def _tidy(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.drop(columns=["dose_unit"])
    frame = frame.astype(
        {word: float for word in ("dose", "time", "viability", "pixel_size") if word in frame}
    )
    empty = [
        word
        for word in _OPTIONAL
        if word in frame and not any(_known(value) for value in frame[word].tolist())
    ]
    frame = frame.drop(columns=empty)
    if "basis" in frame and "dose" not in frame:
        frame = frame.drop(columns="basis")
    return frame.replace({"image": {"": np.nan}}).reset_index(drop=True)


def _known(value: object) -> bool:
    return isfinite(value) if isinstance(value, float) else bool(value)
