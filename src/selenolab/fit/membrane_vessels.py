"""Each release vessel by itself, with the membrane of the joint fit."""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.membrane_data import Arm
from selenolab.fit.membrane_search import Joint, half_dose_time, vessel_fit

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class VesselRelease:
    """One vessel: the carrier's t50 [h] with the joint k_m, residual SD [points] and number of readings.

    `residual_sd` is None without spare readings.

    `t50` is -inf before the first sample, inf after the last or where half the dose is never reached.
    """

    vessel: str
    t50: float
    residual_sd: float | None
    readings: int


def each_vessel(joint: Joint, x: Vector) -> tuple[VesselRelease, ...]:
    """The carrier of every vessel, fitted with k_m and the control's plateau held at the joint fit."""
    return tuple(_one(joint, x, number) for number in range(len(joint.release.names)))


def _one(joint: Joint, x: Vector, number: int) -> VesselRelease:
    name = joint.release.names[number]
    own = joint.release.vessel == number
    time, released = joint.release.time[own], joint.release.released[own]
    times, back = np.unique(time, return_inverse=True)
    single = Arm((name,), np.zeros(time.size, dtype=np.intp), time, released, times, back.astype(np.intp))
    found = vessel_fit(joint, single, x)
    t50 = half_dose_time(joint.layout, np.concatenate([found.x, x[-2:]]))
    t50 = inf if t50 > joint.last else -inf if t50 < joint.first else t50
    sd = float(np.sqrt(found.rss / found.dof)) if found.dof > 0 else None
    return VesselRelease(name, t50, sd, int(own.sum()))
