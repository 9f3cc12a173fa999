"""The western assay on blots of known truth, and what its intervals hold.

    python benchmarks/western_truth.py [--seeds 50] [--first-seed 1] [--studies 2000]

First part: studies of three lysates as 16-bit files (tilt, smile, gradients, streaks, noise, hot pixels,
light and dark bands, a stain and a loading control of every membrane, some bands saturated) through the bench
door. Errors of the fold of each lysate against the true volumes, and saturated bands that were missed.

Second part: false positives ("the interval of the fold leaves out 1" where there is no effect) and coverage,
on simulated studies of three lysates. Volumes of bands are simulated (lysate, load of the lane, brightness of
the exposure, background noise) and enter by the dataset, as those of files do; no pixels are drawn.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from selenolab.assays.western.headline import FOLD, Headline, headline
from selenolab.assays.western.normalising import bench_of
from selenolab.assays.western.reading import read
from selenolab.assays.western.room import enter
from selenolab.assays.western.schema import BANDS, BLOTS, LANES
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Estimate
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from generators import western_truth as truth

LEVELS = {"p53-pS15": (1.0, 2.0, 3.4), "p-Akt": (1.0, 0.6, 0.35)}
SETTINGS = WesternSettings(file_names="{membrane}_{protein}")
BY = {"total": "total protein", "loading": "beta-actin"}
DOSES = ("8 µM", "16 µM")


@dataclass
class Found:
    """Errors of folds in % by normaliser, and counts of saturated bands and of folds that were not given."""

    errors: dict[str, list[float]] = field(default_factory=lambda: {how: [] for how in BY})
    saturated: int = 0
    missed: int = 0
    false_alarms: int = 0
    expected: int = 0
    cut: int = 0


def through_the_door(made: truth.Study) -> Reading:
    """Files written and read."""
    with tempfile.TemporaryDirectory() as place:
        paths, sheet = truth.write(made, Path(place))
        files = []
        for path, one in zip(paths, made.exposures, strict=True):
            parsed, sha256 = read_file(path)
            files.append(InputFile(path, path.name, one.role, sha256, parsed))
        told = read_plate_map(sheet)
        return read(files, Sheet(sheet.name, told.data, told.units), SETTINGS)


def measure(seed: int, found: Found) -> None:
    """One study: errors of the folds of its lysates, saturated bands."""
    made = truth.study(seed, LEVELS, saturate=seed % 3 == 0)
    dataset = through_the_door(made).dataset
    bands = dataset.tables["bands"].frame
    for one in made.exposures:
        own = bands[bands["blot"] == one.name].sort_values("lane", key=lambda lane: lane.astype(int))
        told = (own["band_saturated"] > 0).to_numpy()
        found.saturated += int(one.saturated.sum())
        found.missed += int((one.saturated & ~told).sum())
        found.false_alarms += int((told & ~one.saturated).sum())
    bench = bench_of(enter(dataset, SETTINGS), SETTINGS)
    found.cut += sum(bool(blot.cuts) for blot in bench.room.blots.values())
    for how, error in _errors(made, headline(bench)):
        found.errors[how].append(error)
    full = {(one.membrane, one.protein): one.saturated for one in made.exposures}
    for (membrane, protein), lanes in full.items():
        if protein in LEVELS:
            stain, actin = full[(membrane, "total protein")], full[(membrane, "beta-actin")]
            clear = ~lanes & ~stain & ~actin
            found.expected += int(clear[0]) * int(clear[1:3].sum())


def _errors(made: truth.Study, told: Headline) -> Iterator[tuple[str, float]]:
    for one in told.quantities:
        for how, other in one.by.items():
            folds = truth.true_folds(made, one.name, BY[how])
            for k, fold in other.folds.items():
                dose = DOSES.index(other.groups[k].words["dose"])
                for experiment, value in fold.pairs:
                    yield how, 100 * (value / folds[int(experiment) - 1, dose] - 1)


def simulated(rng: np.random.Generator, fold: float, lysates: int = 3) -> Dataset:
    """A study without pixels: a control and a treated lane in duplicate on the membrane of each lysate."""
    lanes, bands, blots = [], [], []
    spread = rng.uniform(0.05, 0.4)
    for number in range(1, lysates + 1):
        name = str(number)
        shine = rng.lognormal(0, 0.4, 2)
        for protein, kind in (("p21", "target"), ("total protein", "total")):
            blots.append(
                {"blot": f"{name} {protein}", "membrane": name, "blot_role": kind, "blot_refusal": ""}
            )
        level = np.array([1.0, fold]) * rng.lognormal(0, spread, 2)
        for lane in range(4):
            load = rng.lognormal(0, 0.15)
            dose = 8.0 * (lane % 2)
            lanes.append({"membrane": name, "lane": str(lane + 1), "role": "sample", "experiment": name,
                          "compound": "x" if dose else "", "dose": dose})  # fmt: skip
            for protein, amount, own in (
                ("p21", level[lane % 2], shine[0]),
                ("total protein", 1.0, shine[1]),
            ):
                volume = 10_000 * amount * load * own * rng.lognormal(0, 0.05) + rng.normal(0, 100)
                place = {"blot": f"{name} {protein}", "membrane": name, "lane": str(lane + 1)}
                bands.append({**place, "protein": protein, "band_volume": volume, "band_volume_se": 100.0})
    return Dataset(
        {
            "lanes": Table(LANES, pd.DataFrame(lanes), {"dose": "µM"}),
            "blots": Table(BLOTS, pd.DataFrame(blots)),
            "bands": Table(BANDS, pd.DataFrame(bands)),
        }
    )


def fold_of(dataset: Dataset) -> Estimate:
    """The headline fold of a simulated study."""
    settings = WesternSettings()
    told = headline(bench_of(enter(dataset, settings), settings))
    outcome = next(one.outcome for one in told.endpoints if one.name == FOLD)
    assert isinstance(outcome, Estimate)
    return outcome


def error_rates(studies: int, seed: int = 0) -> dict[str, float]:
    """Share of false positives and coverage at three true folds, in %."""
    rng = np.random.default_rng(seed)
    rates: dict[str, float] = {}
    for fold in (1.0, 2.0, 0.4):
        told = [fold_of(simulated(rng, fold)) for _ in range(studies)]
        if fold == 1.0:
            rates["false positives"] = 100 * float(np.mean([one.low > 1 or one.high < 1 for one in told]))
        rates[f"coverage, fold {fold:g}"] = 100 * float(
            np.mean([one.low <= fold <= one.high for one in told])
        )
        rates[f"mean n, fold {fold:g}"] = float(np.mean([one.n for one in told]))
    return rates


def main() -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--studies", type=int, default=2000)
    asked = parser.parse_args()
    found = Found()
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        measure(seed, found)
    if asked.seeds:
        print(f"{asked.seeds} studies of three lysates, folds of single lysates against true volumes")
        for how, errors in found.errors.items():
            size = np.abs(errors)
            middle, most = np.quantile(size, [0.5, 0.95])
            print(f"  by {BY[how]}: {len(errors)} folds of {found.expected}, median error {middle:.2f} %,")
            print(
                f"    95th percentile {most:.2f} %, largest {size.max():.2f} %, {(size > 5).sum()} above 5 %"
            )
        print(f"  saturated bands {found.saturated}, missed {found.missed}, false {found.false_alarms}")
        print(f"  exposures cut by a splice that is none: {found.cut}")
    for name, value in error_rates(asked.studies).items() if asked.studies else ():
        print(f"  {name}: {value:.2f}{'' if name.startswith('mean') else ' %'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
