"""The head of a comet told from its tail by least squares: compiled.

Head: A / (1 + exp((q - 1) / t)), q = ((u - c) / a)² + ((v - w) / b)², from a disc (small t) to a bell (large
t), u along the tail, v across. Tail: behind the centre, a bell across the axis whose width may grow with the
distance; its light in each row of equal u is free (and not negative), so that no shape along u is assumed.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Values = NDArray[np.float64]
PARAMETERS = 8  # c, w, ln a, ln b, ln A, ln t, ln of the tail's width (SD across), its growth
_ONSET = 0.1  # of a: how far behind the centre the tail rises to half
_RISE = 0.1  # of a: how fast
_REAR = 0.5  # weight of misfit behind the centre, where the tail's own shape adds to it


@compiled
def profile_of(light: Values, u: Values, first: float, count: int) -> Values:
    """Light summed across the axis: each pixel's is shared between the two nearest of `count` places."""
    profile = np.zeros(count)
    for i in range(light.size):
        at = u[i] - first
        low = int(np.floor(at))
        share = at - low
        if 0 <= low < count:
            profile[low] += light[i] * (1 - share)
        if 0 <= low + 1 < count:
            profile[low + 1] += light[i] * share
    return profile


@compiled
def _rows(u: Values, step: float) -> tuple[NDArray[np.int64], int, float]:
    """The row of equal u of each pixel, their number, and where the first begins."""
    first = np.floor(u.min() / step) * step
    row = np.empty(u.size, np.int64)
    for i in range(u.size):
        row[i] = int((u[i] - first) / step)
    return row, int(row.max()) + 1, first


@compiled
def _misfit(
    p: Values, light: Values, u: Values, v: Values, row: NDArray[np.int64], first: float, step: float,
    head: Values, bell: Values, tail: Values, weight: Values, left: Values,
) -> float:  # fmt: skip
    """Fill head share, bell, tail light a row, its weights, and what is left; the squares of that."""
    a, b, top, t, wide = np.exp(p[2]), np.exp(p[3]), np.exp(p[4]), np.exp(p[5]), np.exp(p[6])
    tail[:] = 0
    weight[:] = 0
    for i in range(light.size):
        x, y = (u[i] - p[0]) / a, (v[i] - p[1]) / b
        head[i] = 1 / (1 + np.exp(min((x * x + y * y - 1) / t, 40.0)))
        left[i] = light[i] - top * head[i]
        z = (v[i] - p[1]) / (wide * (1 + p[7] * max(u[i] - p[0], 0.0) / b))
        bell[i] = np.exp(-0.5 * z * z)
        tail[row[i]] += bell[i] * left[i]
        weight[row[i]] += bell[i] * bell[i]
    for k in range(tail.size):
        x = (first + (k + 0.5) * step - p[0]) / a
        on = 1 / (1 + np.exp(-min(max((x - _ONSET) / _RISE, -40.0), 40.0)))
        weight[k] = on / (weight[k] + 1e-12)
        tail[k] = weight[k] * max(tail[k], 0.0)
    total = 0.0
    for i in range(light.size):
        left[i] -= tail[row[i]] * bell[i]
        if u[i] > p[0]:
            left[i] *= _REAR
        total += left[i] * left[i]
    return total


@compiled
def _slopes(
    p: Values, u: Values, v: Values, row: NDArray[np.int64], first: float, step: float, head: Values,
    bell: Values, tail: Values, weight: Values, slopes: Values,
) -> None:  # fmt: skip
    """Fill the slopes (8, n) of the model, the free light of the tail projected out (Kaufman 1975)."""
    a, b, top, t = np.exp(p[2]), np.exp(p[3]), np.exp(p[4]), np.exp(p[5])
    shared = np.zeros((8, tail.size))
    for i in range(u.size):
        x, y = (u[i] - p[0]) / a, (v[i] - p[1]) / b
        steep = top * head[i] * (1 - head[i]) / t
        slopes[0, i], slopes[1, i] = steep * 2 * x / a, steep * 2 * y / b
        slopes[2, i], slopes[3, i] = steep * 2 * x * x, steep * 2 * y * y
        slopes[4, i] = top * head[i]
        slopes[5, i] = steep * (x * x + y * y - 1)
        away = max(u[i] - p[0], 0.0) / b
        wide = np.exp(p[6]) * (1 + p[7] * away)
        z = (v[i] - p[1]) / wide
        light = tail[row[i]] * bell[i]
        slopes[1, i] += light * z / wide
        slopes[6, i], slopes[7, i] = light * z * z, light * z * z * away / (1 + p[7] * away)
        for j in range(8):
            shared[j, row[i]] += bell[i] * slopes[j, i]
        onset = ((first + (row[i] + 0.5) * step - p[0]) / a - _ONSET) / _RISE
        rise = light / (1 + np.exp(min(max(onset, -40.0), 40.0))) / _RISE
        slopes[0, i] -= rise / a
        slopes[2, i] -= rise * (onset * _RISE + _ONSET)
    for i in range(u.size):
        k = row[i]
        factor = _REAR if u[i] > p[0] else 1.0
        for j in range(8):
            if tail[k] > 0:
                slopes[j, i] -= bell[i] * shared[j, k] * weight[k]
            slopes[j, i] *= factor


@compiled
def _priors(p: Values, prior: Values) -> Values:
    """Misfit of the head's ovalness, the tail's growth and its width against the head's."""
    miss = np.empty(3)
    miss[0] = prior[3] * (p[2] - p[3]) / prior[0]
    miss[1] = prior[3] * p[7] / prior[1]
    miss[2] = prior[3] * (p[6] - p[3] + 0.5) / prior[2]
    return miss


@compiled
def _normal(p: Values, slopes: Values, left: Values, prior: Values) -> tuple[Values, Values]:
    """Normal matrix (8, 8) and right side (8,) of a step."""
    normal, right = np.zeros((8, 8)), np.zeros(8)
    for j in range(8):
        for k in range(j + 1):
            total = 0.0
            for i in range(left.size):
                total += slopes[j, i] * slopes[k, i]
            normal[j, k] = total
            normal[k, j] = total
        for i in range(left.size):
            right[j] += slopes[j, i] * left[i]
    miss = _priors(p, prior)
    rows = np.zeros((3, 8))
    rows[0, 2], rows[0, 3] = prior[3] / prior[0], -prior[3] / prior[0]
    rows[1, 7] = prior[3] / prior[1]
    rows[2, 6], rows[2, 3] = prior[3] / prior[2], -prior[3] / prior[2]
    return normal + rows.T @ rows, right - rows.T @ miss


@compiled
def fit_head(
    start: Values, light: Values, u: Values, v: Values, step: float, prior: Values, low: Values, high: Values,
    turns: int,
) -> Values:  # fmt: skip
    """The parameters (8,) of least squares from `start`, within `low` and `high`; last the squares.

    Parameters
    ----------
    light, u, v : (n,) light above the ground, place along and across the axis [px].
    step : distance of the pixels.
    prior : scatter of ln(length / width) of heads, of the tail's growth, of ln(tail's width / head's), and
        the scatter of light that one scatter of these weighs as much as.
    """
    row, count, first = _rows(u, step)
    n = light.size
    head, bell, left = np.empty(n), np.empty(n), np.empty(n)
    tail, weight = np.zeros(count), np.zeros(count)
    slopes = np.empty((8, n))
    p = start.copy()
    cost = _misfit(p, light, u, v, row, first, step, head, bell, tail, weight, left)
    cost += (_priors(p, prior) ** 2).sum()
    damp = 1e-2
    for _ in range(turns):
        _slopes(p, u, v, row, first, step, head, bell, tail, weight, slopes)
        normal, right = _normal(p, slopes, left, prior)
        gained = False
        gain = 0.0
        while damp < 1e6 and not gained:
            heavy = normal.copy()
            for j in range(8):
                heavy[j, j] += damp * normal[j, j] + 1e-9 * normal[4, 4] + 1e-12
            moved = np.minimum(np.maximum(p + np.linalg.solve(heavy, right), low), high)
            new = _misfit(moved, light, u, v, row, first, step, head, bell, tail, weight, left)
            new += (_priors(moved, prior) ** 2).sum()
            gained = new < cost
            if gained:
                gain = (cost - new) / cost
                p, cost, damp = moved, new, max(damp * 0.2, 1e-6)
            else:
                damp *= 6
        if not gained or gain < 1e-5:
            break
    return np.append(p, cost)
