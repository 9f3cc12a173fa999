"""Axes: limits, ticks a reader expects, and a place for the zero dose beside a logarithmic axis."""

from dataclasses import dataclass, replace
from math import ceil, floor, log10

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from selenolab.core.drawing import Axis
from selenolab.report.draw.style import INK

SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scale:
    """Where values stand on an axis.

    `zero` is the place of 0 on a logarithmic axis, None without one; `first` then is the least
    positive value, below which nothing is to scale.
    """

    log: bool
    low: float
    high: float
    zero: float | None = None
    first: float = 0.0


def place(scale: Scale, values: ArrayLike) -> Floats:
    """Positions of `values`; NaN where the axis has no place for them."""
    given = np.asarray(values, dtype=float)
    if not scale.log:
        return np.where(np.isfinite(given), given, np.nan)
    positive = np.where(np.isfinite(given) & (given > 0), given, np.nan)
    return np.where(given == 0, np.nan if scale.zero is None else scale.zero, positive)


def reach(scale: Scale, values: ArrayLike) -> Floats:
    """Positions of interval ends: an open or unplaceable end reaches the edge of the axis."""
    given = np.asarray(values, dtype=float)
    inside = place(scale, given)
    low = scale.low if scale.low < scale.high else scale.high
    ended = np.where(np.isnan(inside) & ~np.isnan(given), np.where(given > 0, scale.high, low), inside)
    return np.clip(ended, low, scale.high)


def scale_for(axis: Axis, values: ArrayLike) -> Scale:
    """The scale that shows all finite `values` with a little room."""
    given = np.asarray(values, dtype=float).ravel()
    given = given[np.isfinite(given)]
    if axis.log and (given > 0).any():
        return _log_scale(axis, given)
    low = float(given.min()) if given.size else 0.0
    high = float(given.max()) if given.size else 1.0
    if 0 <= low < 0.35 * high or (low > 0 and axis.unit.startswith("%")):
        low = 0.0  # a percentage, or close to zero: show zero, so that heights can be compared
    room = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return Scale(
        False,
        low - (room if low else 0.6 * room) if axis.low is None else axis.low,
        high + room if axis.high is None else axis.high,
    )


def with_room(scale: Scale, share: float) -> Scale:
    """The scale with the upper `share` of it free of data, for labels and brackets."""
    stretch = 1 / (1 - share)
    if scale.log:
        return replace(scale, high=scale.low * (scale.high / scale.low) ** stretch)
    return replace(scale, high=scale.low + (scale.high - scale.low) * stretch)


def _log_scale(axis: Axis, given: Floats) -> Scale:
    positive = given[given > 0]
    low = axis.low if axis.low is not None and axis.low > 0 else float(positive.min())
    high = axis.high if axis.high is not None and axis.high > 0 else float(positive.max())
    if high <= low:
        low, high = low / 3, high * 3
    decades = log10(high / low)
    room = 10 ** (0.05 * decades)
    if not (given == 0).any():
        return Scale(True, low / room, high * room)
    zero = low / 10 ** max(0.14 * decades, 0.15)
    return Scale(True, zero / room, high * room, zero, low)


def apply_scale(ax: Axes, which: str, axis: Axis, scale: Scale, most: int = 8) -> None:
    """Set label, limits, `most` ticks and, where 0 has its own place, the break of the spine."""
    label = f"{axis.label} ({axis.unit})" if axis.unit and axis.unit != "1" else axis.label
    ax.set(**{f"{which}label": label, f"{which}lim": (scale.low, scale.high)})
    if not scale.log:
        if axis.ticks:
            inside = [(at, name) for at, name in axis.ticks if scale.low <= at <= scale.high]
            ax.set(
                **{f"{which}ticks": [at for at, _ in inside], f"{which}ticklabels": [n for _, n in inside]}
            )
        return
    ax.set(**{f"{which}scale": "log", f"{which}lim": (scale.low, scale.high)})
    here = ax.xaxis if which == "x" else ax.yaxis
    start = scale.low if scale.zero is None else scale.first * 0.999
    ticks, names = log_ticks(start, scale.high, most)
    minor = _minor(start, scale.high)
    if scale.zero is not None:
        ticks, names = [scale.zero, *ticks], ["0", *names]
        _break_spine(ax, which, scale)
    here.set_major_locator(FixedLocator(ticks))
    here.set_major_formatter(FixedFormatter(names))
    here.set_minor_locator(FixedLocator(minor))
    here.set_minor_formatter(NullFormatter())


def log_ticks(low: float, high: float, most: int = 8) -> tuple[list[float], list[str]]:
    """Ticks of a logarithmic axis: decades, thinned when many; 1-2-5 or 1-3 when the span is short.

    Examples
    --------
    >>> log_ticks(0.05, 1500)[1]
    ['0.1', '1', '10', '100', '1000']
    >>> log_ticks(0.4, 70)[1]
    ['0.5', '1', '2', '5', '10', '20', '50']
    """
    span = log10(high / low)
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8) if span < 0.8 else (1, 2, 5) if span < 2.4 else (1, 3)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = [
        s * 10.0**p for p in powers for s in (steps if span < 3.4 else (1,)) if low <= s * 10.0**p <= high
    ]
    if len(ticks) > most:
        decades = [10.0**p for p in powers if low <= 10.0**p <= high]
        ticks = (
            decades[:: ceil(len(decades) / most)] if len(decades) > 1 else ticks[:: ceil(len(ticks) / most)]
        )
    return ticks, [tick_name(tick) for tick in ticks]


def tick_name(value: float) -> str:
    """A tick in plain digits where they are short, else as a power of ten."""
    if 1e-3 <= abs(value) < 1e5 or value == 0:
        return f"{value:g}"
    power = floor(log10(abs(value)) + 1e-9)
    factor = value / 10.0**power
    lead = "" if abs(factor - 1) < 1e-9 else f"{factor:g}×"
    return f"{lead}10{str(power).translate(SUPERSCRIPT)}"


def _minor(low: float, high: float) -> list[float]:
    if log10(high / low) > 6:
        return []
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    return [s * 10.0**p for p in powers for s in range(2, 10) if low <= s * 10.0**p <= high]


def _break_at(scale: Scale) -> float:
    """Half-way between the place of zero and the first positive dose."""
    assert scale.zero is not None
    decades = log10(scale.high / scale.low)
    return float(scale.zero * 10 ** (0.055 * decades))


def _break_spine(ax: Axes, which: str, scale: Scale) -> None:
    """Cut the spine between zero and the first positive dose: the distance is not to scale."""
    at = log10(_break_at(scale) / scale.low) / log10(scale.high / scale.low)
    half, slant = 0.008, 0.016
    along, across = [at - half, at + half], [0.0, 0.0]
    gap = (along, across) if which == "x" else (across, along)
    ax.plot(*gap, color="white", linewidth=2.5, transform=ax.transAxes, clip_on=False, zorder=5)
    for centre in along:
        ends = [centre - half * 0.7, centre + half * 0.7], [-slant, slant]
        stroke = ends if which == "x" else (ends[1], ends[0])
        ax.plot(*stroke, color=INK, linewidth=0.7, transform=ax.transAxes, clip_on=False, zorder=6)
