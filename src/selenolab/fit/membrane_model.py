"""What the medium outside a dialysis bag shows of a release inside it.

The carrier has released the share C(t) of its drug into the bag; the membrane passes it on with the rate
constant k_m, as it does the free drug of a control::

    C(t) = plateau (1 - exp(-ln 2 (t / half)^shape))        carrier (first order: shape = 1)
    F(t) = integral_0^t C'(s) (1 - exp(-k_m (t - s))) ds    medium, carrier in the bag
    G(t) = control plateau (1 - exp(-k_m t))                medium, free drug in the bag

`half` is the time to half the carrier's plateau. F is found by integrating by parts and then by the double
exponential rule (Takahasi and Mori 1974, doi:10.2977/prims/1195192451), whose nodes crowd at both ends:
there lie the kink of a shape below 1 and the thin layer of a fast membrane. No term grows when k_m meets the
rate of the carrier. Absolute error below 1e-8 of the plateau for shapes up to 2, 1e-6 for shapes up to 5.
"""

from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Family = Literal["first order", "Weibull"]
Recovery = Literal["own", "control"]

LN2 = log(2.0)
_STEP, _END = 0.05, 3.2


@dataclass(frozen=True, slots=True)
class Layout:
    """Which parameters are fitted, in this order.

    log half, log shape (Weibull only), plateau (when `plateau` is None), log k_m, control plateau.

    Parameters
    ----------
    family : of the carrier.
    plateau : % of the loaded drug that the carrier releases in the end; None when fitted.
    hold_up : share of the drug that stays in the bag at equilibrium, V_bag / (V_bag + V_medium).
    recovery : "own": the carrier's drug is found again in full; "control": as far as the control's.
    """

    family: Family
    plateau: float | None
    hold_up: float
    recovery: Recovery

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        shape = ("log shape",) if self.family == "Weibull" else ()
        plateau = ("plateau",) if self.plateau is None else ()
        return ("log half", *shape, *plateau, "log k_m", "control plateau")

    def place(self, name: str) -> int | None:
        """Where a parameter stands; None when it is not fitted."""
        return self.names.index(name) if name in self.names else None


@dataclass(frozen=True, slots=True)
class Curve:
    """Values (m,), as shares of the plateau, and slopes by log half, log shape and log k_m."""

    value: Vector
    by_half: Vector
    by_shape: Vector
    by_rate: Vector


def _rule() -> tuple[Vector, Vector, Vector]:
    """Nodes x in (0, 1), 1 - x without cancellation, and weights."""
    steps = np.arange(-round(_END / _STEP), round(_END / _STEP) + 1) * _STEP
    a = np.pi * np.sinh(steps)
    x, rest = 1 / (1 + np.exp(-a)), 1 / (1 + np.exp(a))
    return x, rest, _STEP * np.pi * np.cosh(steps) * x * rest


_X, _REST, _WEIGHT = _rule()
_LOG_X = np.log(_X)


def through_membrane(time: Vector, half: float, shape: float, rate: float) -> Curve:
    """The release outside the bag at `time` [h] (m,), as a share of the plateau, with its slopes.

    Examples
    --------
    >>> t = np.array([4.0])
    >>> k, k_m = LN2 / 6.9, 0.3
    >>> closed = 1 - (k_m * np.exp(-k * t) - k * np.exp(-k_m * t)) / (k_m - k)
    >>> bool(abs(through_membrane(t, 6.9, 1.0, k_m).value - closed)[0] < 1e-9)
    True
    """
    moved = np.where(time > 0, time, 1.0)
    lag = np.outer(moved, _REST) * rate
    weight = np.exp(-lag) * (_WEIGHT * rate) * moved[:, None]
    log_s = shape * (np.log(moved / half)[:, None] + _LOG_X)
    z = LN2 * np.exp(log_s)
    held = weight * np.exp(-z)
    steep = held * z
    left = np.exp(-rate * moved)
    some = time > 0
    return Curve(
        np.where(some, 1 - left - held.sum(axis=1), 0.0),
        np.where(some, -shape * steep.sum(axis=1), 0.0),
        np.where(some, (steep * log_s).sum(axis=1), 0.0),
        np.where(some, rate * moved * left - (held * (1 - lag)).sum(axis=1), 0.0),
    )


def carrier(time: Vector, half: float, shape: float) -> Vector:
    """The share of the plateau that has left the carrier at `time` [h] (m,)."""
    share: Vector = -np.expm1(-LN2 * (np.maximum(time, 0.0) / half) ** shape)
    return share


def carrier_terms(layout: Layout, x: Vector) -> tuple[float, float, float]:
    """Half time [h], shape and plateau [%] of the carrier in the parameters `x`."""
    at_shape, at_plateau = layout.place("log shape"), layout.place("plateau")
    shape = 1.0 if at_shape is None else float(np.exp(x[at_shape]))
    fixed = 100.0 if layout.plateau is None else layout.plateau
    return float(np.exp(x[0])), shape, fixed if at_plateau is None else float(x[at_plateau])


def predicted_release(layout: Layout, x: Vector, time: Vector) -> tuple[Vector, Vector]:
    """Released % outside the bag (m,) and its slopes (m, p)."""
    half, shape, plateau = carrier_terms(layout, x)
    curve = through_membrane(time, half, shape, float(np.exp(x[-2])))
    found = x[-1] / 100 if layout.recovery == "control" else 1.0
    passed = (1 - layout.hold_up) * found
    slopes = np.zeros((time.size, x.size))
    slopes[:, 0] = passed * plateau * curve.by_half
    at_shape, at_plateau = layout.place("log shape"), layout.place("plateau")
    if at_shape is not None:
        slopes[:, at_shape] = passed * plateau * curve.by_shape
    if at_plateau is not None:
        slopes[:, at_plateau] = passed * curve.value
    slopes[:, -2] = passed * plateau * curve.by_rate
    if layout.recovery == "control":
        slopes[:, -1] = (1 - layout.hold_up) * plateau * curve.value / 100
    return passed * plateau * curve.value, slopes


def predicted_control(layout: Layout, x: Vector, time: Vector) -> tuple[Vector, Vector]:
    """Released % of the free drug outside the bag (m,) and its slopes (m, p)."""
    rate = float(np.exp(x[-2]))
    share = (1 - layout.hold_up) * -np.expm1(-rate * time)
    slopes = np.zeros((time.size, x.size))
    slopes[:, -2] = (1 - layout.hold_up) * x[-1] * rate * time * np.exp(-rate * time)
    slopes[:, -1] = share
    return x[-1] * share, slopes
