"""Sizes, colours and defaults of every figure.

Colours: Okabe and Ito's set, told apart by all common kinds of colour vision (Wong 2011,
doi:10.1038/nmeth.1618). Groups also differ in marker and line style, so that print in grey still reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib import rc_context, rcdefaults
from matplotlib.figure import Figure

MM = 1 / 25.4  # inch
NARROW, WIDE = 85, 174  # mm: one and two columns of a journal
DPI = 300  # of a PNG
SVG_DPI = 200  # of the pixels inside an SVG: images, dense layers
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8A7F00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
LINES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
INK, FAINT_INK, GRID = "#1a1a1a", "#595959", "#e4e4e4"
SEQUENTIAL, DIVERGING, COUNTS = "cividis", "RdBu_r", "viridis"

# Text stays text, so that a journal can set it; ids come from a fixed salt, so that bytes repeat.
STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "selenolab",
    "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a compound may be called "$x$"
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "legend.borderaxespad": 0.0,
    "legend.columnspacing": 1.4,
    "figure.dpi": 72,
    "savefig.dpi": DPI,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def figure_style(width: int) -> Iterator[None]:
    """Our own defaults, whatever the user's matplotlibrc says; 7 pt text at 85 mm, 8 pt at 174 mm."""
    size = 7.0 if width <= NARROW else 8.0
    scale = size / 7
    settings: Any = mpl.rcParams
    with rc_context():
        rcdefaults()
        settings.update(STYLE)
        settings.update(
            {
                "font.size": size,
                "axes.labelsize": size,
                "axes.titlesize": size,
                "xtick.labelsize": size,
                "ytick.labelsize": size,
                "legend.fontsize": size,
                "axes.linewidth": 0.7 * scale,
                "lines.linewidth": 1.2 * scale,
                "lines.markersize": 4.2 * scale,
                "xtick.major.width": 0.7 * scale,
                "ytick.major.width": 0.7 * scale,
                "xtick.major.size": 3.0 * scale,
                "ytick.major.size": 3.0 * scale,
                "xtick.minor.size": 1.8 * scale,
                "ytick.minor.size": 1.8 * scale,
                "xtick.minor.width": 0.5 * scale,
                "ytick.minor.width": 0.5 * scale,
            }
        )
        yield


def new_figure(width: int, height: float) -> Figure:
    """An empty figure of `width` x `height` mm."""
    return Figure(figsize=(width * MM, height * MM), layout="constrained")


def colour(group: int) -> str:
    """The colour of a group; after eight they repeat, with another line style."""
    return COLOURS[group % len(COLOURS)]


def marker(group: int) -> str:
    """The marker of a group."""
    return MARKERS[(group + group // len(COLOURS)) % len(MARKERS)]


def line_style(group: int) -> Any:
    """The line style of a group."""
    return LINES[group % len(LINES)]
