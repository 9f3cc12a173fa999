"""The virtual door: membranes of model cells, one an experiment, with loading control and total protein.

A band's volume is a saturating curve of the protein's level in the lane, as detection is (a hyperbola,
doi:10.1126/scisignal.2005966). Lanes differ in what they hold, membranes in how brightly they show,
lysates in their cells, and every band lies on noise. None of these sizes rests on a measurement.
"""

from math import nan
from typing import Any

import numpy as np
import pandas as pd

from selenolab.assays.western.proteins import known
from selenolab.assays.western.schema import BANDS, BLOTS, LANES
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.stats.virtual_design import doses_and_times

NEEDS = tuple(dict.fromkeys(protein.word for protein in known().values() if protein.word))
UNIT = 10_000.0  # volume of an untreated band
SERIES = (2.0, 1.0, 0.5, 0.25)  # of the load of a lane, of all lysates pooled
LOADING, TOTAL = "beta-actin", "total protein"
_LEAST = 1e-6  # level of a model that shows none: its volume lies far below the noise


def needs_for(settings: WesternSettings) -> tuple[str, ...]:
    """The states that the chosen proteins show."""
    return tuple(dict.fromkeys(known()[name].word for name in settings.virtual_proteins))


def design(settings: WesternSettings) -> pd.DataFrame:
    """The conditions to simulate: untreated cells, then the doses, at each time."""
    return doses_and_times(
        settings.virtual_doses,
        settings.virtual_dose_unit,
        settings.virtual_times_h,
        settings.virtual_compound,
        settings.virtual_cell_line,
    )


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: WesternSettings) -> Dataset:
    """Lanes and band volumes from `states` (condition, time [h] and the proteins' words).

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time; a level below zero.
    """
    levels = _levels(states, design, settings)
    lanes: list[dict[str, Any]] = []
    bands: list[dict[str, Any]] = []
    for experiment in range(1, settings.virtual_experiments + 1):
        _membrane(str(experiment), design, levels, settings, lanes, bands)
    names = [*(known()[key].name for key in settings.virtual_proteins), LOADING, TOTAL]
    kinds = {LOADING: "loading", TOTAL: "total"}
    blots = [
        {
            "blot": _blot(str(experiment), name),
            "membrane": str(experiment),
            "blot_role": kinds.get(name, "target"),
            "blot_refusal": "",
            "blot_note": "simulated volumes: there is no image",
        }
        for experiment in range(1, settings.virtual_experiments + 1)
        for name in names
    ]
    return Dataset(
        {
            "lanes": Table(LANES, pd.DataFrame(lanes), {"dose": settings.virtual_dose_unit}),
            "blots": Table(BLOTS, pd.DataFrame(blots)),
            "bands": Table(BANDS, pd.DataFrame(bands)),
        }
    )


def _levels(
    states: pd.DataFrame, design: pd.DataFrame, settings: WesternSettings
) -> dict[str, dict[str, float]]:
    """Level of every protein, by its name in figures, in every condition."""
    words = {known()[key].name: known()[key].word for key in settings.virtual_proteins}
    rows = {(str(r["condition"]), round(float(r["time"]), 9)): r for r in states.to_dict("records")}
    found: dict[str, dict[str, float]] = {}
    for one in design.to_dict("records"):
        key = (str(one["condition"]), round(float(one["time"]), 9))
        if key not in rows:
            raise DataError(
                f"western: the model gave no {next(iter(words.values()))} for '{key[0]}' at {key[1]:g} h."
            )
        found[key[0]] = {name: float(rows[key][word]) for name, word in words.items()}
    for condition, own in found.items():
        for name, level in own.items():
            if not level >= 0:
                raise DataError(f"western: {name} is {level:g} in '{condition}'. Expected a level from 0 on.")
    return found


def _membrane(
    name: str,
    design: pd.DataFrame,
    levels: dict[str, dict[str, float]],
    settings: WesternSettings,
    lanes: list[dict[str, Any]],
    bands: list[dict[str, Any]],
) -> None:
    """One membrane: a lane a condition, then the dilutions of all lysates pooled."""
    names = [known()[key].name for key in settings.virtual_proteins]
    shown: list[dict[str, float]] = []
    for one in design.to_dict("records"):
        dose = float(one["dose"])
        lanes.append(
            {
                "membrane": name,
                "lane": str(len(shown) + 1),
                "role": "sample",
                "experiment": name,
                "compound": one["compound"] if dose > 0 else "",
                "dose": dose,
                "time": float(one["time"]),
                "cell_line": one["cell_line"],
                "lane_dilution": nan,
            }
        )
        shown.append({**levels[str(one["condition"])], LOADING: 1.0, TOTAL: 1.0})
    pooled = {protein: float(np.mean([own[protein] for own in shown])) for protein in shown[0]}
    for share in SERIES:
        blank = {
            "experiment": name,
            "compound": "",
            "dose": nan,
            "time": nan,
            "cell_line": lanes[-1]["cell_line"],
        }
        lane = {"membrane": name, "lane": str(len(shown) + 1), "role": "dilution", "lane_dilution": share}
        lanes.append({**lane, **blank})
        shown.append({protein: share * level for protein, level in pooled.items()})
    for number, own in enumerate(shown, 1):
        for protein in (*names, LOADING, TOTAL):
            volume = UNIT * _seen(max(own[protein], _LEAST), settings.virtual_half)
            bands.append(
                {
                    "blot": _blot(name, protein),
                    "membrane": name,
                    "lane": str(number),
                    "protein": protein,
                    "band_volume": volume,
                    "band_volume_se": settings.virtual_noise * UNIT,
                }
            )


def _seen(level: float, half: float) -> float:
    """A hyperbola through 1 at level 1 that is half of its greatest height at `half`."""
    return level * (1 + half) / (level + half)


def _blot(membrane: str, protein: str) -> str:
    return f"virtual membrane {membrane}, {protein}"


def noise(expected: Dataset, settings: WesternSettings) -> Noise:
    """Brightness of an exposure, the load of a lane, the lysate's own level, and the noise of the background.

    Dilution lanes are of one pool: between them only their load differs.
    """
    bands = expected.tables["bands"].frame
    roles = expected.tables["lanes"].frame.set_index(["membrane", "lane"])["role"]
    sample = np.array(
        [roles[(m, lane)] == "sample" for m, lane in zip(bands["membrane"], bands["lane"], strict=True)],
        dtype=float,
    )
    target = ~bands["protein"].isin([LOADING, TOTAL]).to_numpy()
    return Noise(
        (
            NoiseTerm("bands", "band_volume", "lognormal", 0.3, ("blot",)),
            NoiseTerm(
                "bands", "band_volume", "lognormal", settings.virtual_load_sd * sample, ("membrane", "lane")
            ),
            NoiseTerm(
                "bands",
                "band_volume",
                "lognormal",
                settings.virtual_lysate_sd * sample * target,
                ("membrane", "lane", "protein"),
            ),
            NoiseTerm("bands", "band_volume", "normal", settings.virtual_noise * UNIT),
        )
    )
