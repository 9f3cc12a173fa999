"""Values and counts over a plane: plate maps, dose matrices, densities."""

from textwrap import fill
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from selenolab.core.drawing import Density, HeatMap
from selenolab.report.draw.scale import apply_scale, log_ticks, place, scale_for
from selenolab.report.draw.style import COUNTS, DIVERGING, INK, NARROW, SEQUENTIAL, colour, new_figure

EM = 0.58  # width of a letter, of its size
LETTER = 1.7  # mm, width of a letter of a name
LEAST_POINTS = 5.0
HALF, LOW = 0.6, 0.1  # of the axes: a narrow outline, and one without room for its name
EQUAL_CONTRAST = 0.179  # luminance on which black and white read equally well


def draw_heat_map(
    drawing: HeatMap, width: int, on: FigureBase | None = None
) -> tuple[FigureBase, tuple[str, ...]]:
    """A matrix as coloured cells, row names on the left and column names on top, as on a plate."""
    rows, columns = drawing.values.shape
    most = width * 1.15 if width <= NARROW else 96
    height = min(max((width - 24) * rows / max(columns, 1) + 13, 34), most)
    figure = on or new_figure(width, height)
    if isinstance(figure, Figure):
        figure.set_layout_engine("compressed")
    ax = figure.add_subplot()
    values = np.ma.masked_invalid(np.asarray(drawing.values, dtype=float))
    norm = _norm(drawing, values)
    cmap = colormaps[DIVERGING if drawing.diverging else SEQUENTIAL].with_extremes(bad="white")
    picture = ax.pcolormesh(values, cmap=cmap, norm=norm, edgecolors="white", linewidth=0.6)
    picture.set_rasterized(values.size > 2000)
    ax.set(aspect="equal", xlim=(0, columns), ylim=(rows, 0))
    _cell_names(ax, drawing, width, min((width - 24) / max(columns, 1), (height - 13) / max(rows, 1)))
    all_fit = _cell_notes(ax, drawing, width, norm, cmap)
    unit = f" ({drawing.colour.unit})" if drawing.colour.unit not in {"", "1"} else ""
    _colour_bar(figure, ax, picture, drawing.colour.label + unit)
    notes = ["Cells without a colour hold no value."] if np.ma.getmaskarray(values).any() else []
    notes += [] if all_fit else ["Notes that do not fit their cell at this width are left out."]
    return figure, tuple(notes)


def _colour_bar(figure: FigureBase, ax: Axes, picture: QuadMesh, label: str) -> None:
    bar = figure.colorbar(picture, ax=ax, shrink=0.9, aspect=24, pad=0.015, label=label)
    bar.outline.set_visible(False)
    if isinstance(picture.norm, LogNorm):
        ticks, names = log_ticks(float(picture.norm.vmin or 1.0), float(picture.norm.vmax or 10.0))
        bar.ax.yaxis.set_major_locator(FixedLocator(ticks))
        bar.ax.yaxis.set_major_formatter(FixedFormatter(names))
        bar.ax.yaxis.set_minor_locator(NullLocator())


def _norm(drawing: HeatMap, values: Any) -> Normalize:
    good = values.compressed()
    axis = drawing.colour
    if axis.log and (good > 0).any():
        low = axis.low or float(good[good > 0].min())
        high = axis.high or float(good.max())
        return LogNorm(low, high if high > low else low * 10)
    low = float(good.min()) if axis.low is None and good.size else axis.low or 0.0
    high = float(good.max()) if axis.high is None and good.size else axis.high or 1.0
    if drawing.diverging:
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    return Normalize(low, high if high > low else low + 1.0)


def _cell_names(ax: Axes, drawing: HeatMap, width: int, cell: float) -> None:
    """Names of rows and columns; those of columns in two lines or upright where cells of `cell` mm ask so."""
    per_name = 4.0 if width <= NARROW else 5.0
    across = [fill(name, max(int(cell / LETTER), 3), break_long_words=False) for name in drawing.columns]
    longest = max((len(line) for name in across for line in name.split("\n")), default=1)
    tall = max((name.count("\n") for name in across), default=0) > 1
    upright = max(map(len, drawing.columns), default=1) > 3 and (tall or LETTER * longest > 2 * cell)
    wide = per_name if upright else max(per_name, LETTER * longest)
    across = list(drawing.columns) if upright else across
    for which, names, needed in (("x", across, wide), ("y", list(drawing.rows), per_name)):
        at = np.arange(len(names))[:: max(1, int(np.ceil(needed / cell)))]
        getattr(ax, f"set_{which}ticks")(at + 0.5, [names[k] for k in at])
    if upright:
        ax.tick_params(axis="x", labelrotation=90)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _cell_notes(ax: Axes, drawing: HeatMap, width: int, norm: Normalize, cmap: Any) -> bool:
    """Texts in cells, in black or white by what contrasts; False when some do not fit their cell."""
    wide = width * 72 / 25.4 * 0.75 / max(drawing.values.shape[1], 1)  # pt, one cell
    all_fit = True
    for note in drawing.notes.to_dict("records"):
        row, column = _index(drawing.rows, note["row"]), _index(drawing.columns, note["column"])
        value, text = float(drawing.values[row, column]), str(note["text"])
        size = min(7.0, wide / (EM * max(len(text), 1)))
        if size < LEAST_POINTS:
            all_fit = False
            continue
        dark = np.isfinite(value) and luminance(cmap(norm(value))) < EQUAL_CONTRAST
        ink = "white" if dark else "black"
        ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=ink, fontsize=size)
    return all_fit


def _index(names: tuple[str, ...], key: Any) -> int:
    """A note names its row and column by label or by number."""
    return names.index(str(key)) if str(key) in names else int(key)


def luminance(rgba: tuple[float, ...]) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def draw_density(
    drawing: Density, width: int, on: FigureBase | None = None
) -> tuple[FigureBase, tuple[str, ...]]:
    """Counts on a logarithmic colour scale, as pixels; empty bins stay white; outlines above."""
    figure = on or new_figure(width, 68 if width <= NARROW else 110)
    ax = figure.add_subplot()
    x_edges, y_edges = np.asarray(drawing.x_edges, float), np.asarray(drawing.y_edges, float)
    x = scale_for(drawing.x, x_edges[(x_edges > 0) | (not drawing.x.log)])
    y = scale_for(drawing.y, y_edges[(y_edges > 0) | (not drawing.y.log)])
    apply_scale(ax, "x", drawing.x, x, most=4 if width <= NARROW else 7)
    apply_scale(ax, "y", drawing.y, y)
    counts = np.ma.masked_less_equal(np.asarray(drawing.counts, dtype=float).T, 0)
    across = np.nan_to_num(place(x, x_edges), nan=x.low)
    up = np.nan_to_num(place(y, y_edges), nan=y.low)
    norm = LogNorm(1, max(float(counts.max() if counts.count() else 1), 2.0))
    picture = ax.pcolormesh(across, up, counts, cmap=COUNTS, norm=norm, rasterized=True)
    ax.set(xlim=(across.min(), across.max()), ylim=(up.min(), up.max()))
    for one in drawing.outlines:
        _outline(ax, one.frame["x"], one.frame["y"], one.name, one.group)
    if on is None:  # a panel has no room for it; its counts are read by their colour alone
        _colour_bar(figure, ax, picture, "Count")
    return figure, ()


def _outline(ax: Axes, x: Any, y: Any, name: str, group: int) -> None:
    """The ring, and its name inside its upper edge, within the axes."""
    ring_x, ring_y = np.append(x, x.iloc[:1]), np.append(y, y.iloc[:1])
    ax.plot(ring_x, ring_y, color="white", linewidth=2.6, zorder=4)
    ax.plot(ring_x, ring_y, color=colour(group + 1), linewidth=1.2, zorder=5)
    to_axes = ax.transData + ax.transAxes.inverted()
    places = np.clip(to_axes.transform(np.column_stack([ring_x, ring_y])), 0, 1)
    (left, bottom), (right, top) = places.min(axis=0), places.max(axis=0)
    box = {"boxstyle": "square,pad=0.15", "facecolor": "white", "alpha": 0.8, "linewidth": 0}
    middle = float(np.clip((left + right) / 2, 0.14, 0.86))
    ax.annotate(
        fill(name, 14) if right - left < HALF else name,
        (middle, top),
        (0, -3) if top - bottom > LOW else (0, 12),
        xycoords="axes fraction",
        textcoords="offset points",
        color=INK,
        bbox=box,
        ha="center",
        va="top",
        zorder=6,
    )
