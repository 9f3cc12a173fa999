"""A comb of evenly spaced lanes laid over those that are seen, for a number of lanes that a person states."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError

Values = NDArray[np.float64]

NARROWEST = 6  # px from lane to lane
NEAR = 0.35  # of the distance: a lane seen so close to a tooth is that tooth
TOOTH = 0.8  # of the distance is the width of a lane that is not seen
CAP = 3.0  # scores above count alike, so that one strong lane does not carry the comb


def comb(seen: pd.DataFrame, score: Values, count: int) -> pd.DataFrame:
    """`count` lanes (x0, x1, height): those of `seen` that fit, and even places for the rest.

    Parameters
    ----------
    seen : lanes found (x0, x1, height).
    score : (W,) how much each column looks like a lane.
    count : lanes asked for.
    """
    if count < 1 or len(score) < NARROWEST * count:
        raise DataError(
            f"Unable to place {count} lanes in {len(score)} columns. Expected at least 1 lane and "
            f"{NARROWEST} pixels for each."
        )
    first, pitch = _teeth(np.minimum(score, CAP), count, _middle(seen))
    centres = first + pitch * np.arange(count)
    half = TOOTH * pitch / 2
    lanes = [(max(c - half, 0.0), min(c + half, float(len(score))), 0.0) for c in centres]
    middle = _middle(seen)
    for tooth, centre in enumerate(centres):
        if len(middle) and abs(middle - centre).min() <= NEAR * pitch:
            row = seen.iloc[int(abs(middle - centre).argmin())]
            if row["x1"] - row["x0"] <= 1.5 * pitch:
                lanes[tooth] = (float(row["x0"]), float(row["x1"]), float(row["height"]))
    return _apart(pd.DataFrame(lanes, columns=["x0", "x1", "height"]))


def _middle(seen: pd.DataFrame) -> Values:
    return ((seen["x0"] + seen["x1"]) / 2).to_numpy(float)


def _teeth(score: Values, count: int, middle: Values) -> tuple[float, float]:
    """Place of the first lane and distance between lanes that best part scores from gaps."""
    width = len(score)
    total = np.concatenate([[0.0], np.cumsum(score)])
    best = (-np.inf, width / count / 2, width / count)
    if count == 1:
        return (float(middle[0]) if len(middle) else float(score.argmax())), float(width)
    for pitch in np.linspace(max(width / count / 4, NARROWEST), width / count, 120):
        first = np.arange(pitch / 2, width - pitch * (count - 0.5) + 1e-9, max(pitch / 30, 0.5))
        if not first.size:
            continue
        teeth = first[:, None] + pitch * np.arange(count)
        gaps = first[:, None] + pitch * (np.arange(count + 1) - 0.5)
        value = _mean(total, teeth, 0.25 * pitch).sum(axis=1) - _mean(total, gaps, 0.08 * pitch).sum(axis=1)
        if len(middle):
            off = np.abs(middle[None, :, None] - teeth[:, None, :]).min(axis=2) / pitch
            value -= 2.0 * np.minimum(off, 1.0).sum(axis=1)
        if value.max() > best[0]:
            best = (float(value.max()), float(first[int(value.argmax())]), float(pitch))
    return best[1], best[2]


def _mean(total: Values, centre: Values, half: float) -> Values:
    low = np.clip(np.floor(centre - half), 0, len(total) - 1).astype(int)
    high = np.clip(np.ceil(centre + half), 0, len(total) - 1).astype(int)
    mean: Values = (total[high] - total[low]) / np.maximum(high - low, 1)
    return mean


def _apart(lanes: pd.DataFrame) -> pd.DataFrame:
    """Lanes that do not lie on each other: neighbours part in the middle of what they share."""
    x0, x1 = lanes["x0"].to_numpy(copy=True), lanes["x1"].to_numpy(copy=True)
    for i in range(len(lanes) - 1):
        if x1[i] > x0[i + 1]:
            x1[i] = x0[i + 1] = (x1[i] + x0[i + 1]) / 2
    return lanes.assign(x0=x0, x1=x1)
