"""The virtual door: slides of model cells, one row a comet.

Strand breaks D of the model stretch the median tail: tail DNA = t0 (1 + 5 D), on the scale of odds so that it
stays below 100 %. Cells scatter in log odds around it; a slide shares an error. No image is drawn; lengths
follow from tail DNA by a rough rule that is stated here and rests on no measurement.
"""

import numpy as np
import pandas as pd
from scipy import special

from selenolab.assays.comet.schema import COMETS, SAMPLE
from selenolab.assays.comet.settings import CometSettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.stats.virtual_design import doses_and_times

NEEDS = ("strand_breaks",)
PER_BREAK = 5.0  # by how much one arbitrary unit of breaks stretches the tail (assumed, with the model)
_CLASSES = 200  # equally likely cells that stand for the distribution
_NEARLY_ALL = 98.0  # % of tail DNA that no expected value goes beyond


def design(settings: CometSettings) -> pd.DataFrame:
    """The conditions to simulate: untreated cells, then the doses, at each time."""
    return doses_and_times(
        settings.virtual_doses,
        settings.virtual_dose_unit,
        settings.virtual_times_h,
        settings.virtual_compound,
        settings.virtual_cell_line,
    )


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: CometSettings) -> Dataset:
    """The cells of all slides from `states` (condition, time [h], strand_breaks).

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time; breaks below zero.
    """
    shown = {
        (str(name), round(float(time), 9)): float(breaks)
        for name, time, breaks in zip(
            states["condition"], states["time"], states["strand_breaks"], strict=True
        )
    }
    parts = []
    for experiment in range(1, settings.virtual_experiments + 1):
        for row in design.to_dict("records"):
            key = (str(row["condition"]), round(float(row["time"]), 9))
            if key not in shown:
                raise DataError(
                    f"comet: the model gave no strand_breaks for condition '{key[0]}' at {key[1]:g} h."
                )
            cells = _cells(shown[key], key[0], settings)
            treated = float(row["dose"]) > 0
            parts.append(
                cells.assign(
                    slide=f"virtual {experiment}, {key[0]}", experiment=str(experiment), role=SAMPLE,
                    compound=str(row["compound"]) if treated else "", dose=float(row["dose"]), time=key[1],
                    cell_line=str(row["cell_line"]),
                )
            )  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    frame.insert(0, "comet", [str(number) for number in range(1, len(frame) + 1)])
    unit = str(design["dose_unit"].iloc[0])
    return Dataset({"comets": Table(COMETS, frame, {"dose": unit})})


def _cells(breaks: float, condition: str, settings: CometSettings) -> pd.DataFrame:
    """Equally likely cells of one condition."""
    if not breaks >= 0:
        raise DataError(
            f"comet: strand_breaks is {breaks:g} for condition '{condition}'. Expected zero or more."
        )
    base = settings.virtual_tail_dna / (100 - settings.virtual_tail_dna)
    middle = np.log(base * (1 + PER_BREAK * breaks))
    share = (np.arange(_CLASSES) + 0.5) / _CLASSES
    tail = 100 * special.expit(middle + settings.virtual_cell_spread * special.ndtri(share))
    return pd.DataFrame({"tail_dna": np.minimum(tail, _NEARLY_ALL)})


def noise(expected: Dataset, settings: CometSettings) -> Noise:
    """Comets drawn of each slide, and an error that a slide shares; the tail stays below 100 %."""
    frame = expected.tables["comets"].frame
    drawn = settings.virtual_comets
    terms = [NoiseTerm("comets", "comet", "resample", np.ones(len(frame)), ("slide",), drawn)]
    spread = min(settings.virtual_experiment_cv, float(np.log(100 / frame["tail_dna"].max()) / 4))
    if spread > 0:
        terms.append(NoiseTerm("comets", "tail_dna", "lognormal", spread, ("slide",)))
    return Noise(tuple(terms))
