"""Gates that the data place: cells apart from debris, single cells apart from doublets.

Both are polygons in data units with straight edges on linear axes, so that a person can take them over
into a study file and move them. Each says in its notes why it lies where it lies.
"""

from collections.abc import Collection, Mapping, Sequence
from math import log10

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Dimension, Gate, Polygon
from selenolab.cytometry.automatic_density import Peak, Values, peaks, robust_spread
from selenolab.cytometry.automatic_events import channel_of, limit_of, logs_of
from selenolab.cytometry.events import Events
from selenolab.cytometry.off_scale import at_top

_SMALL = 0.4  # of the cells' forward scatter: what is below is no shrunken cell
_LOW = 0.2  # of the cells' forward scatter: the edge where no debris is seen
_NEAR = 0.7  # of the cells' forward scatter: a valley above this parts cells from cells
_LARGE = 2.5  # times the forward scatter of the densest peak: more than its doublets have
_TWO = 1.35  # times the area / height of single cells: a peak from here on is of doublets, not of G2
_PAIR = 1.6  # times the area / height of single cells: the most of a single cell where no pair is seen
_STEPS = 16  # vertices along the slanted edge


def debris_gate(
    events: Events,
    forward: str,
    side: str,
    tops: Mapping[str, float] | None = None,
    name: str = "cells",
    parent: str = "",
    sample: str = "",
) -> Gate:
    """The polygon of cells in forward and side scatter; debris is small in both.

    The valley of log forward scatter between debris and cells is found first, then the straight line in
    both logarithms that parts the two best; it leans, so that shrunken granular (apoptotic) cells stay
    in. Where no debris peak is seen, the edge lies four spreads below the cells, and not above 0.2 of
    theirs. Events at the top of the range stay in and are counted in the notes.

    Parameters
    ----------
    events : one array (n,) a channel, raw; of one tube, or of several by `pooled`.
    forward, side : names of the channels.
    tops : highest value of a channel (`off_scale.highest_value`); the polygon ends there.

    Raises
    ------
    DataError
        for an absent channel, fewer than 200 events on scale, or no spread at all.
    """
    x, y = channel_of(events, forward), channel_of(events, side)
    saturated = at_top(x, (tops or {}).get(forward)) | at_top(y, (tops or {}).get(side))
    shown = (x > 0) & (y > 0) & ~saturated
    u, s = logs_of(x, y, shown, name, (forward, side))
    cells, cut, seen = _parted(u)
    slope, line = _leaning(u, s, cells, cut) if seen else (0.0, cut)
    limits = limit_of(x, tops, forward), limit_of(y, tops, side)
    vertices = _cell_corners(s, cut, slope, line, limits)
    dimensions = Dimension(forward, in_data_units=True), Dimension(side, in_data_units=True)
    notes = (
        _debris_reason(forward, 10**cells, 10**cut, seen, slope),
        f"{np.count_nonzero(saturated)} of {x.size} events at the top of {forward} or {side} are kept",
        f"{np.count_nonzero((x <= 0) | (y <= 0))} of {x.size} events at or below zero in {forward} or {side}",
    )
    made_by = "automatic: debris by scatter"
    return Gate(name, Polygon(dimensions, vertices), parent, sample, made_by, notes=notes)


def _debris_reason(forward: str, cells: float, cut: float, seen: bool, slope: float) -> str:
    """Why the debris gate lies where it lies."""
    where = f"cells at {forward} {cells:.4g}"
    if not seen:
        return f"{where}; no debris was seen apart from them, so the edge lies well below them at {cut:.4g}"
    leaning = "leaning towards low side scatter" if slope > 0 else "upright"
    return f"{where}; edge in the valley between debris and cells at {cut:.4g}, {leaning}"


def _parted(u: Values) -> tuple[float, float, bool]:
    """Place of the cells in log forward scatter, of the cut below them, and whether debris was seen."""
    found = peaks(u)
    cells = _cells_of(found)
    small = cells.place + log10(_SMALL)
    debris = [peak for peak in found if peak.place <= small]
    valleys = [peak.right for peak in debris if peak.right <= cells.place + log10(_NEAR)]
    if valleys:
        low = [valley for valley in valleys if valley <= small]
        return cells.place, max(low) if low else min(valleys), True
    bottom = cells.place - 4 * robust_spread(u, cells.place, "right")
    return cells.place, min(bottom, cells.place + log10(_LOW)), False


def _cells_of(found: Sequence[Peak]) -> Peak:
    """The densest peak, or a large one so far right that it cannot be the doublets of the densest."""
    densest = max(found, key=lambda peak: peak.height)
    larger = [peak for peak in found if peak.place >= densest.place + log10(_LARGE) and peak.share >= 0.2]
    return max(larger, key=lambda peak: peak.share) if larger else densest


def _leaning(u: Values, s: Values, cells: float, cut: float) -> tuple[float, float]:
    """Slope and constant of the line u + slope s = constant between debris and cells (Fisher's direction)."""
    debris, cell = u < cut, np.abs(u - cells) < cells - cut
    if min(np.count_nonzero(debris), np.count_nonzero(cell)) < 50:
        return 0.0, cut
    both = np.stack([u, s])
    spread = np.cov(both[:, debris]) + np.cov(both[:, cell])
    apart = both[:, cell].mean(axis=1) - both[:, debris].mean(axis=1)
    across, up = np.linalg.solve(spread + 1e-9 * np.eye(2), apart)
    if across <= 0 or up <= 0:
        return 0.0, cut
    slope = min(float(up / across), 1.0)
    t = u + slope * s
    low, high = np.median(t[debris]), np.median(t[cell])
    valleys = [peak.right for peak in peaks(t)[:-1] if low < peak.right < high]
    return (slope, min(valleys)) if valleys else (0.0, cut)


def _cell_corners(
    s: Values, cut: float, slope: float, line: float, limits: tuple[float, float]
) -> NDArray[np.float64]:
    """The polygon of the cells (n, 2): the left edge upwards, then round by the top of the range."""
    right, top = limits
    if slope == 0.0:
        edge = 10**cut
        return np.array([[edge, 0.0], [edge, top], [right, top], [right, 0.0]])
    heights = np.linspace(float(np.quantile(s, 0.001)), log10(top), _STEPS)
    widths = np.clip(line - slope * heights, cut - 0.5, cut + 0.2)
    left = [(10**width, 10**height) for width, height in zip(widths[:-1], heights[:-1], strict=True)]
    left.append((10 ** widths[-1], top))  # to the top exactly: full events stay in
    return np.array([(left[0][0], 0.0), *left, (right, top), (right, 0.0)])


def doublet_channel(channels: Collection[str], area: str) -> str:
    """The height of the area's detector, else its width; "" where neither was recorded.

    Examples
    --------
    >>> doublet_channel(["FSC-A", "FSC-H", "PE-A", "PE-W"], "PE-A")
    'PE-W'
    >>> doublet_channel(["FSC-A", "PE-A"], "PE-A")
    ''
    """
    for ending in ("-H", "-W", "-Height", "-Width"):
        wanted = area.removesuffix("-A").removesuffix("-Area") + ending
        if wanted in channels and wanted != area:
            return wanted
    return ""


def singlet_gate(
    events: Events,
    area: str,
    other: str,
    tops: Mapping[str, float] | None = None,
    name: str = "singlets",
    parent: str = "",
    sample: str = "",
) -> Gate:
    """The polygon of single cells in area against height, or in area against width.

    Two cells that pass together have the height of one and the area, or width, of two. The upper edge
    lies in the valley between singlets and doublets of log(area / height), or of log width; where none
    is seen, four spreads above the singlets and at most at 1.6 times theirs. The lower edge lies five
    spreads below.

    Parameters
    ----------
    events : one array (n,) a channel, raw: those of the parent gate.
    area, other : the area, and the height or width of the same detector (`doublet_channel`).
    tops : highest value of a channel; the polygon ends there.

    Raises
    ------
    DataError
        where `other` is "" ("doublets cannot be excluded") or absent, or fewer than 200 events on scale.
    """
    x = channel_of(events, area)
    if not other:
        raise DataError(
            f"Doublets cannot be excluded: no height or width was recorded for '{area}' "
            f"(the file has {', '.join(events)}). Record the height or width of its pulses too."
        )
    y = channel_of(events, other)
    saturated = at_top(x, (tops or {}).get(area)) | at_top(y, (tops or {}).get(other))
    a, b = logs_of(x, y, (x > 0) & (y > 0) & ~saturated, name, (area, other))
    is_width = _is_width(other)
    low, high, reason = _singlet_edges(b if is_width else a - b)
    right, top = limit_of(x, tops, area), limit_of(y, tops, other)
    corners = (
        [(0.0, low), (0.0, high), (right, high), (right, low)] if is_width else _wedge(low, high, right, top)
    )
    of_what = other if is_width else f"{area} / {other}"
    notes = (
        f"single cells by {of_what}, {low:.4g} to {high:.4g}: {reason}",
        f"{np.count_nonzero(saturated)} of {x.size} events at the top of {area} or {other}",
    )
    dimensions = Dimension(area, in_data_units=True), Dimension(other, in_data_units=True)
    made_by = f"automatic: single cells by {'width' if is_width else 'height'}"
    return Gate(name, Polygon(dimensions, np.array(corners)), parent, sample, made_by, notes=notes)


def _is_width(channel: str) -> bool:
    """Whether a channel is a pulse width by its name."""
    return channel.endswith("-W") or "width" in channel.lower()


def _singlet_edges(ratio: Values) -> tuple[float, float, str]:
    """Lowest and highest area / height (or width) of single cells, from its logarithms, and why."""
    found = peaks(ratio)
    single = max(found, key=lambda peak: peak.height)
    spread = robust_spread(ratio, single.place, "left")
    low = single.place - max(5 * spread, log10(1.05))
    pairs = [peak for peak in found if single.place + log10(_TWO) <= peak.place]
    if pairs and pairs[0].left <= single.place + log10(2.5):
        return 10**low, 10 ** pairs[0].left, "upper edge in the valley between single cells and doublets"
    high = min(single.place + max(4 * spread, log10(1.05)), single.place + log10(_PAIR))
    return 10**low, 10**high, "no doublets were seen apart; upper edge four spreads above the single cells"


def _wedge(low: float, high: float, right: float, top: float) -> list[tuple[float, float]]:
    """Corners (area, height) between area = low height and area = high height, up to the ranges' ends."""
    if high * top <= right:
        return [(0.0, 0.0), (high * top, top), (low * top, top)]
    if low * top < right:
        return [(0.0, 0.0), (right, right / high), (right, top), (low * top, top)]
    return [(0.0, 0.0), (right, right / high), (right, right / low)]
