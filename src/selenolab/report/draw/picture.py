"""From a drawing to the bytes of its pictures."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from selenolab.core.drawing import Density, Drawing, HeatMap, Network, Overlay, Panels
from selenolab.report.draw.network import draw_network
from selenolab.report.draw.panels import PANELS, draw_panels
from selenolab.report.draw.style import DPI, NARROW, SVG_DPI, figure_style

Draw = Callable[[Any, int], tuple[Any, tuple[str, ...]]]
KINDS: Mapping[type, Draw] = MappingProxyType({**PANELS, Panels: draw_panels, Network: draw_network})
SIMULATED = "SIMULATED"


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawing at one width: its SVG and PNG bytes, and what the caption has to add."""

    svg: bytes
    png: bytes
    notes: tuple[str, ...]


def paint(drawing: Drawing, width: int, simulated: bool, title: str, caption: str) -> Picture:
    """Draw at `width` mm. A simulated figure says so across its face and below it."""
    with figure_style(width), warnings.catch_warnings():
        # A name in a script that the font lacks shows as boxes in the PNG; the SVG keeps the text.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure, notes = KINDS[type(drawing)](drawing, width)
        if simulated:
            _mark_simulated(figure, width, drawing)
        words = {"Title": title, "Description": caption}
        svg = _svg(figure, words)
        figure.set_layout_engine("none")  # the layout is made; the second file keeps it
        png = _png(figure, words)
    return Picture(svg, png, notes)


# Figure.savefig draws everything twice, once to lay it out; here the layout is made in the one drawing.
def _svg(figure: Figure, words: dict[str, str]) -> bytes:
    canvas: Any = FigureCanvasSVG(figure)
    figure.set_dpi(SVG_DPI)
    file = BytesIO()
    canvas.print_svg(file, metadata={**words, "Date": None})
    return file.getvalue()


def _png(figure: Figure, words: dict[str, str]) -> bytes:
    canvas: Any = FigureCanvasAgg(figure)
    figure.set_dpi(DPI)
    canvas.draw()
    notes = PngInfo()
    for key, text in words.items():
        notes.add_itxt(key, text)
    file = BytesIO()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    image.save(file, format="PNG", dpi=(DPI, DPI), pnginfo=notes)
    return file.getvalue()


def _mark_simulated(figure: Figure, width: int, drawing: Drawing) -> None:
    """Across the face: behind curves and dots, above an image, map or panels that would hide it."""
    covered = isinstance(drawing, HeatMap | Density | Overlay | Panels | Network)
    size = 24 if width <= NARROW else 50
    if isinstance(drawing, Panels):
        size = max(9, size // (2 if width <= NARROW else drawing.across))
    words: dict[str, Any] = {"ha": "center", "va": "center", "rotation": 24, "fontweight": "bold"}
    words |= {"fontsize": size, "zorder": 20 if covered else 0.6, "in_layout": False}
    # Dark letters with a light shadow are seen on any image; on paper pale grey is enough.
    inks = [("white", 0.4, 1), ("#303030", 0.3, 0)] if covered else [("#808080", 0.22, 0)]
    for ax in figure.axes if isinstance(drawing, Panels) else figure.axes[:1]:
        for ink, alpha, shift in inks:
            ax.annotate(
                SIMULATED,
                (0.5, 0.48),
                (shift, -shift),
                xycoords="axes fraction",
                textcoords="offset points",
                color=ink,
                alpha=alpha,
                annotation_clip=False,
                **words,
            )
    figure.supxlabel(  # below, where no legend stands
        f"{SIMULATED}: from a model, not measured",
        x=0.995,
        ha="right",
        fontsize="medium",
        fontweight="bold",
        color="#9c2f00",
    )
