"""A graph as boxes and arrows, coloured by a value; what has none is white with a broken rim."""

from textwrap import fill
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from selenolab.core.drawing import Network
from selenolab.report.draw.fields import EQUAL_CONTRAST, luminance
from selenolab.report.draw.style import DIVERGING, FAINT_INK, INK, NARROW, new_figure

HIGH, GAP = 13.0, 7.0  # mm: a box, and between two rows of them
PT, LETTER = 25.4 / 72, 0.66  # mm a point; width of a bold letter, of its size
MARGIN = 0.12  # of a column, between two boxes of a row


def draw_network(drawing: Network, width: int) -> tuple[Figure, tuple[str, ...]]:
    """Nodes on their grid, arrows between their rims, a colour bar below."""
    columns = float(drawing.nodes["x"].max()) + 1
    rows = float(drawing.nodes["y"].max()) + 1
    narrow = width <= NARROW
    tall = (HIGH + GAP) * (0.8 if narrow else 1.0)
    figure = new_figure(width, rows * tall + 14)
    ax = figure.add_subplot()
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    ax.set_axis_off()
    norm, cmap = _norm(drawing), colormaps[DIVERGING]
    size = 4.6 if narrow else 7.0
    wide = int(width / columns * (1 - MARGIN) * 0.95 / (size * PT * LETTER))  # letters in a box
    half = (0.5 - MARGIN / 2, HIGH / (HIGH + GAP) / 2)
    places = {str(n["id"]): (float(n["x"]), float(n["y"])) for n in drawing.nodes.to_dict("records")}
    for edge in drawing.edges.to_dict("records"):
        _arrow(ax, places[str(edge["source"])], places[str(edge["target"])], half, str(edge["sign"]))
    for node in drawing.nodes.to_dict("records"):
        _box(ax, node, half, cmap, norm, size, wide)
    unit = f" ({drawing.colour.unit})" if drawing.colour.unit not in {"", "1"} else ""
    bar = figure.colorbar(
        ScalarMappable(norm, cmap), ax=ax, location="bottom", shrink=0.6, aspect=40, pad=0.02,
        label=drawing.colour.label + unit,
    )  # fmt: skip
    bar.outline.set_visible(False)
    if drawing.colour.ticks:
        bar.set_ticks(
            [at for at, _ in drawing.colour.ticks], labels=[name for _, name in drawing.colour.ticks]
        )
    return figure, ("Boxes with a broken rim were not measured.",) if _some_empty(drawing) else ()


def _wrapped(text: Any, wide: int) -> str:
    return fill(str(text), wide, break_long_words=False, break_on_hyphens=False)


def _some_empty(drawing: Network) -> bool:
    return bool(np.isnan(drawing.nodes["value"].to_numpy(float)).any())


def _norm(drawing: Network) -> Normalize:
    values = np.abs(drawing.nodes["value"].to_numpy(float))
    seen = float(values[np.isfinite(values)].max()) if np.isfinite(values).any() else 1.0
    most = max(drawing.colour.high or seen, 1e-9)
    return Normalize(-most, most, clip=True)


def _box(
    ax: Axes,
    node: dict[Any, Any],
    half: tuple[float, float],
    cmap: Any,
    norm: Normalize,
    size: float,
    wide: int,
) -> None:
    x, y, value = float(node["x"]), float(node["y"]), float(node["value"])
    known = bool(np.isfinite(value))
    face = cmap(norm(value)) if known else (1.0, 1.0, 1.0, 1.0)
    ink = "white" if known and luminance(face) < EQUAL_CONTRAST else INK if known else FAINT_INK
    ax.add_patch(
        FancyBboxPatch(
            (x - half[0], y - half[1]), 2 * half[0], 2 * half[1], boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=face, edgecolor=INK if known else FAINT_INK, linewidth=0.8,
            linestyle="-" if known else (0, (3, 2)), zorder=3, mutation_aspect=0.6,
        )
    )  # fmt: skip
    label, note = _wrapped(node["label"], wide), _wrapped(node.get("note") or "", wide + 2)
    shift = 0.0 if not note else half[1] * 0.38
    ax.text(
        x, y - shift, label, ha="center", va="center", color=ink, fontsize=size, fontweight="bold", zorder=4
    )
    if note:
        ax.text(
            x, y + half[1] * 0.5, note, ha="center", va="center", color=ink, fontsize=size * 0.86, zorder=4
        )


def _arrow(
    ax: Axes, source: tuple[float, float], target: tuple[float, float], half: tuple[float, float], sign: str
) -> None:
    start, end = _rim(source, target, half), _rim(target, source, half)
    look: dict[str, Any] = (
        {"arrowstyle": "-|>,head_length=2.6,head_width=1.4"}
        if sign == "+"
        else {"arrowstyle": "|-|,widthA=0,widthB=2.4"}
    )
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            color=FAINT_INK,
            linewidth=0.9,
            shrinkA=1,
            shrinkB=1,
            mutation_scale=1.0,
            zorder=2,
            **look,
        )
    )


def _rim(
    inside: tuple[float, float], other: tuple[float, float], half: tuple[float, float]
) -> tuple[float, float]:
    """Where the line from the middle of a box towards `other` leaves the box."""
    dx, dy = other[0] - inside[0], other[1] - inside[1]
    share = min(half[0] / abs(dx) if dx else np.inf, half[1] / abs(dy) if dy else np.inf)
    return inside[0] + share * dx, inside[1] + share * dy
