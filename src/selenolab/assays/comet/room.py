"""Comets by slide and slides by group of the design: what the numbers are made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.comet.schema import SAMPLE
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.dataset import Dataset, sound, unit_of

NM_PER_UM = 1000.0
PX, UM = "px", "µm"
LENGTHS = ("tail_length_px", "olive_moment_px", "extent_moment_px")


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide. `counted` are its comets that enter, `found` all of them; `unit_id` is what n counts.

    `values` sums the counted cells up: tail DNA (also its mean), lengths where known, hedgehogs [%].
    """

    name: str
    experiment: str
    unit_id: str
    words: Mapping[str, str]
    role: str
    dose: float
    time: float
    viability: float
    found: pd.DataFrame
    counted: pd.DataFrame
    values: Mapping[str, float]

    @property
    def control(self) -> bool:
        """Whether these cells got no compound."""
        return self.role == SAMPLE and self.dose == 0


@dataclass(frozen=True, slots=True)
class Group:
    """Slides of one group of the design."""

    words: Mapping[str, str]
    slides: tuple[Slide, ...]

    @property
    def title(self) -> str:
        """The group as it is written."""
        return ", ".join(self.words.values()) or "all slides"

    @property
    def first(self) -> Slide:
        """A slide of it: role, dose and time are those of all."""
        return self.slides[0]

    def of(self, word: str) -> tuple[list[float], list[str]]:
        """The values of one quantity and the units of replication they come from."""
        own = [(slide.values[word], slide.unit_id) for slide in self.slides if word in slide.values]
        return [value for value, _ in own], [unit for _, unit in own]


@dataclass(frozen=True, slots=True)
class Room:
    """All groups, the unit of doses and of lengths, slides without a counted comet, all comets."""

    groups: tuple[Group, ...]
    dose_unit: str
    length_unit: str
    empty: tuple[str, ...]
    cells: pd.DataFrame
    slides: tuple[Slide, ...] = field(default=())


def enter(dataset: Dataset, settings: CometSettings) -> Room:
    """The slides of a dataset by group, controls first, then by compound, line, arm, time and dose."""
    table = dataset.tables["comets"]
    cells, unit = _in_order(table.frame), _length_unit(table.frame)
    slides = [_slide(part, table_dose_unit(dataset), unit, settings) for part in _by_slide(cells)]
    empty = [slide.name for slide in slides if not len(slide.counted)]
    empty += _bare_images(dataset, cells)
    full = sorted((slide for slide in slides if len(slide.counted)), key=_order)
    groups: dict[tuple[tuple[str, str], ...], list[Slide]] = {}
    for slide in full:
        groups.setdefault(tuple(slide.words.items()), []).append(slide)
    found = tuple(Group(dict(words), tuple(own)) for words, own in groups.items())
    return Room(found, table_dose_unit(dataset), unit, tuple(sorted(set(empty))), cells, tuple(full))


def table_dose_unit(dataset: Dataset) -> str:
    """The unit of the doses, "" where no dose is stated."""
    table = dataset.tables["comets"]
    return unit_of(table, "dose") if "dose" in table.frame else ""


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    natural = frame["comet"].astype(str).str.replace(r"\d+", lambda hit: hit[0].zfill(9), regex=True)
    return frame.iloc[np.argsort(natural.to_numpy(str), kind="stable")].reset_index(drop=True)


def _length_unit(frame: pd.DataFrame) -> str:
    """µm where the pixel size of every comet is known, else px."""
    known = "pixel_size" in frame and frame["pixel_size"].notna().all() and len(frame) > 0
    return UM if known else PX


def _by_slide(cells: pd.DataFrame) -> Iterator[pd.DataFrame]:
    keys = [word for word in ("slide", "experiment", "animal", "role", "compound", "dose", "time",
    "cell_line", "arm",
                              "comet_enzyme") if word in cells]  # fmt: skip
    if len(cells):
        for _, part in cells.groupby(keys, sort=True, dropna=False):
            yield part


def _slide(part: pd.DataFrame, dose_unit: str, length_unit: str, settings: CometSettings) -> Slide:
    row = {str(word): value for word, value in part.iloc[0].items()}
    name, experiment = str(row["slide"]), str(row["experiment"])
    dose, time, viability = (_number(row, word) for word in ("dose", "time", "viability"))
    counted = part[sound(part, "tail_dna")]
    own = {"experiments": experiment, "slides": name, "animals": _text(row, "animal")}
    return Slide(
        name, experiment, own[settings.n_is], _words(row, dose, time, dose_unit), str(row["role"]), dose,
        time,
        viability, part, counted, _values(counted, length_unit, settings),
    )  # fmt: skip


def _words(row: Mapping[str, object], dose: float, time: float, dose_unit: str) -> dict[str, str]:
    """The design as words: what is not stated has none."""
    words: dict[str, str] = {}
    control = row["role"] == SAMPLE and dose == 0
    if _text(row, "compound") and not control:
        words["compound"] = _text(row, "compound")
    if isfinite(dose):
        words["dose"] = f"{dose:g} {dose_unit}".strip()
    if isfinite(time):
        words["time"] = f"{time:g} h"
    words |= {word: _text(row, word) for word in ("cell_line", "arm") if _text(row, word)}
    if _text(row, "comet_enzyme"):
        words["enzyme"] = _text(row, "comet_enzyme")
    if row["role"] != SAMPLE:
        words["role"] = str(row["role"])
    return words or {"slide": str(row["slide"])}


def _values(counted: pd.DataFrame, length_unit: str, settings: CometSettings) -> dict[str, float]:
    if not len(counted):
        return {}
    tail = counted["tail_dna"].to_numpy(float)
    over = np.median if settings.summary == "median" else np.mean
    values = {
        "tail_dna": float(over(tail)),
        "mean": float(tail.mean()),
        "hedgehogs": 100 * float((tail > settings.hedgehog_percent).mean()),
    }
    for word in LENGTHS:
        if word in counted and counted[word].notna().all():
            values[word] = float(over(lengths(counted, word, length_unit)))
    return values


def lengths(cells: pd.DataFrame, word: str, unit: str) -> NDArray[np.float64]:
    """A length of comets (n,) in `unit`."""
    pixels = cells[word].to_numpy(float)
    return pixels * cells["pixel_size"].to_numpy(float) / NM_PER_UM if unit == UM else pixels


def _bare_images(dataset: Dataset, cells: pd.DataFrame) -> Iterator[str]:
    """Slides of which no comet was found at all."""
    if "images" in dataset.tables:
        known = set(cells["slide"].astype(str))
        for slide in dataset.tables["images"].frame["slide"].astype(str):
            if slide not in known:
                yield slide


def _order(slide: Slide) -> tuple[object, ...]:
    words = slide.words
    return (
        slide.role != SAMPLE, not slide.control, words.get("compound", ""), words.get("cell_line", ""),
        words.get("arm", ""), words.get("enzyme", ""), slide.time if isfinite(slide.time) else -1.0,
        slide.dose if isfinite(slide.dose) else -1.0, slide.experiment, slide.name,
    )  # fmt: skip


def _number(row: Mapping[str, object], word: str) -> float:
    value = row.get(word)
    return float(value) if isinstance(value, int | float | np.number) else np.nan


def _text(row: Mapping[str, object], word: str) -> str:
    value = row.get(word)
    return "" if value is None or value != value else str(value)
