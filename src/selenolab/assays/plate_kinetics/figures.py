"""What to draw: progress curves with their windows, changes of the conditions, inhibition curves."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.activity import Active
from selenolab.assays.plate_kinetics.answer import title_of
from selenolab.assays.plate_kinetics.endpoints import RATE, headline
from selenolab.assays.plate_kinetics.groups import Group
from selenolab.assays.plate_kinetics.potency import ABSOLUTE, RELATIVE, Inhibited
from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.assays.plate_kinetics.traces import Rates
from selenolab.core.drawing import Axis, Caption, CurvePlot, DotPlot, Drawing, Mark, Series
from selenolab.core.estimate import Endpoint, Estimate
from selenolab.fit.families import evaluate
from selenolab.formats.plate_groups import grouped

_LINE = 120
_MOST_PLATES = 6
ORDER = ("vehicle", "sample", "positive", "inhibitor_blank", "no_enzyme", "blank", "no_substrate")
_MOST_TRACES = 8  # a figure; the first wells of every role


def slug(*words: str) -> str:
    """A name for a file from words."""
    text = "-".join(word for word in words if word).lower()
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-") or "all"


def counted(n: int) -> str:
    """A count in words: "3 independent experiments"."""
    return f"{n} independent experiment{'' if n == 1 else 's'}"


def drawings(
    rates: Rates, active: Active, found: Sequence[Group], inhibited: Sequence[Inhibited],
    endpoints: Sequence[Endpoint], preset: Preset, dose_unit: str,
) -> Iterator[Drawing]:  # fmt: skip
    """All drawings of a run."""
    yield from _progress(rates)
    yield from _changes(found, endpoints, preset)
    for one in inhibited:
        yield _inhibition(one, dose_unit)
    if not inhibited:
        yield from _slopes(found, active, endpoints)


def _progress(rates: Rates) -> Iterator[CurvePlot]:
    """One figure a plate: the first well of every condition, its fitted window drawn as a line."""
    wells = rates.wells
    for plate, rows in islice(grouped(wells, ["file", "plate", "experiment"]), _MOST_PLATES):
        part = wells.iloc[rows]
        rank = [ORDER.index(str(role)) for role in part["role"]]
        ordered = part.assign(rank=rank).sort_values(["rank", "dose"], kind="stable")
        first = ordered.drop_duplicates(["role", "compound", "dose", "arm", "time_key"]).head(_MOST_TRACES)
        series = [one for group, row in enumerate(first.index) for one in _trace(rates, int(row), group)]
        if not series:
            continue
        unit = "AU" if rates.kind == "absorbance" else "counts"
        text = (
            "Points: readings, hollow ones cut. Lines: the fit in the window that gives the slope. One "
            f"well of every condition, {len(first)} of {len(part)} wells."
        )
        yield CurvePlot(
            f"progress-{slug(*(str(word) for word in plate))}",
            f"Progress curves, plate {plate[1] or plate[0]}",
            Caption(text, f"{len(first)} wells of 1 experiment"),
            Axis("Time", "min"),
            Axis("Signal", unit),
            tuple(series),
        )


def _trace(rates: Rates, row: int, group: int) -> Iterator[Series]:
    trace, facts = rates.traces[row], rates.wells.iloc[row]
    if trace.signal.size < 2:
        return
    dose = f" {facts['dose']:g}" if facts["dose"] > 0 else ""
    name = f"{trace.name} {str(facts['role']).replace('_', ' ')}{dose}"
    rate = trace.rate
    cut = [bool(text) for text in rate.cut] if rate else [True] * trace.signal.size
    frame = pd.DataFrame({"x": trace.minutes, "y": trace.signal, "excluded": cut})
    yield Series(name, "points", frame[np.isfinite(frame["y"])].reset_index(drop=True), group, faint=True)
    if rate is not None:
        line = pd.DataFrame({"x": trace.minutes, "y": rate.curve})
        yield Series(
            f"{name}, {rate.method}", "line", line[np.isfinite(line["y"])].reset_index(drop=True), group
        )


def _changes(found: Sequence[Group], endpoints: Sequence[Endpoint], preset: Preset) -> Iterator[DotPlot]:
    """The change of every treated condition with its interval, dots of the experiments behind."""
    name = headline(preset)
    unit = "1" if preset.headline == "fold" else "%"
    factor = 1.0 if unit == "1" else 100.0
    bars, dots = [], []
    several = len({group.words.get("compound", "") for group in found if not group.is_control}) > 1
    for end in endpoints:
        if end.name != name or not isinstance(end.outcome, Estimate):
            continue
        group = next(one for one in found if one.words == end.group and not one.is_control)
        category = title_of(group.words) if several else _short(group.words)
        bars.append((category, end.outcome.value, _finite(end.outcome.low), _finite(end.outcome.high)))
        control = group.control.groupby("experiment")["base"].mean()
        own = group.rows.groupby("experiment")["base"].mean()
        dots += [
            (category, factor * float(own[key] / control[key]), f"experiment {key}")
            for key in own.index
            if key in control
        ]
    if not bars:
        return
    n = max(end.outcome.n for end in endpoints if end.name == name and isinstance(end.outcome, Estimate))
    yield DotPlot(
        "change-from-control",
        f"{preset.enzyme.capitalize()}, {name}",
        Caption(
            "Dots: experiments. Marks: the change over experiments.", counted(n), "confidence interval (t)"
        ),
        Axis(name.capitalize(), "" if unit == "1" else unit, low=0.0),
        pd.DataFrame(dots, columns=["category", "value", "label"]),
        pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
    )


def _finite(value: float) -> float:
    return value if np.isfinite(value) else float("nan")


def _short(words: Mapping[str, str]) -> str:
    return ", ".join(text for word, text in words.items() if word != "compound") or words.get(
        "compound", "all"
    )


def _slopes(found: Sequence[Group], active: Active, endpoints: Sequence[Endpoint]) -> Iterator[DotPlot]:
    """Rates of the experiments of every condition, where there is no dose-response to show."""
    dots = [
        (title_of(group.words), float(value), f"experiment {name}")
        for group in found
        for name, value in group.rows.groupby("experiment")["base"].mean().items()
    ]
    bars = [
        (title_of(end.group), end.outcome.value, _finite(end.outcome.low), _finite(end.outcome.high))
        for end in endpoints
        if end.name == RATE and isinstance(end.outcome, Estimate)
    ]
    if dots:
        least = min(value for _, value, _ in dots)
        n = max(len(set(group.experiments)) for group in found)
        yield DotPlot(
            "rates",
            "Rates, blank subtracted",
            Caption("Dots: experiments; marks: their mean.", counted(n), "confidence interval (t)"),
            Axis("Rate", active.base_unit, low=0.0 if least >= 0 else None),
            pd.DataFrame(dots, columns=["category", "value", "label"]),
            pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
        )


def _inhibition(one: Inhibited, dose_unit: str) -> CurvePlot:
    series: list[Series] = []
    for curve in one.curves:
        frame = pd.DataFrame({"x": curve.dose, "y": curve.percent})
        series.append(Series(f"wells, experiment {curve.experiment}", "points", frame, 0, faint=True))
        if np.isfinite(curve.fit.values[3]):
            grid = np.geomspace(curve.dose[curve.dose > 0].min(), curve.dose.max(), _LINE)
            line = pd.DataFrame({"x": grid, "y": evaluate(curve.fit.family, grid, curve.fit.values)})
            series.append(
                Series(f"fit, experiment {curve.experiment}", "line", line, 0, faint=len(one.curves) > 1)
            )
    marks = tuple(
        Mark(end.outcome.value, end.name, _side(end.outcome.low), _side(end.outcome.high))
        for end in one.endpoints
        if end.name in (RELATIVE, ABSOLUTE) and isinstance(end.outcome, Estimate) and not end.outcome.censored
    )
    return CurvePlot(
        f"inhibition-{slug(*one.words.values())}",
        f"Inhibition, {title_of(one.words)}",
        Caption(
            "Points: wells in % of their control. Lines: one fit an experiment.", counted(len(one.curves))
        ),
        Axis("Dose", dose_unit, log=True),
        Axis("Rate", "% of control"),
        tuple(series),
        marks,
    )


def _side(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
