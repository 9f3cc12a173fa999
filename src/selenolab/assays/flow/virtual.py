"""The virtual door: tubes of model cells, stained, with unstained and single-stain tubes beside them.

A tube is a population of cells in classes (live to necrotic, G1 to G2/M, polarised or not) of which the
instrument draws events. Dyes spill as on the bench, cells have fluorescence of their own, and stains of
a tube share an error. How a state becomes brightness is stated here and rests on no measurement: medians
are round numbers of common instruments.
"""

from typing import Any

import numpy as np
import pandas as pd

from selenolab.assays.flow.schema import CHANNELS, EVENTS, TUBES
from selenolab.assays.flow.settings import FlowSettings
from selenolab.assays.flow.virtual_cells import CELLS_OF, Population
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.core.schema import OpenColumn
from selenolab.stats.virtual_design import doses_and_times

SHARES = ("g1_share", "s_share", "g2m_share")
BY_PANEL = {
    "annexin": ("early_apoptotic", "late_apoptotic"),
    "dna": (*SHARES, "late_apoptotic"),
    "dcf": ("cell_h2o2",),
    "jc1": ("membrane_potential",),
    "generic": ("early_apoptotic", "late_apoptotic"),
}
NEEDS = tuple(dict.fromkeys(word for words in BY_PANEL.values() for word in words))
_TOP = 262_144.0
Shown = tuple["pd.Series[Any]", dict[str, float]]


def needs_for(settings: FlowSettings) -> tuple[str, ...]:
    """The states that the chosen panel reads."""
    return BY_PANEL[settings.panel]


def design(settings: FlowSettings) -> pd.DataFrame:
    """The conditions to simulate: untreated cells, then the doses, at each time."""
    return doses_and_times(
        settings.virtual_doses,
        settings.virtual_dose_unit,
        settings.virtual_times_h,
        settings.virtual_compound,
        settings.virtual_cell_line,
    )


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: FlowSettings) -> Dataset:
    """The populations of all tubes from `states` (condition, time [h] and the panel's words).

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time; untreated cells without the signal
        that the panel compares with.
    """
    shown = _shown(states, design, settings)
    tubes: list[dict[str, object]] = []
    parts: list[pd.DataFrame] = []
    cells = CELLS_OF[settings.panel]
    for experiment in range(1, settings.virtual_experiments + 1):
        for row, state in shown:
            population = cells.stained(state, _untreated(row, shown))
            _add(tubes, parts, _sample_words(row), experiment, population, settings)
        for words, population in cells.controls():
            _add(tubes, parts, words, experiment, population, settings)
    events = pd.concat(parts, ignore_index=True)
    names = [name for name in events.columns if name not in ("tube", "event", "cell_class")]
    events["tube"] = pd.Categorical(events["tube"])
    meaning = {name: OpenColumn("number", "", "channel of a simulated cytometer") for name in names}
    meaning["cell_class"] = OpenColumn("text", "", "class of the simulated cell")
    rows = [
        {"flow_channel": name, "flow_marker": cells.markers.get(name, ""), "flow_top": _TOP} for name in names
    ]
    frame = pd.DataFrame(tubes)
    units = {"dose": settings.virtual_dose_unit}
    return Dataset(
        {
            "tubes": Table(TUBES, frame, units),
            "events": Table(EVENTS, events, {}, meaning),
            "channels": Table(CHANNELS, pd.DataFrame(rows)),
        }
    )


def _untreated(row: "pd.Series[Any]", shown: list[Shown]) -> dict[str, float]:
    """The state of the untreated cells at the same time."""
    return next(state for other, state in shown if other["time"] == row["time"] and other["dose"] == 0)


def _sample_words(row: "pd.Series[Any]") -> dict[str, object]:
    dose = float(str(row["dose"]))
    words = {
        "role": "sample",
        "dose": dose,
        "time": float(str(row["time"])),
        "cell_line": str(row["cell_line"]),
    }
    return {**words, "compound": str(row["compound"]) if dose > 0 else ""}


def _add(
    tubes: list[dict[str, object]], parts: list[pd.DataFrame], words: dict[str, object], experiment: int,
    population: Population, settings: FlowSettings,
) -> None:  # fmt: skip
    name = f"virtual {experiment} {len(tubes) + 1:03d}"
    blank = {"stain": "", "compound": "", "dose": np.nan, "time": np.nan, "cell_line": ""}
    tubes.append(
        {
            "tube": name,
            **blank,
            **words,
            "experiment": str(experiment),
            "event_count": settings.virtual_events,
        }
    )
    parts.append(pd.DataFrame({"tube": name, "event": "0", **population}))


def _shown(states: pd.DataFrame, design: pd.DataFrame, settings: FlowSettings) -> list[Shown]:
    """The model's words of each condition."""
    words = BY_PANEL[settings.panel]
    keyed = {
        (str(row["condition"]), round(float(row["time"]), 9)): {word: float(row[word]) for word in words}
        for row in states.to_dict("records")
    }
    found = []
    for _, row in design.iterrows():
        key = (str(row["condition"]), round(float(row["time"]), 9))
        if key not in keyed:
            raise DataError(f"flow: the model gave no {words[0]} for condition '{key[0]}' at {key[1]:g} h.")
        found.append((row, keyed[key]))
    return found


def noise(expected: Dataset, settings: FlowSettings) -> Noise:
    """Events drawn of each tube, shares of the classes and brightness of the stains varying between tubes."""
    count = len(expected.tables["events"].frame)
    cells = CELLS_OF[settings.panel]
    drawn = NoiseTerm(
        "events", "event", "resample", np.ones(count), ("tube",), settings.virtual_events,
        strata="cell_class", spread=settings.virtual_share_cv,
    )  # fmt: skip
    terms = [drawn]
    terms += [NoiseTerm("events", name, "lognormal", sd) for name, sd in cells.event_noise.items()]
    if settings.virtual_stain_cv > 0:
        terms += [
            NoiseTerm("events", name, "lognormal", cells.steady * settings.virtual_stain_cv, ("tube",))
            for name in cells.dyes
        ]
    return Noise(tuple(terms))
