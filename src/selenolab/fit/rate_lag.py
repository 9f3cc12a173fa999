"""Where the lag of a progress curve ends.

A lag is a rate that starts too low and catches up: beside a rate that falls with the product, the signal
then holds a term that dies away as exp(-t / tau). Where this makes the fit better beyond chance, the lag is
over when the rate lacks less than one per cent.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.rate_decline import shape

Vector = NDArray[np.float64]
_TAUS = np.geomspace(0.015, 0.2, 14)  # share of the readings looked at
_FALLS = np.linspace(-1.0, 4.0, 41)  # k times the length
_LEFT = 0.01
_LEAST = 10
_LACKING = 0.25  # share of the rate that must be missing at the first reading


@dataclass(frozen=True, slots=True)
class Lag:
    """`end`: time from the first reading at which the rate is complete; `tau`; `gain` in fit."""

    end: float
    tau: float
    gain: float


def find_lag(time: Vector, signal: Vector, least_gain: float, rho: float = 0.0) -> Lag:
    """The lag of a trace (n,) that rises with the reaction; its end is 0 where none is seen.

    `least_gain`: the fall of the residual sum of squares, in variances, that is asked for; `rho`: the
    correlation of neighbouring readings, for which the gain is made smaller by (1 - rho) / (1 + rho).
    """
    if time.size < _LEAST or np.ptp(signal) <= 0:
        return Lag(0.0, 0.0, 0.0)
    s = time - time[0]
    length = float(s[-1])
    tau, weights, rss, plain = _best(s, signal, length)
    slow = (1 - rho) / (1 + rho)  # neighbours that agree count for less
    gain = slow * (plain - rss) / max(rss / (time.size - 5), 1e-300)
    v, c = float(weights[1]), float(weights[2])
    if not (gain > least_gain and v > 0 and c > 0):
        return Lag(0.0, 0.0, gain)
    lacking = c / (tau * v)  # share of the rate that is missing at the first reading
    if lacking < _LACKING:
        return Lag(0.0, 0.0, gain)
    end = tau * float(np.log(max(lacking / _LEFT, 1.0)))
    return Lag(min(end, length), tau, gain)


def _best(s: Vector, y: Vector, length: float) -> tuple[float, Vector, float, float]:
    """tau, the weights (3,) of constant, product and lag term, and the RSS with and without a lag."""
    shapes = shape((_FALLS / length)[:, None], s)
    fades = np.exp(-s / (_TAUS * length)[:, None])
    g, f = shapes - shapes.mean(axis=1, keepdims=True), fades - fades.mean(axis=1, keepdims=True)
    centred = y - y.mean()
    gg, ff, gf = np.sum(g**2, axis=1)[:, None], np.sum(f**2, axis=1)[None, :], g @ f.T
    gy, fy = (g @ centred)[:, None], (f @ centred)[None, :]
    free = gg * ff - gf**2
    known = free > 1e-12 * gg * ff
    free = np.where(known, free, 1.0)
    by_g, by_f = (gy * ff - fy * gf) / free, (fy * gg - gy * gf) / free
    gain = np.where(known, by_g * gy + by_f * fy, -np.inf)
    row, column = np.unravel_index(int(np.argmax(gain)), gain.shape)
    v, c = float(by_g[row, column]), float(by_f[row, column])
    level = float(y.mean() - v * shapes[row].mean() - c * fades[column].mean())
    total = float(centred @ centred)
    plain = total - float(np.max(gy[:, 0] ** 2 / gg[:, 0]))
    return float(_TAUS[column] * length), np.array([level, v, c]), max(total - float(gain.max()), 0.0), plain
