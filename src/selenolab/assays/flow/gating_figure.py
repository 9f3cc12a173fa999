"""The gating strategy of one tube: every step as a density with its gates and their shares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.flow.headline import group_words
from selenolab.assays.flow.outlines import bounds, drawable, outline
from selenolab.assays.flow.prepared import Bench, Prepared, prepare
from selenolab.assays.flow.room import Tube
from selenolab.assays.flow.scales import Scale, scale_of
from selenolab.core.drawing import Axis, Caption, Density, Histogram, Mark, Panels, Series
from selenolab.core.gate import Gate

_BINS = 96
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the panel cuts the population in two channels: (channel, value), and names with shares."""

    x: tuple[str, float | None]
    y: tuple[str, float | None]
    labels: tuple[str, ...] = ()  # of the boxes: low-low, high-low, high-high, low-high
    slope: tuple[float, float, float] | None = None  # y - c = a (x - b): a ratio that the panel cuts at


def shown_tubes(bench: Bench) -> tuple[Tube, ...]:
    """One tube of each kind: control and highest dose of the samples, one of every other role."""
    found: dict[tuple[str, str, bool], Tube] = {}
    rank = sorted(
        bench.room.tubes, key=lambda t: (t.experiment, -(t.dose if t.dose == t.dose else 0.0), t.name)
    )
    for tube in sorted(rank, key=lambda tube: tube.role != "sample"):
        found.setdefault((tube.role, tube.stain, tube.control), tube)
    untreated_first = sorted(found.values(), key=lambda tube: (tube.role != "sample", not tube.control))
    return tuple(untreated_first[: bench.settings.shown_tubes])


def gating_figures(bench: Bench, cuts: Mapping[str, Cut]) -> Iterator[Panels]:
    """A figure for each kind of tube."""
    for tube in shown_tubes(bench):
        figure = gating_figure(bench, tube, cuts.get(tube.name))
        if figure is not None:
            yield figure


def gating_figure(bench: Bench, tube: Tube, cut: Cut | None) -> Panels | None:
    """The steps of one tube; None where there is nothing to show."""
    one = prepare(bench, tube)
    panels = [*_steps(one, bench)]
    if cut is not None and one.population.any():
        panels.append(_cut_panel(one, bench, cut, len(panels)))
    if not panels:
        return None
    words = group_words(tube, bench.room)
    design = ", ".join(text for word, text in words.items() if word not in ("tube", "role"))
    title = f"Gating of {tube.name}" + (f" ({design})" if design else "")
    text = (
        "Density of events with the gates, and their share of the parent gate. Shares are of this one "
        "tube; counts of all tubes stand in the table of gates."
    )
    caption = Caption(text, f"{len(one.population)} events of 1 tube")
    return Panels(f"gating-{tube.name}", title, caption, tuple(panels))


def _steps(one: Prepared, bench: Bench) -> Iterator[Density | Histogram]:
    """Gates of the same parent and channels share a panel."""
    own = {gate.name for gate in bench.gating.gates if gate.sample == one.tube.name}
    here = [
        gate
        for gate in bench.gating.gates
        if drawable(gate) and (gate.sample == one.tube.name or (not gate.sample and gate.name not in own))
    ]
    steps: dict[tuple[str, tuple[str, ...], bool], list[Gate]] = {}
    for gate in here:
        names = tuple(dimension.channel for dimension in drawable(gate))
        compensated = any(dimension.compensation for dimension in drawable(gate))
        steps.setdefault((gate.parent, names, compensated), []).append(gate)
    for number, ((parent, names, compensated), gates) in enumerate(steps.items()):
        if not one.masks[parent].any() or any(name not in one.raw for name in names):
            continue
        events = one.events if compensated else one.raw
        values = [np.asarray(events[name][one.masks[parent]], dtype=np.float64) for name in names]
        scales = [
            scale_of(n, bench.room.channels, bench.settings, v) for n, v in zip(names, values, strict=True)
        ]
        title = parent.split("/")[-1] or "all events"
        if len(names) == 1:
            yield _range_panel(f"step {number + 1}", title, gates, values[0], scales[0], one)
        else:
            yield _plane_panel(f"step {number + 1}", title, gates, values, scales, one)


def _share(gate: Gate, one: Prepared) -> str:
    around = one.masks[gate.parent].sum()
    return f"{gate.name.split('/')[-1]} {100 * one.masks[gate.name].sum() / max(around, 1):.3g} %"


def _plane_panel(
    name: str,
    title: str,
    gates: Sequence[Gate],
    values: Sequence[Floats],
    scales: Sequence[Scale],
    one: Prepared,
) -> Density:
    ends = [_ends(scale, shown) for scale, shown in zip(scales, values, strict=True)]
    outlines = [
        found
        for number, gate in enumerate(gates)
        if (found := outline(gate, _share(gate, one), scales, ends, number)) is not None
    ]
    return density(name, title, values, scales, ends, outlines)


def density(
    name: str, title: str, values: Sequence[Floats], scales: Sequence[Scale],
    ends: Sequence[tuple[float, float]], outlines: Sequence[Series],
) -> Density:  # fmt: skip
    """Counts of events on the axes of the figure; events beyond the ends stand on the border."""
    edges = [np.linspace(low, high, _BINS + 1) for low, high in ends]
    places = [np.clip(s.shown(v), low, high) for s, v, (low, high) in zip(scales, values, ends, strict=True)]
    counts, _, _ = np.histogram2d(places[0], places[1], bins=(edges[0], edges[1]))
    x, y = (_within(scale.axis, end) for scale, end in zip(scales, ends, strict=True))
    caption = Caption("Events.", f"{len(values[0])} events")
    return Density(name, title, caption, x, y, edges[0], edges[1], counts, tuple(outlines))


def _within(axis: Axis, ends: tuple[float, float]) -> Axis:
    kept = tuple(tick for tick in axis.ticks if ends[0] <= tick[0] <= ends[1])
    return Axis(axis.label, axis.unit, axis.log, ends[0], ends[1], kept)


def _ends(scale: Scale, values: Floats) -> tuple[float, float]:
    """The part of the axis that holds nearly all events."""
    low, high = scale.shown(np.percentile(values, [0.2, 99.7]))
    if scale.spec is None:
        low, high = min(float(low), 0.0), float(high) * 1.05
    else:
        gap = 0.06 * max(high - low, 0.1)
        low, high = float(low) - gap, float(high) + gap
    return (float(low), float(high)) if high > low else (float(low) - 1.0, float(low) + 1.0)


def _range_panel(
    name: str, title: str, gates: Sequence[Gate], values: Floats, scale: Scale, one: Prepared
) -> Histogram:
    marks = [
        Mark(place, _share(gate, one), group=number)
        for number, gate in enumerate(gates)
        for place in bounds(gate, scale)
    ]
    return histogram(name, title, values, scale, marks)


def histogram(name: str, title: str, values: Floats, scale: Scale, marks: Sequence[Mark]) -> Histogram:
    """A channel's distribution on the axis of the figure."""
    low, high = _ends(scale, values)
    shown = np.clip(scale.shown(values), low, high)
    counts, edges = np.histogram(shown, bins=_BINS, range=(low, high))
    bins = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": counts})
    caption = Caption("Events.", f"{len(values)} events")
    return Histogram(
        name, title, caption, _within(scale.axis, (low, high)), Axis("events"), bins, marks=tuple(marks)
    )


def _cut_panel(one: Prepared, bench: Bench, cut: Cut, number: int) -> Density:
    """The population in the panel's two channels, with the lines at which it is cut."""
    names = (cut.x[0], cut.y[0])
    values = [one.values(name) for name in names]
    scales = [scale_of(n, bench.room.channels, bench.settings, v) for n, v in zip(names, values, strict=True)]
    ends = [
        _with_place(_ends(scale, shown), scale, value)
        for (_, value), scale, shown in zip((cut.x, cut.y), scales, values, strict=True)
    ]
    at = [
        None if value is None else float(np.clip(scale.shown(np.array([value]))[0], *end))
        for (_, value), scale, end in zip((cut.x, cut.y), scales, ends, strict=True)
    ]
    title = bench.gating.population.split("/")[-1] or "all events"
    lines = [*_boxes(cut, at, ends), *_slope(cut, values[0], scales, ends)]
    return density(f"step {number + 1}", title, values, scales, ends, lines)


def _with_place(ends: tuple[float, float], scale: Scale, value: float | None) -> tuple[float, float]:
    """The ends of an axis, moved so that a threshold lies well inside: a tube may have nothing beyond it."""
    if value is None:
        return ends
    at, room = float(scale.shown(np.array([value]))[0]), 0.3 * (ends[1] - ends[0])
    return min(ends[0], at - room), max(ends[1], at + room)


def _slope(
    cut: Cut, x: Floats, scales: Sequence[Scale], ends: Sequence[tuple[float, float]]
) -> Iterator[Series]:
    """The line of a ratio, there and back, so that the outline is closed."""
    if cut.slope is None:
        return
    a, b, c = cut.slope
    first, last = np.percentile(x, [0.2, 99.7])
    across = np.linspace(float(first), float(last), 60)
    up = c + a * np.maximum(across - b, 0.0)
    there = [np.clip(s.shown(v), *end) for s, v, end in zip(scales, (across, up), ends, strict=True)]
    frame = pd.DataFrame({"x": np.r_[there[0], there[0][::-1]], "y": np.r_[there[1], there[1][::-1]]})
    yield Series(" ".join(cut.labels), "line", frame)


def _boxes(cut: Cut, at: Sequence[float | None], ends: Sequence[tuple[float, float]]) -> list[Series]:
    (left, right), (low, high) = ends
    x, y = at
    if x is None or y is None or len(cut.labels) != 4:
        return []
    corners = ((left, x, low, y), (x, right, low, y), (x, right, y, high), (left, x, y, high))
    return [
        Series(label, "line", pd.DataFrame({"x": [a, b, b, a], "y": [c, c, d, d]}), group)
        for group, (label, (a, b, c, d)) in enumerate(zip(cut.labels, corners, strict=True))
    ]
