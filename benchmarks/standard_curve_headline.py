"""Headline statistics of standard_curve on simulated three-experiment studies.

    python benchmarks/standard_curve_headline.py [--studies 2000] [--seed 20265]

A study is three independent lysates of untreated and of treated cells, one plate each with its own
standards; lysates differ by their own scatter (CV 10 %) and that of the experiment (CV 15 %). The release of
LDH (CV 12 % between experiments) is relative to the lysed cells of each experiment. Counted: how often
"differs from control" is said where nothing differs (nominal 5 %), and how often the nominal 95 % intervals
hold the true value and the true fold. The generator shares no code with the analysis.
"""

import argparse
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.generators.standard_curve_truth import gsh_table, ldh_table

from selenolab.assays.standard_curve.endpoints import Found, found
from selenolab.assays.standard_curve.inversions import inversions
from selenolab.assays.standard_curve.plate_curves import plate_curves
from selenolab.assays.standard_curve.prepared import prepare
from selenolab.assays.standard_curve.release_values import release_values
from selenolab.assays.standard_curve.schema import WELLS
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.assays.standard_curve.values import values
from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Estimate

SETTINGS = StandardCurveSettings(preset="gsh_dtnb")
LDH = StandardCurveSettings(preset="ldh_release")
_OWN, _WHOLE, _LDH = 0.10, 0.15, 0.12
_NAMES = {
    "standard_concentration [µM]": "standard_concentration", "dose [µM]": "dose", "time [h]": "time",
    "dilution": "sample_dilution", "protein [mg/mL]": "protein_concentration",
    "absorbance [AU]": "absorbance",
}  # fmt: skip


def results(table: str, settings: StandardCurveSettings = SETTINGS) -> tuple[Found, ...]:
    """The analysis of one study from its table."""
    wells = pd.read_csv(io.StringIO(table)).rename(columns=_NAMES)
    for word in ("plate", "well", "role", "experiment", "compound", "cell_line", "dilution_source"):
        wells[word] = (
            wells[word].astype(object).where(wells[word].notna(), "").astype(str) if word in wells else ""
        )
    wells["basis"] = "not stated"
    units = {"dose": "µM", "standard_concentration": "µM"}
    prepared = prepare(Dataset({"wells": Table(WELLS, wells, units)}), settings)
    if settings is LDH:
        return found(release_values(prepared), prepared, settings)
    rows = inversions(prepared, plate_curves(prepared, settings), settings)
    return found(values(rows, prepared, settings, {}), prepared, settings)


def truths(gsh: float, gssg: float) -> dict[str, float]:
    """The mean over lysates of each measured thing: lognormal scatter lifts amounts, not the ratio."""
    lift = float(np.exp((_OWN**2 + _WHOLE**2) / 2))
    total = gsh + 2 * gssg
    return {
        "total glutathione": lift * total, "GSSG": lift * gssg,
        "reduced GSH": lift * gsh, "GSH/GSSG": gsh / gssg,
    }  # fmt: skip


def counted(studies: int, seed: int) -> pd.DataFrame:
    """Per measured thing: studies, false positives, coverage of the value and of the fold [%]."""
    rng = np.random.default_rng(seed)
    tally = {name: np.zeros(4) for name in (*truths(1, 1), "LDH release")}
    for _ in range(studies):
        gsh, gssg = rng.uniform(150, 400), rng.uniform(5, 20)
        table = gsh_table(rng, {0.0: (gsh, gssg), 8.0: (gsh, gssg)}, spread=_OWN, shared=_WHOLE)
        _count(tally, results(table), truths(gsh, gssg))
        share = rng.uniform(8, 50)
        lysed = ldh_table(rng, {0.0: share, 8.0: share}, spread=_LDH)
        _count(tally, results(lysed, LDH), {"LDH release": share * float(np.exp(_LDH**2 / 2))})
    rows = [
        (name, int(t[2]), 100 * (1 - t[3] / t[2]), 100 * t[3] / t[2], 100 * t[1] / t[0])
        for name, t in tally.items()
    ]
    return pd.DataFrame(rows, columns=["measured", "studies", "false_positives", "fold_held", "value_held"])


def _count(tally: dict[str, np.ndarray], seen: tuple[Found, ...], truth: dict[str, float]) -> None:
    for one in seen:
        if one.name not in truth or not isinstance(one.outcome, Estimate):
            continue
        tally[one.name][0] += 1
        tally[one.name][1] += one.outcome.low <= truth[one.name] <= one.outcome.high
        if isinstance(one.change, Estimate):
            tally[one.name][2] += 1
            tally[one.name][3] += one.change.low <= 1.0 <= one.change.high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20265)
    given = parser.parse_args()
    print(counted(given.studies, given.seed).round(1).to_string(index=False))


if __name__ == "__main__":
    main()
