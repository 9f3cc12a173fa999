"""Comets of simulated slides as a dataset and as a file, for the tests of the comet assay."""

import numpy as np
import pandas as pd

from selenolab.core.dataset import Dataset, Table
from selenolab.shelf import assays

COMETS = assays["comet"].tables["comets"]


def cells(slide, middle, experiment="1", n=60, seed=0, **words):
    """Comets of one slide around a middle tail DNA [%]."""
    tail = np.clip(np.random.default_rng(seed).normal(middle, 3.0, n), 0, 100)
    own = {"role": "sample", "compound": "", "dose": 0.0, "time": 24.0, "cell_line": "HepG2", "arm": ""}
    frame = pd.DataFrame({"tail_dna": tail})
    return frame.assign(slide=slide, experiment=experiment, **{**own, **words})


def dataset(*parts):
    """A dataset of the slides, doses in µM."""
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "comet", np.arange(len(frame)).astype(str))
    for word in ("comet_enzyme", "arm", "compound"):
        if word in frame:
            frame[word] = frame[word].fillna("")
    return Dataset({"comets": Table(COMETS, frame, {"dose": "µM"})})


def study(effect=12.0, viability=None, experiments=3):
    """Control and 8 µM in every experiment, with a positive control."""
    parts = []
    more = {} if viability is None else {"viability": viability}
    for number in range(1, experiments + 1):
        base = 5.0 + 0.6 * number
        name = str(number)
        parts.append(cells(f"C{name}", base, name, seed=number))
        treated = {"compound": "SeC", "dose": 8.0, **more}
        parts.append(cells(f"T{name}", base + effect + 0.3 * number, name, seed=10 + number, **treated))
        positive = {"role": "positive", "compound": "H2O2", "dose": 50.0}
        parts.append(cells(f"P{name}", 45 + number, name, seed=20 + number, **positive))
    return dataset(*parts)
