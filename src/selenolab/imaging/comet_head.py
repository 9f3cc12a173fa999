"""Where the head of a comet is, how large, and how much light it holds."""

from dataclasses import dataclass
from math import exp, log, log1p, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.comet_head_kernel import fit_head, profile_of
from selenolab.imaging.comet_patch import Patch

Values = NDArray[np.float64]
_SMOOTH = 1.5  # px
_LEVELS = (0.5, 0.1)  # of the profile's top: fronts from which a head is sought
_PRIOR = (0.1, 0.3, 0.5)  # ovalness, growth of the tail, its width
_STIFF = 0.15  # how much these count
_TEXTURE = 0.03  # of the head's light: what no model of a nucleus describes
_PIXELS = 4.0  # pixels that half the width of a head is described by at least, when they are joined
_TURNS = 20
_CLEARLY = 0.3  # of the squares: a head before that of the brighter front is believed below it
_EDGE = 0.2  # share of the head's top at its drawn outline


@dataclass(frozen=True, slots=True)
class Head:
    """A head in the frame of its patch [px]: centre, half axes at a fifth of its height, its light.

    `parameters` are those of the fit (see the kernel), none where the whole body is the head.
    """

    along: float
    across: float
    length: float
    width: float
    light: float
    parameters: Values


@dataclass(frozen=True, slots=True)
class Body:
    """All light of a comet: its centre along and across, its scatter [px] along and across, their ratio."""

    along: float
    across: float
    length: float
    width: float
    long: float


def body_of(patch: Patch) -> Body:
    """First and second moments of the light."""
    light = np.maximum(patch.light, 0.0)
    total = float(light.sum())
    along, across = float((light * patch.u).sum()) / total, float((light * patch.v).sum()) / total
    length = sqrt(float((light * (patch.u - along) ** 2).sum()) / total)
    width = sqrt(float((light * (patch.v - across) ** 2).sum()) / total)
    return Body(along, across, length, width, length / max(width, 1e-9))


def whole_head(patch: Patch, body: Body) -> Head:
    """The body as a head: the even ellipse of the same moments."""
    return Head(
        body.along, body.across, 2 * body.length, 2 * body.width, float(patch.profile.sum()), np.zeros(0)
    )


def find_head(patch: Patch) -> Head:
    """The head by least squares, sought from two fronts: where the light begins, and where it is half up.

    The front of a comet's profile is the head's alone; the brightest pixel may be the tail's.
    """
    smooth = ndimage.gaussian_filter1d(patch.profile, _SMOOTH)
    starts = [_start(patch, smooth, level) for level in _LEVELS]
    reach = max(start[0] + 2.6 * start[2] for start in starts)
    side = 2.6 * max(start[2] for start in starts)
    middle = float(np.mean([start[1] for start in starts]))
    window = (patch.u < reach) & (np.abs(patch.v - middle) < side)
    step = max(min(int(min(start[2] for start in starts) / _PIXELS), 4), 1)
    light, u, v = _joined(patch, window, step)
    found = [_fitted(start, light, u, v, patch, float(step)) for start in starts]
    best = found[1] if found[1][-1] < _CLEARLY * found[0][-1] else found[0]
    return _described(best[:-1])


def _start(patch: Patch, smooth: Values, level: float) -> tuple[float, float, float, float]:
    """Centre along and across, half width and height of a round head whose front is at `level`."""
    front = patch.start + float(np.argmax(smooth > level * smooth.max()))
    rows = (patch.u > front) & (patch.u < front + 8)
    low = float(np.floor(patch.v.min()))
    count = int(patch.v.max() - low) + 2
    across = ndimage.gaussian_filter1d(profile_of(patch.light[rows], patch.v[rows], low, count), _SMOOTH)
    wide = np.flatnonzero(across > 0.5 * across.max())
    half = max(0.5 * float(wide[-1] - wide[0]), 3.0)
    middle = low + 0.5 * float(wide[0] + wide[-1])
    near = (np.abs(patch.u - front - half) < half) & (np.abs(patch.v - middle) < half)
    top = float(np.quantile(patch.light[near], 0.6)) if near.any() else 1.0
    return front + half, middle, half, max(top, 1e-3)


def _joined(patch: Patch, window: NDArray[np.bool_], step: int) -> tuple[Values, Values, Values]:
    """Pixels of the window; the means of squares of `step` in (u, v) where the head is large."""
    light, u, v = patch.light[window], patch.u[window], patch.v[window]
    if step == 1:
        return light, u, v
    row, column = np.floor(u / step).astype(int), np.floor(v / step).astype(int)
    row, column = row - row.min(), column - column.min()
    place = row * (int(column.max()) + 1) + column
    count = np.bincount(place)
    some = count >= 0.5 * step * step
    means = [np.bincount(place, weights=one)[some] / count[some] for one in (light, u, v)]
    return means[0], means[1], means[2]


def _fitted(
    start: tuple[float, float, float, float], light: Values, u: Values, v: Values, patch: Patch, step: float
) -> Values:
    along, across, half, top = start
    scale = _STIFF * sqrt(light.size * ((_TEXTURE * top) ** 2 + (patch.scatter / step) ** 2))
    first = np.array([along, across, log(half), log(half), log(top), log(0.3), log(half) - 0.5, 0.05])
    low = np.array([patch.start, across - half, log(2.0), log(2.0), log(top) - 4, log(0.05), log(1.5), 0.0])
    high = np.array(
        [along + 2 * half, across + half, log(4 * half), log(3 * half), log(top) + 3, log(3.0),
         log(3 * half), 0.6]
    )  # fmt: skip
    first = np.minimum(np.maximum(first, low), high)
    return fit_head(first, light, u, v, step, np.array([*_PRIOR, scale]), low, high, _TURNS)


def _described(p: Values) -> Head:
    a, b, top, t = exp(p[2]), exp(p[3]), exp(p[4]), exp(p[5])
    light = top * a * b * pi * t * log1p(exp(min(1 / t, 700.0)))
    edge = _radius(t, _EDGE)
    return Head(float(p[0]), float(p[1]), a * edge, b * edge, float(light), p)


def _radius(t: float, share: float) -> float:
    """Where the model falls to `share` of its height, in half axes."""
    return sqrt(max(1 + t * log((1 - share + exp(-1 / t)) / share), 0.0))


def head_profile(head: Head, patch: Patch) -> Values:
    """The head's own light along the axis (n,), as the patch's profile counts it."""
    p = head.parameters
    a, b, top, t = exp(p[2]), exp(p[3]), exp(p[4]), exp(p[5])
    x = (patch.start + np.arange(patch.profile.size) - head.along) / a
    # the integral of 1 / (1 + exp((x² + y² - 1) / t)) over y, by sums
    y = np.linspace(0.0, 4.0, 81)
    share = 1 / (1 + np.exp(np.minimum((x[:, None] ** 2 + y[None, :] ** 2 - 1) / t, 40.0)))
    summed: Values = 2 * b * top * (share.sum(axis=1) - 0.5 * share[:, 0]) * (y[1] - y[0])
    return summed
