"""The volume of a band: the sum over its box of signal minus local background, and how sure it is."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from selenolab.imaging.blot_baseline import robust_line
from selenolab.imaging.blot_frame import Pixels, Rows, rows, window

Values = NDArray[np.float64]
Background = Literal["rim", "line", "rolling_ball"]
Across = Literal["sum", "middle"]

RIM = 0.5  # of the box's height is the rim on each side
LEAST_RIM, MOST_RIM = 6, 40  # rows


@dataclass(frozen=True, slots=True)
class Volume:
    """A band's volume [grey values x px], its standard error, and the background under it (the same unit).

    `noise` is the standard deviation of a row's sum beside the band, `note` says
    what was missing.
    """

    volume: float
    error: float
    background: float
    noise: float
    centre: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """x0 <= x < x1, y0 <= y < y1 [px] in the frame of a tilt; the rows to which other bands leave it room."""

    x0: float
    x1: float
    y0: int
    y1: int
    above: int
    below: int


def volume(values: Values, box: Box, tilt: float, background: Background, across: Across = "sum") -> Volume:
    """The volume of one box.

    Parameters
    ----------
    values : (H, W) signal of the whole blot; for "rolling_ball" with the ball's background taken off.
    box : with the rows of the rim.
    tilt : of the frame [degrees].
    background : "rim", a robust straight line through the row means of the rims above and below the band,
        over the same columns; "line", a straight line from the first to the last row of the box;
        "rolling_ball", none left to take off but the median of the rims.
    across : "sum" of all columns, or "middle": columns weighted by a Gaussian whose 1st and 99th percentiles
        are the lane's edges, for neighbours that bleed into the lane; comparable between lanes of one width
        only.
    """
    pixels = window(values, tilt, box.x0, box.x1, box.above, box.below)
    weights = _weights(pixels, box) if across == "middle" else None
    all_rows = rows(pixels, box.above, box.below, weights)
    if background == "line":
        return _over_line(all_rows, box)
    return _over_rim(all_rows, box, flat=background == "rolling_ball")


def rim_rows(box_height: int) -> int:
    """How many rows of background are wanted on each side of a box."""
    return int(np.clip(RIM * box_height, LEAST_RIM, MOST_RIM))


def _weights(pixels: Pixels, box: Box) -> Values:
    edge = float(norm.ppf(0.99))
    place = (pixels.x - box.x0) / max(box.x1 - box.x0 - 1, 1) * 2 * edge - edge
    weights: Values = norm.pdf(place)
    scaled: Values = weights / norm.pdf(np.linspace(-edge, edge, 200)).mean()
    return scaled


def _split(profile: Rows, box: Box) -> tuple[Values, NDArray[np.bool_], NDArray[np.bool_]]:
    y: Values = profile.y0 + np.arange(len(profile.total), dtype=np.float64) + 0.5
    full = profile.count > 0
    inside = (y > box.y0) & (y < box.y1)
    return y, inside & full, ~inside & full


def _over_rim(profile: Rows, box: Box, flat: bool) -> Volume:
    y, inside, rim = _split(profile, box)
    mean = np.divide(profile.total, profile.count, out=np.zeros_like(profile.total), where=profile.count > 0)
    above, below = rim & (y < box.y0), rim & (y > box.y1)
    note = ""
    count = profile.count
    if min(above.sum(), below.sum()) < 3 or flat:
        flat = True
        if not rim.any():
            return _over_line(profile, box, "No row beside the band is free: its own ends are its ground")
        note = "" if above.any() and below.any() else "Background on one side of the band only"
        line = np.array([np.median(mean[rim]), 0.0])
        spread = 1.4826 * float(np.median(np.abs(mean[rim] - line[0])))
        covariance = np.array([[1.57 * spread**2 / rim.sum(), 0.0], [0.0, 0.0]])
    else:
        line, covariance = robust_line(y[rim], mean[rim], count[rim])
    ground = line[0] + line[1] * y
    left = mean[rim] - ground[rim]
    spread = max(1.4826 * float(np.median(np.abs(left))), 1e-9 * float(np.abs(mean).max()))
    design = np.column_stack([count, count * y])[inside].sum(axis=0)
    variance = float((count[inside] ** 2).sum()) * spread**2 + float(design @ covariance @ design)
    return _summed(profile, ground, inside, variance**0.5, spread * float(np.median(count)), y, note)


def _over_line(profile: Rows, box: Box, note: str = "") -> Volume:
    """From the first row of the box to the row after its last, as gel programs draw it by hand."""
    y, inside, _ = _split(profile, box)
    mean = np.divide(profile.total, profile.count, out=np.zeros_like(profile.total), where=profile.count > 0)
    places = np.flatnonzero(inside)
    ends = places[0], min(places[-1] + 1, len(mean) - 1)
    if profile.count[ends[1]] == 0:
        ends = places[0], places[-1]
    ground = np.interp(y, y[list(ends)], mean[list(ends)])
    steps = np.abs(np.diff(mean[inside | (y < box.y0) | (y > box.y1)], 2)) / np.sqrt(6)
    spread = float(np.quantile(steps, 0.25) / 0.3186) if steps.size else 0.0
    n = float(inside.sum())
    variance = (n + n**2 / 2) * (spread * float(np.median(profile.count[inside]))) ** 2
    each = spread * float(np.median(profile.count[inside]))
    return _summed(profile, ground, inside, variance**0.5, each, y, note)


def _summed(
    profile: Rows,
    ground: Values,
    inside: NDArray[np.bool_],
    error: float,
    noise: float,
    y: Values,
    note: str,
) -> Volume:
    under = profile.count * ground
    over = (profile.total - under)[inside]
    total = float(over.sum())
    weight = np.clip(over, 0, None)
    centre = float((weight * y[inside]).sum() / weight.sum()) if weight.sum() > 0 else float(y[inside].mean())
    return Volume(total, error, float(under[inside].sum()), noise, centre, note)
