"""The virtual door: DTNB plates of lysed model cells, standards, blanks, masked wells and all."""

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.preset import preset_named
from selenolab.assays.standard_curve.schema import WELLS
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.formats.wells import well_name
from selenolab.stats.virtual_design import doses_and_times

NEEDS = ("cell_gsh", "cell_gssg")
_COLUMNS = 24


def design(settings: StandardCurveSettings) -> pd.DataFrame:
    """The conditions to simulate: condition, dose, dose_unit, time [h] and names; untreated cells first."""
    return doses_and_times(
        settings.virtual_doses,
        settings.virtual_dose_unit,
        settings.virtual_times_h,
        settings.virtual_compound,
        settings.virtual_cell_line,
    )


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: StandardCurveSettings) -> Dataset:
    """Noise-free wells from `states` (condition, time [h], cell_gsh [µM], cell_gssg [µM]).

    A plate an experiment. A lysate holds the inside of the cells diluted by `virtual_lysis`
    (`virtual_masked_lysis` where masked): the dilution column carries it, so that the concentration
    found is that in the cells.

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time.
    StudyError
        Another kit than glutathione: models show no other analyte.
    """
    preset = preset_named(settings.preset)
    if settings.preset != "generic" and preset.calculation != "glutathione":
        raise StudyError(f"preset {settings.preset}: models show glutathione only. Set preset to gsh_dtnb.")
    shown = {
        (str(name), round(float(time), 9)): (float(gsh), float(gssg))
        for name, time, gsh, gssg in zip(
            states["condition"], states["time"], states["cell_gsh"], states["cell_gssg"], strict=True
        )
    }
    masks = preset.calculation == "glutathione"
    rows = [
        row for experiment in range(1, settings.virtual_experiments + 1)
        for row in _plate(experiment, shown, design, masks, settings)
    ]  # fmt: skip
    wells = pd.DataFrame(rows)
    unit = str(design["dose_unit"].iloc[0])
    return Dataset({"wells": Table(WELLS, wells, {"dose": unit, "standard_concentration": "µM"})})


def _plate(
    experiment: int, shown: dict[tuple[str, float], tuple[float, float]], design: pd.DataFrame, masks: bool,
    settings: StandardCurveSettings,
) -> list[dict[str, object]]:  # fmt: skip
    plate = f"virtual {experiment}"
    blank, slope = settings.virtual_blank_au, settings.virtual_slope
    base: dict[str, object] = {
        "plate": plate, "experiment": str(experiment), "compound": "", "cell_line": "", "dose": 0.0,
        "basis": settings.basis.value, "time": 0.0, "standard_concentration": np.nan,
        "sample_dilution": np.nan, "dilution_source": "",
    }  # fmt: skip
    rows = [{**base, "role": "blank", "absorbance": blank}]
    rows += [
        {**base, "role": "standard", "standard_concentration": x, "absorbance": blank + slope * x}
        for x in sorted(set(settings.virtual_standards))
    ]
    for _, one in design.iterrows():
        key = (str(one["condition"]), round(float(one["time"]), 9))
        if key not in shown:
            raise DataError(f"standard_curve: the model gave no glutathione for '{key[0]}' at {key[1]:g} h.")
        gsh, gssg = shown[key]
        who = {"dose": float(one["dose"]), "time": float(one["time"]), "cell_line": str(one["cell_line"])}
        who["compound"] = str(one["compound"]) if one["dose"] > 0 else ""
        kinds = [("sample" if one["dose"] > 0 else "vehicle", gsh + 2 * gssg, settings.virtual_lysis)]
        kinds += [("masked", 2 * gssg, settings.virtual_masked_lysis)] if masks else []
        rows += [
            {**base, **who, "role": role, "sample_dilution": times, "dilution_source": "simulated lysis",
             "absorbance": blank + slope * amount / times}
            for role, amount, times in kinds
        ]  # fmt: skip
    repeats = [row for row in rows for _ in range(settings.virtual_wells)]
    return [{**row, "well": _well(place, len(repeats))} for place, row in enumerate(repeats)]


def _well(place: int, count: int) -> str:
    across = 12 if count <= 96 else _COLUMNS if count <= 384 else 48
    if count > 1536:
        raise DataError(f"virtual_wells: {count} wells do not fit a 1536-well plate.")
    return well_name(place // across + 1, place % across + 1)


def noise(expected: Dataset, settings: StandardCurveSettings) -> Noise:
    """A lysate's own scatter, shared by its wells, then that of the reader."""
    frame = expected.tables["wells"].frame
    # a lysate scatters in its glutathione, not in the reagent's blank: the scale shrinks by that share
    above = np.maximum(frame["absorbance"].to_numpy(float) - settings.virtual_blank_au, 0.0)
    cells = frame["cell_line"].to_numpy(object) != ""
    scale = np.where(cells, settings.virtual_lysate_cv * above, 0.0)
    shared = NoiseTerm("wells", "absorbance", "normal", scale, ("plate", "dose", "time", "cell_line"))
    return Noise((shared, NoiseTerm("wells", "absorbance", "normal", settings.virtual_well_sd)))
