"""Several drawings as one figure."""

from collections.abc import Callable, Mapping
from math import ceil
from textwrap import fill
from types import MappingProxyType
from typing import Any

from matplotlib.figure import Figure, FigureBase

from selenolab.core.drawing import CurvePlot, Density, DotPlot, HeatMap, Histogram, Overlay, Panels
from selenolab.report.draw.curves import draw_curves, draw_histogram
from selenolab.report.draw.dots import draw_dots
from selenolab.report.draw.fields import draw_density, draw_heat_map
from selenolab.report.draw.images import draw_overlay
from selenolab.report.draw.style import NARROW, new_figure

PANELS: Mapping[type, Callable[..., tuple[FigureBase, tuple[str, ...]]]] = MappingProxyType(
    {
        CurvePlot: draw_curves,
        DotPlot: draw_dots,
        Histogram: draw_histogram,
        HeatMap: draw_heat_map,
        Density: draw_density,
        Overlay: draw_overlay,
    }
)
TALL = 0.92  # height of a panel, of its width
LETTER = 1.9  # mm, width of a letter of a panel's title


def draw_panels(drawing: Panels, width: int) -> tuple[Figure, tuple[str, ...]]:
    """The panels in reading order; two in a row at most where the page is narrow."""
    across = max(1, min(drawing.across, 2 if width <= NARROW else drawing.across, len(drawing.panels)))
    rows = ceil(len(drawing.panels) / across)
    wide = width // across
    figure = new_figure(width, rows * (TALL if across > 1 else 0.6) * wide)
    places: Any = figure.subfigures(rows, across, squeeze=False)
    notes: list[str] = []
    named: list[str] = []
    for place, panel in zip(places.flat, drawing.panels, strict=False):
        _, said = PANELS[type(panel)](panel, wide, place)
        place.axes[0].set_title(fill(panel.title, int(wide / LETTER)), fontweight="bold")
        notes += [note for note in said if note not in notes]
        named = _one_legend(place, named)
    return figure, tuple(notes)


def _one_legend(place: Any, named: list[str]) -> list[str]:
    """Names that an earlier panel's legend holds are not said again; gives those that were said."""
    for legend in list(place.legends):
        names = [text.get_text() for text in legend.get_texts()]
        if named and set(names) <= set(named):
            legend.remove()
        named = list(dict.fromkeys([*named, *names]))
    return named
