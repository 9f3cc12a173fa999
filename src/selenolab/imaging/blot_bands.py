"""The bands of a blot: found in its lanes, or boxes that a person has drawn, and the volume of each."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.imaging.blot_background import rolling_ball
from selenolab.imaging.blot_frame import rows, window
from selenolab.imaging.blot_lanes import Lanes
from selenolab.imaging.blot_peaks import Peak, find_peaks_in
from selenolab.imaging.blot_signal import Signal
from selenolab.imaging.blot_volume import Across, Background, Box, rim_rows, volume

Values = NDArray[np.float64]

COLUMNS = (
    "lane", "band", "x0", "x1", "y0", "y1", "y", "volume", "volume_se", "background", "height", "snr",
    "saturated", "saturated_pixels", "note",
)  # fmt: skip
BACKGROUNDS = ("rim", "line", "rolling_ball")
LEAST_SNR = 4.0  # volumes of found bands in standard errors
TALLEST = 100.0 / 65535  # of the signal's range: the half-axis of the ball for each pixel of its radius


def find_bands(
    signal: Signal, lanes: Lanes, background: Background = "rim", radius: float | None = None
) -> pd.DataFrame:
    """Every band that stands out of its lane, measured.

    Parameters
    ----------
    signal, lanes : from `as_signal` and `find_lanes`.
    background : see `measure`.
    radius : of the rolling ball [px]; three times the tallest box if None.

    Returns
    -------
    One row a band, lanes from left and bands from top, numbered from 1; columns as `measure` gives them.
    Empty where no lane holds a band.
    """
    found = [
        {"lane": lane, "band": band, "x0": x0, "x1": x1, "y0": peak.y0, "y1": peak.y1}
        for lane, (x0, x1) in enumerate(zip(lanes.x0, lanes.x1, strict=True), 1)
        for band, peak in enumerate(lane_peaks(signal, lanes.tilt, x0, x1), 1)
    ]
    if not found:
        return pd.DataFrame({word: [] for word in COLUMNS})
    bands = measure(signal, pd.DataFrame(found), tilt=lanes.tilt, background=background, radius=radius)
    kept = bands[bands["snr"] > LEAST_SNR].reset_index(drop=True)
    return kept.assign(band=kept.groupby("lane").cumcount() + 1)


def measure(
    signal: Signal,
    boxes: pd.DataFrame,
    *,
    tilt: float = 0.0,
    background: Background = "rim",
    radius: float | None = None,
    across: Across = "sum",
) -> pd.DataFrame:
    """Volumes of boxes, found or drawn.

    Parameters
    ----------
    signal : from `as_signal`.
    boxes : lane, band, x0, x1, y0, y1 [px] in the frame of `tilt`; the box holds x0 <= x < x1, y0 <= y < y1.
    tilt : of the frame [degrees], `Lanes.tilt`.
    background : "rim" (a robust line through the rows above and below the band, over its own columns), "line"
        (straight from the first to the last row of the box) or "rolling_ball".
    radius : of the ball [px]; three times the tallest box if None.
    across : "sum", or "middle" to weight the middle of the lane (see `blot_volume.volume`).

    Returns
    -------
    lane, band, x0, x1, y0, y1, y (centre of mass), volume, volume_se (from the noise of the background),
    background (sum under the band) [grey values x px], height (volume / box area) [grey values], snr
    (volume / volume_se), saturated, saturated_pixels, note.
    """
    _check(boxes, signal.values.shape, background)
    values = signal.values
    if background == "rolling_ball":
        tallest = float((boxes["y1"] - boxes["y0"]).max())
        values = levelled(signal.values, radius or max(3 * tallest, 20.0))
    found = []
    for lane, group in boxes.groupby("lane", sort=True):
        for place in group.sort_values("y0").to_dict("records"):
            box = _with_rim(place, group, signal.values.shape[0])
            one = volume(values, box, tilt, background, across)
            inside = window(signal.values, tilt, box.x0, box.x1, box.y0, box.y1).values
            full = int((inside >= signal.saturated).sum())
            area = (box.x1 - box.x0) * (box.y1 - box.y0)
            found.append(
                {
                    "lane": lane, "band": place["band"],
                    "x0": box.x0, "x1": box.x1, "y0": box.y0, "y1": box.y1, "y": one.centre,
                    "volume": one.volume, "volume_se": one.error, "background": one.background,
                    "height": one.volume / area, "snr": one.volume / one.error if one.error > 0 else np.inf,
                    "saturated": full > 0, "saturated_pixels": full, "note": one.note,
                }
            )  # fmt: skip
    return pd.DataFrame(found, columns=list(COLUMNS))


def levelled(values: Values, radius: float) -> Values:
    """The signal above a rolling ball whose height follows the signal's own range.

    The ball of other programs is as tall as it is wide, one grey value for a pixel, so that a factor on the
    image changes what it takes off; here it does not.
    """
    low, high = np.quantile(values[::3, ::3], [0.001, 0.999])
    height = radius * TALLEST * max(float(high - low), 1e-12)
    return values - rolling_ball(values, radius, height)


def lane_peaks(signal: Signal, tilt: float, x0: float, x1: float) -> tuple[Peak, ...]:
    """Bands of one lane from its row means; thirds of its width tell bands from dust."""
    height = signal.values.shape[0]
    pixels = window(signal.values, tilt, x0, x1, 0, height)
    third = np.clip(((pixels.x - x0) / (x1 - x0) * 3).astype(int), 0, 2)
    sums = [
        rows(replace(pixels, values=np.where(third == k, pixels.values, 0.0)), 0, height) for k in range(3)
    ]
    counts = [rows(replace(pixels, values=(third == k).astype(float)), 0, height) for k in range(3)]
    total = sums[0].total + sums[1].total + sums[2].total
    count = sums[0].count
    known = np.flatnonzero(count > 0.5 * count.max())
    first, last = known[0], known[-1] + 1
    parts = np.column_stack(
        [s.total[first:last] / np.maximum(c.total[first:last], 1) for s, c in zip(sums, counts, strict=True)]
    )
    found = find_peaks_in(total[first:last] / count[first:last], parts)
    return tuple(replace(p, y=p.y + first, y0=int(p.y0 + first), y1=int(p.y1 + first)) for p in found)


def _with_rim(place: Mapping[Hashable, Any], group: pd.DataFrame, height: int) -> Box:
    """The box with the free rows above and below: as many as wanted, up to the next band of the lane."""
    y0, y1 = round(place["y0"]), round(place["y1"])
    wanted = rim_rows(y1 - y0)
    ends, starts = group["y1"].to_numpy(), group["y0"].to_numpy()
    above = max([y0 - wanted, 0, *(round(e) for e in ends if e <= y0 + 0.5)])
    below = min([y1 + wanted, height, *(round(s) for s in starts if s >= y1 - 0.5)])
    return Box(float(place["x0"]), float(place["x1"]), y0, y1, above, below)


def _check(boxes: pd.DataFrame, shape: tuple[int, ...], background: str) -> None:
    if background not in BACKGROUNDS:
        raise DataError(f"Unknown background '{background}'. Known: {', '.join(BACKGROUNDS)}.")
    needed = {"lane", "band", "x0", "x1", "y0", "y1"}
    if missing := sorted(needed - set(boxes.columns)):
        raise DataError(f"Boxes of bands lack the columns {', '.join(missing)}.")
    height, width = shape
    for box in boxes.to_dict("records"):
        inside = box["x1"] > 0 and box["y1"] > 0 and box["x0"] < width and box["y0"] < height
        if not (box["x1"] - box["x0"] >= 2 and box["y1"] - box["y0"] >= 3 and inside):
            raise DataError(
                f"Lane {box['lane']} band {box['band']}: Expected a box of at least 2 x 3 pixels within "
                f"{width} x {height}, found x {box['x0']:g}-{box['x1']:g}, y {box['y0']:g}-{box['y1']:g}."
            )
