"""Every unit as a dot, with a bar or a mean and its interval."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from numpy.typing import NDArray

from selenolab.core.drawing import DotPlot
from selenolab.report.draw.scale import Scale, apply_scale, place, reach, scale_for, with_room
from selenolab.report.draw.series import Handles, draw_legend, flags
from selenolab.report.draw.style import GRID, INK, NARROW, colour, marker, new_figure

VALUES = ("value", "low", "high")
STEP = 0.075  # share of the axis that one row of brackets takes
LABEL = 0.04  # share of the axis that a line of small writing takes
MOST_ROWS = 6  # of brackets; more would press the data flat


def draw_dots(
    drawing: DotPlot, width: int, on: FigureBase | None = None
) -> tuple[FigureBase, tuple[str, ...]]:
    """Dots side by side where they would hide one another; a bound is an arrow."""
    figure = on or new_figure(width, 64 if width <= NARROW else 88)
    ax = figure.add_subplot()
    names = categories(drawing)
    rows = bracket_rows(drawing.brackets, names)
    crowded = max(rows, default=0) >= MOST_ROWS
    rows = [] if crowded else rows
    y = _scale(drawing, max(rows, default=-1) + 1)
    apply_scale(ax, "y", drawing.y, y)
    ax.grid(axis="y", color=GRID, linewidth=0.5)
    ax.set_axisbelow(True)
    censored = _bars(ax, y, drawing, names)
    handles, excluded = _dots(ax, y, drawing, names)
    _brackets(ax, drawing.brackets if rows else pd.DataFrame(), names, rows, max(rows, default=-1) + 1)
    _names(ax, names, width)
    notes = ["Every value is a point.", *draw_legend(figure, handles, width)]
    notes += ["The contrasts stand in the table: too many for brackets."] if crowded else []
    notes += ["Arrows: only a bound is known."] if censored else []
    notes += ["Hollow points were excluded and enter no number."] if excluded else []
    notes += ["Zero stands below the break of the axis."] if y.zero is not None else []
    return figure, tuple(notes)


def categories(drawing: DotPlot) -> list[str]:
    """Categories in the order of the bars, then of the dots."""
    rows = [*_listed(drawing.bars), *_listed(drawing.dots)]
    return list(dict.fromkeys(str(row["category"]) for row in rows))


def _scale(drawing: DotPlot, rows: int) -> Scale:
    frames = (drawing.dots, drawing.bars)
    given = [frame[name] for frame in frames for name in VALUES if name in frame.columns]
    base = [0.0] if drawing.style == "bar" and not drawing.y.log else []
    values = np.concatenate([np.asarray(one, dtype=float) for one in given] + [np.array(base)])
    return with_room(scale_for(drawing.y, values), STEP * rows)  # brackets stand above the data


def _bars(ax: Axes, y: Scale, drawing: DotPlot, names: list[str]) -> bool:
    some = False
    for row in _listed(drawing.bars):
        at, value = names.index(str(row["category"])), float(place(y, row["value"]))
        if np.isnan(value):
            continue
        # On a logarithmic axis the length of a bar means nothing: the mean is a line there.
        if drawing.style == "bar" and not y.log:
            ax.bar(at, value, 0.62, color="#d9d9d9", edgecolor=INK, linewidth=0.6, zorder=1.5)
        else:
            ax.hlines(value, at - 0.27, at + 0.27, color=INK, linewidth=1.4, zorder=5)
        bound = row.get("censored")
        if bound in ("<", ">"):
            some = True
            _arrow(ax, at, value, up=bound == ">")
        else:
            low, high = reach(y, row["low"]), reach(y, row["high"])
            if not np.isnan(low + high):
                _whisker(ax, at, float(low), float(high))
    return some


def _whisker(ax: Axes, at: float, low: float, high: float) -> None:
    ax.vlines(at, low, high, color=INK, linewidth=1.0, zorder=5)
    ax.hlines([low, high], at - 0.09, at + 0.09, color=INK, linewidth=1.0, zorder=5)


def _arrow(ax: Axes, at: float, value: float, up: bool) -> None:
    """From the bound into the open side."""
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
    ax.annotate(
        "",
        xy=(at, value),
        xytext=(0, 20 if up else -20),
        textcoords="offset points",
        arrowprops={**style, "arrowstyle": "<|-"},
        annotation_clip=False,
        zorder=5,
    )


def _dots(ax: Axes, y: Scale, drawing: DotPlot, names: list[str]) -> tuple[Handles, bool]:
    frame = drawing.dots.reset_index(drop=True)
    if frame.empty:
        return {}, False
    up = place(y, frame["value"])
    across = np.array([names.index(str(name)) for name in frame["category"]], dtype=float)
    across += beside(across, up, y)
    out = flags(frame, "excluded")
    groups = frame["group"].astype(str) if "group" in frame.columns else pd.Series("", index=frame.index)
    order = list(dict.fromkeys(groups))
    handles: Handles = {}
    many = len(frame) > 6 * len(names)  # then the mean stands above the dots, else the dots above it
    for number, group in enumerate(order):
        mine = np.asarray(groups == group) & ~np.isnan(up)
        look: dict[str, Any] = {"linestyle": "none", "marker": marker(number), "color": colour(number)}
        look |= {"markeredgewidth": 0.8, "zorder": 4 if many else 6, "clip_on": False, "in_layout": False}
        look |= {"markersize": 2.8, "alpha": 0.75} if many else {}
        (artist,) = ax.plot(across[mine & ~out], up[mine & ~out], **look)
        ax.plot(across[mine & out], up[mine & out], **{**look, "markerfacecolor": "white"})
        handles[group] = [artist]
    if "group" in frame.columns and frame["group"].dtype.kind in "iuf":
        handles = {}  # a number is a colour, not a name
    _dot_labels(ax, y, frame, across, up)
    return handles, bool(out.any())


def _dot_labels(
    ax: Axes, y: Scale, frame: pd.DataFrame, across: NDArray[np.float64], up: NDArray[np.float64]
) -> None:
    if "label" not in frame.columns or len(frame) > 30 or not _room(y, across, up):
        return
    for text, here, there in zip(frame["label"], across, up, strict=True):
        if isinstance(text, str) and text and not np.isnan(there):
            ax.annotate(
                text, (here, there), (5, 0), textcoords="offset points", va="center", fontsize="small"
            )


def _room(y: Scale, across: NDArray[np.float64], up: NDArray[np.float64]) -> bool:
    """Whether every label can stand beside its dot and lie over no other one of its category."""
    heights = np.log(up / y.low) / np.log(y.high / y.low) if y.log else (up - y.low) / (y.high - y.low)
    for category in np.unique(np.round(across)):
        mine = np.sort(heights[(np.round(across) == category) & ~np.isnan(heights)])
        if (np.diff(mine) < LABEL).any():
            return False
    return True


def beside(across: NDArray[np.float64], up: NDArray[np.float64], y: Scale) -> NDArray[np.float64]:
    """Shifts that set near-equal dots of one category side by side, the same at every drawing."""
    shifts = np.zeros(len(across))
    heights = np.log(up) if y.log else up
    near = 0.03 * ((np.log(y.high / y.low)) if y.log else y.high - y.low)
    for category in np.unique(across):
        mine = np.flatnonzero((across == category) & ~np.isnan(heights))
        for number, dot in enumerate(mine):
            taken = [shifts[k] for k in mine[:number] if abs(heights[k] - heights[dot]) < near]
            options = [0.0, *(s * k * 0.11 for k in range(1, 5) for s in (1, -1))]
            shifts[dot] = next((o for o in options if all(abs(o - t) > 0.05 for t in taken)), 0.0)
    return shifts


def bracket_rows(brackets: pd.DataFrame, names: list[str]) -> list[int]:
    """In which row above the data each bracket stands, so that none crosses another."""
    spans = [sorted((names.index(str(b["left"])), names.index(str(b["right"])))) for b in _listed(brackets)]
    rows: list[int] = []
    for number, (left, right) in enumerate(spans):
        taken = {rows[k] for k in range(number) if spans[k][0] <= right and left <= spans[k][1]}
        rows.append(next(row for row in range(len(spans) + 1) if row not in taken))
    return rows


def _brackets(ax: Axes, brackets: pd.DataFrame, names: list[str], rows: list[int], total: int) -> None:
    for row, bracket in zip(rows, _listed(brackets), strict=True):
        left, right = sorted((names.index(str(bracket["left"])), names.index(str(bracket["right"]))))
        height = 1 - STEP * (total - row) + 0.012
        frame = ax.get_xaxis_transform()
        down = height - 0.014
        ax.plot(
            [left + 0.04, left + 0.04, right - 0.04, right - 0.04],
            [down, height, height, down],
            color=INK,
            linewidth=0.7,
            transform=frame,
            clip_on=False,
        )
        ax.text(
            (left + right) / 2,
            height + 0.004,
            str(bracket["label"]),
            transform=frame,
            ha="center",
            va="bottom",
        )


def _listed(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records") if len(frame) else []


def _names(ax: Axes, names: list[str], width: int) -> None:
    side = max(0.6, 0.5 * (width / 28 - len(names)) + 0.5)  # few categories do not spread over the width
    shown = max(len(names), 1) - 1 + 2 * side
    room = int((40 if width <= NARROW else 90) / shown)  # letters beside each other in one category
    crowded = room < 7
    texts = [fill(name, max(room, 10), break_long_words=False) for name in names]
    ax.set_xticks(range(len(names)), texts)
    ax.set_xlim(-side, len(names) - 1 + side)
    if crowded or max(map(len, " ".join(names).split()), default=0) > max(room, 7) + 3:
        ax.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    ax.tick_params(axis="x", length=0)
