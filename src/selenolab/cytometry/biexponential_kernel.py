"""Roots of B(y) = a·exp(b·y) - c·exp(-d·y) + g·y - f, the curve of logicle (g = 0) and hyperlog (c = 0).

B is mirrored about its zero y = z, so that only x >= 0 is solved. Near it a table of polynomials gives y
to 1e-13 without an exponential; the buckets of the table are equal steps of the mantissa of |x| + shift.
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Values = NDArray[np.float64]
STEPS = 6  # 2^6 buckets an octave
LOW_BITS = 52 - STEPS
DEGREE = 5
_BLOCK = 256


@compiled
def curve(y: float, p: Values) -> float:
    """B at `y`; p is (a, b, c, d, g, f, z)."""
    return float(p[0] * np.exp(p[1] * y) - p[2] * np.exp(-p[3] * y) + p[4] * y - p[5])


@compiled
def root(x: float, p: Values) -> float:
    """The y at which B is `x` >= 0 (or a little below): Newton from the right, where B is convex."""
    a, b, c, d, g, f, z = p
    y = np.log(max(x, 0.0) / a + np.exp(b * z)) / b
    for _ in range(100):
        grow, fall = a * np.exp(b * y), c * np.exp(-d * y)
        step = (grow - fall + g * y - f - x) / (b * grow + d * fall + g)
        y -= step
        if abs(step) < 1e-15 * (1.0 + abs(y)):
            break
    return float(y)


@compiled
def roots(values: Values, p: Values) -> Values:
    """`root` of each value."""
    out = np.empty(values.size)
    for i in range(values.size):
        out[i] = root(values[i], p)
    return out


@compiled
def scaled(values: Values, p: Values, table: Values, shift: float) -> Values:
    """Y of every value of any sign; values beyond the table are solved, NaN and infinities stay."""
    out = np.empty(values.size)
    place = np.empty(_BLOCK)
    bits = place.view(np.int64)
    place[0] = shift
    base = bits[0] >> LOW_BITS
    low = (np.int64(1) << LOW_BITS) - 1
    unit = 2.0 / (low + 1)
    twice = 2.0 * p[6]
    for first in range(0, values.size, _BLOCK):
        number = min(_BLOCK, values.size - first)
        for i in range(number):
            place[i] = abs(values[first + i]) + shift
        for i in range(number):
            bucket = (bits[i] >> LOW_BITS) - base
            x = values[first + i]
            if bucket < table.shape[0]:
                t = (bits[i] & low) * unit - 1.0
                k = table[bucket]
                y = k[0] + t * (k[1] + t * (k[2] + t * (k[3] + t * (k[4] + t * k[5]))))
            elif np.isfinite(x):
                y = root(float(abs(x)), p)
            else:
                y = abs(x)
            y = max(y, p[6])  # so that rounding never turns the order of events about 0
            out[first + i] = y if x >= 0 else twice - y
    return out


@compiled
def unscaled(values: Values, p: Values) -> Values:
    """The inverse of `scaled`: B of every y, mirrored about z."""
    out = np.empty(values.size)
    for i in range(values.size):
        y = values[i]
        if y >= p[6]:
            out[i] = curve(y, p)
        else:
            out[i] = -curve(2.0 * p[6] - y, p)
    return out
