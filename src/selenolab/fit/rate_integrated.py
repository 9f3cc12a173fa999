"""The integrated Michaelis-Menten equation: the rate at no product from a trace that bends.

With q the share of the substrate used and h the Michaelis constant over the first substrate, the rate is
v (1 - q)(1 + h) / (h + 1 - q). Its integral is closed with the Lambert function (Schnell and Mendoza
1997, doi:10.1006/jtbi.1997.0425), so that v is fitted without a differential equation.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

from selenolab.fit.rate_noise import described
from selenolab.stats.least_squares import Solution, solve

Vector = NDArray[np.float64]
_H = (np.log(0.05), np.log(20.0))  # beyond these the law is of order zero or one
_Q = (-5.0, 4.0)  # logit of the share used at the end


@dataclass(frozen=True, slots=True)
class Integrated:
    """The rate `v` at no product with its `se`.

    `used` is the share of the substrate used at the end, `h` as above, `fall` the share of the rate that is
    lost at the end, `fitted` (n,) the product.
    """

    v: float
    se: float
    used: float
    h: float
    fall: float
    fitted: Vector
    rho: float
    sigma: float
    converged: bool


def product_at(time: Any, v: Any, capacity: Any, h: Any) -> Any:
    """Product made by `time` from none; in units of `capacity`, the product of all substrate.

    Examples
    --------
    >>> bool(np.isclose(product_at(1e-6, 2.0, 1.0, 0.5), 2e-6))
    True
    """
    return capacity * (1 - h * lambertw(np.exp((1 - v * (1 + h) * time / capacity) / h) / h))


def fit_integrated(
    time: Vector, product: Vector, first: float, rate: float, rho: float | None = None
) -> Integrated:
    """The law through readings (n,) of one window.

    Parameters
    ----------
    time : (n,) from the window's start, 0 first.
    product : (n,) signal above that of the first reading of the trace.
    first, rate : product and rate at the window's start, for the search.
    """
    last = float(max(product[-1], 1e-12))
    ln_rate = float(np.log(max(rate, 1e-12)))
    low = np.array([-0.2, ln_rate - 2, _H[0], _Q[0]])
    high = np.array([0.9, ln_rate + 2, _H[1], _Q[1]])

    def residuals(x: Vector) -> Vector:
        return _curve(x, time, last) / last - product / last

    def jacobian(x: Vector) -> Vector:
        steps = 1e-5 * np.eye(4)
        return np.column_stack([(residuals(x + step) - residuals(x - step)) / 2e-5 for step in steps])

    tried = [
        solve(residuals, [first / last, ln_rate, np.log(h), 0.0], bounds=(low, high), jacobian=jacobian,
              max_iterations=30, polish=False)
        for h in (0.3, 3.0)
    ]  # fmt: skip
    best = min(tried, key=lambda found: found.rss)
    return _told(best, jacobian(best.x) * last, product, _curve(best.x, time, last), rho)


def _curve(x: Vector, time: Vector, last: float) -> Vector:
    """Product (n,) of x = first product (of `last`), ln v, ln h, logit of the share used at the end."""
    h, v = np.exp(x[2]), np.exp(x[1])
    capacity = last * (1 + np.exp(-x[3]))
    first = x[0] * last
    begun = (first - h * capacity * np.log1p(-first / capacity)) / (v * (1 + h))
    return np.real(product_at(begun + time, v, capacity, h))


def _told(best: Solution, jacobian: Vector, product: Vector, fitted: Vector, rho: float | None) -> Integrated:
    free = ~best.held
    noise = described(jacobian[:, free], product - fitted, rho)
    v = float(np.exp(best.x[1]))
    place = int(free[0])
    se = v * float(np.sqrt(noise.cov[place, place])) if free[1] else np.inf
    h = float(np.exp(best.x[2]))
    used = float(1 / (1 + np.exp(-best.x[3])))
    return Integrated(
        v, se, used, h, (used * h) / (h + 1 - used), fitted, noise.rho, noise.sigma, best.converged
    )
