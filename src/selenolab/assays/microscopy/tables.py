"""Tables that other runs and people may take: every particle, every image, the size distribution."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.assays.microscopy.checks import shares_covered
from selenolab.assays.microscopy.endpoints import GroupResult
from selenolab.assays.microscopy.groups import NM
from selenolab.assays.microscopy.histogram import size_classes
from selenolab.assays.microscopy.moments import mean, quantile
from selenolab.assays.microscopy.outlining import CLUSTER, EDGE
from selenolab.assays.microscopy.schema import IMAGES, PARTICLES, SIZES
from selenolab.core.dataset import Dataset, Table, sound
from selenolab.core.schema import OpenColumn

_COUNTS = ("outlined", "counted", "at the edge", "unresolved")
_LENGTHS = {"diameter_px": "diameter", "feret_max_px": "feret_max", "feret_min_px": "feret_min"}


def particle_table(dataset: Dataset) -> Table:
    """Every outline with its size in px and, where the scale is known, in nm; flags as they were."""
    records = dataset.tables["records"].frame
    frame = dataset.tables["outlined"].frame.drop(columns=["mask"], errors="ignore").copy()
    if "pixel_size" in records and records["pixel_size"].notna().any():
        scale = frame["image"].map(records.set_index("image")["pixel_size"]).astype(float)
        for pixels, length in _LENGTHS.items():
            if pixels in frame:
                frame[length] = frame[pixels].to_numpy(float) * scale
        if "diameter_px_flag" in frame:
            frame["diameter_flag"] = frame["diameter_px_flag"].fillna("").astype(str)
    words = [column.word for column in PARTICLES.columns]
    allowed = [*words, *(f"{word}_flag" for word in words), "file"]
    return Table(PARTICLES, frame[[word for word in allowed if word in frame]])


def image_table(dataset: Dataset, results: Sequence[GroupResult]) -> Table:
    """Every image: where its scale comes from, what was counted and what was not, its own sizes."""
    records, outlined = dataset.tables["records"].frame, dataset.tables["outlined"].frame
    kept = [column.word for column in IMAGES.columns if column.word in records]
    frame = records[kept].copy()
    covered = shares_covered(dataset)
    if covered:
        frame["covered"] = [covered.get(str(image), 0.0) for image in frame["image"]]
    counted = outlined[sound(outlined, "diameter_px")]
    flags = outlined["diameter_px_flag"].fillna("").astype(str) if "diameter_px_flag" in outlined else None
    none = outlined.iloc[:0]
    edge = outlined[flags.str.startswith(EDGE)] if flags is not None else none
    lumps = outlined[flags.str.startswith(CLUSTER)] if flags is not None else none
    for word, rows in zip(_COUNTS, (outlined, counted, edge, lumps), strict=True):
        frame[word] = frame["image"].map(rows["image"].value_counts()).fillna(0).astype(int)
    left_out = ~sound(records, "frame_width")
    frame["used"] = np.where(left_out, records.get("frame_width_flag", ""), "yes")
    extra = {
        "outlined": OpenColumn("number", "", "outlines found or drawn"),
        "counted": OpenColumn("number", "", "particles that enter the numbers"),
        "at the edge": OpenColumn("number", "", "particles that touch the edge"),
        "unresolved": OpenColumn("number", "", "outlines taken for unresolved clusters"),
        "used": OpenColumn("text", "", "whether the image enters, or why not"),
        "mean": OpenColumn("number", "", "number-mean diameter in the image, in the unit of that column"),
        "median": OpenColumn("number", "", "median diameter in the image"),
        "unit": OpenColumn("text", "", "unit of mean and median"),
    }
    return Table(IMAGES, frame.merge(_own_sizes(results), on="image", how="left"), {}, extra)


def _own_sizes(results: Sequence[GroupResult]) -> pd.DataFrame:
    rows = []
    for result in results:
        for image, index in result.group.counted.groupby("image").indices.items():
            d, w = result.sizes[index], result.weight[index]
            rows.append((image, mean(d, w), quantile(0.5)(d, w), result.group.unit))
    frame = pd.DataFrame(rows, columns=["image", "mean", "median", "unit"])
    return frame.astype({"mean": float, "median": float})


def size_table(results: Sequence[GroupResult]) -> Table | None:
    """The distribution by number in classes, each group in its own unit; None where nothing was counted."""
    parts = []
    for result in results:
        if len(result.sizes):
            classes = size_classes(result.sizes, result.weight)
            own = classes.drop(columns="density").assign(unit=result.group.unit)
            parts.append(own.assign(sample=result.group.words["sample"]) if result.group.words else own)
    if not parts:
        return None
    frame = pd.concat(parts, ignore_index=True)
    in_nm = all(result.group.unit == NM for result in results if len(result.sizes))
    unit = NM if in_nm else ""
    extra = {
        "from": OpenColumn("number", unit, "lower limit of the class"),
        "to": OpenColumn("number", unit, "upper limit of the class"),
        "particles": OpenColumn("number", "", "particles counted in the class"),
        "share": OpenColumn("number", "%", "share of all particles, corrected for those lost at the edge"),
        "cumulative": OpenColumn("number", "%", "share up to the upper limit"),
        "unit": OpenColumn("text", "", "unit of the limits"),
    }
    return Table(SIZES, frame, {}, extra)
