"""Places where a blot was cut and joined: the ground or its noise jumps along a whole row or column."""

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.blot_signal import Signal

Values = NDArray[np.float64]

SIDE = 5  # px on each side of a cut that are compared
LEAST_STEP = 6.0  # times the standard error of the step
LEAST_SHARE = 0.75  # of the cut's length, in blocks, that steps the same way
SHARP = 0.7  # of the step lies between two neighbouring pixels
BLOCKS = 24  # parts of the cut's length
NOISE_RATIO = 1.6  # between the two sides
VISIBLE = 0.4  # of a pixel's noise is the smallest step told
RIM = 3  # px at the image's edge, where nothing is said


@dataclass(frozen=True, slots=True)
class Splice:
    """A cut between `position` - 1 and `position` [px]: "vertical" parts columns, "horizontal" rows.

    `step` is the jump of the ground [grey values], `share` how much of the cut's length jumps that way,
    `kind` "step", "noise" (`step` is then the ratio of noises) or "line" (a border of one grey value).
    """

    axis: Literal["vertical", "horizontal"]
    position: int
    step: float
    share: float
    kind: str


def find_splices(signal: Signal) -> tuple[Splice, ...]:
    """Vertical, then horizontal cuts. Edges of lanes and of the membrane are soft and are not told."""
    quantum = _quantum(signal.values)
    turned = np.ascontiguousarray(signal.values.T)
    vertical = [_named("vertical", one) for one in _cuts(signal.values, quantum, signal.noise)]
    horizontal = [_named("horizontal", one) for one in _cuts(turned, quantum, signal.noise)]
    return (*vertical, *horizontal)


def _named(axis: Literal["vertical", "horizontal"], cut: tuple[int, float, float, str]) -> Splice:
    return Splice(axis, *cut)


def _quantum(values: Values) -> float:
    """The smallest step between grey values: what is not well above it is rounding."""
    steps = np.diff(np.unique(values[::3, ::3]))
    return float(steps.min()) if steps.size else 0.0


def _cuts(values: Values, quantum: float, noise_of_pixel: float) -> list[tuple[int, float, float, str]]:
    """Cuts between columns: (position, step, share, kind), best of each neighbourhood."""
    width = values.shape[1]
    if width < 4 * SIDE or len(values) < BLOCKS:
        return []
    medians, noise = _blocks(values)
    least = max(1.5 * quantum, VISIBLE * noise_of_pixel)
    found = [one for one in _steps(medians) if abs(one[1]) > least]
    found += [*_lines(values), *(_noise_jumps(noise) if np.quantile(noise, 0.1) > 2 * quantum else [])]
    apart: list[tuple[int, float, float, str]] = []
    for cut in sorted(found, key=lambda one: ("line", "step", "noise").index(one[3])):
        if RIM < cut[0] < width - RIM and all(abs(cut[0] - other[0]) > SIDE for other in apart):
            apart.append(cut)
    return sorted(apart)


def _blocks(values: Values) -> tuple[Values, Values]:
    """Median of each column in each block of rows (BLOCKS, W), and the size of its steps down the column."""
    cuts = np.linspace(0, len(values), BLOCKS + 1).astype(int)
    pairs = list(itertools.pairwise(cuts))
    medians = np.array([np.median(values[a:b], axis=0) for a, b in pairs])
    noise = np.array([np.abs(np.diff(values[a:b], 2, axis=0)).mean(axis=0) if b - a > 2 else medians[0] * 0
                      for a, b in pairs])  # fmt: skip
    return medians, noise


def _steps(medians: Values) -> list[tuple[int, float, float, str]]:
    width = medians.shape[1]
    places = np.arange(SIDE, width - SIDE + 1)
    total = np.concatenate([np.zeros((len(medians), 1)), np.cumsum(medians, axis=1)], axis=1)
    left = (total[:, places] - total[:, places - SIDE]) / SIDE
    right = (total[:, np.minimum(places + SIDE, width)] - total[:, places]) / SIDE
    jump = right - left
    middle = np.median(jump, axis=0)
    share = (np.sign(jump) == np.sign(middle)).mean(axis=0)
    error = 1.4826 * np.median(np.abs(jump - middle), axis=0) / np.sqrt(len(medians))
    usual = 1.4826 * ndimage.median_filter(np.abs(middle), size=81, mode="nearest") + 1e-12
    sharp = np.abs(np.median(medians[:, places.clip(1, width - 1)] - medians[:, places - 1], axis=0))
    score = np.abs(middle) / np.maximum(error, usual)
    sound = (score > LEAST_STEP) & (share >= LEAST_SHARE) & (sharp > SHARP * np.abs(middle))
    return _best(places[sound], middle[sound], share[sound], "step")


def _noise_jumps(noise: Values) -> list[tuple[int, float, float, str]]:
    """Cuts where the noise changes and the ground may not."""
    width = noise.shape[1]
    side = 4 * SIDE
    if width < 3 * side:
        return []
    places = np.arange(side, width - side + 1)
    total = np.concatenate([np.zeros((len(noise), 1)), np.cumsum(noise, axis=1)], axis=1)
    left = (total[:, places] - total[:, places - side]) / side + 1e-12
    right = (total[:, places + side] - total[:, places]) / side + 1e-12
    ratio = np.log(right / left)
    middle = np.median(ratio, axis=0)
    share = (np.sign(ratio) == np.sign(middle)).mean(axis=0)
    near = noise[:, places.clip(0, width - 1)] + 1e-12, noise[:, places - 1] + 1e-12
    sharp = np.abs(np.median(np.log(near[0] / near[1]), axis=0))
    sound = (np.abs(middle) > np.log(NOISE_RATIO)) & (share > 0.97) & (sharp > 0.6 * np.abs(middle))
    return _best(places[sound], np.exp(middle[sound]), share[sound], "noise")


def _lines(values: Values) -> list[tuple[int, float, float, str]]:
    """Columns of one grey value between columns that vary: a border drawn or left between two parts."""
    even = (values == values[:1]).all(axis=0)
    if not even.any() or even.mean() > 0.2:
        return []
    starts = np.flatnonzero(np.diff(np.concatenate([[0], even.astype(int)])) == 1)
    return [(int(x), float(values[0, x] - np.median(values)), 1.0, "line") for x in starts]


def _best(
    places: NDArray[np.int64], step: Values, share: Values, kind: str
) -> list[tuple[int, float, float, str]]:
    """The largest step of each run of places next to each other."""
    size = np.abs(np.log(step)) if kind == "noise" else np.abs(step)
    kept: list[int] = []
    for index in np.argsort(-size):
        if all(abs(int(places[index]) - int(places[k])) > 2 * SIDE for k in kept):
            kept.append(int(index))
    return [(int(places[k]), float(step[k]), float(share[k]), kind) for k in sorted(kept)]
