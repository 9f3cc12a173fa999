"""The lanes of a blot, from how high bands stand above the ground in each column.

Heights are taken against the noise and on a scale of ratios, so that a lane of faint bands is found beside a
lane of strong ones; a threshold common to all grey values would lose it.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage
from scipy.signal import find_peaks

from selenolab.core.errors import DataError
from selenolab.imaging.blot_baseline import clipped_baseline
from selenolab.imaging.blot_comb import comb
from selenolab.imaging.blot_frame import upright
from selenolab.imaging.blot_signal import Signal

Values = NDArray[np.float64]

ROWS = 400  # the image is averaged over rows to about this many
LEAST_REACH = 25  # rows; half the widest band of a strip cut out around its bands
FAINTEST = 8.0  # a lane's best band is this many times the noise of its column
RANGE = 1000.0  # times fainter than the strongest lane is no lane: its halo is as strong
VALLEY = 0.25  # two lanes part where the height falls by this much (natural logarithm) from the lower
VALLEYS = (0.15, 0.08, 0.04, 0.02)  # where the number of lanes is known
CLOSEST = 0.55  # lanes are no closer than this part of the usual distance
NARROWEST = 0.45  # of the usual width: a sliver is an edge of the membrane or of the image
FOOT = 0.05  # a lane ends where its height falls to this part
MARGIN = 0.08  # of the lane's width, added on both sides as far as the neighbour allows


@dataclass(frozen=True, slots=True)
class Lanes:
    """Lanes from left to right: x0 <= x < x1 [px] in the frame turned by `tilt` [degrees].

    `height` is how far the best band of a lane stands above the noise, 0 where none is seen; `notes` says
    what was assumed.
    """

    x0: tuple[float, ...]
    x1: tuple[float, ...]
    height: tuple[float, ...]
    tilt: float = 0.0
    notes: tuple[str, ...] = ()


def find_lanes(signal: Signal, count: int | None = None, tilt: float = 0.0) -> Lanes:
    """The lanes of a blot.

    Parameters
    ----------
    signal : from `as_signal`.
    count : number of lanes, if known; lanes without a band then fill an even comb.
    tilt : angle [degrees] from `find_tilt`.

    Raises
    ------
    DataError
        where no lane is seen, or `count` lanes do not fit.
    """
    height = column_heights(signal, tilt)
    lanes = _seen(height) if count is None else _as_many(height, count)
    if count is not None and len(lanes) != count:
        lanes = comb(lanes, np.arcsinh(height / FAINTEST), count)
        note = f"{count} lanes were asked for; those without a clear band were placed at even distances"
    else:
        note = _gaps(lanes)
    if lanes.empty:
        raise DataError(
            f"Unable to find a lane: no column holds a band of {FAINTEST:g} times the noise. State the "
            "number of lanes, or lane boxes."
        )
    x0, x1, top = (tuple(float(value) for value in lanes[word]) for word in ("x0", "x1", "height"))
    return Lanes(x0, x1, top, tilt, (note,) if note else ())


def lanes_given(boxes: pd.DataFrame, tilt: float = 0.0) -> Lanes:
    """Lanes that a person has drawn: columns x0, x1 [px] in the frame of `tilt`."""
    order = boxes.sort_values("x0")
    if bool((order["x1"] <= order["x0"]).any()):
        raise DataError("A lane ends left of its start. Expected x0 < x1 for every lane.")
    x0, x1 = (tuple(float(value) for value in order[word]) for word in ("x0", "x1"))
    return Lanes(x0, x1, (float("nan"),) * len(x0), tilt, ("Lanes were drawn by a person",))


def column_heights(signal: Signal, tilt: float = 0.0) -> Values:
    """How many times its noise the highest band of each column stands above the column's ground (W,)."""
    image = upright(signal.values, tilt)
    bin_rows = max(image.shape[0] // ROWS, 1)
    kept = image.shape[0] // bin_rows * bin_rows
    small = image[:kept].reshape(-1, bin_rows, image.shape[1]).mean(axis=1)
    speck = int(np.clip(image.shape[1] // 120, 3, 13))  # a structure narrower than this is dust
    small = ndimage.gaussian_filter(small, (1.0, 1.0))
    low = float(small.min())  # beyond the image there is nothing, so that dust at its edge is cut off too
    small = ndimage.grey_opening(small, size=(1, speck), mode="constant", cval=low)
    reach = max(len(small) // 6, min(LEAST_REACH, len(small) // 2 - 1))
    over = small - clipped_baseline(small, reach)
    steps = np.abs(over[3:] - over[:-3]) / np.sqrt(2)
    noise: Values = np.quantile(steps, 0.25, axis=0) / 0.3186
    wide = max(speck * 4, noise.size // 3) | 1  # else the noise of the noise would part lanes
    noise = ndimage.gaussian_filter1d(ndimage.median_filter(noise, wide, mode="nearest"), speck)
    noise = np.maximum(noise, 1e-6 * max(float(over.max()), 1e-30))
    middle = np.median(over, axis=0)
    over = np.where(_inside(signal.values.shape, tilt, bin_rows), over - middle, 0.0)
    height: Values = np.maximum(over.max(axis=0) / noise, 0.0)
    smoothed: Values = ndimage.gaussian_filter1d(height, max(speck / 4, 1.0))
    return smoothed


def _inside(shape: tuple[int, ...], tilt: float, bin_rows: int) -> NDArray[np.bool_]:
    """True where the upright image shows pixels of the blot, and no corner that was filled up."""
    if tilt == 0:
        return np.ones((shape[0] // bin_rows, 1), np.bool_)
    framed = np.pad(np.ones((shape[0] - 8, shape[1] - 8)), 4)  # blurring draws from beyond the edge
    shown = upright(framed, tilt) > 0.99
    return shown[: shape[0] // bin_rows * bin_rows : bin_rows]


def _as_many(height: Values, count: int) -> pd.DataFrame:
    """Lanes parted at ever shallower valleys, until there are `count` or the next would be too many."""
    lanes = _seen(height)
    for valley in VALLEYS:
        if len(lanes) >= count:
            break
        more = _seen(height, valley)
        if len(more) > count:
            break
        lanes = more
    return lanes


def _seen(height: Values, valley: float = VALLEY) -> pd.DataFrame:
    """Lanes with a band: parted at valleys, none much closer to the next than usual."""
    faintest = max(FAINTEST, float(height.max()) / RANGE)
    floor = np.log(faintest / 2)
    level = np.log(height + faintest / 2)
    padded = np.concatenate([[floor], level, [floor]])
    peaks, facts = find_peaks(padded, height=np.log(1.5 * faintest), prominence=valley)
    lanes = _bounds(height, peaks - 1)
    prominence = facts["prominences"]
    while len(lanes) > 2:
        middle = ((lanes["x0"] + lanes["x1"]) / 2).to_numpy()
        distance = np.diff(middle)
        closest = int(distance.argmin())
        if distance[closest] >= CLOSEST * np.median(distance):
            break
        drop = closest if prominence[closest] < prominence[closest + 1] else closest + 1
        peaks, prominence = np.delete(peaks, drop), np.delete(prominence, drop)
        lanes = _bounds(height, peaks - 1)
    width = lanes["x1"] - lanes["x0"]
    return lanes[width >= NARROWEST * width.median()].reset_index(drop=True)


def _bounds(height: Values, peaks: NDArray[np.int64]) -> pd.DataFrame:
    """Each lane from its foot on the left to that on the right, with a margin."""
    cuts = [0, *(a + int(height[a : b + 1].argmin()) for a, b in itertools.pairwise(peaks))]
    cuts.append(len(height))
    found = []
    for index, peak in enumerate(peaks):
        low, high = cuts[index], cuts[index + 1]
        top = float(np.median(height[max(peak - 2, low) : min(peak + 3, high)]))
        foot = max(FOOT * top, FAINTEST / 2)
        left = (
            peak - int((height[low:peak][::-1] < foot).argmax()) if (height[low:peak] < foot).any() else low
        )
        right = peak + int((height[peak:high] < foot).argmax()) if (height[peak:high] < foot).any() else high
        found.append((left, right, top))
    x0, x1 = (np.array([lane[side] for lane in found], float) for side in (0, 1))
    margin = MARGIN * (x1 - x0)
    wide0 = np.maximum(x0 - margin, np.array(cuts[:-1], float)) if found else x0
    wide1 = np.minimum(x1 + margin, np.array(cuts[1:], float)) if found else x1
    return pd.DataFrame({"x0": wide0, "x1": wide1, "height": [lane[2] for lane in found]})


def _gaps(lanes: pd.DataFrame) -> str:
    """A note on places where a lane without a band may lie."""
    middle = ((lanes["x0"] + lanes["x1"]) / 2).to_numpy()
    if len(middle) < 3:
        return ""
    steps = np.diff(middle) / np.median(np.diff(middle))
    empty = [f"{a:.0f} and {b:.0f}" for a, b, s in zip(middle, middle[1:], steps, strict=False) if s > 1.7]
    if not empty:
        return ""
    return (
        f"Between the lanes at x = {', '.join(empty)} there is room for a lane without a band: "
        "state the number of lanes if there is one"
    )


def with_tilt(lanes: Lanes, tilt: float) -> Lanes:
    """The same lanes in the frame of another tilt."""
    return replace(lanes, tilt=tilt)
