"""Family-wise error: Dunnett's and Tukey's distributions by quadrature, Holm's steps.

The distributions are integrated on fixed Gauss-Legendre nodes, so that a p-value has no random part.
"""

from collections.abc import Callable
from functools import lru_cache
from math import inf

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NODES = 96


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down adjusted p, in the order given.

    Source: Holm 1979, Scandinavian Journal of Statistics 6:65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def dunnett_sf(statistic: float, loadings: Floats, df: float) -> float:
    """P(max |T_i| > statistic) for contrasts with correlation loadings_i loadings_j.

    Many-to-one comparisons with group sizes n_i against n_0 have
    loadings_i = sqrt(n_i / (n_0 + n_i)). Source: Dunnett 1955, doi:10.1080/01621459.1955.10501294.
    """
    spread, weight = _chi_nodes(df)
    z, w = _normal_nodes()
    own = np.sqrt(1 - loadings**2)[:, None, None]
    shared, reach = loadings[:, None, None] * z[:, None], statistic * spread
    inside = scipy.special.ndtr((shared + reach) / own) - scipy.special.ndtr((shared - reach) / own)
    return _complement(float(w @ inside.prod(axis=0) @ weight))


def tukey_sf(statistic: float, groups: int, df: float) -> float:
    """P(the studentised range of `groups` means > statistic).

    Examples
    --------
    >>> round(tukey_sf(3.8767768, 3, 10), 5)
    0.05
    """
    spread, weight = _chi_nodes(df)
    z, w = _normal_nodes()
    inside = scipy.special.ndtr(z[:, None]) - scipy.special.ndtr(z[:, None] - statistic * spread)
    return _complement(groups * float(w @ inside ** (groups - 1) @ weight))


def critical_value(sf: Callable[[float], float], level: float) -> float:
    """The statistic whose tail `sf` is 1 - level."""
    upper = 8.0
    while sf(upper) > 1 - level:
        upper *= 2
    return float(scipy.optimize.brentq(lambda q: sf(q) - (1 - level), 0.0, upper, xtol=1e-9))


def dunnett_loadings(control: int, others: ArrayLike) -> Floats:
    """Correlation loadings of contrasts of groups of `others` sizes against one of size `control`."""
    sizes = np.asarray(others, dtype=np.float64)
    loadings: Floats = np.sqrt(sizes / (sizes + control))
    return loadings


def _complement(inside: float) -> float:
    return min(max(1.0 - inside, 0.0), 1.0)


@lru_cache(maxsize=256)
def _chi_nodes(df: float) -> tuple[Floats, Floats]:
    """Nodes of s = sqrt(chi2 / df) and the weights of its density, integrated over log s."""
    if df == inf:
        return np.ones(1), np.ones(1)
    x, w = np.polynomial.legendre.leggauss(NODES)
    low, high = 0.5 * np.log(scipy.stats.chi2.ppf([1e-15, 1 - 1e-15], df) / df)
    logs = low + (high - low) * (x + 1) / 2
    density = np.exp(scipy.stats.chi2.logpdf(df * np.exp(2 * logs), df)) * 2 * df * np.exp(2 * logs)
    weights = w * density * (high - low) / 2
    return np.exp(logs), weights / weights.sum()


@lru_cache(maxsize=1)
def _normal_nodes() -> tuple[Floats, Floats]:
    x, w = np.polynomial.legendre.leggauss(NODES)
    z = 8.5 * x
    weights = 8.5 * w * np.exp(-0.5 * z * z)
    return z, weights / weights.sum()
