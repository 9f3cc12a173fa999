"""Where the search for a release curve may go, and the candidates it starts from.

The candidates cover every curve whose course lies within the times sampled (and well beyond), so that the
best of each group, improved, cannot end in a wrong valley.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_SHAPES = np.array([
    [0.15, 0.3, 0.5, 0.7], [0.9, 1.1, 1.4, 1.8], [2.4, 3.5, 5.0, 7.0], [10.0, 14.0, 20.0, 28.0]
])  # fmt: skip


def rate_box(first: float, last: float) -> tuple[Vector, Vector]:
    """Limits of ln k: nothing seen to happen by the last time, all over long before the first."""
    return np.array([np.log(1e-6 / last)]), np.array([np.log(300.0 / first)])


def scale_box(first: float, last: float) -> tuple[Vector, Vector]:
    """Limits of ln Td and b: the same for a Weibull curve."""
    return np.array([np.log(first / 1e3), 0.02]), np.array([np.log(last * 1e6), 30.0])


def rates(times: Vector) -> Vector:
    """(3, 24, 1) ln k."""
    return np.linspace(np.log(1e-3 / times[-1]), np.log(30.0 / times[0]), 72).reshape(3, 24, 1)


def exponents() -> Vector:
    """(2, 10, 2) coefficient (to be found) and exponent of a power law."""
    n = np.geomspace(0.05, 3.0, 20).reshape(2, 10)
    return np.stack([np.zeros_like(n), n], axis=-1)


def sigmoids(
    times: Vector, location: Callable[[Vector, Vector], Vector],
    log: Callable[[Vector], Vector], width: float = 1.0,
) -> Vector:  # fmt: skip
    """(16, 20, 2) location and shape of curves in the logarithm of time; `width` scales the shape.

    Grouped by shape and by location, since steep curves have a least sum of squares in many gaps.
    """
    inside = np.geomspace(times[0], times[-1], 10)
    before, after = times[0] / np.array([20.0, 9.0, 4.0, 2.0, 1.4]), times[-1] * np.array([1.5, 3, 6, 12, 30])
    scale = log(np.sort(np.concatenate([before, inside, after])))
    blocks = []
    for shapes in _SHAPES * width:
        for part in scale.reshape(4, 5):
            b, log_t = (axis.ravel() for axis in np.meshgrid(shapes, part))
            blocks.append(np.column_stack([location(b, log_t), b]))
    return np.stack(blocks)


def rate_pairs(times: Vector) -> Vector:
    """(4, 69, 3) share (to be found), ln k fast and ln k slow, grouped by how far apart the two are."""
    levels = np.linspace(np.log(1e-3 / times[-1]), np.log(30.0 / times[0]), 24)
    fast, slow = (side.ravel() for side in np.meshgrid(levels, levels))
    keep = fast > slow + 1e-9
    order = np.argsort(fast[keep] - slow[keep], kind="stable")
    pairs = np.column_stack([np.zeros(keep.sum()), fast[keep], slow[keep]])[order]
    return pairs.reshape(4, 69, 3)


def with_lags(inner: Vector, times: Vector) -> Vector:
    """(groups, m, p + 1) the candidates of a model, each group after no lag and after three in every gap.

    The sum of squares bends where the lag passes a time, so every gap may hold a least one.
    """
    before = np.append(0.0, times[:-1])
    inside = (before + np.array([[0.25], [0.6], [0.95]]) * (times - before)).ravel()
    lags = np.append(0.0, inside[inside < 0.9 * times[-1]])
    return np.stack([
        np.column_stack([group, np.full(len(group), lag)]) for lag in lags for group in inner
    ])  # fmt: skip
