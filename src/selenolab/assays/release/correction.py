"""The replacement correction: drug that left with the earlier aliquots has been released too.

At sampling n the medium of volume V holds V C_n; the n - 1 earlier aliquots of volume v took v C_i with
them and were replaced by fresh medium::

    Q_n = V C_n + v sum_{i < n} C_i          F_n = 100 Q_n / loaded

Exact for any release, as long as every aliquot is replaced by medium without drug.
"""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def released_amount(concentration: Vector, medium_volume: float, sample_volume: float) -> Vector:
    """Drug released until each sampling.

    Parameters
    ----------
    concentration : (n,) µg/mL in the medium when each aliquot was taken, in the order of time.
    medium_volume, sample_volume : mL.

    Returns
    -------
    (n,) µg.

    Examples
    --------
    >>> released_amount(np.array([2.0, 2.0]), 50.0, 1.0).tolist()
    [100.0, 102.0]
    """
    return medium_volume * concentration + sample_volume * taken_before(concentration)


def taken_before(concentration: Vector) -> Vector:
    """The sum of all earlier concentrations (n,); nothing was taken before the first aliquot."""
    earlier = np.concatenate([[0.0], concentration[:-1]])
    return np.asarray(np.cumsum(earlier))


def released_share(plain: Vector, medium_volume: float, sample_volume: float) -> Vector:
    """Released % (n,) from shares without correction, 100 C_n V / loaded (n,)."""
    return plain + sample_volume / medium_volume * taken_before(plain)


def filled_in(time: Vector, concentration: Vector, known: NDArray[np.bool_]) -> Vector:
    """Concentrations (n,) for the sum alone, where some were not found: an aliquot was taken all the same.

    A gap takes the straight line between its neighbours, from zero at time zero.

    Examples
    --------
    >>> filled_in(np.array([1.0, 2.0, 4.0]), np.array([1.0, np.nan, 4.0]), np.array([True, False, True]))
    array([1., 2., 4.])
    """
    if known.all():
        return concentration
    if not known.any():
        return np.zeros_like(concentration)
    begin = [] if time[0] <= 0 else [0.0]
    line = np.interp(
        time, np.concatenate([begin, time[known]]), np.concatenate([begin, concentration[known]])
    )
    return np.where(known, concentration, line)
