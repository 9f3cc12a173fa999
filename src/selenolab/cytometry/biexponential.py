"""The curves of logicle and hyperlog: their coefficients, and the table that inverts them fast.

Sources: logicle, Moore and Parks 2012, doi:10.1002/cyto.a.22030 (after Parks, Roederer and Moore 2006,
doi:10.1002/cyto.a.20258); hyperlog, Bagwell 2005, doi:10.1002/cyto.a.20114; both as GatingML 2.0 scales
them, doi:10.1002/cyto.a.22637.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from selenolab.core.errors import DataError
from selenolab.cytometry.biexponential_kernel import DEGREE, LOW_BITS, STEPS, roots

_ABOVE = 8  # octaves of the table above the top of the scale


@dataclass(frozen=True, slots=True)
class Curve:
    """Coefficients (a, b, c, d, g, f, z) of B, and the table of its inverse over |x| + shift."""

    coefficients: NDArray[np.float64]
    table: NDArray[np.float64]
    shift: float


@lru_cache(maxsize=256)
def logicle(top: float, width: float, decades: float, negative: float) -> Curve:
    """The curve of GatingML's logicle(T, W, M, A)."""
    _check("logicle", top, width, decades, negative)
    total = decades + negative
    b, w, x2 = total * math.log(10.0), width / total, negative / total
    x1 = x2 + w
    d = slope(b, w)
    c = math.exp((x1 + w) * (b + d))
    f = math.exp(b * x1) - c * math.exp(-d * x1)
    a = top / (math.exp(b) - f - c * math.exp(-d))
    turn = complex(math.log(c * d / b), math.pi) / (b + d)
    reach = abs(a * np.exp(b * turn) - c * a * np.exp(-d * turn) - f * a)
    return _curve((a, b, c * a, d, 0.0, f * a, x1), reach, top)


@lru_cache(maxsize=256)
def hyperlog(top: float, width: float, decades: float, negative: float) -> Curve:
    """The curve of GatingML's hyperlog(T, W, M, A); W > 0."""
    _check("hyperlog", top, width, decades, negative)
    if width <= 0:
        raise DataError("A hyperlog transform needs W above 0. Give W, or take logicle or asinh.")
    total = decades + negative
    b, w, x2 = total * math.log(10.0), width / total, negative / total
    x1, x0 = x2 + w, x2 + 2 * w
    g = math.exp(b * x0) / w
    f = math.exp(b * x1) + g * x1
    a = top / (math.exp(b) + g - f)
    turn = complex(math.log(g / b), math.pi) / b
    reach = abs(a * np.exp(b * turn) + g * a * turn - f * a)
    return _curve((a, b, 0.0, 0.0, g * a, f * a, x1), reach, top)


def slope(b: float, w: float) -> float:
    """The d of 2(ln d - ln b) + w(b + d) = 0, which makes the middle of the scale linear."""
    if w == 0:
        return b
    found = optimize.brentq(lambda d: 2 * math.log(d / b) + w * (b + d), 1e-300, b, xtol=1e-300, rtol=1e-15)
    return float(found)


def _curve(coefficients: tuple[float, ...], reach: float, top: float) -> Curve:
    """Polynomials of y over buckets of |x| + reach; `reach` is how far the nearest singularity of y lies."""
    p = np.array(coefficients)
    first = int(np.float64(reach).view(np.int64)) >> LOW_BITS
    count = (math.ceil(math.log2(1 + top / reach)) + _ABOVE) << STEPS
    edges = (np.arange(first, first + count + 1, dtype=np.int64) << LOW_BITS).view(np.float64)
    nodes = np.cos(np.pi * (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1))
    x = edges[:-1, None] + (nodes[None, :] + 1) / 2 * np.diff(edges)[:, None] - reach
    y = roots(x.ravel(), p).reshape(x.shape)
    table = np.linalg.solve(np.vander(nodes, increasing=True), y.T).T
    return Curve(p, np.ascontiguousarray(table), reach)


def _check(kind: str, top: float, width: float, decades: float, negative: float) -> None:
    sound = (
        top > 0 and decades > 0 and 0 <= width <= decades / 2 and -width <= negative <= decades - 2 * width
    )
    if not sound:
        raise DataError(
            f"A {kind} transform with T {top:g}, W {width:g}, M {decades:g}, A {negative:g} does not exist. "
            "Give T > 0, M > 0, 0 <= W <= M/2 and -W <= A <= M - 2W."
        )
