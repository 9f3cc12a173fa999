"""What to draw: the quantities over experiments, the gating of each kind of tube, DNA with its fit."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp

import pandas as pd

from selenolab.assays.flow.annexin import thresholds_of
from selenolab.assays.flow.gating_figure import Cut, gating_figures
from selenolab.assays.flow.headline import Group, Headline
from selenolab.assays.flow.kinds import Kind, Panel
from selenolab.assays.flow.prepared import Bench
from selenolab.core.drawing import Axis, Caption, DotPlot, Drawing
from selenolab.core.estimate import Estimate
from selenolab.stats.experiments import by_experiment

_MOST = 12  # dot plots of one run


def drawings(bench: Bench, panel: Panel, found: Headline) -> tuple[Drawing, ...]:
    """All figures of a run."""
    return (*_dot_plots(found), *panel.drawings, *gating_figures(bench, _cuts(bench, panel)))


def _dot_plots(found: Headline) -> Iterator[DotPlot]:
    """One figure a quantity: experiments as dots, mean and interval."""
    parts: dict[tuple[str, tuple[str, ...]], list[Group]] = {}
    for group in found.groups:
        own = tuple(text for word, text in group.words.items() if word in ("gate", "channel"))
        parts.setdefault((group.kind.name, own), []).append(group)
    for number, ((name, own), groups) in enumerate(parts.items()):
        if number < _MOST:
            title = ", ".join([name[0].upper() + name[1:], *own])
            yield _dot_plot(f"{name}{''.join(f'-{text}' for text in own)}", title, groups, found)


def _dot_plot(name: str, title: str, groups: Sequence[Group], found: Headline) -> DotPlot:
    kind = groups[0].kind
    dots, bars = [], []
    for group in groups:
        place = _category(group)
        dots += [{"category": place, "value": value, "label": e} for e, value in _experiments(group, kind)]
        outcome = next(e.outcome for e in found.endpoints if e.name == kind.name and e.group == group.words)
        if isinstance(outcome, Estimate):
            bars.append({"category": place, "value": outcome.value, "low": outcome.low, "high": outcome.high})
    n = max(len(set(group.experiments)) for group in groups)
    text = f"{kind.meaning[0].upper()}{kind.meaning[1:]}. Dots are independent experiments."
    what = "geometric mean with t interval" if kind.scale == "log" else "mean with t interval"
    caption = Caption(text, f"{n} independent experiment{'s' * (n != 1)}", what if n > 1 else "")
    axis = Axis(name.split("-")[0] if "-" not in kind.name else kind.name, kind.unit, log=kind.scale == "log")
    frame = pd.DataFrame(bars, columns=["category", "value", "low", "high"])
    return DotPlot(name, title, caption, axis, pd.DataFrame(dots), frame)


def _experiments(group: Group, kind: Kind) -> list[tuple[str, float]]:
    if kind.scale == "log" and min(group.values) <= 0:
        return list(zip(group.experiments, group.values, strict=True))
    found = by_experiment(group.values, group.experiments, kind.scale)
    return [(name, exp(value) if kind.scale == "log" else value) for name, value in found.items()]


def _category(group: Group) -> str:
    words = [text for word, text in group.words.items() if word not in ("gate", "channel")]
    return ", ".join(words) or "all tubes"


def _cuts(bench: Bench, panel: Panel) -> Mapping[str, Cut]:
    """Where the panel cuts each tube, for its gating figure."""
    parts = bench.room.channels.parts
    kind = bench.settings.panel
    if kind == "annexin":
        placed = thresholds_of(bench)
        return {
            tube.name: Cut(
                (parts["annexin"], placed[tube.experiment].annexin),
                (parts["death"], placed[tube.experiment].death),
                _labels(panel.rows.get(tube.name, {})),
            )
            for tube in bench.room.tubes
        }
    if kind == "jc1":
        return {tube.name: Cut((parts["green"], None), (parts["red"], None)) for tube in bench.room.tubes}
    if kind in ("dcf", "dna") and "side" in parts:
        return {tube.name: Cut((parts[kind], None), (parts["side"], None)) for tube in bench.room.tubes}
    return {}


def _labels(row: Mapping[str, float]) -> tuple[str, ...]:
    names = ("live cells", "early apoptotic", "late apoptotic", "necrotic")
    if f"{names[0]} [%]" not in row:
        return ("-/-", "+/-", "+/+", "-/+")
    return tuple(f"{name.split()[0]} {row[f'{name} [%]']:.1f} %" for name in names)
