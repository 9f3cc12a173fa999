"""Vessels of one role, carrier and medium, and their units of replication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.release.schema import FREE, NON_CLEAVABLE, SAMPLE
from selenolab.assays.release.vessels import Vessel

Vector = NDArray[np.float64]
VESSELS, BATCHES = "vessels", "independent experiments"
_ORDER = {SAMPLE: 0, NON_CLEAVABLE: 1, FREE: 2}
ROLE_TITLES = {NON_CLEAVABLE: "non-cleavable control", FREE: "free-drug control"}


@dataclass(frozen=True, slots=True)
class Group:
    """Vessels that differ in nothing that was stated.

    `rows`: one row a unit of replication and time: unit, time [h], released [%], below (bool: released is an
    upper bound), sorted. `n_is` says what a unit is.
    """

    role: str
    carrier: str
    medium: str
    vessels: tuple[Vessel, ...]
    rows: pd.DataFrame
    n_is: str

    @property
    def words(self) -> Mapping[str, str]:
        """The group as endpoints name it."""
        words = {"carrier": self.carrier, "medium": self.medium}
        words["role"] = ROLE_TITLES.get(self.role, "")
        return {word: text for word, text in words.items() if text}

    @property
    def title(self) -> str:
        """The group in words: "carrier A in PBS", "free-drug control in PBS"."""
        head = self.carrier or ("carrier" if self.role == SAMPLE else "")
        kind = ROLE_TITLES.get(self.role, "")
        name = f"{head} ({kind})" if head and kind else head or kind
        return f"{name} in {self.medium}"

    @property
    def names(self) -> tuple[str, ...]:
        """The units of replication."""
        return tuple(dict.fromkeys(self.rows["unit"]))

    @property
    def times(self) -> Vector:
        """Times at which any unit has a value (m,)."""
        return np.unique(self.rows["time"].to_numpy(float))

    def fact(self, word: str) -> float:
        """The mean of a fact over the vessels, NaN where none states it."""
        values = np.array([vessel.facts[word] for vessel in self.vessels])
        return float(values[np.isfinite(values)].mean()) if np.isfinite(values).any() else float("nan")


def groups_of(vessels: Sequence[Vessel]) -> tuple[Group, ...]:
    """All groups in the order in which they are told."""
    found: dict[tuple[str, str, str], list[Vessel]] = {}
    for vessel in vessels:
        found.setdefault(vessel.group, []).append(vessel)
    groups = [_group(vessels) for vessels in found.values()]
    return tuple(sorted(groups, key=_rank))


def _rank(group: Group) -> tuple[int, str, float, float, float, str]:
    """Samples before controls; by carrier; media without GSH and H2O2 first, of those the highest pH."""
    gsh, h2o2, ph = (group.fact(word) for word in ("gsh", "h2o2", "ph"))
    known = [value if np.isfinite(value) else 0.0 for value in (gsh, h2o2, -ph)]
    return (_ORDER[group.role], group.carrier, known[0], known[1], known[2], group.medium)


def _group(vessels: Sequence[Vessel]) -> Group:
    batches = {vessel.experiment for vessel in vessels}
    by_batch = len(batches) > 1
    rows = pd.concat([_rows(vessel, by_batch) for vessel in vessels], ignore_index=True)
    if by_batch:
        rows = (
            rows.groupby(["unit", "time"], sort=True).agg({"released": "mean", "below": "any"}).reset_index()
        )
    rows = rows.sort_values(["unit", "time"], kind="stable").reset_index(drop=True)
    first = vessels[0]
    kind = BATCHES if by_batch else VESSELS
    return Group(first.role, first.carrier, first.medium, tuple(vessels), rows, kind)


def _rows(vessel: Vessel, by_batch: bool) -> pd.DataFrame:
    kept = (vessel.sound | vessel.below) & np.isfinite(vessel.released)
    return pd.DataFrame(
        {
            "unit": vessel.experiment if by_batch else vessel.name,
            "time": vessel.time[kept],
            "released": vessel.released[kept],
            "below": vessel.below[kept],
        }
    )


def at(group: Group, time: float) -> pd.DataFrame:
    """The rows of one time."""
    here = np.isclose(group.rows["time"].to_numpy(float), time, rtol=1e-9, atol=1e-12)
    rows: pd.DataFrame = group.rows.loc[here]
    return rows


def sound_rows(group: Group) -> pd.DataFrame:
    """The rows whose value is a number, with the unit as `vessel`, as the fits take them."""
    rows = group.rows[~group.rows["below"]].rename(columns={"unit": "vessel"})
    return rows[["vessel", "time", "released"]].reset_index(drop=True)


def mean_curve(group: Group) -> tuple[Vector, Vector, Vector]:
    """Times (m,), mean released % over the units (m,) and their SD (m,), NaN for one unit."""
    part = sound_rows(group).groupby("time", sort=True)["released"]
    mean, spread = part.mean(), part.std(ddof=1)
    table = np.column_stack([mean.index.to_numpy(float), mean.to_numpy(float), spread.to_numpy(float)])
    return table[:, 0], table[:, 1], table[:, 2]
