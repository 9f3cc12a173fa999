"""What a comet measures: DNA in head and tail, lengths, moments, each by the formula printed beside it.

Tail DNA % = 100 tail / (head + tail). Tail length: from the rear edge of the head to the end of the tail.
Olive moment = (centre of the tail's light - centre of the head's) x tail DNA % / 100. Extent moment = tail
length x tail DNA % / 100. All lengths in pixels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.comet_head import Head, body_of, head_profile, whole_head
from selenolab.imaging.comet_head_kernel import profile_of
from selenolab.imaging.comet_patch import Patch

Values = NDArray[np.float64]
_SMOOTH = 1.5  # px
_SHOULDER = 0.22  # of the profile's top: light beyond it, behind more than in front, is a sign of a tail
_BEHIND = (1.5, 3.0)  # % of the light there, from none to a sure tail
_FADING = (0.5, 0.6)  # length over which the rear fades, in half widths, from an edge to a sure tail
_BLOOMING = (0.65, 0.72)  # the same for a saturated comet, whose edges bloom
_LONG = (1.15, 1.3)  # length over width of what fades so, from none to a sure tail
_FADES = (0.35, 0.05)  # of the ridge's top: between which it fades
_WIDE = 0.15  # of the top of the light summed along the axis: where the width is taken
_RIDGE = 0.7  # of the scatter of light across the axis: half the width of the ridge
_END = 0.02  # of the profile's top: where a tail ends


@dataclass(frozen=True, slots=True)
class Measures:
    """Of one comet, lengths in pixels; `head` is the one they are taken from.

    `sure` (0 to 1) says how clearly there is a tail; `clipped` that its sum was negative and is set to zero;
    `empty` that there is no light at all.
    """

    tail_percent: float
    tail_length: float
    olive_moment: float
    extent_moment: float
    light: float
    length: float
    head: Head
    sure: float
    long: float
    clipped: bool
    empty: bool


def measure(patch: Patch, fitted: Head, saturated: bool = False) -> Measures:
    """The measures of one comet.

    Where nothing shows a tail (the rear fades no slower than the front, or ends as an edge) the whole body is
    the head, and only light behind it more than before it counts as tail: an uneven nucleus has none.
    """
    total = float(patch.profile.sum())
    if not total > 0 or not float(np.maximum(patch.light, 0).sum()) > 0:
        return Measures(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, fitted, 0.0, 1.0, True, True)
    smooth = ndimage.gaussian_filter1d(patch.profile, _SMOOTH)
    beyond, body = _beyond(patch, smooth, total), body_of(patch)
    sure = max(_ramp(abs(beyond), *_BEHIND), _fades(patch, saturated) * _ramp(body.long, *_LONG))
    found = beyond + sure * (100 * (1 - fitted.light / total) - beyond)
    percent = min(max(found, 0.0), 100.0)
    head = fitted if sure >= 0.5 else whole_head(patch, body)
    end, rear = _end(patch, smooth), head.along + head.length
    length = max(end - rear, 0.0) if percent > 0 else 0.0
    olive = _between(patch, head) * percent / 100 if percent > 0 else 0.0
    whole = max(end - (head.along - head.length), 2 * head.length)
    return Measures(
        percent, length, olive, length * percent / 100, total, whole, head, sure, body.long, found < 0, False
    )


def _beyond(patch: Patch, smooth: Values, total: float) -> float:
    """Light [%] behind the rear shoulder of the profile more than before the front one."""
    over = np.flatnonzero(smooth > _SHOULDER * smooth.max())
    behind, before = float(patch.profile[over[-1] + 1 :].sum()), float(patch.profile[: over[0]].sum())
    return 100 * (behind - before) / total


def _fades(patch: Patch, saturated: bool) -> float:
    """How surely (0 to 1) the rear fades as a tail does, rather than ends as a nucleus does."""
    body = body_of(patch)
    across = patch.v - body.across
    middle = np.abs(across) < max(_RIDGE * body.width, 2.0)
    count = patch.profile.size
    summed = profile_of(patch.light[middle], patch.u[middle], patch.start, count)
    pixels = profile_of(np.ones(int(middle.sum())), patch.u[middle], patch.start, count)
    ridge = ndimage.gaussian_filter1d(summed / np.maximum(pixels, 0.5), 1.0)
    fading = _last(ridge, _FADES[1] * ridge.max()) - _last(ridge, _FADES[0] * ridge.max())
    return _ramp(fading / _half_width(patch), *(_BLOOMING if saturated else _FADING))


def _half_width(patch: Patch) -> float:
    """Half the width of the comet across its axis, at a low height: the head is what is wide."""
    low = float(np.floor(patch.v.min()))
    across = profile_of(patch.light, patch.v, low, int(patch.v.max() - low) + 2)
    over = np.flatnonzero(ndimage.gaussian_filter1d(across, 1.0) > _WIDE * across.max())
    return 0.5 * float(over[-1] - over[0] + 1) if over.size else 1.0


def _last(values: Values, level: float) -> float:
    """Where the values fall below the level for the last time, between places by a straight line."""
    over = np.flatnonzero(values > level)
    if not over.size:
        return 0.0
    at = int(over[-1])
    if at + 1 == values.size:
        return float(at)
    return at + float((values[at] - level) / max(values[at] - values[at + 1], 1e-12))


def _ramp(value: float, low: float, high: float) -> float:
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def _end(patch: Patch, smooth: Values) -> float:
    over = np.flatnonzero(smooth > _END * smooth.max())
    return patch.start + float(over[-1])


def _between(patch: Patch, head: Head) -> float:
    """Distance of the centre of the tail's light from the head's [px]; the tail is what the head leaves."""
    at = patch.start + np.arange(patch.profile.size)
    own = (
        head_profile(head, patch)
        if head.parameters.size
        else np.where(at < head.along + head.length, np.inf, 0)
    )
    tail = np.where(at > head.along, np.maximum(patch.profile - own, 0.0), 0.0)
    light = float(tail.sum())
    return max(float((tail * at).sum()) / light - head.along, 0.0) if light > 0 else 0.0
