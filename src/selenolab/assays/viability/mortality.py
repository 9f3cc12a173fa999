"""Survivors among counted subjects: viability in % and a column `total`, with their binomial scatter."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.fit import curve_state
from selenolab.fit.binomial import BinomialFit, counts, fit_binomial
from selenolab.fit.dose_response import CurveFit, fit_curve

Vector = NDArray[np.float64]

BINOMIAL = "binomial LL.2"
KNOWN_SCATTER = 10**9  # degrees of freedom of a likelihood whose scatter is known


def mortality(dose: Vector, survival: Vector, total: Vector | None) -> BinomialFit:
    """The binomial fit of `survival` (n,) in % of `total` (n,) subjects.

    Raises
    ------
    DataError
        Without totals, or where shares and totals give no whole counts.
    """
    if total is None or not np.isfinite(total).all():
        raise DataError(f"{BINOMIAL}: Expected a column 'total' with the subjects counted at each dose.")
    return fit_binomial(counts(dose, survival / 100 * total, total))


def as_curve(found: BinomialFit, dose: Vector, survival: Vector) -> CurveFit:
    """The binomial curve in the shape of the others: b, c = 0, d = 100, e, and its state."""
    plain = fit_curve(dose, survival, "LL.2", fixed={"c": 0.0, "d": 100.0})
    values = np.array([found.b, 0.0, 100.0, found.e, 1.0])
    errors = np.sqrt(np.diagonal(found.cov))
    se = np.array([found.b * errors[0], 0.0, 0.0, found.e * errors[1], 0.0])
    doses = found.data.dose
    state = curve_state.state_of(
        doses, found.e, rises=False, p_flat=found.p_flat, shape=lambda x: 1 / (1 + (x / found.e) ** found.b)
    )
    return replace(
        plain, values=values, se=se, cov=np.diag(se**2), dof=KNOWN_SCATTER, sigma=1.0, p_flat=found.p_flat,
        state=state, why=curve_state.WHY[state], lack_of_fit_f=None, lack_of_fit_p=found.fit_p,
        log_likelihood=found.log_likelihood, aicc=None, converged=True,
    )  # fmt: skip
