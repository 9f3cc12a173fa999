"""What to draw: folds of control with every lysate, blots with their boxes, dilution series."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, isfinite, log

import numpy as np
import pandas as pd

from selenolab.assays.western.combining import Group, control_of
from selenolab.assays.western.dilutions import Point
from selenolab.assays.western.dilutions import Series as Dilutions
from selenolab.assays.western.headline import Headline, Quantity, mean_of
from selenolab.assays.western.normalising import Bench
from selenolab.assays.western.room import Band
from selenolab.core.dataset import ArrayRef, Dataset
from selenolab.core.drawing import Axis, Caption, CurvePlot, DotPlot, Drawing, Mark, Overlay, Series
from selenolab.core.estimate import Estimate
from selenolab.imaging.blot_frame import to_image

_MOST = 16  # dot plots of one run
_KINDS = ("band", "below the detection limit", "saturated", "left out or refused", "splice line")


def slug(text: str) -> str:
    """A name for a file from words."""
    return "".join(letter if letter.isalnum() else "-" for letter in text.lower()).strip("-") or "all"


def drawings(dataset: Dataset, bench: Bench, found: Headline) -> Iterator[Drawing]:
    """All figures of a run, folds first."""
    shown = [one for one in found.quantities if any(own.pairs for own in one.folds.values())]
    names: set[str] = set()
    for one in shown[:_MOST]:
        yield _folds(one, bench.settings.level, _free(f"fold-{slug(one.name)}", names))
    for blot in sorted(bench.room.blots)[: bench.settings.shown_blots]:
        if blot in dataset.arrays:
            yield _blot(dataset, bench, blot, _free(f"blot-{slug(blot)}", names))
    for one in (*found.quantities, *found.loading):
        if one.series is not None and one.protein and isinstance(one.series.slope, Estimate):
            yield _dilutions(one.series, _free(f"dilution-{slug(one.name)}", names))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "-b"
    taken.add(name)
    return name


def _folds(one: Quantity, level: float, name: str) -> DotPlot:
    """Every lysate over the geometric mean of its controls; bars are the folds with their intervals."""
    dots: list[dict[str, object]] = []
    bars: list[dict[str, object]] = []
    places = categories([group.words for group in one.groups])
    for k, group in enumerate(one.groups):
        control = group if group.lane.control else control_of(group, one.groups)
        if control is None or not control.values or not group.values:
            continue
        ground = _mean(control)
        dots += [
            {"category": places[k], "value": exp(_of(group, e) - ground), "label": e}
            for e in group.experiments
        ]
        outcome = one.folds[k].outcome if k in one.folds else mean_of(group, level)
        if isinstance(outcome, Estimate):
            bars.append({"category": places[k], **_bar(outcome, 1.0 if k in one.folds else exp(ground))})
    n = max((len(group.experiments) for group in one.groups), default=0)
    over = f"over {one.how}" if one.protein else one.how
    text = (
        f"{one.name}, {over}. Dots are lysates over the mean of their controls, which keep their own "
        "scatter; "
        "bars are folds of control with their intervals (for the control, of its own mean)."
    )
    caption = Caption(
        text, f"{n} independent lysate{'s' * (n != 1)}", "t interval of the fold" if n > 1 else ""
    )
    frame = pd.DataFrame(bars, columns=["category", "value", "low", "high", "censored"])
    return DotPlot(name, one.name, caption, Axis("fold of control", "1", log=True), pd.DataFrame(dots), frame)


def _bar(outcome: Estimate, ground: float) -> dict[str, object]:
    """An outcome over `ground`, open limits drawn at its value."""
    low = outcome.low if outcome.low > 0 else outcome.value
    high = outcome.high if isfinite(outcome.high) else outcome.value
    ends = {"value": outcome.value / ground, "low": low / ground, "high": high / ground}
    return {**ends, "censored": outcome.censored or ""}


def _of(group: Group, experiment: str) -> float:
    return float(np.mean([scaled for _, scaled in group.of(experiment)]))


def _mean(group: Group) -> float:
    return float(np.mean([_of(group, name) for name in group.experiments]))


def categories(groups: Sequence[Mapping[str, str]]) -> list[str]:
    """A short name of each group: the words in which the groups of a figure differ.

    Examples
    --------
    >>> categories([{"dose": "0 µM", "time": "24 h"}, {"compound": "SeC", "dose": "8 µM", "time": "24 h"}])
    ['0 µM', '8 µM']
    """
    words = list(dict.fromkeys(word for group in groups for word in group))
    compounds = {group.get("compound", "") for group in groups} - {""}
    told = [
        word
        for word in words
        if len({group.get(word) for group in groups}) > 1 and not (word == "compound" and len(compounds) == 1)
    ]
    names = [", ".join(group[word] for word in told if word in group) for group in groups]
    if all(names) and len(set(names)) == len(names):
        return names
    return [", ".join(group.values()) or "all lanes" for group in groups]


def _blot(dataset: Dataset, bench: Bench, name: str, slugged: str) -> Overlay:
    """An exposure with the boxes of its bands, the numbers of its lanes and its splice lines."""
    image = dataset.arrays[name]
    shape = image.shape if isinstance(image, ArrayRef) else np.asarray(image).shape
    blot = bench.room.blots[name]
    tilt = blot.tilt if isfinite(blot.tilt) else 0.0
    bands = {(b.lane.number, b.protein): b for b in bench.room.bands if b.blot == name}
    frame = dataset.tables["bands"].frame
    rings: dict[str, list[pd.DataFrame]] = {}
    labels: dict[str, dict[str, object]] = {}
    for row in frame[frame["blot"] == name].to_dict("records"):
        box = [float(row[f"band_{side}"]) for side in ("left", "right", "top", "bottom")]
        if not all(isfinite(edge) for edge in box):
            continue
        band = bands[(str(row["lane"]), str(row["protein"]))]
        rings.setdefault(_kind(band), []).append(_ring(box, tilt, shape))
        x, y = to_image(np.array([(box[0] + box[1]) / 2]), np.array([box[2] - 2]), tilt, shape[:2])
        label = {"x": float(x[0]), "y": float(y[0]), "text": band.lane.number}
        if band.lane.number not in labels or float(y[0]) < float(str(labels[band.lane.number]["y"])):
            labels[band.lane.number] = label
    if blot.cuts:
        rings["splice line"] = [_cut(frame[frame["blot"] == name], cut, tilt, shape) for cut in blot.cuts]
    series = tuple(
        Series(f"{kind} ({len(rings[kind])})", "line", pd.concat(rings[kind], ignore_index=True), number)
        for number, kind in enumerate(_KINDS)
        if kind in rings
    )
    said = "; ".join(filter(None, (blot.refusal, blot.note)))
    text = f"Boxes of the bands, numbered by lane.{f' {said[0].upper()}{said[1:]}.' if said else ''}"
    return Overlay(
        slugged, name, Caption(text, "1 membrane"), image, series, pd.DataFrame(list(labels.values()))
    )


def _kind(band: Band) -> str:
    if band.saturated:
        return "saturated"
    return {"": "band", "<": "below the detection limit", "out": "left out or refused"}[band.state]


def _ring(box: Sequence[float], tilt: float, shape: Sequence[int]) -> pd.DataFrame:
    """The closed outline of a box in the image, a gap after it."""
    x0, x1, y0, y1 = box
    x, y = to_image(
        np.array([x0, x1, x1, x0, x0]) - 0.5, np.array([y0, y0, y1, y1, y0]) - 0.5, tilt, tuple(shape[:2])
    )
    return pd.DataFrame({"x": [*x, np.nan], "y": [*y, np.nan]})


def _cut(frame: pd.DataFrame, cut: int, tilt: float, shape: Sequence[int]) -> pd.DataFrame:
    """A line between the lanes of a splice."""
    numbers = frame["lane"].astype(int)
    left = float(frame.loc[numbers == cut, "band_right"].max())
    right = float(frame.loc[numbers == cut + 1, "band_left"].min())
    edges = [edge for edge in (left, right) if isfinite(edge)]
    middle = sum(edges) / len(edges) if edges else 0.0
    x, y = to_image(np.array([middle, middle]), np.array([0.0, shape[0] - 1.0]), tilt, tuple(shape[:2]))
    return pd.DataFrame({"x": [*x, np.nan], "y": [*y, np.nan]})


def _dilutions(series: Dilutions, name: str) -> CurvePlot:
    """Volumes over the amount on logarithmic axes, one membrane a colour, with the slope found."""
    slope = series.slope
    assert isinstance(slope, Estimate)
    drawn: list[Series] = []
    sound = [point for point in series.points if point.volume > 0]
    for group, part in enumerate(sorted({point.part for point in sound})):
        own = [point for point in sound if point.part == part]
        frame = pd.DataFrame({"x": [p.amount for p in own], "y": [p.volume for p in own]})
        drawn.append(Series(f"membrane {part}", "points", frame, group))
        drawn.append(Series(f"membrane {part}, fit", "line", _line(own, slope.value), group, faint=True))
    unit = series.unit
    label = "amount loaded" if unit == "µg" else "share of the lysate"
    marks: tuple[Mark, ...] = ()
    if series.linear is not None:
        low, high = series.linear
        marks = (Mark(high, f"linear from {low:g} to {high:g}", low, high),)
    text = (
        f"{series.protein}: slope {slope.value:.3g} ({slope.low:.3g} to {slope.high:.3g}); 1 is proportional."
    )
    caption = Caption(text, f"{slope.n} lanes of the series", "")
    return CurvePlot(
        name,
        f"Dilution series of {series.protein}",
        caption,
        Axis(label, unit, log=True),
        Axis("band volume", "a.u.", log=True),
        tuple(drawn),
        marks,
    )


def _line(points: Sequence[Point], slope: float) -> pd.DataFrame:
    x = np.array([log(point.amount) for point in points])
    y = np.array([log(point.volume) for point in points])
    ends = np.array([x.min(), x.max()])
    return pd.DataFrame({"x": np.exp(ends), "y": np.exp(y.mean() + slope * (ends - x.mean()))})
