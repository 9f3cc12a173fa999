"""What to draw: outlines on the images, the distribution of sizes, the means of the images."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from selenolab.assays.microscopy.answer import three_digits
from selenolab.assays.microscopy.endpoints import MEAN, MEDIAN, GroupResult
from selenolab.assays.microscopy.groups import NM, pixel_sizes
from selenolab.assays.microscopy.histogram import size_classes
from selenolab.assays.microscopy.moments import log_moments, mean, shares_below
from selenolab.assays.microscopy.outlining import CLUSTER, EDGE
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.core.dataset import ArrayRef, Dataset
from selenolab.core.drawing import (
    Axis,
    Caption,
    CurvePlot,
    DotPlot,
    Drawing,
    Histogram,
    Mark,
    Overlay,
    Series,
)
from selenolab.core.estimate import Estimate

# What became of an outline, in the order of the colours, and the words of its flag.
COUNTED, OTHER, HAND = "counted", "excluded", "drawn or changed by hand"
AT_EDGE, UNRESOLVED = "at the edge, not counted", "unresolved cluster, not counted"
_KINDS = (COUNTED, AT_EDGE, UNRESOLVED, OTHER, HAND)
_LINE = 160
_ENOUGH = 10  # particles for a lognormal curve
LOGNORMAL = "lognormal"
_ROOM = 0.06  # of the width of an image, that a particle needs to bear its number
_MOST_NUMBERED = 25  # particles beyond which numbers would hide the image


def slug(*words: str) -> str:
    """A name for a file from words."""
    text = "-".join(words).lower()
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-") or "all"


def drawings(
    dataset: Dataset, results: Sequence[GroupResult], settings: MicroscopySettings
) -> Iterator[Drawing]:
    """All figures of an analysis, sizes first."""
    for result in results:
        if len(result.sizes) > 1:
            yield _histogram(result)
            yield _cumulative(result)
    for unit in (NM, "px"):
        shown = [result for result in results if result.group.unit == unit and len(result.sizes)]
        if any(result.group.counted["unit_id"].nunique() > 1 for result in shown) or len(shown) > 1:
            yield _means(shown, unit, settings.level)
    yield from _overlays(dataset, settings)


def _histogram(result: GroupResult) -> Histogram:
    group, unit = result.group, result.group.unit
    classes = size_classes(result.sizes, result.weight)
    bins = pd.DataFrame({"left": classes["from"], "right": classes["to"], "count": classes["share"]})
    width = float(bins["right"].iloc[0] - bins["left"].iloc[0])
    lines = []
    middle, spread = log_moments(result.sizes, result.weight)
    if spread > 0 and len(result.sizes) >= _ENOUGH:
        grid = np.linspace(bins["left"].iloc[0] or width / 50, bins["right"].iloc[-1], _LINE)
        away = (np.log(grid) - middle) / spread
        density = np.exp(-(away**2) / 2) / (grid * spread * np.sqrt(2 * np.pi))
        curve = pd.DataFrame({"x": grid, "y": 100 * width * density})
        lines.append(Series(LOGNORMAL, "line", curve, 1))
    corrected = "" if np.ptp(result.weight) == 0 else ", corrected for those lost at the edge"
    text = f"{_begun(group.title)}. Bars: share of the particles by number{corrected}. "
    text += "Dashed: the lognormal distribution of the same mean and SD of ln diameter. " if lines else ""
    text += "Vertical line: median with its interval."
    return Histogram(
        f"sizes-{slug(*group.words.values())}",
        f"Size distribution: {group.title}",
        Caption(text, _counted(result)),
        Axis("Diameter", unit),
        Axis("Share of particles", "%", low=0.0),
        bins,
        tuple(lines),
        _median_mark(result),
    )


def _cumulative(result: GroupResult) -> CurvePlot:
    """The share of particles up to each size, against that of the lognormal distribution."""
    group = result.group
    sizes, share = shares_below(result.sizes, result.weight)
    series = [Series("particles", "line", pd.DataFrame({"x": sizes, "y": 100 * share}), 0)]
    middle, spread = log_moments(result.sizes, result.weight)
    if spread > 0 and len(sizes) >= _ENOUGH:
        grid = np.linspace(sizes[0], sizes[-1], _LINE)
        fitted = 100 * special.ndtr((np.log(grid) - middle) / spread)
        series.append(Series(LOGNORMAL, "line", pd.DataFrame({"x": grid, "y": fitted}), 1))
    text = (
        f"{_begun(group.title)}. Share of the particles by number up to each diameter. Vertical line: median."
    )
    return CurvePlot(
        f"cumulative-{slug(*group.words.values())}",
        f"Cumulative distribution: {group.title}",
        Caption(text, _counted(result)),
        Axis("Diameter", group.unit),
        Axis("Particles up to this size", "%", low=0.0, high=100.0),
        tuple(series),
        _median_mark(result),
    )


def _begun(title: str) -> str:
    return f"{title[0].upper()}{title[1:]}" if title == "all images" else title


def _median_mark(result: GroupResult) -> tuple[Mark, ...]:
    outcome = result.outcome(MEDIAN)
    if not isinstance(outcome, Estimate):
        return ()
    low, high = (side if np.isfinite(side) else None for side in (outcome.low, outcome.high))
    both = (low, high) if low is not None and high is not None else (None, None)
    return (Mark(outcome.value, f"D50 {three_digits(outcome.value)} {outcome.unit}", *both),)


def _counted(result: GroupResult) -> str:
    n, images = len(result.sizes), result.group.counted["image"].nunique()
    return f"{n} particle{'s' * (n != 1)} of {images} image{'s' * (images != 1)}"


def _means(results: Sequence[GroupResult], unit: str, level: float) -> DotPlot:
    """The mean of every unit of replication, and that of its group with the interval."""
    dots, bars = [], []
    for result in results:
        ids = result.group.counted["unit_id"].astype(str).to_numpy()
        for unit_id in sorted(set(ids)):
            own = ids == unit_id
            dots.append((result.group.title, mean(result.sizes[own], result.weight[own]), unit_id))
        outcome = result.outcome(MEAN)
        if isinstance(outcome, Estimate):
            limits = (
                (outcome.low, outcome.high) if np.isfinite(outcome.high - outcome.low) else (np.nan, np.nan)
            )
            bars.append((result.group.title, outcome.value, *limits))
    kinds = sorted({result.group.unit_is for result in results})
    one = any(result.group.counted["unit_id"].nunique() == 1 for result in results)
    text = f"Number-mean diameter. Dots: {' or '.join(kinds)}. Line: mean of the group, over particles."
    text += " The bar of a single image holds the scatter of its particles only." if one else ""
    return DotPlot(
        f"means-{unit}",
        "Mean diameter by image",
        Caption(
            text, "; ".join(f"{r.group.title}: {_counted(r)}" for r in results), f"{100 * level:g} % interval"
        ),
        Axis("Mean diameter", unit),
        pd.DataFrame(dots, columns=["category", "value", "label"]).drop(columns="label"),
        pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
    )


def _overlays(dataset: Dataset, settings: MicroscopySettings) -> Iterator[Overlay]:
    """The first images with their outlines; a model has none."""
    records = dataset.tables["records"].frame
    if "outlines" not in records or "pixels" not in records:
        return
    records = records.sort_values("image").reset_index(drop=True)
    scale = pixel_sizes(records)
    for row in records.head(settings.overlays).to_dict("records"):
        at = int(np.flatnonzero(records["image"] == row["image"])[0])
        yield _overlay(dataset, {str(k): v for k, v in row.items()}, float(scale[at]), len(records))


def _overlay(dataset: Dataset, row: dict[str, object], scale: float, images: int) -> Overlay:
    name = str(row["image"])
    frame = dataset.tables["outlined"].frame
    own = frame[frame["image"] == name]
    kinds = kinds_of(own)
    rings = dataset.arrays[str(row["outlines"])]
    points = np.empty((0, 3)) if isinstance(rings, ArrayRef) else np.asarray(rings, dtype=float)
    series, counts = [], []
    for number, kind in enumerate(_KINDS):
        masks = own.loc[kinds == kind, "mask"].to_numpy(int)
        if len(masks):
            series.append(Series(f"{kind} ({len(masks)})", "line", _joined(points, masks), number))
            counts.append(f"{len(masks)} {kind}")
    known = np.isfinite(scale)
    text = f"Outlines: {'; '.join(counts) or 'no particle was found'}."
    text += f" Scale from the {row['scale_source']}." if known else ""
    return Overlay(
        f"image-{slug(name)}",
        f"Outlines on {name}",
        Caption(text, f"1 of {images} images" if images > 1 else "1 image"),
        dataset.arrays[str(row["pixels"])],
        tuple(series),
        _numbers(own, kinds, float(str(row["frame_width"]))),
        scale if known else None,
    )


def kinds_of(particles: pd.DataFrame) -> NDArray[np.object_]:
    """What became of each outline (n,)."""
    flags = (
        particles["diameter_px_flag"].fillna("").astype(str)
        if "diameter_px_flag" in particles
        else pd.Series("", index=particles.index)
    )
    by_hand = particles["drawn_by"] == "hand"
    kinds = np.where(flags != "", OTHER, np.where(by_hand, HAND, COUNTED)).astype(object)
    for kind, flag in ((AT_EDGE, EDGE), (UNRESOLVED, CLUSTER)):
        kinds[flags.str.startswith(flag).to_numpy(bool)] = kind
    return np.asarray(kinds, dtype=object)


def _joined(points: NDArray[np.float64], masks: NDArray[np.int_]) -> pd.DataFrame:
    """The closed rings of several particles as one line, broken between them."""
    parts = []
    for mask in masks:
        ring = points[points[:, 0] == mask, 1:]
        if len(ring):
            parts += [ring, ring[:1], np.full((1, 2), np.nan)]
    return pd.DataFrame(np.vstack(parts) if parts else np.empty((0, 2)), columns=["x", "y"])


def _numbers(own: pd.DataFrame, kinds: NDArray[np.object_], width: float) -> pd.DataFrame:
    """The numbers of few particles, so that a person can name them."""
    counted = own[(kinds == COUNTED) | (kinds == HAND)]
    typical = float(counted["diameter_px"].median()) if len(counted) else 0.0
    if len(counted) > _MOST_NUMBERED or typical < _ROOM * width:
        return pd.DataFrame()
    text = [
        str(name).removeprefix(f"{image} ")
        for name, image in zip(counted["particle"], counted["image"], strict=True)
    ]
    return pd.DataFrame({"x": counted["centre_x"], "y": counted["centre_y"], "text": text}).reset_index(
        drop=True
    )
