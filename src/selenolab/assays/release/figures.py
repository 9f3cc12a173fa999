"""What to draw of a release: curves, the carrier without the bag, model ranks, ratios over time."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from selenolab.assays.release.carrier import Deconvolved
from selenolab.assays.release.curve_fits import Modelled
from selenolab.assays.release.groups import BATCHES, Group
from selenolab.assays.release.schema import FREE, SAMPLE
from selenolab.assays.release.selectivity import Pair, selectivity_rows
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import summary_rows
from selenolab.core.drawing import Axis, Caption, CurvePlot, Drawing, HeatMap, Mark, Series
from selenolab.fit.membrane import carrier_curve, control_curve, medium_curve
from selenolab.fit.release_answer import ReleaseFit
from selenolab.fit.release_fit import curve_at

_LINE = 160  # points of a drawn curve


def drawings(
    groups: Sequence[Group], fits: Sequence[Modelled], joint: Sequence[Deconvolved], pairs: Sequence[Pair],
    settings: ReleaseSettings,
) -> Iterator[Drawing]:  # fmt: skip
    """All drawings of a run."""
    for key in dict.fromkeys((group.role, group.carrier) for group in groups):
        own = [group for group in groups if (group.role, group.carrier) == key]
        yield _release(own, {one.group.medium: one for one in fits if one.group in own}, settings)
    for one in joint:
        if one.fit is not None and one.control is not None:
            yield _deconvolved(one, settings)
    if any(one.ranking and one.ranking.ranked for one in fits):
        yield _ranks([one for one in fits if one.ranking and one.ranking.ranked])
    for key in dict.fromkeys((pair.above.role, pair.above.carrier) for pair in pairs):
        found = _ratios([p for p in pairs if (p.above.role, p.above.carrier) == key], settings)
        if found is not None:
            yield found


def slug(*words: str) -> str:
    """A name for a file from words."""
    text = "-".join(word for word in words if word).lower()
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-") or "all"


def counted(groups: Sequence[Group]) -> str:
    """What n counts: "6 vessels", "3 to 6 vessels", "3 independent experiments"."""
    sizes = sorted({len(group.names) for group in groups})
    thing = "independent experiments" if any(g.n_is == BATCHES for g in groups) else "vessels"
    number = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    return f"{number} {thing[:-1] if sizes[-1] == 1 else thing}"


def _heading(group: Group) -> str:
    if group.role == FREE:
        return "Free-drug control"
    return (group.carrier or "Carrier") + ("" if group.role == SAMPLE else ", non-cleavable control")


def _release(groups: Sequence[Group], fits: dict[str, Modelled], settings: ReleaseSettings) -> CurvePlot:
    series: list[Series] = []
    for place, group in enumerate(groups):
        series += _one(group, fits.get(group.medium), place, settings)
    title = f"Cumulative release: {_heading(groups[0])}"
    models = [
        f"{name}: {one.best.replace('_', ' ')}"
        for name, one in fits.items()
        if isinstance(one.pooled.get(one.best), ReleaseFit)
    ]
    lines = f" Lines: the best model by AICc, fitted to all units ({'; '.join(models)})." if models else ""
    several = max(len(group.names) for group in groups) > 1
    text = (
        f"{title}. Small points: vessels; hollow ones are flagged and enter no number. Large points: "
        f"means.{lines}"
    )
    return CurvePlot(
        f"release-{slug(groups[0].role, groups[0].carrier)}",
        title,
        Caption(
            text, counted(groups), f"{100 * settings.level:g} % confidence interval of the mean (t)" * several
        ),
        Axis("Time", "h", low=0.0),
        Axis("Released", "%", low=_floor(series)),
        tuple(one for one in series if len(one.frame)),
    )


def _floor(series: Sequence[Series]) -> float | None:
    """Zero, unless values lie below it."""
    least = min((float(one.frame["y"].min()) for one in series if len(one.frame)), default=0.0)
    return 0.0 if least >= 0 else None


def _one(group: Group, found: Modelled | None, place: int, settings: ReleaseSettings) -> Iterator[Series]:
    for vessel in group.vessels:
        seen = np.isfinite(vessel.released)
        frame = pd.DataFrame(
            {
                "x": vessel.time[seen],
                "y": vessel.released[seen],
                "excluded": ~vessel.sound[seen],
                "label": [
                    f"{vessel.name} {flag}".strip() for flag, s in zip(vessel.flag, seen, strict=True) if s
                ],
            }
        )
        yield Series(f"{group.medium}, vessels", "points", frame, place, faint=True)
    rows = summary_rows(group, settings.level)
    rows = rows[rows["censored"] == ""]
    means = pd.DataFrame({"x": rows["time"], "y": rows["released"]})
    if rows["low"].notna().any():
        means["low"], means["high"] = rows["low"].to_numpy(), rows["high"].to_numpy()
    yield Series(group.medium, "points", means, place)
    fit = found.pooled.get(found.best) if found is not None else None
    if isinstance(fit, ReleaseFit):
        grid = np.linspace(0.0, float(group.times[-1]), _LINE)
        line = pd.DataFrame({"x": grid, "y": curve_at(fit, grid)})
        yield Series(group.medium, "line", line, place)


def _deconvolved(one: Deconvolved, settings: ReleaseSettings) -> CurvePlot:
    """What left the carrier, what the medium showed of it, and the free drug."""
    assert one.fit is not None and one.control is not None  # noqa: PT018 - both or neither
    grid = np.linspace(0.0, float(max(one.group.times[-1], one.control.times[-1])), _LINE)
    series = [
        Series("left the carrier", "line", pd.DataFrame({"x": grid, "y": carrier_curve(one.fit, grid)}), 0),
        Series("in the medium, fit", "line", pd.DataFrame({"x": grid, "y": medium_curve(one.fit, grid)}), 1),
        _points("in the medium", one.group, 1, settings),
        Series("free drug, fit", "line", pd.DataFrame({"x": grid, "y": control_curve(one.fit, grid)}), 2),
        _points("free drug", one.control, 2, settings),
    ]
    text = (
        f"{one.group.title}. Release from the carrier with the bag taken off ({one.fit.family}), what the "
        f"medium shows of it, and free drug in the same bag ({one.control.medium}). Points: means."
    )
    return CurvePlot(
        f"carrier-{slug(one.group.carrier, one.group.medium)}",
        f"Without the bag: {one.group.title}",
        Caption(
            text,
            counted([one.group, one.control]),
            f"{100 * settings.level:g} % confidence interval of the mean",
        ),
        Axis("Time", "h", low=0.0),
        Axis("Released", "%"),
        tuple(series),
        (Mark(50.0, "", across="y"),),
    )


def _points(name: str, group: Group, place: int, settings: ReleaseSettings) -> Series:
    rows = summary_rows(group, settings.level)
    frame = pd.DataFrame({"x": rows["time"], "y": rows["released"], "low": rows["low"], "high": rows["high"]})
    return Series(name, "points", frame if frame["low"].notna().any() else frame[["x", "y"]], place)


def _ranks(fits: Sequence[Modelled]) -> HeatMap:
    """The distance of every model to the best, by AICc."""
    names = sorted({model.name for one in fits if one.ranking for model in one.ranking.ranked})
    values = np.full((len(names), len(fits)), np.nan)
    for column, one in enumerate(fits):
        for model in one.ranking.ranked if one.ranking else ():
            values[names.index(model.name), column] = model.delta
    notes = pd.DataFrame(
        [(row, column, f"{values[row, column]:.0f}") for row, column in np.argwhere(np.isfinite(values))],
        columns=["row", "column", "text"],
    )
    letters = [chr(ord("a") + place) if place < 26 else str(place) for place in range(len(fits))]
    which = "; ".join(f"{letter}: {one.group.title}" for letter, one in zip(letters, fits, strict=True))
    text = (
        "How far each model's AICc lies above that of the best one (0), summed over the units; below 2 they "
        "are tied. Colour: log10(1 + distance). Blank: fitted to part of the rows, or with too few. "
        f"{which}."
    )
    return HeatMap(
        "model-ranking",
        "Release models by AICc",
        Caption(text, counted([one.group for one in fits])),
        np.log10(1 + values),
        tuple(name.replace("_", " ") for name in names),
        tuple(letters),
        Axis("log10(1 + ΔAICc)"),
        notes,
    )


def _ratios(pairs: Sequence[Pair], settings: ReleaseSettings) -> CurvePlot | None:
    series = []
    for place, pair in enumerate(pairs):
        rows = selectivity_rows([pair], settings.level)
        rows = rows[np.isfinite(rows["ratio"]) & (rows["ratio"] > 0)]
        if len(rows):
            frame = pd.DataFrame(
                {"x": rows["time"], "y": rows["ratio"], "low": rows["ratio_low"], "high": rows["ratio_high"]}
            )
            frame["low"] = frame["low"].clip(lower=frame["y"] / 100)
            series.append(Series(pair.medium.name, "points", frame, place))
    if not series:
        return None
    one, below = pairs[0].above, " or ".join(sorted({pair.reference.name for pair in pairs}))
    text = (
        f"{_heading(one)}. Released share with glutathione over that in {below} at the same time. Times at "
        "which the release without glutathione cannot be told from zero have no ratio."
    )
    return CurvePlot(
        f"selectivity-{slug(one.role, one.carrier)}",
        f"Redox selectivity over time: {_heading(one)}",
        Caption(
            text, counted([pair.above for pair in pairs]), f"{100 * settings.level:g} % interval (Fieller)"
        ),
        Axis("Time", "h", low=0.0),
        Axis("Ratio of released shares", "", log=True),
        tuple(series),
        (Mark(1.0, "", across="y"),),
    )
