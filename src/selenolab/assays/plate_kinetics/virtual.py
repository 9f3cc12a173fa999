"""The virtual door: progress curves of lysates of model cells, with the noise of an instrument.

A lysate's enzyme makes signal in proportion to the state that the kit shows (active thioredoxin reductase,
cleaved caspase); the reagents and the compound add their own slopes, which the blanks show.
"""

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.preset import PRESETS, Preset, Shown, preset_named
from selenolab.assays.plate_kinetics.schema import READINGS
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.formats.plate_presets import shipped
from selenolab.formats.wells import well_name
from selenolab.stats.virtual_design import doses_and_times

_DEFAULT = "trxr_dtnb"


def shown_by(settings: PlateKineticsSettings) -> tuple[Preset, Shown]:
    """The kit and how it shows a state; "generic" stands for thioredoxin reductase.

    Raises
    ------
    DataError
        A kit that shows no state of a model.
    """
    preset = preset_named(settings.preset if settings.preset != "generic" else _DEFAULT)
    if preset.shown is None:
        able = [name for name in shipped(PRESETS) if preset_named(name).shown]
        raise DataError(
            f"preset {settings.preset}: no state of a model shows it. Use one of {', '.join(able)}."
        )
    return preset, preset.shown


def needs() -> tuple[str, ...]:
    """All states that some kit shows."""
    states = {kit.shown.state for name in shipped(PRESETS) if (kit := preset_named(name)).shown}
    return tuple(sorted(states))


def needs_for(settings: PlateKineticsSettings) -> tuple[str, ...]:
    """The state that the chosen kit shows."""
    return (shown_by(settings)[1].state,)


def design(settings: PlateKineticsSettings) -> pd.DataFrame:
    """The conditions to simulate: condition, dose, dose_unit, time [h] and names; vehicle first."""
    return doses_and_times(
        settings.virtual_doses,
        settings.virtual_dose_unit,
        settings.virtual_times_h,
        settings.virtual_compound,
        settings.virtual_cell_line,
    )


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: PlateKineticsSettings) -> Dataset:
    """Noise-free readings of all plates from `states` (condition, time [h] and the state of the kit).

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time; untreated cells without the enzyme.
    """
    _, shown = shown_by(settings)
    told = {
        (str(name), round(float(time), 9)): float(level)
        for name, time, level in zip(states["condition"], states["time"], states[shown.state], strict=True)
    }
    parts = []
    for time in sorted(set(design["time"].astype(float))):
        part = design[design["time"] == time]
        levels = [_level(told, str(name), time, shown.state) for name in part["condition"]]
        parts += [
            _plate(part, levels, time, number, shown, settings)
            for number in range(1, settings.virtual_experiments + 1)
        ]
    return Dataset(
        {
            "readings": Table(
                READINGS, pd.concat(parts, ignore_index=True), {"dose": str(design["dose_unit"].iloc[0])}
            )
        }
    )


def _level(told: dict[tuple[str, float], float], condition: str, time: float, state: str) -> float:
    key = (condition, round(time, 9))
    if key not in told:
        raise DataError(
            f"plate_kinetics: the model gave no {state} for condition '{condition}' at {time:g} h."
        )
    return told[key]


def _plate(
    part: pd.DataFrame, levels: list[float], time: float, number: int, shown: Shown,
    settings: PlateKineticsSettings,
) -> pd.DataFrame:  # fmt: skip
    """A plate: reagent blank, no-enzyme blanks, inhibitor blank, vehicle and the doses."""
    doses = part["dose"].to_numpy(float)
    untreated = levels[int(np.argmin(doses))]
    if shown.relative and not untreated > 0:
        raise DataError(
            f"plate_kinetics: untreated model cells have no {shown.state} at {time:g} h. Expected some."
        )
    own = shown.blank_rate + shown.added * doses / doses.max()
    enzyme = shown.basal + shown.rate * np.asarray(levels) / (untreated if shown.relative else 1.0)
    rows: list[tuple[str, float, float, float]] = [("blank", 0.0, shown.blank_rate, 0.0)]
    rows += [("no_enzyme", dose, slope, 0.0) for dose, slope in zip(doses, own, strict=True) if dose > 0]
    rows += [("inhibitor_blank", 0.0, shown.blank_rate, 0.0)]
    rows += [
        ("vehicle" if dose == 0 else "sample", dose, slope, turn)
        for dose, slope, turn in zip(doses, own, enzyme, strict=True)
    ]
    minutes = np.linspace(0.0, settings.virtual_minutes, settings.virtual_points)
    most = shown.capacity
    wells = [row for row in rows for _ in range(settings.virtual_wells)]
    frames = [
        pd.DataFrame(
            {
                "role": role, "dose": dose, "well": _well(place), "read_time": 60 * minutes,
                "absorbance": shown.start - most * np.expm1(-(slope + turn) / most * minutes),
            }
        )
        for place, (role, dose, slope, turn) in enumerate(wells)
    ]  # fmt: skip
    frame = pd.concat(frames, ignore_index=True)
    frame["plate"] = f"virtual {number}" + (f", {time:g} h" if len(settings.virtual_times_h) > 1 else "")
    frame["experiment"], frame["time"] = str(number), time
    treated = frame["dose"] > 0
    frame["compound"] = np.where(treated, str(part["compound"].iloc[0]), "")
    frame["cell_line"] = str(part["cell_line"].iloc[0])
    frame["arm"], frame["basis"] = "", settings.basis.value
    return frame


def _well(place: int) -> str:
    """Wells down the columns of the smallest plate that holds them."""
    if place >= 1536:
        raise DataError("virtual_wells: more than 1536 wells. Simulate fewer doses or wells.")
    return well_name(place % 32 + 1, place // 32 + 1)


def noise(expected: Dataset, settings: PlateKineticsSettings) -> Noise:
    """A draw a lysate shares, one that the readings of a time share, and one of every reading.

    The lysate's draw scales a whole trace, of which the enzyme is the greatest part.
    """
    del expected
    terms = []
    if settings.virtual_lysate_cv > 0:
        shared = ("plate", "dose", "role")
        terms.append(NoiseTerm("readings", "absorbance", "lognormal", settings.virtual_lysate_cv, shared))
    if settings.virtual_drift_sd > 0:
        at_once = ("plate", "read_time")
        terms.append(NoiseTerm("readings", "absorbance", "normal", settings.virtual_drift_sd, at_once))
    terms.append(NoiseTerm("readings", "absorbance", "normal", settings.virtual_read_sd))
    return Noise(tuple(terms))
