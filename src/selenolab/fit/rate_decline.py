"""A rate that falls in step with the product made: the integrated form of a first-order depletion.

While little of the substrate is used, any law of depletion is first order in the product:
rate = v0 - k P. Integrated from the window's start this is P = v (1 - exp(-k s)) / k, which is fitted;
the rate at no product is v plus k times the product that was there when the window began.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.rate_noise import described

Vector = NDArray[np.float64]
_LOW, _HIGH, _NODES = -3.0, 6.0, 73  # of k times the window's length


@dataclass(frozen=True, slots=True)
class Decline:
    """v: rate at the window's start; k: its fall per product; both with covariance (2, 2).

    `intercept` is the signal at the start, `fitted` (n,) the curve, `residuals` (n,); `rho` and `sigma`
    say what the noise is.
    """

    v: float
    k: float
    cov: Vector
    intercept: float
    fitted: Vector
    residuals: Vector
    rho: float
    sigma: float

    @property
    def t(self) -> float:
        """How many standard errors the fall is away from none; infinite for a fall without any noise."""
        se = float(np.sqrt(self.cov[1, 1]))
        return self.k / se if se > 0 else 0.0


def shape(k: float | Vector, s: Vector) -> Vector:
    """(1 - exp(-k s)) / k, which is s for k = 0; `k` (m, 1) gives (m, n)."""
    x = np.asarray(k * s)
    small = np.abs(x) < 1e-6
    return np.asarray(s * np.where(small, 1 - x / 2, -np.expm1(-x) / np.where(small, 1.0, x)))


def fit_decline(time: Vector, signal: Vector, rho: float | None = None) -> Decline:
    """The falling rate through readings (n,) of one window; at least four."""
    s = time - time[0]
    length = float(s[-1])
    k = _searched(s, signal, length)
    g = shape(k, s)
    v, intercept = np.polyfit(g, signal, 1)
    step = 1e-4 / length
    slope_k = v * (shape(k + step, s) - shape(k - step, s)) / (2 * step)
    jacobian = np.column_stack([np.ones_like(s), g, slope_k])
    fitted = intercept + v * g
    residuals = signal - fitted
    noise = described(jacobian, residuals, rho)
    return Decline(
        float(v), k, noise.cov[1:, 1:], float(intercept), fitted, residuals, noise.rho, noise.sigma
    )


def _searched(s: Vector, y: Vector, length: float) -> float:
    """The k of least squares: a grid of k times the length, made finer twice."""
    low, high = _LOW / length, _HIGH / length
    centred = y - y.mean()
    best = 0.0
    for nodes in (_NODES, 21, 21, 21):
        grid = np.linspace(low, high, nodes)
        basis = shape(grid[:, None], s)
        basis = basis - basis.mean(axis=1, keepdims=True)
        gain = (basis @ centred) ** 2 / np.sum(basis**2, axis=1)
        best = float(grid[int(np.argmax(gain))])
        step = float(grid[1] - grid[0])
        low, high = best - step, best + step
    return best
