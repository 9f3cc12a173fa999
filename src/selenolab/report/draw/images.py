"""Micrographs with outlines, and a scale bar where the pixel size is known."""

from hashlib import sha256
from math import floor, log10
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from numpy.typing import NDArray

from selenolab.core.dataset import ArrayRef
from selenolab.core.drawing import Overlay
from selenolab.core.errors import DataError
from selenolab.formats.recognise import read_file
from selenolab.report.draw.series import Handles, draw_legend
from selenolab.report.draw.style import NARROW, colour, new_figure

MOST = 2200  # pixels along an edge: more than 300 dpi at 174 mm can show
MOST_KINDS = 5  # names of outlines in the legend


def draw_overlay(
    drawing: Overlay, width: int, on: FigureBase | None = None
) -> tuple[FigureBase, tuple[str, ...]]:
    """The image in grey (or its own colours), outlines and numbers above it."""
    image = load_image(drawing.image)
    high, wide = image.shape[:2]
    figure = on or new_figure(width, min(width * high / wide, width * 1.3 if width <= NARROW else 100))
    ax = figure.add_subplot(anchor="W")
    step = max(1, -(-max(high, wide) // MOST))
    shown, notes = stretched(image[::step, ::step])
    ax.imshow(shown, cmap="gray", extent=(-0.5, wide - 0.5, high - 0.5, -0.5), interpolation="antialiased")
    ax.set(xlim=(-0.5, wide - 0.5), ylim=(high - 0.5, -0.5))
    ax.set_axis_off()
    handles: Handles = {}
    for one in drawing.outlines:
        ring = one.frame[["x", "y"]].to_numpy(dtype=float)
        ring = np.vstack([ring, ring[:1]]) if one.kind != "points" else ring
        style: dict[str, Any] = {"color": colour(one.group + 1), "linewidth": 0.8}
        style["linestyle"] = "--" if one.group else "-"
        if one.kind == "points":
            style |= {"linestyle": "none", "marker": "+"}
        handles.setdefault(one.name, []).extend(ax.plot(ring[:, 0], ring[:, 1], **style))
    if len(handles) <= MOST_KINDS:  # more are single particles: their names stand in the tables
        draw_legend(figure, {name: lines[:1] for name, lines in handles.items()}, width)
    for label in drawing.labels.to_dict("records"):
        box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "alpha": 0.75, "linewidth": 0}
        ax.text(
            label["x"], label["y"], str(label["text"]), ha="center", va="center", bbox=box, fontsize="small"
        )
    if drawing.pixel_size:
        _scale_bar(ax, wide, high, drawing.pixel_size)
        return figure, notes
    return figure, (*notes, "The size of a pixel is not known, so no scale is drawn.")


def load_image(image: ArrayRef | NDArray[Any]) -> NDArray[Any]:
    """The pixels (rows, columns[, colour]), checked against the digest where they come from a file.

    Raises
    ------
    DataError
        when the file is gone or is not the one that was analysed.
    """
    if not isinstance(image, ArrayRef):
        return np.asarray(image)
    if not image.path.is_file():
        raise DataError(f"{image.path}: Unable to find the image for a figure. Put it back and run again.")
    if sha256(image.path.read_bytes()).hexdigest() != image.sha256:
        raise DataError(f"{image.path}: The image changed after it was analysed. Run the study again.")
    if image.path.suffix == ".npy":
        return np.asarray(np.load(image.path, mmap_mode="r", allow_pickle=False))
    pages = list(read_file(image.path)[0].arrays.values())
    if image.page >= len(pages):
        raise DataError(f"{image.path}: Unable to find image {image.page + 1} of {len(pages)} for a figure.")
    return np.asarray(pages[image.page])


def stretched(image: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Values between two quantiles as 0 to 1, colours alike; a colour image of 8 bits is left as it is."""
    if image.ndim == 3:
        image = image[..., :3]
        if image.dtype == np.uint8:
            return image, ()
    values = np.asarray(image, dtype=np.float32)
    good = values[np.isfinite(values)]
    low, high = np.quantile(good, [0.005, 0.995]) if good.size else (0.0, 1.0)
    if low == high and good.size:  # few particles on an even ground
        low, high = good.min(), good.max()
    scaled = np.clip((values - low) / ((high - low) or 1.0), 0, 1)
    return np.nan_to_num(scaled), (
        "For display only, grey values are stretched between their 0.5 % and 99.5 % quantiles.",
    )


def bar_length(wide: float) -> float:
    """A 1-2-5 length near a fifth of `wide`.

    Examples
    --------
    >>> bar_length(1234.0)
    200.0
    """
    aim = wide / 5
    power = 10.0 ** floor(log10(aim))
    return max(step * power for step in (1, 2, 5) if step * power <= aim)


def _scale_bar(ax: Axes, wide: int, high: int, pixel_size: float) -> None:
    length = bar_length(wide * pixel_size)  # nm
    name = f"{length:g} nm" if length < 1000 else f"{length / 1000:g} µm"
    right, bottom, thick = wide * 0.965, high * 0.955, high * 0.012
    left = right - length / pixel_size
    ax.fill_between(
        [left, right], bottom - thick, bottom, color="white", edgecolor="black", linewidth=0.4, zorder=6
    )
    box = {"boxstyle": "square,pad=0.15", "facecolor": "black", "alpha": 0.55, "linewidth": 0}
    ax.text(
        (left + right) / 2,
        bottom - 2 * thick,
        name,
        color="white",
        ha="center",
        va="bottom",
        bbox=box,
        zorder=6,
    )
