"""A comparison as a figure: every unit as a dot, the mean with its interval, brackets with p."""

from collections.abc import Sequence

import pandas as pd

from selenolab.core.drawing import Axis, Caption, DotPlot
from selenolab.core.study import Comparison, Contrast
from selenolab.stats.comparisons import GroupMean
from selenolab.study.compare_points import N_IS, Point
from selenolab.study.compare_words import subject

MOST_BRACKETS = 6


def draw(
    comparison: Comparison,
    points: Sequence[Point],
    means: Sequence[GroupMean],
    contrasts: Sequence[Contrast],
    test: str,
) -> DotPlot:
    """Dots of all units, bounds among them, and bars for the groups that have a mean."""
    dots = pd.DataFrame(
        {
            "category": [point.name for point in points],
            "value": [point.unit.value for point in points],
            "label": [f"{point.unit.censored or ''}{point.unit.unit_id}" for point in points],
            "group": [list(dict.fromkeys(p.name for p in points)).index(point.name) for point in points],
            "excluded": False,
        }
    )
    sizes = sorted({sum(p.name == name for p in points) for name in {p.name for p in points}})
    n = "–".join(str(size) for size in dict.fromkeys((sizes[0], sizes[-1])))
    unit = points[0].unit
    shown = "geometric mean" if unit.scale == "log" else "mean"
    text = f"{subject(comparison)}; every dot is one unit."
    if any(point.virtual for point in points):
        text += " Simulated units are among them."
    return DotPlot(
        comparison.name,
        subject(comparison),
        Caption(text, f"{n} {N_IS} a group", f"{shown} and 95 % confidence interval", test),
        Axis(comparison.endpoint, unit.unit, unit.scale == "log"),
        dots,
        _bars(points, means),
        _brackets(contrasts),
    )


def _bars(points: Sequence[Point], means: Sequence[GroupMean]) -> pd.DataFrame:
    rows = [(m.group, m.mean, m.low, m.high, "") for m in means]
    known = {m.group for m in means}
    for name in dict.fromkeys(point.name for point in points if point.name not in known):
        units = [point.unit for point in points if point.name == name]
        signs = {unit.censored for unit in units}
        if signs == {">"}:
            bound = min(unit.value for unit in units)
            rows.append((name, bound, bound, bound, ">"))
        elif signs == {"<"}:
            bound = max(unit.value for unit in units)
            rows.append((name, bound, bound, bound, "<"))
    return pd.DataFrame(rows, columns=["category", "value", "low", "high", "censored"])


def _brackets(contrasts: Sequence[Contrast]) -> pd.DataFrame:
    rows = []
    for contrast in contrasts:
        p = contrast.p if contrast.p_adjusted is None else contrast.p_adjusted
        if p is not None and contrast.right:
            told = "p < 0.001" if p < 1e-3 else f"p = {p:.2g}"
            rows.append((contrast.left, contrast.right, told))
    return pd.DataFrame(rows[:MOST_BRACKETS], columns=["left", "right", "label"])
