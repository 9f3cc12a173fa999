"""Whether the same cells were alive: strand breaks of dying cells are no primary damage."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
import pandas as pd

from selenolab.assays.comet.room import Group
from selenolab.assays.comet.schema import TAKEN_VIABILITY
from selenolab.core.assay import Port, Taken
from selenolab.core.dataset import Table, sound, unit_of
from selenolab.core.errors import DataError, StudyError
from selenolab.formats.units import factor

PORT = "viability"
TAKES: Mapping[str, Port] = {
    PORT: Port("viability of the same cells, of a viability run at the same doses and times", TAKEN_VIABILITY)
}


@dataclass(frozen=True, slots=True)
class Alive:
    """Viability [%] of one group, NaN where not known, and where it comes from."""

    percent: float
    source: str


def alive(group: Group, dose_unit: str, taken: Taken) -> Alive:
    """The viability of a group's cells: stated beside its slides, else taken from another run."""
    stated = [slide.viability for slide in group.slides if isfinite(slide.viability)]
    if stated:
        return Alive(float(np.mean(stated)), "stated beside the slides")
    found = taken.get(PORT)
    if found is None:
        return Alive(nan, "")
    if not isinstance(found, Table):
        raise StudyError(f"comet: input '{PORT}' is no table. Connect runs.NAME.tables.viability.")
    rows = _rows(found, group, dose_unit)
    return Alive(float(rows.mean()), "from the viability run") if len(rows) else Alive(nan, "")


def _rows(table: Table, group: Group, dose_unit: str) -> "pd.Series[float]":
    """Viability of the wells at the same dose of the same compound, line, arm and time."""
    frame = table.frame[sound(table.frame, "viability") & table.frame["viability"].notna()]
    same = np.isclose(frame["dose"].astype(float) * _turned(table, dose_unit), group.first.dose, rtol=1e-6)
    for word in ("compound", "cell_line", "arm"):
        if word in frame:
            own = frame[word].fillna("").astype(str).str.casefold()
            wanted = group.words.get(word, "").casefold()
            if word == "arm" or (wanted and (own != "").any()):
                same &= (own == wanted).to_numpy(bool)
    if "time" in frame and isfinite(group.first.time) and frame["time"].notna().any():
        same &= np.isclose(frame["time"].astype(float), group.first.time)
    found: pd.Series[float] = frame.loc[same, "viability"].astype(float)
    return found


def _turned(table: Table, dose_unit: str) -> float:
    own = unit_of(table, "dose")
    if not own or not dose_unit or own == dose_unit:
        return 1.0
    try:
        return factor(own, dose_unit)
    except (DataError, ValueError) as error:
        raise StudyError(
            f"comet: input '{PORT}' has doses in {own}, the slides in {dose_unit}. State both in one "
            f"kind of unit."
        ) from error
