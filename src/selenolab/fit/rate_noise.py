"""Least squares on readings whose noise remembers: covariances that allow for autocorrelation.

The noise is taken as a first-order autoregression; its correlation is estimated from the residuals with
the small-sample bias taken off (Marriott and Pope 1954, doi:10.2307/2332719), and the covariance is the
sandwich (X'X)^-1 X' R X (X'X)^-1 times the variance, which is RSS over the trace of M R.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
MOST_RHO = 0.95


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviation of one reading, correlation of neighbours, covariance (p, p) of the parameters."""

    sigma: float
    rho: float
    cov: Vector


def autocorrelation(residuals: Vector, parameters: int) -> float:
    """Correlation of neighbouring readings, 0 to 0.95, from the residuals (n,) of a fit.

    Residuals of a fit with p parameters are correlated by about -p/n on their own, which is taken off.
    """
    n = residuals.size
    total = float(residuals @ residuals)
    if n < 8 or total <= 0:
        return 0.0
    raw = float(residuals[1:] @ residuals[:-1]) / total
    mended = (n * raw + parameters) / (n - parameters - 2)
    return min(max(mended, 0.0), MOST_RHO)


def trace_correlation(time: Vector, signal: Vector) -> float:
    """Correlation of neighbouring readings of a whole trace (n,), about a smooth polynomial.

    The polynomial takes up lag and depletion, which else would pass for remembering noise.
    """
    degree = min(7, signal.size // 5)
    x = 2 * (time - time[0]) / (time[-1] - time[0]) - 1
    basis = np.polynomial.legendre.legvander(x, degree)
    weights = np.linalg.lstsq(basis, signal, rcond=None)[0]
    return autocorrelation(signal - basis @ weights, degree + 1)


def described(jacobian: Vector, residuals: Vector, rho: float | None = None) -> Noise:
    """The noise about a fit and the covariance of its parameters.

    Parameters
    ----------
    jacobian : (n, p) derivatives of the fitted signal.
    residuals : (n,).
    rho : correlation of neighbours where it is known from elsewhere.
    """
    n, p = jacobian.shape
    own = autocorrelation(residuals, p) if rho is None else rho
    steps = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    near = own**steps if own > 0 else np.eye(n)
    inverse = np.linalg.pinv(jacobian)  # (p, n)
    trace = n - float(np.sum((jacobian @ inverse) * near))
    rss = float(residuals @ residuals)
    if trace <= 1e-9:  # as many parameters as readings say nothing of the scatter
        return Noise(np.inf, own, np.full((p, p), np.inf))
    variance = rss / trace
    return Noise(float(np.sqrt(variance)), own, variance * inverse @ near @ inverse.T)
