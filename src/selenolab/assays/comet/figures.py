"""What to draw: outlines on the images, cells and slides as dots, the distribution of tail DNA."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.comet.headline import TAIL, Headline, outcome_of
from selenolab.assays.comet.room import Group, Room
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.dataset import ArrayRef, Dataset
from selenolab.core.drawing import Axis, Caption, DotPlot, Drawing, Histogram, Overlay, Series
from selenolab.core.estimate import Estimate
from selenolab.imaging.comet_outlines import HEAD, WHOLE

_WIDTH = 5.0  # % of tail DNA in a class


def drawings(dataset: Dataset, room: Room, found: Headline, settings: CometSettings) -> Iterator[Drawing]:
    """All figures of an analysis, numbers first."""
    if room.groups:
        yield _groups(room, found, settings)
        for number, group in enumerate(room.groups, 1):
            yield _cells(group, number, settings)
            yield _histogram(group, number)
    yield from _overlays(dataset, settings)


def _groups(room: Room, found: Headline, settings: CometSettings) -> DotPlot:
    """Slides as dots, the mean over experiments with its interval."""
    dots, bars = [], []
    titles = _short(room)
    for group, title in zip(room.groups, titles, strict=True):
        dots += [(title, slide.values["tail_dna"]) for slide in group.slides]
        tail = outcome_of(found.endpoints, TAIL, group.words)
        if isinstance(tail, Estimate):
            known = np.isfinite(tail.high - tail.low)
            bars.append((title, tail.value, *((tail.low, tail.high) if known else (np.nan, np.nan))))
    n = max(len(set(group.of("tail_dna")[1])) for group in room.groups)
    return DotPlot(
        "tail-dna",
        "Tail DNA",
        Caption(
            f"Dots: {settings.summary} over the cells of a slide. Line: mean over {settings.n_is}.",
            f"{n} {settings.n_is}; cells are not n", f"{100 * settings.level:g} % t interval",
        ),
        Axis("Tail DNA", "%", low=0.0),
        pd.DataFrame(dots, columns=["category", "value"]),
        pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
    )  # fmt: skip


def _short(room: Room) -> list[str]:
    """Titles of groups by the words in which they differ."""
    words = [dict(group.words) for group in room.groups]
    same = {key for key in words[0] if all(own.get(key) == words[0][key] for own in words)}
    short = [", ".join(text for key, text in own.items() if key not in same) for own in words]
    return short if len(set(short)) == len(short) and all(short) else [group.title for group in room.groups]


def _cells(group: Group, number: int, settings: CometSettings) -> DotPlot:
    """Every cell of every slide of a group, with the slide's median."""
    dots, bars = [], []
    for slide in group.slides:
        name = slide.name if len({s.name for s in group.slides}) > 1 else f"experiment {slide.experiment}"
        excluded = ~slide.found.index.isin(slide.counted.index)
        dots += list(
            zip([name] * len(excluded), slide.found["tail_dna"].astype(float), excluded, strict=True)
        )
        bars.append((name, slide.values["tail_dna"], np.nan, np.nan))
    frame = pd.DataFrame(dots, columns=["category", "value", "excluded"]).dropna(subset="value")
    cells = sum(len(slide.counted) for slide in group.slides)
    return DotPlot(
        f"cells-{number}",
        f"Cells of each slide: {group.title}",
        Caption(
            f"Dots: single comets, hollow where left out. Line: {settings.summary} of the slide.",
            f"{cells} cells on {len(group.slides)} slide{'s' * (len(group.slides) != 1)}",
        ),
        Axis("Tail DNA", "%", low=0.0, high=100.0),
        frame,
        pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
    )  # fmt: skip


def _histogram(group: Group, number: int) -> Histogram:
    tail = np.concatenate([slide.counted["tail_dna"].to_numpy(float) for slide in group.slides])
    edges = np.arange(0.0, 100.0 + _WIDTH, _WIDTH)
    counts, _ = np.histogram(tail, edges)
    bins = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": 100 * counts / len(tail)})
    return Histogram(
        f"histogram-{number}",
        f"Distribution of tail DNA: {group.title}",
        Caption("Bars: share of the counted cells of all slides of the group.", f"{len(tail)} cells"),
        Axis("Tail DNA", "%", low=0.0, high=100.0),
        Axis("Share of cells", "%", low=0.0),
        bins,
    )


def _overlays(dataset: Dataset, settings: CometSettings) -> Iterator[Overlay]:
    """The first images with boxes, heads and numbers; a table or a model has none."""
    if "images" not in dataset.tables:
        return
    records = dataset.tables["images"].frame.sort_values("image").reset_index(drop=True)
    for number, row in enumerate(records.head(settings.overlays).to_dict("records"), 1):
        yield _overlay(dataset, {str(k): v for k, v in row.items()}, number, len(records))


def _overlay(dataset: Dataset, row: Mapping[str, object], number: int, images: int) -> Overlay:
    name = str(row["image"])
    frame = dataset.tables["comets"].frame
    own = frame[frame["image"].astype(str) == name] if "image" in frame else frame.iloc[:0]
    flags = (
        own["tail_dna_flag"].fillna("").astype(str)
        if "tail_dna_flag" in own
        else pd.Series("", index=own.index)
    )
    rings = dataset.arrays[str(row["comet_outlines"])]
    points = np.empty((0, 4)) if isinstance(rings, ArrayRef) else np.asarray(rings, dtype=float)
    counted, out = (own[flags == ""], own[flags != ""])
    series = [
        Series(f"comet ({len(counted)})", "line", _rings(points, counted, WHOLE), 0),
        Series("head", "line", _rings(points, counted, HEAD), 1),
        Series("box", "line", _boxes(counted), 2, faint=True),
        Series(f"not counted ({len(out)})", "line", _rings(points, out, WHOLE), 3),
    ]
    left_out = flags[flags != ""].str.removeprefix("excluded: ").value_counts().sort_index()
    text = "Outlines, heads and boxes of comets, with their numbers in the table of cells. "
    text += (
        "Not counted: " + "; ".join(f"{n} {why}" for why, n in left_out.items()) + "."
        if len(left_out)
        else ""
    )
    labels = pd.DataFrame(
        {"x": own["comet_left"], "y": own["comet_top"], "text": own["comet_label"].map("{:g}".format)}
    ).reset_index(drop=True) if len(own) else pd.DataFrame()  # fmt: skip
    return Overlay(
        f"image-{number}",
        f"Comets of {name}",
        Caption(text, f"{len(counted)} comets of 1 image of {images}"),
        dataset.arrays[str(row["pixels"])],
        tuple(one for one in series if len(one.frame)),
        labels,
    )


def _rings(points: NDArray[np.float64], cells: pd.DataFrame, part: int) -> pd.DataFrame:
    """Rings of several comets as one line, broken between them."""
    parts = []
    for label in cells["comet_label"] if len(cells) else ():
        ring = points[(points[:, 0] == label) & (points[:, 1] == part), 2:]
        parts += [ring, ring[:1], np.full((1, 2), np.nan)]
    return pd.DataFrame(np.vstack(parts) if parts else np.empty((0, 2)), columns=["x", "y"])


def _boxes(cells: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for row in cells.to_dict("records"):
        left, top, right, bottom = (row[f"comet_{side}"] for side in ("left", "top", "right", "bottom"))
        parts.append(
            [(left, top), (right, top), (right, bottom), (left, bottom), (left, top), (np.nan, np.nan)]
        )
    return pd.DataFrame([point for one in parts for point in one], columns=["x", "y"])
