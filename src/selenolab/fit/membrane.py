"""The carrier's own release, with the dialysis membrane taken off by a free-drug control.

A bag delays everything that leaves it, so the curve in the medium is not the carrier's. Release and control
are fitted together: the control tells the membrane's rate constant k_m, the release then tells the carrier
(equations in `selenolab.fit.membrane_model`). The headline is the carrier's t50, the time at which half of
the loaded drug has left the carrier; the apparent t50 stands beside it.

Interval: profile likelihood of ln t50, its height scaled by how much more (or less) the vessels scatter
than independent readings would, with Student's t on the vessels' degrees of freedom
(`selenolab.fit.membrane_scatter`). Coverage is measured by ``benchmarks/release_membrane.py``.

Where the curves do not describe the data the interval is widened by the root of their lack of fit.

A t50 is given as a value only inside what was sampled. A carrier faster than the first sample, or more than
three times as fast as the membrane, is an upper bound: there the delay of the membrane is the larger part
of what is seen, and a small error in how a bag really behaves would be taken for the carrier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError, StudyError
from selenolab.core.estimate import Outcome
from selenolab.fit.membrane_checks import Check, checks_of, widened
from selenolab.fit.membrane_data import arm
from selenolab.fit.membrane_model import (
    Family,
    Layout,
    Recovery,
    carrier,
    carrier_terms,
    predicted_control,
    predicted_release,
)
from selenolab.fit.membrane_outcomes import membrane_outcomes, t50_outcome
from selenolab.fit.membrane_search import Joint, fit_joint, model
from selenolab.fit.membrane_vessels import VesselRelease, each_vessel
from selenolab.fit.release_t50 import time_to_target

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MembraneFit:
    """A joint fit of release and free-drug control.

    Parameters
    ----------
    t50 : when the carrier has released half of the loaded drug [h].
    apparent_t50 : when half of the loaded drug is in the medium [h], interpolated (no model).
    k_m : the membrane's rate constant [1/h], as seen in the medium.
    parameters : of the carrier: "k" [1/h] (first order), or "a" [h^b] and "b" (Weibull,
        1 - exp(-t^b / a)), and "Fmax" [%] when fitted; and "control Fmax" [%].
    release_sd, control_sd : residual SD of the two arms [points].
    vessels : the release vessels one by one, with the joint k_m.
    checks : what the interpretation rests on, with what was found.
    reasons : why t50 is a bound or absent, and what else limits it; in words.
    layout, x : the model and its fitted parameters, for `carrier_curve` and its kin.
    """

    family: Family
    level: float
    t50: Outcome
    apparent_t50: Outcome
    k_m: Outcome
    parameters: Mapping[str, Outcome]
    release_sd: float
    control_sd: float
    vessels: tuple[VesselRelease, ...]
    checks: tuple[Check, ...]
    reasons: tuple[str, ...]
    layout: Layout
    x: Vector


def fit_membrane(
    release: pd.DataFrame,
    control: pd.DataFrame,
    family: Family = "first order",
    *,
    level: float = 0.95,
    plateau: float | None = 100.0,
    hold_up: float = 0.0,
    recovery: Recovery = "own",
    resolution: float = 1 / 3,
) -> MembraneFit:
    """Fit carrier and membrane together.

    Parameters
    ----------
    release, control : columns vessel, time [h], released [% of the loaded drug, corrected for sampling];
        the control is free drug in the same kind of bag.
    family : "first order" or "Weibull", of which first order is the special case b = 1. Choose it before
        seeing the data: first order taken unless its fit fails covers 80 % for b = 0.85 or 1.2, not 95 %,
        while Weibull costs 1 to 4 % of width where first order is true.
    plateau : % of the loaded drug that the carrier releases in the end; None to fit it.
    hold_up : V_bag / (V_bag + V_medium), the share that stays in the bag at equilibrium; 0 when the data
        count the drug in the bag as well, or it is negligible.
    recovery : "own" takes all drug of the carrier to be found again; "control" takes it to be found as far
        as the control's (drug lost on the membrane, say).
    resolution : a t50 below this share of the membrane's own half-time ln 2 / k_m is given as a bound.

    Raises
    ------
    DataError
        When a table is not as said (see `selenolab.fit.membrane_data.arm`).
    StudyError
        When an option is outside its range.
    """
    _refuse_options(family, level, plateau, hold_up, recovery, resolution)
    layout = Layout(family, plateau, hold_up, recovery)
    joint = Joint(layout, arm(release, "release"), arm(control, "free-drug control"))
    if joint.control.released.max() <= 0:
        raise DataError("Free-drug control: found no released drug; expected a control that leaves the bag.")
    free = fit_joint(joint)
    t50, reasons = t50_outcome(joint, free, level, resolution)
    t50 = widened(joint, free, t50)
    k_m, parameters = membrane_outcomes(joint, free, level)
    checks = checks_of(joint, free, t50, reasons, k_m)
    one, two = _residual_sds(joint, free.x)
    return MembraneFit(
        family,
        level,
        t50,
        time_to_target(release, 50.0, level).outcome,
        k_m,
        parameters,
        one,
        two,
        each_vessel(joint, free.x),
        checks,
        tuple(dict.fromkeys((*reasons, *(check.found for check in checks if not check.passed)))),
        layout,
        free.x,
    )


def _refuse_options(
    family: str, level: float, plateau: float | None, hold_up: float, recovery: str, resolution: float
) -> None:
    if family not in ("first order", "Weibull"):
        raise StudyError(f"Membrane fit: expected the family first order or Weibull, found {family!r}.")
    if recovery not in ("own", "control"):
        raise StudyError(f"Membrane fit: expected recovery own or control, found {recovery!r}.")
    if not 0 < level < 1:
        raise StudyError(f"Membrane fit: expected a level between 0 and 1, found {level}.")
    if plateau is not None and not 50 < plateau <= 200:
        raise StudyError(f"Membrane fit: expected a plateau above 50 and up to 200 %, found {plateau:g}.")
    if not 0 <= hold_up < 1 or not 0 <= resolution < inf:
        raise StudyError(
            f"Membrane fit: expected hold_up in [0, 1) and a resolution of 0 or more, found {hold_up:g} and "
            f"{resolution:g}."
        )


def _residual_sds(joint: Joint, x: Vector) -> tuple[float, float]:
    """Residual SD of both arms, the parameters shared out by the number of readings."""
    residual, _ = model(joint, x)
    n = joint.release.time.size
    dof = max(1.0 - x.size / residual.size, 1e-9)
    one, two = (float(np.sqrt(np.mean(part**2) / dof)) for part in (residual[:n], residual[n:]))
    return one, two


def carrier_curve(fit: MembraneFit, time: ArrayLike) -> Vector:
    """% of the loaded drug that has left the carrier at `time` [h] (m,): the membrane taken off."""
    half, shape, plateau = carrier_terms(fit.layout, fit.x)
    return plateau * carrier(np.asarray(time, dtype=np.float64), half, shape)


def medium_curve(fit: MembraneFit, time: ArrayLike) -> Vector:
    """% of the loaded drug that the fit expects in the medium at `time` [h] (m,)."""
    return predicted_release(fit.layout, fit.x, np.asarray(time, dtype=np.float64))[0]


def control_curve(fit: MembraneFit, time: ArrayLike) -> Vector:
    """% of the free drug that the fit expects in the medium at `time` [h] (m,)."""
    return predicted_control(fit.layout, fit.x, np.asarray(time, dtype=np.float64))[0]
