"""Total protein of a lane: all signal of the lane above the ground between the lanes.

A stain shows a smear with many bands: no row of the lane is free of protein, so that the ground is taken
beside the lane, from the darkest columns between it and its neighbours.
"""

import itertools

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.blot_frame import upright
from selenolab.imaging.blot_lanes import Lanes
from selenolab.imaging.blot_signal import Signal

Values = NDArray[np.float64]
STRIP = 3  # columns of ground on each side
SMOOTH = 15  # rows over which the ground is averaged


def lane_totals(signal: Signal, lanes: Lanes, y: tuple[float, float] | None = None) -> pd.DataFrame:
    """The signal of each lane between the rows `y`, all rows if None.

    Returns
    -------
    lane, x0, x1, y0, y1, volume, volume_se, background [grey values x px], snr, saturated_pixels: one row
    a lane.
    """
    image = upright(signal.values, lanes.tilt)
    top, bottom = (0, image.shape[0]) if y is None else (round(y[0]), round(y[1]))
    image = image[top:bottom]
    full = upright((signal.values >= signal.saturated).astype(np.float64), lanes.tilt)[top:bottom] > 0.5
    cuts = _cuts(image, lanes)
    grounds = [_strip(image, cut) for cut in cuts]
    found = []
    for number, (left, right) in enumerate(itertools.pairwise(range(len(cuts))), 1):
        a, b = cuts[left], cuts[right] + 1
        ground = np.linspace(grounds[left], grounds[right], b - a, axis=1)
        volume = float((image[:, a:b] - ground).sum())
        error = signal.noise * float(np.sqrt(len(image) * ((b - a) + (b - a) ** 2 / (2 * STRIP))))
        x0, x1 = lanes.x0[number - 1], lanes.x1[number - 1]
        found.append(
            {
                "lane": number,
                "x0": x0,
                "x1": x1,
                "y0": float(top),
                "y1": float(bottom),
                "volume": volume,
                "volume_se": error,
                "background": float(ground.sum()),
                "snr": volume / error if error > 0 else np.inf,
                "saturated_pixels": int(full[:, max(int(x0), 0) : int(x1)].sum()),
            }
        )
    return pd.DataFrame(found)


def _cuts(image: Values, lanes: Lanes) -> list[int]:
    """The darkest column between each two lanes, and beside the first and the last."""
    profile = ndimage.uniform_filter1d(image.mean(axis=0), STRIP, mode="nearest")
    middles = [(a + b) / 2 for a, b in zip(lanes.x0, lanes.x1, strict=True)]
    pitch = float(np.median(np.diff(middles))) if len(middles) > 1 else 1.4 * (lanes.x1[0] - lanes.x0[0])
    ends = [middles[0] - pitch, *middles, middles[-1] + pitch]
    last = image.shape[1] - 1
    found = []
    for a, b in itertools.pairwise(ends):
        low, high = int(np.clip(round(a), 0, last)), int(np.clip(round(b), 0, last))
        found.append(low + int(profile[low : high + 1].argmin()))
    return found


def _strip(image: Values, cut: int) -> Values:
    left = min(max(cut - STRIP // 2, 0), max(image.shape[1] - STRIP, 0))
    rows = image[:, left : left + STRIP].mean(axis=1)
    smooth: Values = ndimage.uniform_filter1d(rows, min(SMOOTH, len(rows)), mode="nearest")
    return smooth
