"""Does a virtual dialysis give back the model's own t50? The five media, noise drawn anew for every seed.

    python benchmarks/release_virtual.py [--seeds 200] [--first-seed 1]

The model `carrier_release` is run once with the design of the assay `release` (6 vessels a medium, 3 a
control; 50 mL, 1 mL aliquots replaced). The truth is its noise-free curve, looked at 2,000 times between 0
and 48 h while the same aliquots are taken, with every aliquot added back. Each seed scatters the
concentrations by 2 points and 2 % (and 2 % a vessel shares) and goes through the assay.

Columns: how many seeds gave a value, a bound or nothing; the share whose interval (or bound) holds the true
t50; the median absolute error of the values and the median width of their intervals in % of the truth.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from selenolab.assays.release.curve_times import T50, reached
from selenolab.assays.release.groups import groups_of
from selenolab.assays.release.schema import SAMPLE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.vessels import prepare
from selenolab.core.assay import NOTHING_TAKEN
from selenolab.core.dataset import Dataset
from selenolab.core.estimate import Estimate, Outcome
from selenolab.shelf import assays, models
from selenolab.simulate.reference import simulate
from selenolab.stats.noise import observe

MODEL, LOOKS = "carrier_release", 2000


@dataclass(frozen=True, slots=True)
class Truth:
    """The model's t50 in a medium [h], infinite where half is not reached, and its last time."""

    medium: str
    t50: float
    last: float


def expected(settings: ReleaseSettings) -> Dataset:
    """What the vessels show without noise."""
    door = assays["release"].virtual
    assert door is not None
    design = door.design(settings)
    states = simulate(models[MODEL], design, dose_unit="µg")
    return door.expect(states, design, settings)


def truths(settings: ReleaseSettings) -> tuple[Truth, ...]:
    """The model's own t50 of every medium, from its curve between the aliquots."""
    door = assays["release"].virtual
    assert door is not None
    design = door.design(settings)
    found = []
    for _, part in design[design["role"] == SAMPLE].groupby("condition", sort=True):
        looked = _looked_at(part)
        states = simulate(models[MODEL], looked, dose_unit="µg")
        shown = states["free_drug"].to_numpy(float)
        found.append(Truth(str(part["medium"].iloc[0]), *_half(looked, shown)))
    return tuple(found)


def _looked_at(part: pd.DataFrame) -> pd.DataFrame:
    """The design of one medium with many looks between its aliquots."""
    last = float(part["time"].max())
    looks = np.setdiff1d(np.linspace(0, last, LOOKS + 1)[1:].round(6), part["time"].round(6))
    more = pd.concat([part.iloc[[0]]] * looks.size, ignore_index=True).assign(time=looks, action="")
    return pd.concat([part, more], ignore_index=True).sort_values("time", ignore_index=True)


def _half(looked: pd.DataFrame, shown: np.ndarray) -> tuple[float, float]:
    """When the cumulative release passes half, all aliquots added back."""
    volume, aliquot = (float(looked[word].iloc[0]) for word in ("medium_volume", "sample_volume"))
    taken = np.where(looked["action"] == "sample", shown, 0.0)
    gone = np.concatenate([[0.0], np.cumsum(taken)[:-1]])
    share = (volume * shown + aliquot * gone) / float(looked["dose"].iloc[0])
    time = looked["time"].to_numpy(float)
    if share[-1] < 0.5:
        return inf, float(time[-1])
    return float(np.interp(0.5, share, time)), float(time[-1])


def outcomes(plain: Dataset, settings: ReleaseSettings, seed: int) -> Iterator[tuple[str, Outcome]]:
    """The t50 that the assay gives for every medium of one noisy run."""
    door = assays["release"].virtual
    assert door is not None
    seen = observe(plain, door.noise(plain, settings), seed)
    for group in groups_of(prepare(seen, settings, NOTHING_TAKEN).vessels):
        if group.role == SAMPLE:
            yield group.medium, reached(group, T50, settings.level).outcome


def holds(outcome: Outcome, truth: Truth) -> bool:
    """Whether an interval holds the truth; a bound where it is on the right side."""
    if not isinstance(outcome, Estimate):
        return False
    if truth.t50 == inf:
        return outcome.censored == ">" and outcome.value <= truth.last
    return outcome.low <= truth.t50 <= outcome.high


def measure(seeds: range) -> pd.DataFrame:
    """One row a medium: truth, kinds of outcomes, coverage, error and width."""
    settings = ReleaseSettings()
    known = {truth.medium: truth for truth in truths(settings)}
    plain = expected(settings)
    found: dict[str, list[Outcome]] = {medium: [] for medium in known}
    for seed in seeds:
        for medium, outcome in outcomes(plain, settings, seed):
            found[medium].append(outcome)
    return pd.DataFrame([_row(known[medium], results) for medium, results in found.items()])


def _row(truth: Truth, results: list[Outcome]) -> dict[str, object]:
    values = [one for one in results if isinstance(one, Estimate) and one.censored is None]
    bounds = [one for one in results if isinstance(one, Estimate) and one.censored is not None]
    off = [abs(one.value / truth.t50 - 1) for one in values]
    width = [(one.high - one.low) / truth.t50 for one in values]
    return {
        "medium": truth.medium,
        "t50": truth.t50,
        "values": len(values),
        "bounds": len(bounds),
        "absent": len(results) - len(values) - len(bounds),
        "coverage": float(np.mean([holds(one, truth) for one in results])),
        "error %": 100 * float(np.median(off)) if off else float("nan"),
        "width %": 100 * float(np.median(width)) if width else float("nan"),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    table = measure(range(asked.first_seed, asked.first_seed + asked.seeds))
    print(f"{asked.seeds} seeds from {asked.first_seed}")
    print(table.to_string(index=False, float_format=lambda number: f"{number:.3f}"))


if __name__ == "__main__":
    main()
