"""What glutathione does to a medium: its pH, and how much of it is thiolate.

Glutathione is sold as the free acid. Dissolved at 10 mM in a 10 mM phosphate buffer it brings more acid than
the buffer can take up. The pH follows from the balance of charges, activity effects taken into the constants
(mixed constants at 0.15 M), strong ions those of the buffer before GSH was added.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

# Apparent pKa near 0.15 M salt, textbook values. Without salt that of dihydrogen phosphate is 7.2 and the
# same buffer holds less base: the pH falls further.
PHOSPHATE = (2.0, 6.8, 11.9)
PHOSPHATE_DILUTE = (2.15, 7.2, 12.35)
# Glutathione at zero ionic strength: 2.05, 3.49, 8.65 and 9.60 (doi:10.1134/S0036024421100162, abstract).
# The thiol is taken as 8.8, in the middle of the 8.7 to 9.2 that are quoted.
GLUTATHIONE_ACIDS = (2.1, 3.5)
THIOL = 8.8
AMINE = 9.6
WATER = 13.8
TYPICAL_BUFFERS_MM = (10.0, 12.0)
INTRACELLULAR_MM = (2.0, 10.0)
PLASMA_UM = (2.0, 20.0)


@dataclass(frozen=True, slots=True)
class PhRange:
    """The lowest and the highest pH over the constants and buffers that were tried."""

    low: float
    high: float


def thiolate_fraction(ph: float, pka: float = THIOL) -> float:
    """The share of a thiol that is thiolate, the form that attacks diselenides.

    Examples
    --------
    >>> round(100 * thiolate_fraction(7.4), 1), round(100 * thiolate_fraction(5.5), 2)
    (3.8, 0.05)
    """
    share: float = 1 / (1 + 10.0 ** (pka - ph))
    return share


def ph_with_gsh(
    start_ph: float, phosphate_mm: float, gsh_mm: float, pkas: tuple[float, float, float] = PHOSPHATE
) -> float:
    """The pH of a phosphate buffer after `gsh_mm` of glutathione was added as the free acid.

    Parameters
    ----------
    start_ph : pH of the buffer before.
    phosphate_mm, gsh_mm : mM.
    pkas : of phosphoric acid.

    Examples
    --------
    >>> 4.0 < ph_with_gsh(7.4, 10, 10) < 4.8, 3.0 < ph_with_gsh(5.5, 10, 10) < 3.4
    (True, True)
    """
    strong = -_charge(start_ph, phosphate_mm, 0.0, pkas)  # cations less anions that take no part, mM

    def balance(ph: float) -> float:
        return strong + _charge(ph, phosphate_mm, gsh_mm, pkas)

    return float(brentq(balance, -1.0, 15.0, xtol=1e-10))


def predicted_ph(start_ph: float, gsh_mm: float, buffer_mm: float | None = None) -> PhRange:
    """:func:`ph_with_gsh` in phosphate-buffered saline of `buffer_mm`, or over 10 to 12 mM where unknown."""
    buffers = TYPICAL_BUFFERS_MM if buffer_mm is None else (buffer_mm,)
    found = [ph_with_gsh(start_ph, buffer, gsh_mm) for buffer in buffers]
    return PhRange(min(found), max(found))


def _charge(ph: float, phosphate: float, gsh: float, pkas: tuple[float, float, float]) -> float:
    """Charge of water, phosphate and glutathione in mM; strong ions left out."""
    proton, hydroxide = 1e3 * float(10.0**-ph), 1e3 * float(10.0 ** (ph - WATER))
    return proton - hydroxide - phosphate * _bound_charge(ph, pkas) + gsh * _gsh_charge(ph)


def _bound_charge(ph: float, pkas: tuple[float, float, float]) -> float:
    """The mean negative charge of phosphate, 0 to 3."""
    steps = np.cumsum([0.0, *(ph - pka for pka in pkas)])
    weights = 10.0 ** (steps - steps.max())
    return float((np.arange(4) * weights).sum() / weights.sum())


def _gsh_charge(ph: float) -> float:
    """The mean charge of glutathione: one amine, two carboxyls, one thiol."""
    amine = 1 - thiolate_fraction(ph, AMINE)
    return amine - sum(thiolate_fraction(ph, pka) for pka in (*GLUTATHIONE_ACIDS, THIOL))
