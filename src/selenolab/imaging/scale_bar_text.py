"""Finds the lines of writing around a bar and reads them, under every guess of how the ink was laid on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.glyph_line import LineReading, read_line
from selenolab.imaging.scale_bar_ink import Ink, ink_maps
from selenolab.imaging.scale_bar_line import BarLine
from selenolab.imaging.scale_bar_value import BarValue, bar_value, trust

_LOWEST = 5  # px: smaller writing is not tried
_MOST_PARTS = 600
_MOST_LINES = 5
_STRAY = 0.04  # ink beside a line that is not of it, in squared heights of the line
_PART = 0.3  # what is left of the trust in a line that goes on
_REACH = 200  # px: no space between two letters is wider
_SURE_ENOUGH, _CLEAR = 0.8, 0.95

Box = tuple[int, int, int, int]  # top, left, foot, right; the last two exclusive


@dataclass(frozen=True, slots=True)
class TextReading:
    """A line near a bar.

    Attributes
    ----------
    value : what it says.
    trust : 0 to 1.
    box : top, left, foot, right in the image, the last two exclusive.
    """

    value: BarValue
    trust: float
    box: Box


def texts_near(grey: NDArray[np.float32], bar: BarLine) -> list[TextReading]:
    """Readings of the writing around a bar, the surest first.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.
    """
    region = _region(grey.shape, bar)
    part = grey[region[0] : region[2], region[1] : region[3]]
    within = _moved(_bar_box(bar), -region[0], -region[1])
    found: list[TextReading] = []
    for seen, ink in enumerate(ink_maps(part, bar, within)):
        if _settled(found, seen):
            break
        for box in _lines(ink.parts, within):
            reading = _read(ink, box)
            value = bar_value(reading.text) if reading else None
            if reading and value:
                whole = 1.0 if _is_whole(ink.ink, box) else _PART
                found.append(TextReading(value, whole * trust(reading), _moved(box, region[0], region[1])))
    return sorted(found, key=lambda t: (-t.trust, t.box))


def _settled(found: list[TextReading], seen: int) -> bool:
    """Whether two guesses of the ink (or one of several, without a doubt) read a length, and none another."""
    sure = [t for t in found if t.trust >= _SURE_ENOUGH]
    lengths = {t.value.nanometres for t in found if t.trust > 0.1}
    clear = seen >= 3 and any(t.trust >= _CLEAR for t in found)
    return (len(sure) >= 2 or clear) and len(lengths) == 1


def _region(shape: tuple[int, ...], bar: BarLine) -> Box:
    """Where the writing of a bar may stand."""
    aside = round(min(1.1 * bar.length + 60, 480))
    above = round(min(max(60, 0.5 * bar.length), 170))
    return (
        max(bar.top - above, 0),
        max(int(bar.x0) - aside, 0),
        min(bar.foot + above, shape[0]),
        min(int(bar.x1) + aside, shape[1]),
    )


def _bar_box(bar: BarLine) -> Box:
    return (bar.top - 2, int(bar.x0) - 2, bar.foot + 2, int(np.ceil(bar.x1)) + 2)


def _moved(box: Box, down: int, right: int) -> Box:
    return (box[0] + down, box[1] + right, box[2] + down, box[3] + right)


def _read(guess: Ink, box: Box) -> LineReading | None:
    """Read one line with a little space around it."""
    pad = max(2, (box[2] - box[0]) // 6)
    top, left = max(box[0] - pad, 0), max(box[1] - pad, 0)
    crop = guess.ink[top : box[2] + pad, left : box[3] + pad]
    return read_line(np.ascontiguousarray(crop if guess.shadow else _cleared(crop)), guess.shadow)


def _is_whole(ink: NDArray[np.float32], box: Box) -> bool:
    """Whether nothing more is written right before or after a line: "2.5 µm" must not be read as "5 µm"."""
    height = box[2] - box[0]
    reach = max(3, round(0.75 * height))
    sides = (slice(max(box[1] - 1 - reach, 0), max(box[1] - 1, 0)), slice(box[3] + 1, box[3] + 1 + reach))
    return all(float((ink[box[0] : box[2], side] > 0.4).sum()) <= _STRAY * height**2 for side in sides)


def _cleared(crop: NDArray[np.float32]) -> NDArray[np.float32]:
    """A line without what only reaches into its picture from outside."""
    labels, count = ndimage.label(crop > 0.5, structure=np.ones((3, 3)))
    rows = crop.shape[0]
    out = crop.copy()
    for k, place in enumerate(ndimage.find_objects(labels), 1):
        touches = place[0].start == 0 or place[0].stop == rows
        if touches and place[0].stop - place[0].start < 0.3 * rows:
            out[ndimage.binary_dilation(labels == k)] = 0
    return out if count else crop


def _lines(ink: NDArray[np.bool_], bar: Box) -> list[Box]:
    """Boxes of what stands in a row like writing, nearest to the bar first."""
    labels, count = ndimage.label(ink, structure=np.ones((3, 3)))
    if not 1 <= count <= 20 * _MOST_PARTS:
        return []
    boxes = [(p[0].start, p[1].start, p[0].stop, p[1].stop) for p in ndimage.find_objects(labels)]
    parts = [b for b in boxes if _may_be_letter(b, ink.shape)]
    if len(parts) > _MOST_PARTS:
        return []
    lines = [box for box, count_ in _grouped(sorted(parts, key=lambda b: b[1])) if _may_be_line(box, count_)]
    lines.sort(key=lambda b: (_distance(b, bar), b))
    return lines[:_MOST_LINES]


def _may_be_letter(box: Box, shape: tuple[int, ...]) -> bool:
    height, width = box[2] - box[0], box[3] - box[1]
    return _LOWEST <= height <= 0.8 * shape[0] and 0.08 * height <= width <= 9 * height


def _may_be_line(box: Box, parts: int) -> bool:
    height, width = box[2] - box[0], box[3] - box[1]
    return 1.3 * height <= width <= 12 * height and parts <= 14


def _grouped(parts: list[Box]) -> Iterator[tuple[Box, int]]:
    """Parts of like height side by side, as one box with how many there are."""
    groups: list[list[Box]] = []
    open_: list[list[Box]] = []  # those a further part may still continue
    for part in parts:
        open_ = [g for g in open_ if part[1] - g[-1][3] <= _REACH]
        fitting = [g for g in open_ if _continues(g, part)]
        if fitting:
            min(fitting, key=lambda g: part[1] - g[-1][3]).append(part)
        else:
            open_.append([part])
            groups.append(open_[-1])
    for group in groups:
        columns = np.array(group)
        low, high = columns.min(axis=0), columns.max(axis=0)
        yield (int(low[0]), int(low[1]), int(high[2]), int(high[3])), len(group)


def _continues(group: list[Box], part: Box) -> bool:
    """Whether a part stands in the row of a group, close enough."""
    last = group[-1]
    height = part[2] - part[0]
    both = min(last[2], part[2]) - max(last[0], part[0])
    if both < 0.6 * min(height, last[2] - last[0]):
        return False
    tallest = max(b[2] - b[0] for b in group)
    near = part[1] - max(b[3] for b in group) <= 1.35 * max(tallest, height)
    return near and 0.45 <= height / tallest <= 1.9


def _distance(box: Box, bar: Box) -> float:
    """Space between a box and the bar, px."""
    aside = max(box[1] - bar[3], bar[1] - box[3], 0)
    over = max(box[0] - bar[2], bar[0] - box[2], 0)
    return float(np.hypot(aside, over))
