"""The two tables of a joint membrane fit, checked and laid side by side."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError

Vector = NDArray[np.float64]
Codes = NDArray[np.intp]
COLUMNS = ("vessel", "time", "released")


@dataclass(frozen=True, slots=True)
class Arm:
    """Vessels of one kind: observations (n,), the vessel of each, and the different times (m,).

    `back` (n,) leads from an observation to its time in `times`.
    """

    names: tuple[str, ...]
    vessel: Codes
    time: Vector
    released: Vector
    times: Vector
    back: Codes


def arm(table: pd.DataFrame, what: str) -> Arm:
    """Vessels of a table with the columns vessel, time [h] and released [%].

    Raises
    ------
    DataError
        When a column is missing, a number is not finite, a time is negative, a time comes twice in a vessel,
        or fewer than three later times are there.
    """
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise DataError(f"{what}: expected the columns vessel, time, released; missing {', '.join(missing)}.")
    time = table["time"].to_numpy(dtype=np.float64)
    released = table["released"].to_numpy(dtype=np.float64)
    _refuse(table, time, released, what)
    labels = table["vessel"].astype(str)
    codes, names = pd.factorize(labels, sort=False)
    times, back = np.unique(time, return_inverse=True)
    if (times > 0).sum() < 3:
        raise DataError(
            f"{what}: found {int((times > 0).sum())} sampling times after 0 h, expected at least 3."
        )
    return Arm(tuple(map(str, names)), codes.astype(np.intp), time, released, times, back.astype(np.intp))


def _refuse(table: pd.DataFrame, time: Vector, released: Vector, what: str) -> None:
    bad = ~(np.isfinite(time) & np.isfinite(released)) | (time < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{what}: row {row + 1} has time {time[row]:g} h and released {released[row]:g} %; expected "
            "finite numbers and a time of 0 or later. Leave the sample out with a reason."
        )
    twice = table.assign(vessel=table["vessel"].astype(str)).duplicated(["vessel", "time"])
    if bool(twice.any()):
        row = int(np.flatnonzero(twice.to_numpy())[0])
        raise DataError(
            f"{what}: vessel {table['vessel'].iloc[row]} has the time {time[row]:g} h twice (row {row + 1}); "
            "expected one value a time. Average repeated readings first."
        )
