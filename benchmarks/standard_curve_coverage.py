"""Coverage of the intervals of concentrations read from standard curves.

    python benchmarks/standard_curve_coverage.py [--draws 2000] [--wells 2] [--seed 20264]

Every draw is a new plate: standards with scatter about a known curve, and one unknown of known
concentration. Counted is how often its nominal 95 % interval holds the truth. The generator
(tests/generators/standard_curve_truth.py) shares no code with the analysis.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.generators.standard_curve_truth import SCENARIOS, Scenario, draw

from selenolab.core.errors import DataError
from selenolab.fit.calibration import fit_calibration
from selenolab.fit.calibration_inverse import invert


def covered(scenario: Scenario, draws: int, wells: int, seed: int) -> tuple[int, int, int, int, float]:
    """Draws with an interval, of these covered, too low, too high, and the median width of the truth."""
    rng = np.random.default_rng([seed, len(scenario.name), wells])
    held = low = high = given = 0
    widths = []
    for _ in range(draws):
        plate = draw(scenario, wells, rng)
        try:
            curve = fit_calibration(plate.x, plate.y, scenario.model, scenario.weight, scenario.direction)
        except DataError:
            continue
        found = invert(curve, plate.reading, wells)
        given += 1
        if found.censored:  # a bound holds the truth where the truth lies beyond it
            held += found.low <= plate.truth <= found.high
            continue
        held += found.low <= plate.truth <= found.high
        low += found.high < plate.truth
        high += found.low > plate.truth
        widths.append((found.high - found.low) / plate.truth)
    return given, held, low, high, float(np.median(widths))


def main() -> None:
    """A row a model and weight."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--wells", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20264)
    given = parser.parse_args()
    print("curve | weight | plates | coverage % | truth above | truth below | median width, share of truth")
    for scenario in SCENARIOS:
        n, held, low, high, width = covered(scenario, given.draws, given.wells, given.seed)
        print(
            f"{scenario.name} | {scenario.weight} | {n} | {100 * held / n:.1f} | "
            f"{100 * low / n:.1f} | {100 * high / n:.1f} | {width:.2f}"
        )


if __name__ == "__main__":
    main()
