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
from selenolab.fit.cell_cycle_result import CellCycleOptions

Vector = NDArray[np.float64]

_STEP = 0.01  # of log2 area
_BROADEST = 0.55  # full width at half height in log2: a CV of 16 %
_NEAR = 0.12  # how far G1 may lie from the place the control tube gave


@dataclass(frozen=True, slots=True)
class Peak:
    """A sharp peak: where it stands, its CV (as a share), and its height and prominence (events a step)."""

    place: float
    cv: float
    height: float
    prominence: float


def find_g1(area: Vector, options: CellCycleOptions) -> tuple[Peak, tuple[str, ...]]:
    """The G1 peak of positive finite areas, and what was noted on the way.

    Raises
    ------
    DataError
        No peak, or peaks that stand as on a logarithmic scale.
    """
    peaks = _sharp_peaks(area)
    _refuse_log_scale(area, peaks)
    if options.g1 is not None:
        return _near(area, peaks, options.g1)
    if not peaks:
        raise DataError(
            "Cell cycle: found no peak of DNA content narrower than a CV of about 16 %; expected a G1 peak. "
            "Check the channel (linear DNA area), the gates and the staining, or give the place of G1 of "
            "the control tube."
        )
    low, high = options.ratio
    tallest = max(peaks, key=lambda peak: peak.height)
    halves = [p for p in peaks if low <= tallest.place / p.place <= high and p.cv < 1.6 * tallest.cv + 0.01]
    if halves:
        return max(halves, key=lambda peak: peak.prominence), ()
    if any(low <= p.place / tallest.place <= high for p in peaks):
        return tallest, ()
    return tallest, (
        f"Only one of the peaks of G1 and G2M stands out, at {tallest.place:.4g}: it is taken as G1. Give "
        "the place of G1 of the control tube to be sure.",
    )


def _near(area: Vector, peaks: list[Peak], known: float) -> tuple[Peak, tuple[str, ...]]:
    """The peak next to the place that the control gave, or that place itself."""
    close = [p for p in peaks if abs(p.place / known - 1) <= _NEAR]
    if close:
        return min(close, key=lambda peak: abs(peak.place / known - 1)), ()
    if np.mean((area > known * (1 - _NEAR)) & (area < known * 2.5)) < 0.02:
        raise DataError(
            f"Cell cycle: found next to no cells from {known:.4g} on, where G1 of the control tube was said "
            "to be; expected the same detector settings in both tubes. Check the value and the units."
        )
    return Peak(known, 0.05, 0.0, 0.0), (
        f"No G1 peak stands out within 12 % of {known:.4g}; the place of the control tube was the start.",
    )


def _sharp_peaks(area: Vector) -> list[Peak]:
    """Peaks narrower than `_BROADEST` that counting noise does not explain."""
    logs = np.log2(area)
    low, high = np.quantile(logs, [0.002, 0.998])
    edges = np.arange(low - 0.3, high + 0.3 + _STEP, _STEP)
    if edges.size > 20_000 or edges.size < 8:
        return []
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
    return sharp


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
