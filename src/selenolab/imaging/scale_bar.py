"""Finds and reads the scale bar that is burnt into a micrograph.

A bar counts only when it is a level, straight strip *and* a number with a unit is read beside it; a reading
that is not sure is refused with what was seen. A wrong scale is worse than none.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.imaging.scale_bar_grey import grey_planes
from selenolab.imaging.scale_bar_line import BarLine, bar_lines
from selenolab.imaging.scale_bar_text import Box, TextReading, texts_near
from selenolab.imaging.scale_bar_value import BarValue, bar_value, implausible

SURE = 0.35  # a reading under this trust is refused
_TRIED = 6
_RIVAL = 0.4  # a strip so much less like a bar than another is no rival of it
_FAINTEST = 0.15
_AGAINST = 0.2  # share of trust in another length that makes a reading unsure


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A scale bar that was read.

    Attributes
    ----------
    length_px : px, to about a tenth of a pixel; with end ticks from middle to middle.
    length, unit : as written (or as given); unit nm or µm.
    x0, x1, y : its ends and its middle row; column x spans x to x + 1.
    pixel_size_nm : nm per px.
    text : as read, or as given.
    box : top, left, foot, right of bar and writing, the last two exclusive.
    confidence : 0 to 1; of the writing and the bar, whichever is less sure.
    given : the length was given, only the line was found.
    noted : what a reader should know.
    """

    length_px: float
    length: float
    unit: str
    x0: float
    x1: float
    y: float
    pixel_size_nm: float
    text: str
    box: Box
    confidence: float
    given: bool = False
    noted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoScaleBar:
    """Why no scale bar was read, and what was seen."""

    reason: str


def find_scale_bar(
    image: NDArray[np.generic], *, known: str = "", region: Box | None = None
) -> ScaleBar | NoScaleBar:
    """Find the scale bar of a micrograph and read it.

    Parameters
    ----------
    image : (H, W) or (H, W, 3 or 4), any integer or float type.
    known : length of the bar, "100 nm", when it is known: then only the line is looked for.
    region : top, left, foot, right (the last two exclusive) to look in, bar and writing, when that is known.

    Returns
    -------
    The bar, or why there is none. Nothing is guessed.

    Raises
    ------
    DataError : ``known`` is not a number with a unit, the region is not in the image, the array is no image.
    """
    told = _told(known)
    planes = grey_planes(image)
    if not planes:
        return NoScaleBar("the image is even: nothing is drawn on it")
    top, left = region[:2] if region else (0, 0)
    planes = [_cut(plane, region) for plane in planes]
    best = _in_planes(planes, [bar_lines(plane) for plane in planes], told)
    return best if isinstance(best, NoScaleBar) else _moved(best, top, left)


def scale_bar_among(planes: list[NDArray[np.float32]], bars: list[list[BarLine]]) -> ScaleBar | NoScaleBar:
    """Tell which of the strips found in an image is its scale bar, as ``find_scale_bar`` does.

    Parameters
    ----------
    planes : (H, W) float32 grey pictures of the image, 0 to 255, at least one.
    bars : what ``bar_lines`` found in each of them.
    """
    return _in_planes(planes, bars, None)


def _in_planes(
    planes: list[NDArray[np.float32]], bars: list[list[BarLine]], told: BarValue | None
) -> ScaleBar | NoScaleBar:
    """The bar of the first picture in which one is read."""
    answers = [_in_plane(plane, lines, told) for plane, lines in zip(planes, bars, strict=True)]
    return min(answers, key=lambda a: isinstance(a, NoScaleBar))


def _told(known: str) -> BarValue | None:
    if not known:
        return None
    value = bar_value(known)
    if value is None:
        raise DataError(
            f"known={known!r} is no length of a scale bar: write a number, a space and nm or µm, as '100 nm'."
        )
    return value


def _cut(plane: NDArray[np.float32], region: Box | None) -> NDArray[np.float32]:
    if region is None:
        return plane
    top, left, foot, right = region
    if not (0 <= top < foot <= plane.shape[0] and 0 <= left < right <= plane.shape[1]):
        raise DataError(
            f"The region {region} is not in the image of {plane.shape[0]} rows and {plane.shape[1]} columns: "
            "give top, left, foot, right."
        )
    return np.ascontiguousarray(plane[top:foot, left:right])


def _in_plane(grey: NDArray[np.float32], bars: list[BarLine], told: BarValue | None) -> ScaleBar | NoScaleBar:
    """The bar in one grey picture."""
    if not bars:
        return NoScaleBar("no level straight strip that could be a bar")
    if told is not None:
        return _only_line(bars, told)
    return _read_bars(_seen(grey, bars))


def _seen(grey: NDArray[np.float32], bars: list[BarLine]) -> list[tuple[BarLine, list[TextReading]]]:
    """The bars with what is written near them; none far behind a bar that has a sure number."""
    seen: list[tuple[BarLine, list[TextReading]]] = []
    sure = 0.0
    for bar in bars[:_TRIED]:
        if bar.score < max(_RIVAL * sure, _FAINTEST):
            break
        texts = texts_near(grey, bar)
        seen.append((bar, texts))
        if texts and texts[0].trust >= SURE:
            sure = max(sure, bar.score)
    return seen


def _read_bars(seen: list[tuple[BarLine, list[TextReading]]]) -> ScaleBar | NoScaleBar:
    """The one bar that has a number, or why there is not one."""
    pairs = [(bar, text) for bar, texts in seen for text in texts[:1] if text.trust >= SURE]
    if not seen:
        return NoScaleBar("no level straight strip that stands out enough to be a bar")
    if not pairs:
        return NoScaleBar(_unread(seen))
    bar, text = max(pairs, key=lambda p: (p[1].trust * p[0].score, p[0].length))
    doubt = _doubt(bar, text, pairs, next(texts for own, texts in seen if own is bar))
    if doubt:
        return NoScaleBar(doubt)
    return _scale_bar(bar, text.value, text.box, text.trust)


def _doubt(
    bar: BarLine, text: TextReading, pairs: list[tuple[BarLine, TextReading]], own: list[TextReading]
) -> str:
    """What speaks against a reading; empty when nothing does."""
    agreed = sum(t.trust for t in own if t.value.nanometres == text.value.nanometres)
    for other in own:
        against = sum(t.trust for t in own if t.value.nanometres == other.value.nanometres)
        if other.value.nanometres != text.value.nanometres and against > _AGAINST * agreed:
            return f"the writing reads as {text.value.text} and as {other.value.text}"
    for rival, its in pairs:
        if rival is not bar and rival.score > _RIVAL * bar.score and abs(rival.length - bar.length) > 2:
            sizes = f"{bar.length:.1f} px ({text.value.text}) and {rival.length:.1f} px ({its.value.text})"
            if not _inside(rival, text.box):
                return f"two strips could be the bar: {sizes}"
    return implausible(text.value, bar.length)


def _inside(bar: BarLine, box: Box) -> bool:
    """Whether a strip is a stroke of the writing."""
    return box[0] - 2 <= bar.top and bar.foot <= box[2] + 2 and box[1] - 2 <= bar.x0 and bar.x1 <= box[3] + 2


def _unread(seen: list[tuple[BarLine, list[TextReading]]]) -> str:
    """What was seen where no number was sure."""
    bar = seen[0][0]
    place = f"a strip of {bar.length:.1f} px at row {(bar.top + bar.foot) // 2}, column {bar.x0:.0f}"
    unsure = [t for _, texts in seen for t in texts if t.trust > 0.05]
    if unsure:
        best = max(unsure, key=lambda t: t.trust)
        return f"{place}; its writing may read {best.value.text}, which is not sure (trust {best.trust:.2f})"
    return f"{place}, and no number with a unit beside it"


def _only_line(bars: list[BarLine], told: BarValue) -> ScaleBar | NoScaleBar:
    """The bar whose length is known: the one strip that stands out."""
    first = bars[0]
    rivals = [b for b in bars[1:] if b.score * b.length > 0.5 * first.score * first.length]
    if rivals or first.score < 0.25:
        lengths = ", ".join(f"{b.length:.1f} px at row {b.top}" for b in [first, *rivals])
        return NoScaleBar(f"no strip stands out as the bar of {told.text}: {lengths}; give a region")
    reason = implausible(told, first.length)
    box = (first.top, int(first.x0), first.foot, ceil(first.x1))
    return NoScaleBar(reason) if reason else _scale_bar(first, told, box, 1.0, given=True)


def _scale_bar(bar: BarLine, value: BarValue, box: Box, trust: float, given: bool = False) -> ScaleBar:
    noted = ("length between the middles of the end ticks",) if bar.ticks else ()
    return ScaleBar(
        length_px=bar.length,
        length=value.length,
        unit=value.unit,
        x0=bar.x0,
        x1=bar.x1,
        y=(bar.top + bar.foot) / 2,
        pixel_size_nm=value.nanometres / bar.length,
        text=value.text,
        box=(
            min(box[0], bar.top),
            min(box[1], int(bar.x0)),
            max(box[2], bar.foot),
            max(box[3], ceil(bar.x1)),
        ),
        confidence=float(min(trust, 0.5 + 0.5 * bar.score)),
        given=given,
        noted=noted,
    )


def _moved(bar: ScaleBar, down: int, right: int) -> ScaleBar:
    """The same bar in the coordinates of the whole image."""
    top, left, foot, end = bar.box
    return ScaleBar(
        bar.length_px, bar.length, bar.unit, bar.x0 + right, bar.x1 + right, bar.y + down, bar.pixel_size_nm,
        bar.text, (top + down, left + right, foot + down, end + right), bar.confidence, bar.given, bar.noted,
    )  # fmt: skip
