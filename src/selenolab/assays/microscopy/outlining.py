"""One image: the part to count in, the particles in it, how good the image is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.assays.microscopy.edits import Edits, added_rows, cut_and_join, removed
from selenolab.assays.microscopy.frame import Frame, frame_of
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.assays.microscopy.stated import Region
from selenolab.imaging.segmentation import ParticleOptions, Segmentation, find_particles
from selenolab.imaging.shapes import measure, outlines

EDGE = "excluded: touches the edge"
ANNOTATION = "excluded: touches the annotation"
CLUSTER = "excluded: not convex, an unresolved cluster"
_RENAMED = {
    "area": "area_px",
    "diameter": "diameter_px",
    "feret_max": "feret_max_px",
    "feret_min": "feret_min_px",
}
_SHAPES = ("circularity", "aspect_ratio", "solidity")


@dataclass(frozen=True, slots=True)
class Outlined:
    """What was found in one image: particles in pixels of the whole image, outlines (n, 3), quality."""

    frame: Frame
    particles: pd.DataFrame
    outlines: NDArray[np.float32]
    polarity: str
    saturated: float
    contrast: float
    notes: tuple[str, ...]


def outline(
    name: str,
    grey: NDArray[np.float32],
    annotation: NDArray[np.bool_],
    region: Region | None,
    edits: Edits,
    settings: MicroscopySettings,
) -> Outlined:
    """The particles of one image.

    Parameters
    ----------
    grey : (H, W) grey values.
    annotation : (H, W) true where a bar, text or a data strip lies.
    region : left, top, right, bottom [px] to count in.

    Raises
    ------
    DataError, StudyError
        An image or region too small; an edit that hits no particle.
    """
    frame = frame_of(name, annotation, region)
    finite = np.isfinite(grey)
    ignore = frame.cut(annotation | ~finite).astype(bool)
    part = np.asarray(frame.cut(np.where(finite, grey, np.median(grey[finite]))), dtype=np.float32)
    options = ParticleOptions(
        settings.polarity, settings.smallest_px, settings.largest_px, settings.splitting
    )
    found = find_particles(part, ignore, options)
    labels, names, told = cut_and_join(name, found.labels, (frame.left, frame.top), edits)
    rows = _rows(name, labels, part, ignore, names, told)
    rows = _without_clusters(rows, settings.solidity_min)
    rows["centre_x"] += frame.left
    rows["centre_y"] += frame.top
    rings = _rings(labels, frame)
    rows = removed(name, rows, labels, (frame.left, frame.top), edits)
    rows, rings = added_rows(name, rows, rings, labels, frame, edits)
    quality = _saturated(part, ignore), _contrast(part, labels, ignore)
    return Outlined(frame, rows, rings, found.polarity, *quality, _notes(part, found))


def _notes(image: NDArray[np.float32], found: Segmentation) -> tuple[str, ...]:
    """What there is to say of the image; one without any grey says so itself."""
    if image.min() == image.max():
        return (f"All pixels of the image have one value, {image.flat[0]:g}: it holds nothing to see.",)
    return found.noted


def _rows(
    name: str,
    labels: NDArray[np.int32],
    image: NDArray[np.float32],
    ignore: NDArray[np.bool_],
    names: dict[int, str],
    told: dict[int, str],
) -> pd.DataFrame:
    """One row a particle, in pixels of the frame."""
    shapes = measure(labels, image).rename(columns=_RENAMED)
    near = np.unique(labels[ndimage.binary_dilation(ignore, iterations=2)]) if ignore.any() else np.array([])
    own = [int(label) for label in shapes["label"]]
    rows = shapes[["centre_x", "centre_y", "diameter_px", *sorted(set(_RENAMED.values()) - {"diameter_px"})]]
    rows = rows.join(shapes[list(_SHAPES)])
    rows.insert(0, "particle", [f"{name} {names.get(label, str(label))}" for label in own])
    edge = shapes["touches_edge"].to_numpy(bool)
    beside = np.isin(shapes["label"].to_numpy(), near)
    rows["diameter_px_flag"] = np.where(edge, EDGE, np.where(beside, ANNOTATION, "")).astype(object)
    size = shapes["aggregate_size"].to_numpy(int)
    cluster = [f"{name} cluster {a}" if n > 1 else "" for a, n in zip(shapes["aggregate"], size, strict=True)]
    rows["aggregate"], rows["aggregate_size"] = pd.Series(cluster, dtype=object), size
    rows["drawn_by"] = pd.Series(["hand" if label in told else "segmentation" for label in own], dtype=object)
    rows["edit"] = pd.Series([told.get(label, "") for label in own], dtype=object)
    rows["mask"] = shapes["label"].to_numpy(int)
    return rows


def _without_clusters(rows: pd.DataFrame, least: float) -> pd.DataFrame:
    """Outlines of the segmentation that are not convex flagged; what a person drew stays."""
    found = (rows["solidity"] < least) & (rows["drawn_by"] != "hand") & (rows["diameter_px_flag"] == "")
    return rows.assign(diameter_px_flag=rows["diameter_px_flag"].mask(found, CLUSTER))


def _rings(labels: NDArray[np.int32], frame: Frame) -> NDArray[np.float32]:
    """Outlines as rows of particle number, x and y in the whole image."""
    drawn = outlines(labels)
    columns = (drawn["label"], drawn["x"] + frame.left, drawn["y"] + frame.top)
    return np.column_stack([np.asarray(column, dtype=np.float32) for column in columns])


def _saturated(image: NDArray[np.float32], ignore: NDArray[np.bool_]) -> float:
    """Pixels in % at the two ends of the grey values, where more than one in ten thousand pile up."""
    values = image[~ignore]
    if values.size == 0 or values.min() == values.max():
        return 0.0
    piles = [float((values == end).mean()) for end in (values.min(), values.max())]
    return 100 * sum(pile for pile in piles if pile > 1e-4)


def _contrast(image: NDArray[np.float32], labels: NDArray[np.int32], ignore: NDArray[np.bool_]) -> float:
    """Mean grey of particles against the ground, in SDs of the ground (by its quartiles), or NaN."""
    inside, ground = image[labels > 0], image[(labels == 0) & ~ignore]
    if inside.size == 0 or ground.size < 4:
        return np.nan
    low, high = np.quantile(ground, [0.25, 0.75])
    spread = float(high - low) / 1.349
    return abs(float(inside.mean()) - float(np.median(ground))) / spread if spread > 0 else np.nan


def edited_lines(particles: pd.DataFrame) -> Iterator[str]:
    """What a person changed, one line a particle."""
    for row in particles.to_dict("records"):
        if row["edit"]:
            yield f"{row['particle']} at x {row['centre_x']:.0f}, y {row['centre_y']:.0f}: {row['edit']}"
