"""What to draw of a viability analysis: curves, plates, controls, corrected against raw."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from selenolab.assays.viability.controls import Corrected
from selenolab.assays.viability.curves import NO_ARM, Curve
from selenolab.assays.viability.endpoints import GroupResult
from selenolab.assays.viability.growth import GrowthCurve
from selenolab.assays.viability.growth_results import Growth, GrowthResult
from selenolab.assays.viability.potency import ABSOLUTE, RELATIVE
from selenolab.assays.viability.schema import RAW
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.drawing import Axis, Caption, CurvePlot, Drawing, Mark, Series
from selenolab.core.estimate import Endpoint, Estimate
from selenolab.fit.families import evaluate, family_named
from selenolab.stats.intervals import mean_t

_LINE = 160  # points of a drawn curve
GR50 = "GR50"
_HALF = 0.5
_LEVEL = 0.95
_APART = 0.008  # of the time axis, to either side, so that two potencies do not hide each other


def curve_drawings(
    results: Sequence[GroupResult], corrected: Corrected, unit: str, settings: ViabilitySettings
) -> Iterator[Drawing]:
    """One dose-response figure a group."""
    for result in results:
        yield _dose_response(result, corrected, unit, settings)


def slug(*words: str) -> str:
    """A name for a file from words."""
    text = "-".join(words).lower()
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-") or "all"


def title_of(group: dict[str, str]) -> str:
    """A group in words: "selenocystine on HepG2, 48 h"."""
    head = " on ".join(group[word] for word in ("compound", "cell_line") if group.get(word))
    rest = [text for word, text in group.items() if word not in ("compound", "cell_line") and text != NO_ARM]
    return ", ".join([head or "All wells", *rest])


def counted(n: int, thing: str = "independent experiment") -> str:
    """A count in words: "3 independent experiments"."""
    return f"{n} {thing}{'' if n == 1 else 's'}"


def _dose_response(
    result: GroupResult, corrected: Corrected, unit: str, settings: ViabilitySettings
) -> CurvePlot:
    group, n = dict(result.group), len(result.curves)
    series = [*_wells(result.curves), *_fits(result.curves, settings), _means(result.curves, settings.level)]
    bar = f"{100 * settings.level:g} % confidence interval of the mean (t)" if n > 1 else ""
    what = "Large points: means of the experiments. " if n > 1 else "Large points: means of the wells. "
    marks = _marks(result.group, result.endpoints, (RELATIVE, ABSOLUTE))
    told = " Vertical lines: IC50 with its interval." if marks else ""
    text = (
        f"{title_of(group)}. Small points: wells; hollow ones are excluded and enter no number. {what}"
        f"Lines: {settings.family} fits, one an experiment.{told}"
    )
    label = "Viability" if corrected.unit == "%" else "Response"
    return CurvePlot(
        f"curve-{slug(*group.values())}",
        title_of(group),
        Caption(text, counted(n), bar),
        Axis("Dose", unit, log=True),
        _upward(label, "% of control" if corrected.unit == "%" else corrected.unit, series),
        tuple(part for part in series if len(part.frame)),
        marks,
    )


def _upward(label: str, unit: str, series: Sequence[Series]) -> Axis:
    """An axis from zero, so that a flat curve looks flat; from lower where values are negative."""
    drawn = [one.frame[~one.frame["excluded"]] if "excluded" in one.frame else one.frame for one in series]
    least = min(
        (float(frame[word].min()) for frame in drawn for word in ("y", "low") if word in frame), default=0
    )
    return Axis(label, unit, low=0.0 if not least < 0 else None)


def _wells(curves: Sequence[Curve]) -> Iterator[Series]:
    for curve in curves:
        shown = curve.wells[np.isfinite(curve.wells["viability"])]
        frame = pd.DataFrame(
            {
                "x": shown["dose"].to_numpy(float),
                "y": shown["viability"].to_numpy(float),
                "excluded": ~shown["ok"].to_numpy(bool),
                "label": [
                    f"experiment {curve.experiment}{f', {well}' if well else ''}" for well in shown["well"]
                ],
            }
        )
        yield Series(f"wells, experiment {curve.experiment}", "points", frame, 0, faint=True)


def _fits(curves: Sequence[Curve], settings: ViabilitySettings) -> Iterator[Series]:
    for curve in curves:
        if not np.isfinite(curve.fit.values[3]):
            continue
        low, high = curve.tested
        grid = np.geomspace(low, high, _LINE)
        frame = pd.DataFrame({"x": grid, "y": evaluate(curve.fit.family, grid, curve.fit.values)})
        name = f"{settings.family}, experiment {curve.experiment}"
        yield Series(name, "line", frame, 0, faint=len(curves) > 1)


def _means(curves: Sequence[Curve | GrowthCurve], level: float) -> Series:
    """Mean over the experiments at each dose with a t interval; over the wells of a single one, no bar."""
    table: dict[float, list[float]] = {}
    for curve in curves:
        shown = curve.gr if isinstance(curve, GrowthCurve) else curve.response
        for dose in np.unique(curve.dose):
            table.setdefault(float(dose), []).append(float(shown[curve.dose == dose].mean()))
    rows = []
    for dose, values in sorted(table.items()):
        if len(values) > 1:
            found = mean_t(values, level)
            rows.append((dose, found.value, found.low, found.high))
        else:
            rows.append((dose, values[0], np.nan, np.nan))
    frame = pd.DataFrame(rows, columns=["x", "y", "low", "high"])
    if frame["low"].isna().all():
        frame = frame.drop(columns=["low", "high"])
    return Series("mean", "points", frame, 0)


def _marks(group: Mapping[str, str], endpoints: Sequence[Endpoint], names: Sequence[str]) -> tuple[Mark, ...]:
    """The potencies of `names` as lines across the doses, with their intervals; a bound has its sign."""
    marks = []
    for endpoint in endpoints:
        outcome = endpoint.outcome
        if endpoint.name not in names or endpoint.group != group or not isinstance(outcome, Estimate):
            continue
        sides = (outcome.low, outcome.high)
        low, high = (side if np.isfinite(side) and side > 0 else None for side in sides)
        sign = f"{outcome.censored} " if outcome.censored else ""
        label = f"{endpoint.name} {sign}{outcome.value:.3g} {outcome.unit}"
        marks.append(Mark(outcome.value, label, low, high, "x", names.index(endpoint.name)))
    return tuple(marks)


def raw_drawings(results: Sequence[GroupResult], corrected: Corrected, unit: str) -> Iterator[Drawing]:
    """The corrected viability beside the plain OD ratio of the same wells."""
    if corrected.kind not in RAW:
        return
    for result in results:
        wells = pd.concat([curve.wells for curve in result.curves])
        wells = wells[wells["ok"] & np.isfinite(wells["viability"])]
        series = [
            _by_dose(wells, "viability", "blank subtracted", 0),
            _by_dose(wells, "od_ratio", "plain OD ratio, nothing subtracted", 1),
        ]
        text = (
            f"{title_of(dict(result.group))}. Mean viability at each dose with its blank subtracted, "
            "and the plain ratio of optical densities of the same wells, in which nothing is subtracted."
        )
        yield CurvePlot(
            f"raw-{slug(*result.group.values())}",
            f"Corrected and plain: {title_of(dict(result.group))}",
            Caption(text, f"{counted(len(wells), 'well')} of {counted(len(result.curves))}"),
            Axis("Dose", unit, log=True),
            _upward("Viability", "% of control", series),
            tuple(series),
        )


def _by_dose(wells: pd.DataFrame, word: str, name: str, group: int) -> Series:
    means = wells.groupby("dose")[word].mean()
    frame = pd.DataFrame({"x": means.index.to_numpy(float), "y": means.to_numpy(float)})
    return Series(name, "points", frame, group)


def growth_drawings(growth: GrowthResult | None, unit: str) -> Iterator[Drawing]:
    """One GR curve a group."""
    if growth is None:
        return
    groups: dict[tuple[tuple[str, str], ...], list[Growth]] = {}
    for part in growth.curves:
        groups.setdefault(tuple(part.group.items()), []).append(part)
    for key, parts in groups.items():
        yield _growth_drawing(dict(key), parts, growth.endpoints, unit)


def _growth_drawing(
    group: dict[str, str], parts: Sequence[Growth], endpoints: Sequence[Endpoint], unit: str
) -> CurvePlot:
    own = [end.outcome for end in endpoints if dict(end.group) == group and isinstance(end.outcome, Estimate)]
    level = own[0].level if own else _LEVEL
    several = len(parts) > 1
    series = [series for part in parts for series in _growth_series(part, several)]
    text = (
        f"{title_of(group)}. GR value: 1 is unhindered growth, 0 a full stop, below 0 cells are lost. "
        f"Small points: wells. Large points: means of the {'experiments' if several else 'wells'}. "
        "Lines: fits, one an experiment. Vertical line: GR50 with its interval."
    )
    return CurvePlot(
        f"gr-{slug(*group.values())}",
        f"Growth-rate inhibition: {title_of(group)}",
        Caption(
            text, counted(len(parts)), f"{100 * level:g} % confidence interval of the mean (t)" * several
        ),
        Axis("Dose", unit, log=True),
        Axis("GR value", "", low=-1.0),
        (*series, _means([part.curve for part in parts], level)),
        (Mark(_HALF, "", across="y"), *_marks(group, endpoints, (GR50,))),
    )


def _growth_series(part: Growth, faint: bool) -> Iterator[Series]:
    curve = part.curve
    points = pd.DataFrame({"x": curve.dose, "y": curve.gr})
    yield Series(f"wells, experiment {part.experiment}", "points", points, 0, faint=True)
    grid = np.geomspace(curve.dose.min(), curve.dose.max(), _LINE)
    if curve.flat or curve.gec50 is None or curve.hill is None:
        line = np.full(grid.size, curve.gr_inf)
    else:
        line = evaluate(family_named("LL.4"), grid, [curve.hill, curve.gr_inf, 1.0, curve.gec50, 1.0])
    yield Series(f"fit, experiment {part.experiment}", "line", pd.DataFrame({"x": grid, "y": line}), 0, faint)


def time_drawings(results: Sequence[GroupResult], unit: str) -> Iterator[Drawing]:
    """IC50 over the time of exposure, where several times were read."""
    groups: dict[tuple[tuple[str, str], ...], list[GroupResult]] = {}
    for result in results:
        if "time" in result.group:
            rest = tuple((k, v) for k, v in result.group.items() if k != "time")
            groups.setdefault(rest, []).append(result)
    for key, parts in groups.items():
        series = [
            line for index, name in enumerate((RELATIVE, ABSOLUTE)) for line in _times(parts, name, index)
        ]
        if not series or len({part.group["time"] for part in parts}) < 2:
            continue  # one time is no course
        n = max(len(part.curves) for part in parts)
        text = (
            f"{title_of(dict(key))}. IC50 against the time of exposure, "
            "the two kinds set apart a little. A bar up to the edge is open; a bound is written beside its "
            "point."
        )
        yield CurvePlot(
            f"time-{slug(*dict(key).values())}",
            f"IC50 over time: {title_of(dict(key))}",
            Caption(text, counted(n), "confidence interval of the IC50"),
            Axis("Time", "h"),
            Axis("IC50", unit, log=True),
            tuple(series),
        )


def hours(part: GroupResult) -> float:
    """The time of exposure of a group in h."""
    return float(part.group["time"].split()[0])


def _times(parts: Sequence[GroupResult], name: str, index: int) -> Iterator[Series]:
    rows = []
    shift = (2 * index - 1) * _APART * max(hours(part) for part in parts)
    for part in parts:
        outcome = next(end.outcome for end in part.endpoints if end.name == name)
        if isinstance(outcome, Estimate):
            label = f"{outcome.censored} {outcome.value:.3g}" if outcome.censored else ""
            rows.append((hours(part) + shift, outcome.value, outcome.low, outcome.high, label))
    if rows:
        frame = pd.DataFrame(sorted(rows), columns=["x", "y", "low", "high", "label"])
        yield Series(name, "points", frame, index)
