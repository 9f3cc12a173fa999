"""Measures a bar: whether a strip is one, where it begins and ends to a fraction of a pixel, its ticks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.scale_bar_edges import EdgePair, edge_pairs
from selenolab.imaging.scale_bar_glance_kernel import faint_or_uneven

_NEAREST, _FAINTEST = 10.0, 12.0  # grey levels between a bar and what is around it
_EVEN = 8.0  # grey levels: a bar that wanders less is even
_UNEVEN = 0.3  # of the contrast: how much the level may wander along a bar
_ASPECT = 2.2  # a bar is so much longer than thick
_SLANT = 2.0  # px: how far the ends of the upper and lower half may differ
_WALLED = 0.82  # of its length; writing may touch it
_MOST = 12


@dataclass(frozen=True, slots=True)
class BarLine:
    """A bar, in pixels; column x spans x to x + 1.

    Attributes
    ----------
    x0, x1 : its ends, to a fraction of a pixel.
    top, foot : rows, foot exclusive.
    level : its grey level.
    contrast : grey levels between it and what lies above and below it.
    surround : grey level around it.
    ticks : it has end ticks; the length is from the middle of one to the middle of the other.
    score : how much it is like a bar, 0 to 1.
    """

    x0: float
    x1: float
    top: int
    foot: int
    level: float
    contrast: float
    surround: float
    ticks: bool
    score: float

    @property
    def length(self) -> float:
        """Length in px."""
        return self.x1 - self.x0


def bar_lines(grey: NDArray[np.float32]) -> list[BarLine]:
    """The strips of an image that look like scale bars, the likeliest first, each once.

    Parameters
    ----------
    grey : (H, W) float32, 0 to 255.
    """
    worth = [pair for pair in edge_pairs(grey) if not _hopeless(grey, pair)]
    measured = [line for pair in worth if (line := measured_line(grey, pair)) is not None]
    measured = [line for line in measured if not any(_rim_of(line, other) for other in measured)]
    measured.sort(key=lambda b: (-b.score, b.top, b.x0))
    kept: list[BarLine] = []
    for line in measured:
        if not any(_same(line, other) for other in kept):
            kept.append(line)
        if len(kept) >= _MOST:
            break
    return kept


def _hopeless(grey: NDArray[np.float32], pair: EdgePair) -> bool:
    """Whether ``measured_line`` will surely refuse a strip as too short, too faint or too uneven."""
    thick, length = pair.foot - pair.top, pair.right - pair.left
    if length + 2 * _slack(thick, length) < _ASPECT * thick - 0.01:
        return True
    place = (pair.left, pair.right, pair.top, pair.foot, pair.sign)
    return faint_or_uneven(grey, *place, _NEAREST, _FAINTEST, _EVEN, _UNEVEN)


def measured_line(grey: NDArray[np.float32], pair: EdgePair) -> BarLine | None:
    """Measure one strip; None when it is not level, not straight or open at an end."""
    rows = _core(grey, pair)
    if rows is None:
        return None
    top, foot = rows
    inside = grey[top:foot, pair.left + 2 : pair.right - 2]
    level = float(np.median(inside))
    around = _around(grey, pair, top, foot)
    if around is None:
        return None
    surround, contrast = around, abs(level - around)
    rise = pair.sign * contrast
    core = inside[1:-1] if foot - top > 4 else inside
    along = core - np.median(core, axis=1, keepdims=True)
    spread = float(np.subtract(*np.quantile(along, [0.93, 0.07])))
    if contrast < _FAINTEST or spread > max(_EVEN, _UNEVEN * contrast):
        return None
    ends = _ends(grey[top:foot], level, rise, (pair.left + pair.right) // 2)
    if ends is None or not _plausible(ends, pair, grey.shape[1]):
        return None
    if not (
        _upright(grey, (top, foot), level, rise, ends) and _walled(grey, (top, foot), level, contrast, ends)
    ):
        return None
    ticks, ends = _without_ticks(grey, (top, foot), level, contrast, ends)
    score = min(1.0, contrast / 120) * (1 - 0.5 * min(1.0, spread / (_UNEVEN * contrast + 1e-9)))
    return BarLine(ends[0], ends[1], top, foot, level, contrast, surround, ticks, score)


def _core(grey: NDArray[np.float32], pair: EdgePair) -> tuple[int, int] | None:
    """Rows whose median is nearest to the level inside."""
    first, last = max(pair.top - 2, 0), min(pair.foot + 2, grey.shape[0])
    profile = pair.sign * np.median(grey[first:last, pair.left + 2 : pair.right - 2], axis=1)
    if profile.size < 4:
        return None
    peak = int(profile[1:-1].argmax()) + 1
    rise = float(profile[peak] - max(profile[0], profile[-1]))
    if rise <= 0:
        return None
    near = profile >= profile[peak] - 0.3 * rise
    hollow = profile >= profile[peak] - 0.65 * rise  # the inside of a bar that is drawn as an outline
    start = stop = peak
    while start > 0 and hollow[start - 1]:
        start -= 1
    while stop < near.size and hollow[stop]:
        stop += 1
    level = np.flatnonzero(near[start:stop])
    return first + start + int(level[0]), first + start + int(level[-1]) + 1


def _around(grey: NDArray[np.float32], pair: EdgePair, top: int, foot: int) -> float | None:
    """Level above and below a strip, of the side that is nearer to it; None when a side is not darker."""
    rows = [row for row in (top - 3, foot + 2) if 0 <= row < grey.shape[0]]
    sides = [float(np.median(grey[row, pair.left : pair.right])) for row in rows]
    inside = float(np.median(grey[top:foot, pair.left : pair.right]))
    differences = [pair.sign * (inside - s) for s in sides]
    if not differences or min(differences) < _NEAREST:
        return None
    return sides[int(np.argmin(differences))]


def _ends(rows: NDArray[np.float32], level: float, rise: float, middle: int) -> tuple[float, float] | None:
    """Both ends of a bar in its mean profile, in px; None when one is not found."""
    away = np.clip(np.sign(rise) * (level - rows.mean(axis=0)), 0, None)
    right = _fall(away[middle:], abs(rise))
    left = _fall(away[: middle + 1][::-1], abs(rise))
    if right is None or left is None:
        return None
    return middle + 1 - left, middle + right


def _fall(away: NDArray[np.float32], contrast: float) -> float | None:
    """Where a profile leaves the level of the bar: the half-way point to what lies beyond."""
    out = np.flatnonzero(away > 0.35 * contrast)
    if out.size == 0:
        return None
    first = int(out[0])
    beyond = float(np.max(away[first : first + 3]))
    half = 0.5 * beyond
    crossed = int(np.argmax(away[max(first - 2, 0) :] >= half)) + max(first - 2, 0)
    if crossed == 0:
        return None
    low, high = float(away[crossed - 1]), float(away[crossed])
    return crossed - 0.5 + (half - low) / max(high - low, 1e-6)


def _plausible(ends: tuple[float, float], pair: EdgePair, width: int) -> bool:
    """Whether the strip ends where its edges end, and inside the image."""
    thick = pair.foot - pair.top
    slack = _slack(thick, pair.right - pair.left)
    near = abs(ends[0] - pair.left) <= slack and abs(ends[1] - pair.right) <= slack
    long = ends[1] - ends[0] >= max(_ASPECT * thick, 12)
    return near and long and ends[0] > 0.6 and ends[1] < width - 0.6 and ends[1] - ends[0] < 0.95 * width


def _slack(thick: int, length: int) -> float:
    """How far from the ends of its edges a strip may end, px."""
    return 6 + 0.5 * thick + 0.02 * length


def _upright(
    grey: NDArray[np.float32], rows: tuple[int, int], level: float, rise: float, ends: tuple[float, float]
) -> bool:
    """Whether upper and lower half end at the same columns, as a rectangle does and a particle does not."""
    top, foot = rows
    if foot - top < 4:
        return True
    middle = int(sum(ends)) // 2
    rim = (foot - top) // 4
    upper, lower = grey[top + rim : top + rim + 1], grey[foot - rim - 1 : foot - rim]
    cuts = [_ends(part, level, rise, middle) for part in (upper, lower)]
    return all(c is not None and max(abs(c[0] - ends[0]), abs(c[1] - ends[1])) <= _SLANT for c in cuts)


def _walled(
    grey: NDArray[np.float32], rows: tuple[int, int], level: float, contrast: float, ends: tuple[float, float]
) -> bool:
    """Whether another level lies above and below all along a strip: not so for the rim of a box."""
    columns = slice(round(ends[0]) + 1, round(ends[1]) - 1)
    walls = [grey[row, columns] for row in (rows[0] - 3, rows[1] + 2) if 0 <= row < grey.shape[0]]
    return all(bool((np.abs(wall - level) > 0.35 * contrast).mean() > _WALLED) for wall in walls)


def _without_ticks(
    grey: NDArray[np.float32],
    rows: tuple[int, int],
    level: float,
    contrast: float,
    ends: tuple[float, float],
) -> tuple[bool, tuple[float, float]]:
    """Ends moved to the middle of the end ticks, where a bar has them."""
    widths = [_tick(grey, rows, level, contrast, ends, side) for side in (0, 1)]
    if not all(widths) or abs(widths[0] - widths[1]) > 2:
        return False, ends
    return True, (ends[0] + widths[0] / 2, ends[1] - widths[1] / 2)


def _tick(
    grey: NDArray[np.float32],
    rows: tuple[int, int],
    level: float,
    contrast: float,
    ends: tuple[float, float],
    side: int,
) -> float:
    """Width of the tick at one end, 0 when there is none."""
    reach = max(3, rows[1] - rows[0])
    first = max(int(ends[0]), 0) if side == 0 else max(int(np.ceil(ends[1])) - 8, 0)
    for start in (rows[0] - 1 - reach, rows[1] + 1):
        part = grey[max(start, 0) : max(start + reach, 0), first : first + 8]
        if part.shape[0] < reach or part.shape[1] < 8:
            continue
        share = np.clip(1 - np.abs(part - level).mean(axis=0) / contrast, 0, 1)
        share = share if side == 0 else share[::-1]
        peak, ground = float(share[:3].max()), float(share[-3:].mean())
        if peak > 0.6 and peak - ground > 0.25:
            return float(np.clip((share[:6] - ground) / (peak - ground), 0, 1).sum())
    return 0.0


def _rim_of(rim: BarLine, bar: BarLine) -> bool:
    """Whether a strip is what a box, or an outline, shows along the bar it is drawn around."""
    opposite = (rim.level > rim.surround) != (bar.level > bar.surround)
    apart = max(rim.top, bar.top) - min(rim.foot, bar.foot)
    around = rim.x0 < bar.x0 - 0.6 and rim.x1 > bar.x1 + 0.6
    centred = abs((bar.x0 - rim.x0) - (rim.x1 - bar.x1)) <= max(3.0, 0.15 * bar.length)
    return opposite and apart <= 3 and around and centred and bar.score > 0.4 * rim.score


def _same(one: BarLine, other: BarLine) -> bool:
    """Whether two strips are one bar found twice."""
    apart = max(one.top, other.top) - min(one.foot, other.foot)
    both = min(one.x1, other.x1) - max(one.x0, other.x0)
    alike = (one.level > one.surround) == (other.level > other.surround)
    return alike and apart <= 3 and both > 0.5 * min(one.length, other.length)
