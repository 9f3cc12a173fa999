"""Arms of a dialysis as rows of the dataset, and what an analysis says of them: for tests of conclusions."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd

from selenolab.assays.release.schema import ALIQUOTS
from selenolab.core.dataset import Dataset, Table
from selenolab.shelf import assays

SPEC = importlib.util.spec_from_file_location("release_data", Path(__file__).with_name("release_data.py"))
data = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(data)

ASSAY = assays["release"]
PBS, GSH, ACID = "PBS", "10 mM GSH", "acetate pH 5.5"
FAST, SLOW = data.through_bag(0.1, 0.6), data.through_bag(0.004, 0.6)


def arm(role, medium, arrived, count=3, ph=7.4, gsh=0.0, carrier="SeSe-NP", batch="", seed=1, sd=0.02):
    """Rows of one arm with the words of the dataset."""
    rng = np.random.default_rng([seed, len(medium), len(role), len(batch)])
    words = ["vessel", "time", "medium_concentration"]
    rows = pd.DataFrame(data.vessels(arrived, count, rng, sd), columns=words)
    rows["vessel"] = [f"{role} {medium} {batch} {number}" for number in rows["vessel"]]
    rows["carrier"] = "" if role == "free_drug" else carrier
    return rows.assign(
        medium=medium, role=role, experiment=batch, ph=ph, gsh=gsh, replacement="none yet",
        medium_volume=50.0, sample_volume=1.0, loaded_drug=150.0,
    )  # fmt: skip


def analyse(*arms, **settings):
    frame = pd.concat(arms, ignore_index=True)
    frame["time"] = frame["time"].astype(float)
    chosen = ASSAY.settings(**{"models": ["weibull", "korsmeyer_peppas"], **settings})
    return ASSAY.analyse(Dataset({"aliquots": Table(ALIQUOTS, frame)}), chosen, 0, {})


def of(analysis, name, **group):
    found = [e for e in analysis.endpoints if e.name == name]
    return [e for e in found if all(e.group.get(w) == t for w, t in group.items())]


def sample(analysis, name, **group):
    (found,) = [e for e in of(analysis, name, **group) if "role" not in e.group]
    return found


def everything(analysis):
    """All words of an answer."""
    parts = [analysis.answer, *analysis.warnings, *(s.text for s in analysis.methods)]
    parts += [str(e.outcome) for e in analysis.endpoints] + [c.why for c in analysis.checks]
    parts += [d.title + d.caption.text for d in analysis.drawings]
    return " ".join(parts).casefold()
