"""The virtual door: what a plate reader would show of model cells, drug blanks and all.

Cells show an absorbance in proportion to their number; medium and compound add their own. Every
experiment is a plate with vehicle, medium blank and a cell-free drug blank at every dose.
"""

import numpy as np
import pandas as pd

from selenolab.assays.viability.schema import WELLS
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.formats.wells import well_name
from selenolab.stats.virtual_design import doses_and_times

NEEDS = ("viable_cells",)


def design(settings: ViabilitySettings) -> pd.DataFrame:
    """The conditions to simulate: condition, dose, dose_unit, time [h] and names; vehicle first."""
    return doses_and_times(
        settings.virtual_doses,
        settings.virtual_dose_unit,
        settings.virtual_times_h,
        settings.virtual_compound,
        settings.virtual_cell_line,
        least=2,
    )


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: ViabilitySettings) -> Dataset:
    """Noise-free wells of all plates from `states` (condition, time [h], viable_cells).

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time.
    """
    cells = {
        (str(name), round(time, 9)): shown
        for name, time, shown in zip(
            states["condition"],
            states["time"].to_numpy(float),
            states["viable_cells"].to_numpy(float),
            strict=True,
        )
    }
    parts = []
    for time in sorted(set(design["time"].astype(float))):
        part = design[design["time"] == time]
        shown = [_cells(cells, str(name), time) for name in part["condition"]]
        experiments = range(1, settings.virtual_experiments + 1)
        parts += [_plate(part, shown, time, experiment, settings) for experiment in experiments]
    wells = pd.concat(parts, ignore_index=True)
    unit = str(design["dose_unit"].iloc[0])
    return Dataset({"wells": Table(WELLS, wells, {"dose": unit})})


def _cells(cells: dict[tuple[str, float], float], condition: str, time: float) -> float:
    key = (condition, round(time, 9))
    if key not in cells:
        raise DataError(
            f"viability: the model gave no viable_cells for condition '{condition}' at {time:g} h."
        )
    return cells[key]


def _plate(
    part: pd.DataFrame, shown: list[float], time: float, experiment: int, settings: ViabilitySettings
) -> pd.DataFrame:
    """A plate: medium blank, vehicle, the doses, then the drug blanks."""
    doses = part["dose"].to_numpy(float)
    untreated = shown[int(np.argmin(doses))]
    if not untreated > 0:
        raise DataError(
            f"viability: the untreated model cells are {untreated:g} at {time:g} h. Expected some."
        )
    blank = settings.virtual_blank_au
    drug = settings.virtual_drug_blank_au * doses / doses.max()
    light = settings.virtual_signal_au * np.asarray(shown) / untreated
    rows: list[tuple[str, float, float]] = [("blank", np.nan, blank)]
    rows += [
        ("vehicle" if d == 0 else "sample", d, blank + x + s)
        for d, x, s in zip(doses, drug, light, strict=True)
    ]
    rows += [("drug_blank", d, blank + x) for d, x in zip(doses, drug, strict=True) if d > 0]
    table = [
        (*row, place, repeat) for place, row in enumerate(rows) for repeat in range(settings.virtual_wells)
    ]
    frame = pd.DataFrame(table, columns=["role", "dose", "absorbance", "place", "repeat"])
    treated = frame["role"].isin(["sample", "drug_blank"])
    frame["well"] = _wells(len(rows), settings.virtual_wells)
    frame["plate"] = f"virtual {experiment}" + (f", {time:g} h" if len(settings.virtual_times_h) > 1 else "")
    frame["experiment"], frame["time"] = str(experiment), time
    frame["compound"] = np.where(treated, str(part["compound"].iloc[0]), "")
    frame["cell_line"] = np.where(
        frame["role"].isin(["sample", "vehicle"]), str(part["cell_line"].iloc[0]), ""
    )
    frame["basis"] = settings.basis.value
    return frame.drop(columns=["place", "repeat"])


def _wells(groups: int, repeats: int) -> list[str]:
    """Wells of `groups` groups of `repeats`: a group down a column, in bands of rows."""
    bands = max(1, 32 // repeats)
    if groups > bands * 48 or repeats > 32:
        raise DataError(f"virtual_wells: {groups} groups of {repeats} wells do not fit a 1536-well plate.")
    across = 12 if groups <= 12 * max(1, 8 // repeats) else 24 if groups <= 24 * max(1, 16 // repeats) else 48
    return [
        well_name(group // across * repeats + repeat + 1, group % across + 1)
        for group in range(groups)
        for repeat in range(repeats)
    ]


def noise(expected: Dataset, settings: ViabilitySettings) -> Noise:
    """Lognormal scatter of every well, and one draw a plate shares."""
    del expected
    terms = [NoiseTerm("wells", "absorbance", "lognormal", settings.virtual_well_cv)]
    if settings.virtual_plate_cv > 0:
        shared = NoiseTerm("wells", "absorbance", "lognormal", settings.virtual_plate_cv, ("plate",))
        terms.append(shared)
    return Noise(tuple(terms))
