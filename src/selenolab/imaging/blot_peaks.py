"""Bands in the profile of one lane: peaks against the noise around them, and where each ends."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.signal import find_peaks, peak_widths

from selenolab.imaging.blot_baseline import clipped_baseline

Values = NDArray[np.float64]

SMOOTH = 1.5  # px
FAINTEST = 6.0  # a band stands out by this many times the profile's local noise
LEAST = 0.004  # and by this part of the lane's strongest band, below which halos and ghosts of it lie
SPAN = 2.8  # half-widths at half height from the peak to the end of a band: 3.3 sigma of a Gaussian
LEAST_SPAN = 5.0  # px
WIDE = 40  # rows; half the width of the widest band of an image under 1000 rows
LAG = 4  # rows between values whose difference tells the noise
VALLEY = 0.15  # two peaks are two bands where the profile falls by this part of the lower between them


@dataclass(frozen=True, slots=True)
class Peak:
    """A band in a profile: its top at row `y`, its ends y0 <= y < y1, its height, the noise."""

    y: float
    y0: int
    y1: int
    height: float
    noise: float


def find_peaks_in(profile: Values, parts: Values) -> tuple[Peak, ...]:
    """Bands from top to bottom.

    Parameters
    ----------
    profile : (H,) mean of each row of the lane.
    parts : (H, 3) means of the lane's left, middle and right third: dust stands out in one of them only.
    """
    smooth = ndimage.gaussian_filter1d(profile, SMOOTH)
    over = smooth - clipped_baseline(smooth, _reach(len(profile)))
    noise = local_noise(smooth)
    over = over - _ground(over)
    strongest = max(float(over.max()), 0.0)
    tops, facts = find_peaks(over, height=LEAST * strongest, prominence=LEAST * strongest / 2)
    apart = facts["prominences"]
    sound = (over[tops] > FAINTEST * noise[tops]) & (apart > FAINTEST / 2 * noise[tops])
    sound &= apart > VALLEY * over[tops]
    tops = tops[sound]
    tops = np.array([top for top in tops if _across(parts, int(top), over)], dtype=int)
    return _ends(over, tops, noise)


def _reach(length: int) -> int:
    """Half the width of the widest band [rows]: wider hills are ground."""
    return min(max(length // 5, 8), max(length // 25, WIDE))


def local_noise(smooth: Values) -> Values:
    """Standard deviation of the smoothed profile around each row, from steps over four rows."""
    lag = min(LAG, len(smooth) - 1)
    steps = np.abs(smooth[lag:] - smooth[:-lag]) / np.sqrt(2)
    size = int(np.clip(len(smooth) // 4, 81, 151))  # wider than a band
    local = ndimage.percentile_filter(steps, 25, size=size, mode="nearest") / 0.3186
    least = 0.5 * float(np.quantile(steps, 0.25) / 0.3186)
    spread = np.concatenate([local, np.full(lag, local[-1])])
    floor = 1e-7 * max(float(np.abs(smooth).max()), 1e-30)  # rounding of an image without noise
    noise: Values = np.maximum(np.maximum(spread, least), floor)
    return noise


def _ground(over: Values) -> float:
    """The usual height of rows without a band above the clipped baseline, which hugs the noise from below."""
    low = over[over <= np.quantile(over, 0.5)]
    return float(np.median(low))


def _across(parts: Values, top: int, over: Values) -> bool:
    """A band is seen in at least two thirds of the lane's width."""
    reach = max(3, len(over) // 60)
    rows = slice(max(top - reach, 0), top + reach + 1)
    rise = parts[rows].max(axis=0) - np.median(parts[max(top - 6 * reach, 0) : top + 6 * reach + 1], axis=0)
    return int((rise > 0.2 * over[top]).sum()) >= 2


def _ends(over: Values, tops: NDArray[np.int64], noise: Values) -> tuple[Peak, ...]:
    """Each band to where its flank has run out, or to the valley before its neighbour."""
    if not tops.size:
        return ()
    _, _, left, right = peak_widths(over, tops, rel_height=0.5)
    cuts = [0, *(a + int(over[a : b + 1].argmin()) for a, b in itertools.pairwise(tops))]
    cuts.append(len(over))
    found = []
    for i, top in enumerate(tops):
        flank = max(min(top - left[i], right[i] - top), 1.0)
        up = max(SPAN * min(top - left[i], 3 * flank), LEAST_SPAN)
        down = max(SPAN * min(right[i] - top, 3 * flank), LEAST_SPAN)
        y0, y1 = max(int(np.floor(top - up)), cuts[i]), min(int(np.ceil(top + down)) + 1, cuts[i + 1])
        found.append(Peak(float(top), y0, y1, float(over[top]), float(noise[top])))
    return tuple(found)
