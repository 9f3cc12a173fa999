"""Least squares of release and control together, free and with the carrier's t50 held."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.membrane_data import Arm
from selenolab.fit.membrane_model import LN2, Layout, carrier_terms, predicted_control, predicted_release
from selenolab.stats.least_squares import Solution, solve

Vector = NDArray[np.float64]

HALF_DOSE = 50.0
_SHAPES, _PLATEAUS, _FOUND = (0.2, 5.0), (1.0, 300.0), (1.0, 300.0)
_WIDE = 100.0  # rates are sought this far beyond the sampling times


@dataclass(frozen=True, slots=True)
class Joint:
    """Release and control of one experiment and what is fitted to them."""

    layout: Layout
    release: Arm
    control: Arm

    @property
    def first(self) -> float:
        """The first sampling time of the release after 0 [h]."""
        return float(self.release.times[self.release.times > 0][0])

    @property
    def last(self) -> float:
        """The last sampling time of the release [h]."""
        return float(self.release.times[-1])


def model(joint: Joint, x: Vector) -> tuple[Vector, Vector]:
    """Residuals (n,), release before control, and slopes (n, p)."""
    one, by_one = predicted_release(joint.layout, x, joint.release.times)
    two, by_two = predicted_control(joint.layout, x, joint.control.times)
    back, other = joint.release.back, joint.control.back
    residual = np.concatenate([one[back] - joint.release.released, two[other] - joint.control.released])
    return residual, np.concatenate([by_one[back], by_two[other]])


def vessels(joint: Joint) -> NDArray[np.intp]:
    """The vessel of each residual, those of the control numbered on."""
    return np.concatenate([joint.release.vessel, joint.control.vessel + len(joint.release.names)])


def fit_joint(joint: Joint) -> Solution:
    """The free fit, best of several first guesses."""
    layout = joint.layout
    found = _control_start(joint.control)
    low, high = _box(joint)
    starts = [
        np.clip(_start(layout, half, shape, found), low, high)
        for half in np.geomspace(joint.first / 4, joint.last * 4, 8)
        for shape in ((0.7, 1.4) if layout.family == "Weibull" else (1.0,))
    ]
    starts.sort(key=lambda x: float(np.sum(model(joint, x)[0] ** 2)))
    return min((_solved(_once(joint), x, (low, high)) for x in starts[:2]), key=lambda fit: fit.rss)


def _start(layout: Layout, half: float, shape: float, found: tuple[float, float]) -> Vector:
    values = {"log half": log(half), "log shape": log(shape), "plateau": 100.0}
    values |= {"log k_m": log(found[0]), "control plateau": found[1]}
    return np.array([values[name] for name in layout.names])


def _control_start(control: Arm) -> tuple[float, float]:
    """A first guess of k_m and the control's plateau: its highest mean and the time to half of it."""
    means = np.bincount(control.back, control.released) / np.bincount(control.back)
    top = max(float(means.max()), 1.0)
    rise = np.maximum.accumulate(np.concatenate([[0.0], means]))
    times = np.concatenate([[0.0], control.times])
    half = float(np.interp(top / 2, rise + np.arange(rise.size) * 1e-9, times))
    return LN2 / max(half, 1e-3 * float(control.times[-1])), top


def _box(joint: Joint) -> tuple[Vector, Vector]:
    slow, fast = log(LN2 / (_WIDE * joint.last)), log(LN2 * _WIDE / joint.first)
    limits = {
        "log half": (log(joint.first / _WIDE), log(joint.last * _WIDE)),
        "log shape": (log(_SHAPES[0]), log(_SHAPES[1])),
        "plateau": _PLATEAUS,
        "log k_m": (slow, fast),
        "control plateau": _FOUND,
    }
    pairs = np.array([limits[name] for name in joint.layout.names])
    return pairs[:, 0], pairs[:, 1]


Residuals = Callable[[Vector], tuple[Vector, Vector]]


def _once(joint: Joint) -> Residuals:
    return lambda x: model(joint, x)


def _solved(both: Residuals, start: Vector, box: tuple[Vector, Vector]) -> Solution:
    """`solve`, with the residuals and slopes of one place computed once."""
    kept: dict[bytes, tuple[Vector, Vector]] = {}

    def at(x: Vector) -> tuple[Vector, Vector]:
        key = x.tobytes()
        if key not in kept:
            kept.clear()
            kept[key] = both(x)
        return kept[key]

    return solve(
        lambda x: at(x)[0],
        start,
        bounds=box,
        jacobian=lambda x: at(x)[1],
        tolerance=1e-9,
        max_iterations=100,
        polish=False,
    )


def half_dose_time(layout: Layout, x: Vector) -> float:
    """When the carrier has released half of the loaded drug [h]; infinite when its plateau is below that."""
    half, shape, plateau = carrier_terms(layout, x)
    if plateau <= HALF_DOSE:
        return inf
    return float(half * (-np.log1p(-HALF_DOSE / plateau) / LN2) ** (1 / shape))


def held_parameters(layout: Layout, log_t50: float, y: Vector) -> tuple[Vector, Vector]:
    """All parameters, when t50 is held and the others are `y` (p - 1,), and their slopes (p, p - 1)."""
    x = np.concatenate([[0.0], y])
    at_shape, at_plateau = layout.place("log shape"), layout.place("plateau")
    _, shape, plateau = carrier_terms(layout, x)
    share = -np.log1p(-HALF_DOSE / plateau)
    x[0] = log_t50 - log(share / LN2) / shape
    slopes = np.vstack([np.zeros(y.size), np.eye(y.size)])
    if at_shape is not None:
        slopes[0, at_shape - 1] = log(share / LN2) / shape
    if at_plateau is not None:
        slopes[0, at_plateau - 1] = HALF_DOSE / (plateau * (plateau - HALF_DOSE) * share * shape)
    return x, slopes


class Profile:
    """Least sums of squares with t50 held, each from its neighbour's solution."""

    def __init__(self, joint: Joint, free: Solution) -> None:
        self.joint = joint
        low, high = _box(joint)
        place = joint.layout.place("plateau")
        if place is not None:
            low[place] = HALF_DOSE * 1.0001
        self.box = low[1:], high[1:]
        self.state = np.clip(free.x[1:], *self.box)

    def rss(self, log_t50: float) -> float:
        """Least sum of squares at ln t50 [h]."""

        def both(y: Vector) -> tuple[Vector, Vector]:
            x, slopes = held_parameters(self.joint.layout, log_t50, y)
            residual, jacobian = model(self.joint, x)
            return residual, jacobian @ slopes

        found = _solved(both, self.state, self.box)
        self.state = found.x
        return found.rss


def vessel_fit(joint: Joint, single: Arm, x: Vector) -> Solution:
    """The carrier of one vessel, with the last two parameters (the membrane) held at `x`."""
    low, high = _box(joint)

    def both(y: Vector) -> tuple[Vector, Vector]:
        value, slopes = predicted_release(joint.layout, np.concatenate([y, x[-2:]]), single.times)
        return value[single.back] - single.released, slopes[single.back, :-2]

    return _solved(both, x[:-2], (low[:-2], high[:-2]))
