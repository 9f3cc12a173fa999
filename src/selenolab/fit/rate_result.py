"""What is asked of a progress curve, and what it gives: nouns of the initial rate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RateRule:
    """How the initial rate is found.

    Parameters
    ----------
    direction : 1 for a signal that rises with the reaction, -1 for one that falls.
    limit : signal at and beyond which the detector is no longer linear; None for none.
    full_change : change of the signal when all substrate is used, if known; None else.
    least_full_change : a change that the substrate is known to allow at least, such as that of the fastest
        well with the same reagents: where a trace makes less than `max_conversion` of it, no depletion is
        looked for.
    max_conversion : greatest share of the substrate used in the straight window, if known.
    max_fall : greatest fall of the rate within the straight window, as a share of the initial rate.
    long_fall : greatest fall of the rate in the longer window from which the depletion is found.
    t_found : how many standard errors a depletion must be away from none.
    min_points : least points of a window.
    lag : whether a lag is looked for.
    """

    direction: int = 1
    limit: float | None = None
    full_change: float | None = None
    least_full_change: float | None = None
    max_conversion: float = 0.10
    max_fall: float = 0.05
    long_fall: float = 0.7
    t_found: float = 1.0
    min_points: int = 6
    lag: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """The initial rate of one progress curve.

    Parameters
    ----------
    slope : signal per unit of time, positive in the direction of the reaction.
    se : its standard error, autocorrelation of the noise allowed for; None with two points.
    method : "line", "integrated" (the Michaelis-Menten integral at no product), "first order" (the same where
        only the first bend is seen), "two reads".
    start, end : the straight window in units of time.
    line, line_se, intercept : straight line in this window, in the direction of the reaction.
    used : (n,) True for readings in the window of the slope.
    cut : (n,) text, why a reading was not looked at; "" for those that were.
    lag : time at which the rate is complete; 0 where no lag was found.
    fall : share of the initial rate that is lost by the end of the longer window; 0 where none was found.
    conversion : share of the substrate used in the straight window; None where it is not known.
    rho : autocorrelation of neighbouring readings; sigma : standard deviation of one reading.
    curve : (n,) fitted signal in the longer window, NaN elsewhere.
    notes : what a reader must know.
    """

    slope: float
    se: float | None
    method: str
    start: float
    end: float
    line: float
    line_se: float | None
    intercept: float
    used: NDArray[np.bool_]
    cut: tuple[str, ...]
    lag: float
    fall: float
    conversion: float | None
    rho: float
    sigma: float
    curve: Vector
    notes: tuple[str, ...]
