"""What to draw: the quantities over experiments, the gating of each kind of tube, DNA with its fit."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp

import pandas as pd

from selenolab.assays.flow.annexin import key_of, thresholds_of
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
    names = _categories(groups)
    for number, group in enumerate(groups):
        place = names[number]
        dots += [{"category": place, "value": value, "label": e} for e, value in _experiments(group, kind)]
        outcome = next(e.outcome for e in found.endpoints if e.name == kind.name and e.group == group.words)
        if isinstance(outcome, Estimate):
            bars.append({"category": place, "value": outcome.value, "low": outcome.low, "high": outcome.high})
    n = max(len(set(group.experiments)) for group in groups)
    same = sorted(
        {" ".join(group.words.get(w, "") for group in groups[-1:]) for w in ("compound", "cell_line")}
    )
    where = ", ".join(word for word in same if word)
    text = (
        f"{kind.meaning[0].upper()}{kind.meaning[1:]}{f' ({where})' if where else ''}. Dots are experiments."
    )
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


def _categories(groups: Sequence[Group]) -> dict[int, str]:
    """A short name of each group: the words in which the groups of a figure differ."""
    words = list(dict.fromkeys(w for group in groups for w in group.words if w not in ("gate", "channel")))
    shared = {w for w in words if len({group.words.get(w) for group in groups}) == 1}
    compounds = {group.words.get("compound", "") for group in groups} - {""}
    told = [w for w in words if w not in shared and not (w == "compound" and len(compounds) == 1)]
    names = [", ".join(group.words[w] for w in told if w in group.words) for group in groups]
    full = [", ".join(group.words.values()) or "all tubes" for group in groups]
    short = all(names) and len(set(names)) == len(names)
    return dict(enumerate(names if short else full))


def _cuts(bench: Bench, panel: Panel) -> Mapping[str, Cut]:
    """Where the panel cuts each tube, for its gating figure."""
    parts = bench.room.channels.parts
    kind = bench.settings.panel
    if kind == "annexin":
        placed = thresholds_of(bench)
        return {
            tube.name: Cut(
                (parts["annexin"], placed[key_of(tube)].annexin),
                (parts["death"], placed[key_of(tube)].death),
                _labels(panel.rows.get(tube.name, {})),
            )
            for tube in bench.room.tubes
        }
    if kind == "jc1":
        return {tube.name: _ratio_cut(parts, panel.rows.get(tube.name, {})) for tube in bench.room.tubes}
    if kind in ("dcf", "dna") and "side" in parts:
        return {tube.name: Cut((parts[kind], None), (parts["side"], None)) for tube in bench.room.tubes}
    return {}


def _ratio_cut(parts: Mapping[str, str], row: Mapping[str, float]) -> Cut:
    """The threshold of the JC-1 ratio, where there is one."""
    axes = (parts["green"], None), (parts["red"], None)
    if "threshold of the ratio" not in row:
        return Cut(*axes)
    slope = (row["threshold of the ratio"], row["background green"], row["background red"])
    return Cut(*axes, (f"depolarised {row['depolarised [%]']:.1f} %",), slope)


def _labels(row: Mapping[str, float]) -> tuple[str, ...]:
    names = ("live cells", "early apoptotic", "late apoptotic", "necrotic")
    if f"{names[0]} [%]" not in row:
        return ("-/-", "+/-", "+/+", "-/+")
    return tuple(f"{name.split()[0]} {row[f'{name} [%]']:.1f} %" for name in names)
