"""Finds the G1 peak of DNA contents that nobody has looked at.

The search goes over log2 of the area: there a peak of a given CV has the same width everywhere, G2 stands
one unit above G1, and the low-lying debris and sub-G1 make broad humps instead of tall spikes.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks, peak_widths

from selenolab.core.errors import DataError
from selenolab.fit.cell_cycle_result import RATIO_HIGH, RATIO_LOW, CellCycleOptions

Vector = NDArray[np.float64]

_STEP = 0.01  # of log2 area
_BROADEST = 0.4  # full width at half height in log2: a CV of 12 %
_HIDDEN = 0.1  # share of the cells below a lonely peak from which on it could be G2M
_NEAR = 0.12  # how far G1 may lie from the place the control tube gave


@dataclass(frozen=True, slots=True)
class Peak:
    """A sharp peak: where it stands, its CV (as a share), and its height and prominence (events a step)."""

    place: float
    cv: float
    height: float
    prominence: float


@dataclass(frozen=True, slots=True)
class Found:
    """The likely G1 peak, another place it could be where the peaks alone cannot tell, and notes."""

    peak: Peak
    rival: Peak | None = None
    notes: tuple[str, ...] = ()


def find_g1(area: Vector, options: CellCycleOptions) -> Found:
    """The G1 peak of positive finite areas, and what was noted on the way.

    Raises
    ------
    DataError
        No peak, or peaks that stand as on a logarithmic scale.
    """
    peaks, crest = _sharp_peaks(area)
    _refuse_log_scale(area, peaks)
    if options.g1 is not None:
        return _near(area, peaks, options.g1)
    _refuse_hump(peaks, crest)
    tallest = max(peaks, key=lambda peak: peak.height)
    above = [p.height for p in peaks if RATIO_LOW <= p.place / tallest.place <= RATIO_HIGH]
    halves = [
        p
        for p in peaks
        if RATIO_LOW <= tallest.place / p.place <= RATIO_HIGH
        and p.cv < 1.6 * tallest.cv + 0.01
        and p.height > 0.6 * max(above, default=0.0)
        and p.prominence > 0.35 * p.height
    ]
    if halves:
        half = max(halves, key=lambda peak: peak.prominence)
        return Found(half, None, _unsure(half, tallest))
    return Found(tallest) if above else _alone(area, tallest)


def _alone(area: Vector, tallest: Peak) -> Found:
    """One peak without its mate: G1, or G2M above an S phase that hides G1."""
    cells = area[area > 0.45 * tallest.place]
    rival = None
    if np.mean(cells < 0.85 * tallest.place) > _HIDDEN:
        rival = Peak(tallest.place / 1.96, tallest.cv, 0.0, 0.0)
    note = (
        f"Only one of the peaks of G1 and G2M stands out, at {tallest.place:.4g}. Give the place of G1 of "
        "the control tube to be sure which it is."
    )
    return Found(tallest, rival, (note,))


def _unsure(half: Peak, tallest: Peak) -> tuple[str, ...]:
    """A note where G1 is a small peak at half of a tall one: it could be sub-G1 beside G1."""
    if half.height > 0.3 * tallest.height:
        return ()
    return (
        f"The small peak at {half.place:.4g} is taken as G1 and the tall one at {tallest.place:.4g} as G2M. "
        "Give the place of G1 of the control tube to be sure.",
    )


def _refuse_hump(peaks: list[Peak], crest: float) -> None:
    """Refuse to guess where nothing, or something broad, stands out."""
    if peaks and max(peak.height for peak in peaks) > 0.5 * crest:
        return
    raise DataError(
        "Cell cycle: found no sharp peak where most of the cells are (a peak has a CV below about 12 %); "
        "expected G1 or G2M to stand out. Give the place of G1 of the control tube; check the channel "
        "(linear DNA area), the gates and the staining."
    )


def _near(area: Vector, peaks: list[Peak], known: float) -> Found:
    """The peak next to the place that the control gave, or that place itself."""
    close = [p for p in peaks if abs(p.place / known - 1) <= _NEAR]
    if close:
        return Found(min(close, key=lambda peak: abs(peak.place / known - 1)))
    if np.mean((area > known * (1 - _NEAR)) & (area < known * 2.5)) < 0.02:
        raise DataError(
            f"Cell cycle: found next to no cells from {known:.4g} on, where G1 of the control tube was said "
            "to be; expected the same detector settings in both tubes. Check the value and the units."
        )
    note = f"No G1 peak stands out within 12 % of {known:.4g}; the place of the control tube was the start."
    return Found(Peak(known, 0.05, 0.0, 0.0), None, (note,))


def _sharp_peaks(area: Vector) -> tuple[list[Peak], float]:
    """Peaks narrower than `_BROADEST` that counting noise does not explain; the highest crest."""
    logs = np.log2(area)
    low, high = np.quantile(logs, [0.002, 0.998])
    edges = np.arange(low - 0.3, high + 0.3 + _STEP, _STEP)
    if edges.size > 20_000 or edges.size < 8:
        return [], 0.0
    counts = np.histogram(logs, edges)[0].astype(float)
    sd = float(np.clip(0.03 * (5000 / area.size) ** 0.2, 0.015, 0.045)) / _STEP
    smooth = gaussian_filter1d(counts, sd)
    noise = np.sqrt(np.maximum(smooth, 0.05) / (2 * sqrt(np.pi) * sd))
    found, facts = find_peaks(smooth, prominence=0)
    keep = facts["prominences"] > np.maximum(5 * noise[found], 0.02 * smooth.max())
    found, prominence = found[keep], facts["prominences"][keep]
    width, _, left, right = peak_widths(smooth, found, rel_height=0.5)
    sharp: list[Peak] = []
    for at, size, full, start, stop in zip(found, prominence, width, left, right, strict=True):
        near = 2 * min(at - start, stop - at)  # the steeper side: S or sub-G1 lies on the other
        if near * _STEP > _BROADEST or full > 3.5 * near + 4:
            continue
        spread = sqrt(max((near / 2.355) ** 2 - sd**2, 0.25 * sd**2)) * _STEP * log(2)
        place = float(2 ** (edges[0] + (at + 0.5) * _STEP))
        sharp.append(Peak(place, float(np.clip(spread, 0.01, 0.15)), float(smooth[at]), float(size)))
    return sharp, float(smooth.max())


def _refuse_log_scale(area: Vector, peaks: list[Peak]) -> None:
    """Refuse areas whose two main peaks stand too close for G1 and G2M, with nothing beyond them."""
    low, high = np.quantile(area, [0.02, 0.998])
    if high / low > 1.7 or not peaks:
        return
    two = sorted(peaks, key=lambda peak: -peak.prominence)[:2]
    if len(two) < 2 and area.max() > 10:
        return
    places = " and ".join(f"{peak.place:.4g}" for peak in sorted(two, key=lambda peak: peak.place))
    raise DataError(
        f"Cell cycle: found peaks at {places} and 96 % of the events between {low:.4g} and {high:.4g}; "
        "expected G2M at about twice G1. The area looks logarithmic: give the linear DNA area."
    )
