"""A quick look at strips that may be bars: most are faint or uneven, and need no measuring."""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Grey = NDArray[np.float32]

_DOUBT = 0.01  # grey levels: a strip so near to a limit is left to the measuring


@compiled
def faint_or_uneven(
    grey: Grey,
    left: int,
    right: int,
    top: int,
    foot: int,
    sign: int,
    nearest: float,
    least: float,
    most: float,
    share: float,
) -> bool:
    """Whether a strip surely is no bar.

    True when it stands out by less than ``nearest`` (whole rows) or ``least`` (inside) grey levels, or when
    its middle 86 % spread over more than ``most`` levels and more than ``share`` of the contrast. False where
    that is not sure.
    """
    first, last = max(top - 2, 0), min(foot + 2, grey.shape[0])
    a, b = left + 2, right - 2
    if last - first < 4 or b - a < 1:
        return False
    store = np.empty((last - first) * (right - left), np.float32)
    profile = np.empty(last - first, np.float32)
    for i in range(last - first):
        profile[i] = sign * _median(store, _filled(store, grey, first + i, first + i + 1, a, b))
    start, stop = _core_rows(profile)
    if stop <= start:
        return True
    inner, outer = first + start, first + stop
    around = _surround(store, grey, left, right, inner, outer, sign, nearest - _DOUBT)
    if np.isnan(around):
        return True
    contrast = abs(_median(store, _filled(store, grey, inner, outer, a, b)) - around)
    if outer - inner > 4:
        inner, outer = inner + 1, outer - 1
    count = 0
    for y in range(inner, outer):
        middle = sign * profile[y - first]
        for x in range(a, b):
            store[count] = grey[y, x] - middle
            count += 1
    low, high = _quantile(store, count, 0.07), _quantile(store, count, 0.93)
    spread = high - low
    return bool(contrast < least - _DOUBT or spread > max(most, share * contrast) + _DOUBT)


@compiled
def _core_rows(profile: Grey) -> tuple[int, int]:
    """Rows whose median is nearest to the level inside; an empty range when the strip does not stand out."""
    n = profile.size
    peak = 1
    for i in range(2, n - 1):
        if profile[i] > profile[peak]:
            peak = i
    rise = min(profile[peak] - profile[0], profile[peak] - profile[n - 1])
    if rise <= 0:
        return 0, 0
    near, hollow = profile[peak] - np.float32(0.3 * rise), profile[peak] - np.float32(0.65 * rise)
    start = stop = peak
    while start > 0 and profile[start - 1] >= hollow:
        start -= 1
    while stop < n and profile[stop] >= hollow:
        stop += 1
    while profile[start] < near:
        start += 1
    while profile[stop - 1] < near:
        stop -= 1
    return start, stop


@compiled
def _surround(
    store: Grey, grey: Grey, left: int, right: int, top: int, foot: int, sign: int, least: float
) -> float:
    """Level above or below, of the side nearer to the strip; NaN when that is nearer than ``least``."""
    inside = _median(store, _filled(store, grey, top, foot, left, right))
    nearest, around = np.inf, np.nan
    for y in (top - 3, foot + 2):
        if 0 <= y < grey.shape[0]:
            level = _median(store, _filled(store, grey, y, y + 1, left, right))
            if sign * (inside - level) < nearest:
                nearest, around = sign * (inside - level), level
    return around if nearest >= least else np.nan


@compiled
def _filled(store: Grey, grey: Grey, top: int, foot: int, left: int, right: int) -> int:
    """Copy a window into the store; the number of its pixels."""
    count = 0
    for y in range(top, foot):
        for x in range(left, right):
            store[count] = grey[y, x]
            count += 1
    return count


@compiled
def _median(store: Grey, count: int) -> float:
    """Median of the first values; they change places."""
    upper = _ranked(store, count, count // 2)
    if count % 2 == 1:
        return upper
    lower = float(store[0])
    for i in range(1, count // 2):
        lower = max(lower, float(store[i]))
    return (lower + upper) / 2


@compiled
def _quantile(store: Grey, count: int, share: float) -> float:
    """Quantile of the first values, between neighbours by the straight line."""
    place = share * (count - 1)
    rank = int(place)
    low = _ranked(store, count, rank)
    if rank + 1 >= count:
        return low
    high = float(store[rank + 1])
    for i in range(rank + 2, count):
        high = min(high, float(store[i]))
    return low + (place - rank) * (high - low)


@compiled
def _ranked(store: Grey, count: int, rank: int) -> float:
    """The value of a rank; smaller ones are moved before it, larger ones behind (Hoare's selection)."""
    left, right = 0, count - 1
    while left < right:
        pivot = store[(left + right) // 2]
        i, j = left, right
        while i <= j:
            while store[i] < pivot:
                i += 1
            while store[j] > pivot:
                j -= 1
            if i <= j:
                store[i], store[j] = store[j], store[i]
                i, j = i + 1, j - 1
        if rank <= j:
            right = j
        elif rank >= i:
            left = i
        else:
            break
    return float(store[rank])
