"""The words of a figure: its caption, and what it shows for those who cannot see it."""

from collections.abc import Sequence

import numpy as np

from selenolab.core.drawing import (
    Axis,
    Caption,
    CurvePlot,
    Density,
    DotPlot,
    Drawing,
    HeatMap,
    Histogram,
    Network,
    Overlay,
    Panels,
    Series,
)
from selenolab.report.draw.picture import SIMULATED
from selenolab.report.numerals import plain

# How a note of the figure begins -> words by which a caption says the same.
ALREADY = {
    "Hollow": ("hollow",),
    "Small pale": ("small points", "pale", "faint"),
    "Every value": ("every dot", "every point", "each dot", "each point"),
    "The shaded": ("shaded", "with its interval"),
}


def caption_words(caption: Caption, notes: Sequence[str], simulated: str, title: str = "") -> str:
    """What is shown, n and what n is, the error bar, the test, and how to read special signs.

    What the assay's own text already says (the title, what a hollow point is) is not said again.

    Examples
    --------
    >>> caption_words(Caption("Viability", "3 independent experiments", "SD", "none"), (), "")
    'Viability. n: 3 independent experiments. Error bars: SD. Test: none.'
    """
    parts = [f"{SIMULATED}: {simulated}"] if simulated else []
    parts.append(_without_title(caption.text, title))
    parts.append(f"n: {caption.n}" if caption.n else "n is not stated")
    parts.append(f"Error bars: {caption.error_bar}" if caption.error_bar else "No error bars")
    if caption.test:
        parts.append(f"Test: {caption.test}")
    parts += [note for note in notes if not _said(note, caption.text.lower())]
    return " ".join(_sentence(part) for part in parts if part.strip())


def _said(note: str, text: str) -> bool:
    words = next((words for start, words in ALREADY.items() if note.startswith(start)), ())
    return any(word in text for word in words)


def _without_title(text: str, title: str) -> str:
    """`text` without a beginning that the title above it has said."""
    first, _, others = text.partition(". ")
    if title and others and first in title:
        rest = others
    else:
        after = text.removeprefix(title)
        rest = after.lstrip(".,:; ") if title and after[:1] in {"", *".,:;"} else text
    return rest[:1].upper() + rest[1:] if rest != text else text


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def alt_text(drawing: Drawing, simulated: bool) -> str:
    """What the figure shows, in words: kind, axes, groups, marks and the range of the values."""
    head = "Simulated. " if simulated else ""
    match drawing:
        case CurvePlot():
            said = f"Curve plot of {_axis(drawing.y)} against {_axis(drawing.x)}. {_series(drawing.series)}"
            said += "".join(f" {mark.label} marked at {plain(mark.at)}." for mark in drawing.marks)
        case DotPlot():
            said = f"Dot plot of {_axis(drawing.y)}. {_dots(drawing)}"
        case Histogram():
            total = plain(float(drawing.bins["count"].sum()))
            said = f"Histogram of {_axis(drawing.x)}, {len(drawing.bins)} bins, sum {total}."
            said += "".join(f" {mark.label} marked at {plain(mark.at)}." for mark in drawing.marks)
        case HeatMap():
            rows, columns = drawing.values.shape
            said = f"Heat map of {_axis(drawing.colour)}, {rows} rows by {columns} columns. "
            said += _range(drawing.values)
        case Density():
            total = plain(float(np.nansum(drawing.counts)))
            said = f"Density of {total} events, {_axis(drawing.y)} against {_axis(drawing.x)}."
            said += "".join(f" Outline {one.name}." for one in drawing.outlines)
        case Overlay():
            said = f"Image with {_count(len(drawing.outlines), 'outline')}"
            said += f" and {_count(len(drawing.labels), 'label')}."
        case Panels():
            said = f"{_count(len(drawing.panels), 'panel')}. "
            said += " ".join(f"{one.title}: {alt_text(one, False)}" for one in drawing.panels)
        case Network():
            said = f"Graph coloured by {_axis(drawing.colour)}. {_nodes(drawing)}"
    return head + said


def _nodes(drawing: Network) -> str:
    known = drawing.nodes[np.isfinite(drawing.nodes["value"].to_numpy(float))]
    said = [
        f"{node['label']} {node.get('note') or plain(float(node['value']))}"
        for node in known.to_dict("records")
    ]
    rest = [str(label) for label in drawing.nodes["label"] if label not in set(known["label"])]
    lacking = f" Not measured: {', '.join(rest)}." if rest else ""
    return (f"Measured: {'; '.join(said)}." if said else "Nothing was measured.") + lacking


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _axis(axis: Axis) -> str:
    unit = f" in {axis.unit}" if axis.unit and axis.unit != "1" else ""
    label = axis.label.lower() if axis.label.istitle() else axis.label
    return f"{label}{unit}{', logarithmic' if axis.log else ''}"


def _series(series: Sequence[Series]) -> str:
    names = dict.fromkeys(one.name for one in series if one.name)
    said = []
    for name in names:
        points = [one for one in series if one.name == name and one.kind == "points" and not one.faint]
        values = [v for one in points for v in one.frame["y"].to_numpy(float) if np.isfinite(v)]
        seen = f" ({len(values)} points, {plain(min(values))} to {plain(max(values))})" if values else ""
        said.append(f"{name}{seen}")
    return f"Shown: {'; '.join(said)}." if said else ""


def _dots(drawing: DotPlot) -> str:
    said = []
    for bar in drawing.bars.to_dict("records"):
        if not np.isfinite(bar["value"]):
            continue
        bound = bar.get("censored")
        sign = f"{bound} " if bound in ("<", ">") else ""
        dots = sum(str(dot["category"]) == str(bar["category"]) for dot in drawing.dots.to_dict("records"))
        said.append(f"{bar['category']} {sign}{plain(float(bar['value']))} ({_count(dots, 'point')})")
    return "; ".join(said) + "." if said else "No values."


def _range(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    good = np.asarray(values, dtype=float)
    good = good[np.isfinite(good)]
    return f"Values {plain(float(good.min()))} to {plain(float(good.max()))}." if good.size else "No values."
