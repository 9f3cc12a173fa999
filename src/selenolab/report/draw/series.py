"""Points, lines, bands and marks: what curve plots and histograms share."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from numpy.typing import NDArray

from selenolab.core.drawing import Mark, Series
from selenolab.report.draw.scale import Scale, place, reach
from selenolab.report.draw.style import NARROW, colour, line_style, marker

DENSE = 4000  # points of one series above which they become pixels, not paths
MOST_NAMES, MOST_LABELS = 16, 8
LABEL_ROW = 0.065  # share of the axis that a mark's label takes
BEYOND = "An excluded point beyond the axis stands at its edge, with its value."
Handles = dict[str, list[Artist]]


def column_values(series: Iterable[Series], *names: str) -> NDArray[np.float64]:
    """All finite numbers of these columns, together."""
    found = [
        one.frame[name].to_numpy(dtype=float) for one in series for name in names if name in one.frame.columns
    ]
    values = np.concatenate(found) if found else np.empty(0)
    return values[np.isfinite(values)]


def draw_series(
    ax: Axes, x: Scale, y: Scale, all_series: Sequence[Series]
) -> tuple[Handles, tuple[str, ...]]:
    """Draw every series; gives the legend's handles by name and what a caption has to add."""
    handles: Handles = {}
    notes: list[str] = []
    for one in all_series:
        draw = {"points": _points, "line": _line, "band": _band}[one.kind]
        artist, said = draw(ax, x, y, one)
        notes += [note for note in said if note not in notes]
        if artist is not None and one.name and not one.faint and one.kind != "band":
            handles.setdefault(one.name, []).append(artist)
    return handles, tuple(notes)


def _points(ax: Axes, x: Scale, y: Scale, one: Series) -> tuple[Artist | None, list[str]]:
    frame = one.frame
    across, up = place(x, frame["x"]), place(y, frame["y"])
    out = flags(frame, "excluded")
    beyond = out & ((up > y.high) | (up < y.low))
    up = np.where(beyond, np.clip(up, y.low, y.high), up)
    shown = ~(np.isnan(across) | np.isnan(up))
    dense = len(frame) > DENSE
    look: dict[str, Any] = {
        "linestyle": "none",
        "marker": marker(one.group),
        "color": colour(one.group),
        "alpha": 0.4 if one.faint else 1.0,
        "zorder": 2.5 if one.faint else 4,
        "rasterized": dense,
        "markeredgewidth": 0.8,
        "clip_on": dense,
        "in_layout": False,  # an empty line would pull the layout to the corner
    }
    if one.faint or dense:
        look["markersize"] = 1.2 if dense else 2.6
        look["markeredgewidth"] = 0
    _error_bars(ax, y, one, across)
    (artist,) = ax.plot(across[shown & ~out], up[shown & ~out], **look)
    if (shown & out).any():
        hollow = {**look, "markeredgewidth": 0.8, "markerfacecolor": "white", "alpha": 0.9}
        hollow |= {"markersize": 4.0, "zorder": 7.5} if one.faint else {}
        ax.plot(across[shown & out], up[shown & out], **hollow)
    _labels(ax, one, across, up, beyond)
    return artist, [*_point_notes(one, shown, out), *([BEYOND] if beyond.any() else [])]


def _point_notes(one: Series, shown: NDArray[np.bool_], out: NDArray[np.bool_]) -> list[str]:
    notes = []
    if one.faint:
        notes.append("Small pale points are single values.")
    if (shown & out).any():
        notes.append("Hollow points were excluded and enter no number.")
    if (~shown).any():
        notes.append(
            f"Not drawn, without a place on the axes: {_times(int((~shown).sum()), 'point')} of {one.name}."
        )
    return notes


def _error_bars(ax: Axes, y: Scale, one: Series, across: NDArray[np.float64]) -> None:
    if not {"low", "high"} <= set(one.frame.columns):
        return
    low, high = reach(y, one.frame["low"]), reach(y, one.frame["high"])
    some = ~(np.isnan(low) | np.isnan(high) | np.isnan(across))
    ax.vlines(across[some], low[some], high[some], color=colour(one.group), linewidth=0.9, zorder=3.5)


def _labels(
    ax: Axes, one: Series, across: NDArray[np.float64], up: NDArray[np.float64], beyond: NDArray[np.bool_]
) -> None:
    """Labels of the points a reader asks about: the excluded ones, and the others while they are few.

    A point `beyond` the axis stands at its edge, and its label says where it belongs.
    """
    if "label" not in one.frame.columns:
        return
    wanted = flags(one.frame, "excluded")
    if not one.faint and len(wanted) <= MOST_LABELS:
        wanted = np.ones_like(wanted)
    if wanted.sum() > MOST_LABELS:
        return
    values = one.frame["y"].to_numpy(dtype=float)
    for text, here, there, told, off, value in zip(
        one.frame["label"], across, up, wanted, beyond, values, strict=True
    ):
        if told and isinstance(text, str) and text and np.isfinite(here + there):
            ax.annotate(
                f"{text}: {value:.3g}" if off else text,
                (here, there),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize="small",
                zorder=6,
            )


def _line(ax: Axes, x: Scale, y: Scale, one: Series) -> tuple[Artist | None, list[str]]:
    across, up = place(x, one.frame["x"]), place(y, one.frame["y"])
    at_zero = x.log & (one.frame["x"].to_numpy(dtype=float) == 0)
    look: dict[str, Any] = {"color": colour(one.group), "alpha": 0.35 if one.faint else 1.0, "zorder": 3}
    look["linewidth"] = 0.7 if one.faint else None
    # A line is no path across the break: what it says of zero is a short dash at zero.
    (artist,) = ax.plot(np.where(at_zero, np.nan, across), up, linestyle=line_style(one.group), **look)
    for height in np.unique(up[at_zero & ~np.isnan(up)]):
        assert x.zero is not None
        wide = (x.high / x.low) ** 0.012
        ax.plot([x.zero / wide, x.zero * wide], [height, height], **look)
    return artist, []


def _band(ax: Axes, x: Scale, y: Scale, one: Series) -> tuple[Artist | None, list[str]]:
    across = place(x, one.frame["x"])
    across = np.where(x.log & (one.frame["x"].to_numpy(dtype=float) == 0), np.nan, across)
    low, high = reach(y, one.frame["low"]), reach(y, one.frame["high"])
    return ax.fill_between(across, low, high, color=colour(one.group), alpha=0.18, linewidth=0, zorder=2), []


def draw_marks(ax: Axes, x: Scale, y: Scale, marks: Sequence[Mark]) -> tuple[str, ...]:
    """Lines with labels; an interval is shaded, an open side to the edge. Labels are stacked."""
    counts = {"x": 0, "y": 0}
    shaded = False
    for mark in marks:
        scale = x if mark.across == "x" else y
        at = float(place(scale, mark.at))
        if np.isnan(at):
            continue
        line, span = (ax.axvline, ax.axvspan) if mark.across == "x" else (ax.axhline, ax.axhspan)
        line(at, color=colour(mark.group), linewidth=0.8, linestyle=(0, (4, 2)), zorder=2.8)
        if mark.low is not None and mark.high is not None:
            low, high = reach(scale, mark.low), reach(scale, mark.high)
            span(float(low), float(high), color=colour(mark.group), alpha=0.12, linewidth=0, zorder=1)
            shaded = True
        if counts[mark.across] < MOST_LABELS:
            _mark_label(ax, scale, mark, at, counts[mark.across])
        counts[mark.across] += 1
    notes = ["The shaded strip around a broken line is its interval."] if shaded else []
    if max(counts.values()) > MOST_LABELS:
        notes.append(f"Only the first {MOST_LABELS} broken lines are named.")
    return tuple(notes)


def _mark_label(ax: Axes, scale: Scale, mark: Mark, at: float, row: int) -> None:
    low, high = (np.log([scale.low, scale.high]) if scale.log else np.array([scale.low, scale.high])).tolist()
    share = ((np.log(at) if scale.log else at) - low) / (high - low)
    if mark.across == "x":
        right = share > 0.6
        spot, offset = (at, 0.985 - LABEL_ROW * row), (-3 if right else 3, 0)
        frame, horizontal, vertical = ax.get_xaxis_transform(), "right" if right else "left", "top"
    else:
        spot, offset = (0.99, at), (0, 2)
        frame, horizontal, vertical = ax.get_yaxis_transform(), "right", "bottom"
    ax.annotate(
        mark.label,
        spot,
        offset,
        xycoords=frame,
        textcoords="offset points",
        ha=horizontal,
        va=vertical,
        color=colour(mark.group) if mark.group not in {4, 5} else "black",  # orange and sky are too pale
        zorder=7,
        bbox={"boxstyle": "square,pad=0.12", "facecolor": "white", "alpha": 0.8, "linewidth": 0},
    )


def draw_legend(figure: FigureBase, handles: Handles, width: int) -> tuple[str, ...]:
    """Names above the axes, when there is more than one; too many names are left to the tables."""
    if len(handles) < 2:
        return ()
    if len(handles) > MOST_NAMES:
        return (f"{len(handles)} groups are drawn; their names stand in the tables.",)
    longest = max(map(len, handles))
    room = 60 if width <= NARROW else 120
    columns = max(1, min(len(handles), room // (longest + 8)))
    together: list[Any] = [tuple(artists) for artists in handles.values()]
    figure.legend(
        together,
        list(handles),
        loc="outside upper left",
        ncols=columns,
    )
    return ()


def flags(frame: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """A yes-or-no column, all no where it is absent."""
    if name not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(frame[name].fillna(False), dtype=bool)


def _times(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"
