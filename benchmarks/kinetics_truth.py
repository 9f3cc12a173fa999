"""How near the true rate the initial rates of progress curves come, and how often a change is told rightly.

``python benchmarks/kinetics_truth.py [seeds] [studies]``: traces with lag, depletion, coloured noise and
bubbles from ``tests/generators/kinetics_truth.py``; then simulated three-experiment studies for the headline.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np

from selenolab.assays.plate_kinetics.assay import analyse
from selenolab.assays.plate_kinetics.schema import READINGS
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Estimate
from selenolab.fit.rate import initial_rate
from selenolab.fit.rate_result import RateRule

HERE = Path(__file__).parents[1] / "tests" / "generators" / "kinetics_truth.py"
SPEC = importlib.util.spec_from_file_location("kinetics_truth", HERE)
truth = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(truth)

CASES = {
    "as drawn, 61 readings, 0.0015 AU": {},
    "quieter, 0.0007 AU": {"noise": 0.0007},
    "noisier, 0.003 AU": {"noise": 0.003},
    "31 readings": {"points": 31},
    "no lag, no depletion": {"lag": 0.0, "conversion": 0.02},
    "lag of 1.5 min": {"lag": 1.5, "conversion": 0.2},
    "no lag, 60 % used": {"lag": 0.0, "conversion": 0.6},
    "detector ends at 0.5 AU": {"limit": 0.5, "span": 0.8},
}


def errors(seeds, **asked):
    """Error of the slope and its standard error in % of the truth, (n,) each."""
    found = []
    for seed in range(seeds):
        trace = truth.trace(seed, **asked)
        rate = initial_rate(trace.time, trace.signal, RateRule(limit=trace.limit))
        found.append((100 * (rate.slope / trace.rate - 1), 100 * (rate.se or np.nan) / trace.rate, rate.line))
    wrong, se = np.array([row[0] for row in found]), np.array([row[1] for row in found])
    return wrong, se


def as_dataset(frame):
    """A table of the generator as the assay reads it."""
    drug = np.where(frame["dose"] > 0, "drug", "")
    data = frame.assign(plate=frame["experiment"], compound=drug, cell_line="cells")
    data["read_time"] *= 60
    return Dataset({"readings": Table(READINGS, data, {"dose": "µM"})})


def told(seed, effect, **asked):
    """Whether 1 and the true ratio lie in the interval of the change; None where it cannot be given."""
    analysis = analyse(as_dataset(truth.study(seed, effect=effect, **asked)), PlateKineticsSettings(), 0, {})
    for endpoint in analysis.endpoints:
        if endpoint.name.endswith("% of control") and isinstance(endpoint.outcome, Estimate):
            low, high = endpoint.outcome.low / 100, endpoint.outcome.high / 100
            return not low <= 1 <= high, low <= effect <= high
    return None


def main(seeds, studies):
    """Print both tables."""
    print(f"{'initial rate, error in %':36} mean   mean|e|  median|e|  95 %   worst  in 2 %  interval holds")
    for name, asked in CASES.items():
        wrong, se = errors(seeds, **asked)
        size = np.abs(wrong)
        print(
            f"{name:36} {wrong.mean():+5.2f}  {size.mean():6.2f}  {np.median(size):8.2f}  "
            f"{np.quantile(size, 0.95):6.2f} {size.max():6.2f}  {100 * (size < 2).mean():8.0f} %  "
            f"{100 * (size < 1.96 * se).mean():8.0f} %"
        )
    for effect, count in ((1.0, studies), (0.5, studies // 4)):
        found = [one for seed in range(count) if (one := told(seed, effect, points=3)) is not None]
        differs, covered = (100 * np.mean([one[k] for one in found]) for k in (0, 1))
        print(
            f"{len(found)} studies, true ratio {effect:g}: differs in {differs:.1f} %, the interval "
            f"holds the ratio in {covered:.1f} %"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
