"""Standard errors from the scatter between vessels, for a least-squares fit over vessels.

Readings of one vessel share its bag and its carrier, so vessels, not readings, are what is repeated. The
variance of an estimate is taken from the vessels' own contributions to it, with Bell and McCaffrey's
correction (CR2; J. E. Pustejovsky and E. Tipton, 2018, doi:10.1080/07350015.2016.1247004): with vessels of
one design this is the variance of a mean over vessels. The degrees of freedom are theirs within an arm; the
arms, whose vessels need not scatter alike, are put together as by Welch (1947, doi:10.1093/biomet/34.1-2.28).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scatter:
    """Of one parameter: its variance from the vessels, and as if readings were independent.

    `df` are the degrees of freedom of the former, the arms weighed by the scatter they show; `even_df`
    those it would have if all readings scattered alike.
    """

    variance: float
    plain_variance: float
    df: float
    even_df: float


def vessel_scatter(
    jacobian: Vector,
    residual: Vector,
    vessel: NDArray[np.intp],
    place: int,
    dof: int,
    releases: int,
) -> Scatter:
    """The scatter of parameter `place` in a fit with `jacobian` (n, p) and `residual` (n,).

    Parameters
    ----------
    vessel : (n,) number of the vessel of each residual.
    dof : residuals less fitted parameters.
    releases : how many vessels, the first ones, belong to the first arm.

    Examples
    --------
    Of a mean over vessels with equally many readings it is the variance of the vessels' means:

    >>> vessel = np.repeat([0, 1, 2], 2)
    >>> found = vessel_scatter(np.ones((6, 1)), np.array([-1.0, -1, 0, 0, 1, 1]), vessel, 0, 5, 3)
    >>> round(found.variance, 6), round(found.df, 6)
    (0.333333, 2.0)
    """
    q, r = np.linalg.qr(jacobian / _norms(jacobian))
    unit = np.zeros(r.shape[0])
    unit[place] = 1.0
    back = np.linalg.lstsq(r.T, unit, rcond=None)[0] / _norms(jacobian)[place]
    share = q @ back  # what each residual contributes to the estimate
    count = int(vessel.max()) + 1
    weights = np.zeros((residual.size, count))
    for number in range(count):
        own = vessel == number
        weights[own, number] = _adjusted(q[own]) @ share[own]
    parts = (weights.T @ residual) ** 2
    variance = float(parts.sum())
    through = weights - q @ (q.T @ weights)
    gram = through.T @ through
    df = _welch(parts, gram, releases)
    plain = float(share @ share) * float(residual @ residual) / max(dof, 1)
    whole = float(np.sum(gram**2))
    even = float(np.trace(gram)) ** 2 / whole if whole > 0 else 1.0  # one vessel that decides all: no scatter
    return Scatter(variance, plain, df, even)


def _welch(parts: Vector, gram: Vector, releases: int) -> float:
    """Degrees of freedom of a sum over two arms, each with its own."""
    lack = 0.0
    for own in (slice(0, releases), slice(releases, None)):
        block = gram[own, own]
        size = float(np.trace(block))
        if size > 1e-12 * float(np.trace(gram)):
            lack += float(parts[own].sum()) ** 2 * float(np.sum(block**2)) / size**2
    return float(parts.sum()) ** 2 / lack if lack > 0 else 1.0


def _norms(jacobian: Vector) -> Vector:
    norms: Vector = np.sqrt(np.einsum("ij,ij->j", jacobian, jacobian))
    return np.where(norms > 0, norms, 1.0)


def _adjusted(q: Vector) -> Vector:
    """(I - H)^(-1/2) of one vessel, less directions that it alone decides: they show no scatter."""
    values, vectors = np.linalg.eigh(np.eye(q.shape[0]) - q @ q.T)
    seen = values > 1e-8
    root: Vector = (vectors[:, seen] / np.sqrt(values[seen])) @ vectors[:, seen].T
    return root
