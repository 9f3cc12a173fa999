"""Images and particles by sample, in one unit: nm where the scale is known, else pixels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.microscopy.edge import edge_weights
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.core.dataset import Dataset, sound

Array = NDArray[np.float64]
NM, PX = "nm", "px"


@dataclass(frozen=True, slots=True)
class Group:
    """The images of one sample.

    `records` are the images that enter, `outlined` all particles in them with `size` and `unit_id`,
    `counted` those that enter the numbers; `unknown` are images of unknown scale beside images of a
    known one, and `excluded` images that a person left out.
    """

    words: Mapping[str, str]
    unit: str
    records: pd.DataFrame
    outlined: pd.DataFrame
    counted: pd.DataFrame
    unit_is: str
    unknown: tuple[str, ...]
    excluded: tuple[str, ...]

    @property
    def title(self) -> str:
        """The group as it is written."""
        return self.words.get("sample", "all images")


def groups(dataset: Dataset) -> Iterator[Group]:
    """One group a sample, by name; all images are one where no sample is stated."""
    records = dataset.tables["records"].frame.sort_values("image").reset_index(drop=True)
    outlined = dataset.tables["outlined"].frame.sort_values("particle", key=_natural).reset_index(drop=True)
    if "sample" not in records:
        yield _group({}, records, outlined)
        return
    samples = records["sample"].fillna("").astype(str)
    for sample in sorted(set(samples)):
        own = records[samples == sample]
        words = {"sample": sample} if sample else {"sample": "not stated"}
        yield _group(words, own, outlined[outlined["image"].isin(set(own["image"]))])


def _natural(names: "pd.Series[str]") -> "pd.Series[str]":
    """Names with their last number padded, so that 2 stands before 10."""
    return names.astype(str).str.replace(r"\d+", lambda found: found[0].zfill(9), regex=True)


def _group(words: Mapping[str, str], records: pd.DataFrame, outlined: pd.DataFrame) -> Group:
    kept = sound(records, "frame_width")
    excluded = tuple(records.loc[~kept, "image"])
    records = records[kept]
    scale = pixel_sizes(records)
    known = np.isfinite(scale)
    unit = NM if known.any() else PX
    unknown = tuple(records.loc[~known, "image"]) if unit == NM else ()
    used = (records[known] if unit == NM else records).reset_index(drop=True)
    factor = dict(zip(used["image"], scale[known] if unit == NM else np.ones(len(used)), strict=True))
    ids, unit_is = _units(used)
    own = outlined[outlined["image"].isin(factor)].copy()
    own["size"] = own["diameter_px"].to_numpy(float) * own["image"].map(factor).astype(float)
    own["unit_id"] = own["image"].map(ids)
    counted = own[sound(own, "diameter_px")].reset_index(drop=True)
    return Group(words, unit, used, own.reset_index(drop=True), counted, unit_is, unknown, excluded)


def pixel_sizes(records: pd.DataFrame) -> Array:
    """Pixel sizes [nm] (k,) of images, NaN where unknown."""
    if "pixel_size" not in records:
        return np.full(len(records), np.nan)
    return records["pixel_size"].to_numpy(float)


def _units(records: pd.DataFrame) -> tuple[dict[str, str], str]:
    """The unit of replication of each image, and what it is: experiments where several are stated."""
    images = [str(image) for image in records["image"]]
    if "experiment" in records:
        stated = records["experiment"].fillna("").astype(str).tolist()
        if all(stated) and len(set(stated)) > 1:
            return dict(zip(images, stated, strict=True)), _kind(stated)
        if len(set(stated)) == 1 and stated[0]:
            return dict(zip(images, images, strict=True)), f"images of {_named(stated[0])}"
    return dict(zip(images, images, strict=True)), "images"


def _kind(stated: list[str]) -> str:
    for word, many in (("grid ", "grids"), ("batch ", "batches")):
        if all(text.startswith(word) for text in stated):
            return many
    return "independent experiments"


def _named(stated: str) -> str:
    return stated if stated.startswith(("grid", "batch")) else f"experiment {stated}"


def frames(group: Group) -> tuple[Array, Array]:
    """Widths and heights (k,) of the counted parts of the images, in the group's unit."""
    scale = pixel_sizes(group.records) if group.unit == NM else np.ones(len(group.records))
    wide, high = (group.records[word].to_numpy(float) for word in ("frame_width", "frame_height"))
    return wide * scale, high * scale


def weights(group: Group, settings: MicroscopySettings) -> Array:
    """The weight (n,) of each counted particle: one, or for those lost at the edge."""
    size = group.counted["size"].to_numpy(float)
    if not settings.edge_correction or not len(size):
        return np.ones(len(size))
    return edge_weights(size, *frames(group))
