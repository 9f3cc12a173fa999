"""Which family of curves the data prefer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from selenolab.fit.dose_response import fit_curve


def rank_families(
    dose: ArrayLike, response: ArrayLike, families: Sequence[str], *, weights: ArrayLike | None = None
) -> tuple[tuple[str, float, float], ...]:
    """(family, AICc, Akaike weight), best first; families without an AICc are left out.

    Burnham and Anderson 2004, doi:10.1177/0049124104268644.

    Examples
    --------
    >>> dose = np.repeat([0.0, 0.5, 1, 2, 4, 8, 16, 32, 64], 3)
    >>> response = 100 / (1 + (dose / 5) ** 2) + np.tile([-2.0, 0.5, 1.5], 9)
    >>> rank_families(dose, response, ["LL.4", "LL.3", "LL.5"])[0][0]
    'LL.3'
    """
    fits = [(name, fit_curve(dose, response, name, weights=weights).aicc) for name in families]
    known = sorted(((name, aicc) for name, aicc in fits if aicc is not None), key=lambda pair: pair[1])
    relative = np.exp([-0.5 * (aicc - known[0][1]) for _, aicc in known]) if known else np.zeros(0)
    return tuple(
        (name, aicc, float(w / relative.sum())) for (name, aicc), w in zip(known, relative, strict=True)
    )
