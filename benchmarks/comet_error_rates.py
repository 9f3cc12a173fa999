"""2,000 simulated three-experiment studies: false positives, and how often intervals hold.

Each study has a control and a treated slide an experiment; experiments and slides scatter, cells scatter
within slides. The truth is the median over slides of the median tail DNA, control 6 %, treated 6 or 11 %.
"""

import sys

import numpy as np
import pandas as pd

from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Estimate
from selenolab.shelf import assays

STUDIES = 2000
CELLS, EXPERIMENTS = 50, 3
CONTROL = 6.0
BETWEEN, SLIDES, WITHIN = 1.0, 0.7, 2.5  # SD in percentage points: experiments, slides, cells


def study(rng, effect):
    """A dataset of one study: tail DNA of cells, normal around their slide's own."""
    parts = []
    for experiment in range(EXPERIMENTS):
        common = rng.normal(0, BETWEEN)
        for dose, middle in ((0.0, CONTROL), (8.0, CONTROL + effect)):
            own = middle + common + rng.normal(0, SLIDES)
            tail = np.clip(rng.normal(own, WITHIN, CELLS), 0, 100)
            parts.append(
                pd.DataFrame(
                    {
                        "slide": f"{experiment} {dose:g}", "experiment": str(experiment), "role": "sample",
                        "compound": "x" if dose else "", "dose": dose, "tail_dna": tail,
                    }
                )
            )  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "comet", np.arange(len(frame)).astype(str))
    return Dataset({"comets": Table(assays["comet"].tables["comets"], frame, {"dose": "µM"})})


def outcomes(dataset, settings):
    """Change of the treated, mean of the control."""
    from selenolab.assays.comet.headline import CHANGE, TAIL, headline
    from selenolab.assays.comet.room import enter

    found = headline(enter(dataset, settings), settings, {}).endpoints
    change = next(end.outcome for end in found if end.name == CHANGE)
    control = next(end.outcome for end in found if end.name == TAIL and "compound" not in end.group)
    return change, control


def main(studies=STUDIES):
    """Print false-positive rate and coverage."""
    rng, settings = np.random.default_rng(20261121), assays["comet"].settings()
    for effect in (0.0, 5.0):
        called, covered, control = 0, 0, 0
        for _ in range(studies):
            change, untreated = outcomes(study(rng, effect), settings)
            assert isinstance(change, Estimate)
            called += not change.low <= 0 <= change.high
            covered += change.low <= effect <= change.high
            control += untreated.low <= CONTROL <= untreated.high
        word = "false positives" if effect == 0 else "power"
        print(
            f"effect {effect:g} pp: {word} {100 * called / studies:.1f} %, coverage of the change "
            f"{100 * covered / studies:.1f} %, of the control's mean {100 * control / studies:.1f} %"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES)
