"""What the interpretation of a joint membrane fit rests on."""

from dataclasses import dataclass, replace
from math import exp, inf, log

import numpy as np
from scipy import special

from selenolab.core.estimate import Absent, Estimate, Outcome
from selenolab.fit.membrane_data import Arm
from selenolab.fit.membrane_search import Joint, model
from selenolab.stats.least_squares import Solution

_PLATEAU, _WIDTH, _MISFIT = 0.9, 3.0, 0.01
_FAR = 100.0  # ln: beyond any sampling time


@dataclass(frozen=True, slots=True)
class Check:
    """A condition, whether it is met, and what was found, in a sentence."""

    name: str
    passed: bool
    found: str


def checks_of(
    joint: Joint, free: Solution, t50: Outcome, why: tuple[str, ...], k_m: Outcome
) -> tuple[Check, ...]:
    """All checks of a joint fit; `why` the t50 is no value."""
    return (
        _reaches_plateau(joint, free),
        _k_m_known(k_m),
        _told_apart(t50, why),
        _repeated(joint),
        _described(joint, free),
    )


def _reaches_plateau(joint: Joint, free: Solution) -> Check:
    share = float(-np.expm1(-np.exp(free.x[-2]) * joint.control.times[-1]))
    text = f"the free-drug control has come to {100 * share:.0f} % of its plateau at its last sample"
    more = "" if share >= _PLATEAU else "; sample it until it is level"
    return Check("control reaches its plateau", share >= _PLATEAU, text + more)


def _k_m_known(k_m: Outcome) -> Check:
    if not isinstance(k_m, Estimate):
        return Check("k_m known", False, "the control does not tell the membrane's rate constant")
    if k_m.censored:
        return Check(
            "k_m known",
            True,
            f"the membrane is faster than the samples of the control: k_m > {k_m.value:.3g}/h",
        )
    passed = k_m.high <= _WIDTH * k_m.low
    text = f"k_m lies between {k_m.low:.3g} and {k_m.high:.3g}/h"
    return Check("k_m known", passed, text if passed else f"{text}, more than a factor of {_WIDTH:g}")


def _told_apart(t50: Outcome, why: tuple[str, ...]) -> Check:
    bound = isinstance(t50, Absent) or (isinstance(t50, Estimate) and t50.censored == "<")
    text = "; ".join(why) if bound else "release and free drug differ by more than their scatter"
    return Check("carrier told from the membrane", not bound, text)


def _repeated(joint: Joint) -> Check:
    one, two = len(joint.release.names), len(joint.control.names)
    text = f"{one} release and {two} control vessels"
    if min(one, two) < 2:
        text += ": the variation between vessels is not in the intervals; repeat both arms"
    return Check("both arms repeated", min(one, two) > 1, text)


def _described(joint: Joint, free: Solution) -> Check:
    """Lack of fit against the scatter of vessels at equal times."""
    name = f"{joint.layout.family} describes the data"
    found = lack_of_fit(joint, free)
    if found is None:
        return Check(name, True, "too few repeated readings to tell")
    text = f"lack of fit p = {found.p:.2g}" if found.p >= 1e-4 else "lack of fit p < 0.0001"
    wrong = f"{joint.layout.family} does not describe the data: {text}"
    return Check(name, not found.shown, text if not found.shown else wrong)


@dataclass(frozen=True, slots=True)
class Lack:
    """How much farther the vessels' means lie from the curves than scatter puts them (F), and its p."""

    ratio: float
    p: float

    @property
    def shown(self) -> bool:
        """Whether the curves do not describe the data."""
        return self.p < _MISFIT


def lack_of_fit(joint: Joint, free: Solution) -> Lack | None:
    """The F test of the joint fit; None with too few repeated readings."""
    pure, spare = 0.0, 0
    for arm in (joint.release, joint.control):
        total, df = _pure_error(arm)
        pure, spare = pure + total, spare + df
    lack = free.dof - spare
    if spare < 2 or lack < 1 or pure <= 0:
        return None
    residual, _ = model(joint, free.x)
    ratio = max(float(residual @ residual) - pure, 0.0) / lack / (pure / spare)
    return Lack(ratio, float(special.fdtrc(lack, spare, ratio)))


def widened(joint: Joint, free: Solution, t50: Outcome) -> Outcome:
    """`t50` with its interval as wide as the misfit of the curves asks, where they do not describe the data.

    Vessels that agree with one another on a curve that is not theirs show no scatter of it. The distances of
    ln t50 to its limits are multiplied by the root of F; limits outside the sampling times are open.
    """
    found = lack_of_fit(joint, free)
    if found is None or not found.shown or not isinstance(t50, Estimate) or t50.censored:
        return t50
    factor = max(found.ratio, 1.0) ** 0.5
    down = factor * log(t50.value / t50.low) if t50.low > 0 else inf
    up = factor * log(t50.high / t50.value)
    low, high = t50.value * exp(-down), t50.value * exp(min(up, _FAR))
    method = f"{t50.method}; widened {factor:.2g} times, as the curves do not describe the data"
    low, high = low if low >= joint.first else -inf, high if high <= joint.last else inf
    return replace(t50, low=low, high=high, method=method)


def _pure_error(arm: Arm) -> tuple[float, int]:
    count = np.bincount(arm.back)
    mean = np.bincount(arm.back, arm.released) / count
    return float(np.sum((arm.released - mean[arm.back]) ** 2)), int((count - 1).sum())
