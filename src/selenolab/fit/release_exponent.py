"""What the exponent of the power law F = k t^n says about transport, by the shape of the carrier."""

from dataclasses import dataclass
from typing import Literal

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.release_answer import ReleaseFit

Geometry = Literal["sphere", "cylinder", "slab"]

BORDERS: dict[str, tuple[float, float]] = {
    "sphere": (0.43, 0.85),
    "cylinder": (0.45, 0.89),
    "slab": (0.5, 1.0),
}
"""Exponents of diffusion and of case II transport: Ritger and Peppas 1987,
doi:10.1016/0168-3659(87)90034-4."""

LOW_SHARE = 0.75
BELOW = "a burst or a wide spread of sizes, slower than Fickian diffusion"
READINGS = ("Fickian diffusion", "anomalous transport", "case II transport or faster")


@dataclass(frozen=True, slots=True)
class ExponentReading:
    """An exponent with its interval and what it may mean.

    Parameters
    ----------
    geometry, borders : the shape and its exponents of diffusion and of case II.
    n, low, high : the exponent and its interval; None without one.
    reading : one of `READINGS`, `BELOW`, or "not decidable between ..." when the interval holds a border.
    decided : whether it is one of them.
    """

    geometry: str
    borders: tuple[float, float]
    n: float
    low: float | None
    high: float | None
    reading: str
    decided: bool


def read_exponent(fit: ReleaseFit, geometry: str) -> ExponentReading:
    """Read the exponent of a Korsmeyer-Peppas fit for a sphere, cylinder or slab.

    Raises
    ------
    UnknownNameError
        For another geometry.
    DataError
        For a fit of another model.

    Examples
    --------
    >>> import numpy as np
    >>> from selenolab.fit.release_fit import fit_release
    >>> t = np.array([1.0, 2.0, 3.0, 4.0, 6.0, 8.0])
    >>> fit = fit_release(t, 12 * t**0.65 + 0.1 * np.array([1, -1, 1, -1, 1, -1]), model="korsmeyer_peppas")
    >>> read_exponent(fit, "sphere").reading
    'anomalous transport'
    """
    if geometry not in BORDERS:
        raise UnknownNameError("geometry", geometry, BORDERS)
    if fit.model.name != "korsmeyer_peppas":
        raise DataError(f"Release exponent: found a fit of {fit.model.name}; expected korsmeyer_peppas.")
    n = fit.parameters[1]
    borders = BORDERS[geometry]
    if n.low is None or n.high is None:
        reading = f"not decidable: {n.reason or 'no interval was asked for'}"
        return ExponentReading(geometry, borders, n.value, None, None, reading, False)
    possible = readings_of(n.low, n.high, borders)
    decided = len(possible) == 1
    reading = possible[0] if decided else f"not decidable between {_listed(possible)}"
    return ExponentReading(geometry, borders, n.value, n.low, n.high, reading, decided)


def readings_of(low: float, high: float, borders: tuple[float, float]) -> tuple[str, ...]:
    """The readings that an interval of the exponent allows.

    Particles of many sizes bring the exponent of diffusion down, from 0.43 to about 0.3 (Ritger and Peppas
    1987); what lies wholly below three quarters of the border of diffusion is no diffusion from the inside.

    Examples
    --------
    >>> readings_of(0.50, 0.60, (0.43, 0.85)), readings_of(0.05, 0.10, (0.43, 0.85))
    (('anomalous transport',), ('a burst or a wide spread of sizes, slower than Fickian diffusion',))
    """
    if high < LOW_SHARE * borders[0]:
        return (BELOW,)
    first, last = (sum(side > border for border in borders) for side in (low, high))
    return READINGS[first : last + 1]


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
