"""Curve plots and histograms."""

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from selenolab.core.drawing import CurvePlot, Histogram, Mark, Series
from selenolab.report.draw.scale import Scale, apply_scale, scale_for, with_room
from selenolab.report.draw.series import (
    LABEL_ROW,
    MOST_LABELS,
    column_values,
    draw_legend,
    draw_marks,
    draw_series,
    flags,
)
from selenolab.report.draw.style import GRID, NARROW, colour, new_figure

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
MOST_BARS = 60
ZERO_NOTE = "Zero stands left of the break of the axis."


def draw_curves(
    drawing: CurvePlot, width: int, on: FigureBase | None = None
) -> tuple[FigureBase, tuple[str, ...]]:
    """Curves with points, error bars, bands and marks."""
    figure = on or new_figure(width, 62 if width <= NARROW else 92)
    ax = figure.add_subplot()
    every = drawing.series
    x = scale_for(drawing.x, np.append(column_values(every, "x"), _at(drawing.marks, "x")))
    y = scale_for(drawing.y, np.append(_heights(every), _at(drawing.marks, "y")))
    if drawing.y.high is None:
        y = with_room(y, LABEL_ROW * min(_at(drawing.marks, "x").size, MOST_LABELS))
    _axes(ax, drawing, x, y)
    handles, notes = draw_series(ax, x, y, every)
    marked = draw_marks(ax, x, y, drawing.marks)
    named = draw_legend(figure, handles, width)
    zero = (ZERO_NOTE,) if x.zero is not None else ()
    return figure, (*notes, *marked, *named, *zero)


def draw_histogram(
    drawing: Histogram, width: int, on: FigureBase | None = None
) -> tuple[FigureBase, tuple[str, ...]]:
    """Bins with lines over them."""
    figure = on or new_figure(width, 58 if width <= NARROW else 84)
    ax = figure.add_subplot()
    edges = np.append(drawing.bins["left"].to_numpy(float), drawing.bins["right"].to_numpy(float))
    counts = drawing.bins["count"].to_numpy(dtype=float)
    x = scale_for(drawing.x, np.concatenate([edges, _at(drawing.marks, "x")]))
    y = scale_for(drawing.y, np.concatenate([[0.0], counts, _heights(drawing.lines)]))
    if not y.log:
        y = Scale(False, 0.0 if drawing.y.low is None else drawing.y.low, y.high)
    _axes(ax, drawing, x, y)
    left = np.clip(drawing.bins["left"].to_numpy(float), x.low, x.high)
    right = np.clip(drawing.bins["right"].to_numpy(float), x.low, x.high)
    _bins(ax, left, right, counts)
    handles, notes = draw_series(ax, x, y, drawing.lines)
    marked = draw_marks(ax, x, y, drawing.marks)
    named = draw_legend(figure, handles, width)
    return figure, (*notes, *marked, *named)


def _bins(ax: Axes, left: Floats, right: Floats, counts: Floats) -> None:
    """Bins as bars; many bins that touch as one staircase, which is drawn far faster."""
    fill: dict[str, Any] = {"color": colour(0), "alpha": 0.35, "linewidth": 0, "zorder": 2}
    rim: dict[str, Any] = {"fill": False, "edgecolor": colour(0), "linewidth": 0.5, "zorder": 2.1}
    if counts.size > MOST_BARS and np.allclose(left[1:], right[:-1]):
        edges = np.append(left, right[-1])
        ax.stairs(counts, edges, fill=True, **fill)
        ax.stairs(counts, edges, color=colour(0), linewidth=0.5, zorder=2.1)
        return
    ax.bar(left, counts, right - left, align="edge", **fill)
    ax.bar(left, counts, right - left, align="edge", **rim)


def _axes(ax: Axes, drawing: CurvePlot | Histogram, x: Scale, y: Scale) -> None:
    apply_scale(ax, "x", drawing.x, x)
    apply_scale(ax, "y", drawing.y, y)
    ax.grid(axis="y", color=GRID, linewidth=0.5)
    ax.set_axisbelow(True)


def _heights(series: tuple[Series, ...]) -> Floats:
    """What the y axis has to hold: all but bands and excluded points, which must not flatten the data."""
    drawn = [
        replace(one, frame=one.frame[~flags(one.frame, "excluded")]) for one in series if one.kind != "band"
    ]
    found = column_values(drawn, "y", "low", "high")
    return found if found.size else column_values(series, "y", "low", "high")


def _at(marks: tuple[Mark, ...], across: str) -> Floats:
    return np.array([mark.at for mark in marks if mark.across == across], dtype=float)
