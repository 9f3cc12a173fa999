"""The virtual door: a dialysis of model carriers with aliquots, replaced by fresh medium, and controls.

Every medium of the settings holds carriers; free drug in the same bag is followed in the first medium, and a
carrier whose linkers cannot be cleaved in the first medium and in those with GSH of 1 mM or more.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selenolab.assays.release.schema import (
    ALIQUOTS,
    CONCENTRATION,
    FREE,
    NON_CLEAVABLE,
    RAW,
    SAMPLE,
)
from selenolab.assays.release.settings import ReleaseSettings, VirtualMedium
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.core.noise import Noise, NoiseTerm

NEEDS = ("free_drug",)
INPUTS = ("medium_volume", "sample_volume", "ph", "gsh", "h2o2", "free_fraction", "cleavable_fraction")
ACTIONS = ("sample",)
STRONG_GSH = 1.0  # mM: a medium that is meant to cleave
_TITLES = {SAMPLE: "carrier", FREE: "free drug", NON_CLEAVABLE: "non-cleavable carrier"}


def arms(settings: ReleaseSettings) -> Iterator[tuple[str, VirtualMedium]]:
    """Role and medium of every arm: all carriers, then free drug, then non-cleavable carriers."""
    media = settings.virtual_media
    yield from ((SAMPLE, medium) for medium in media)
    yield FREE, media[0]
    for place, medium in enumerate(media):
        if place == 0 or medium.gsh_mm >= STRONG_GSH:
            yield NON_CLEAVABLE, medium


def design(settings: ReleaseSettings) -> pd.DataFrame:
    """The conditions to simulate, a row an aliquot: condition, dose [µg], time [h], action and inputs.

    Raises
    ------
    StudyError
        Two media of one name, or an aliquot that is not smaller than the medium.
    """
    names = [medium.name for medium in settings.virtual_media]
    if len(set(names)) < len(names):
        raise StudyError("virtual_media: Two media have one name. Give every medium its own name.")
    if settings.virtual_sample_volume_ml >= settings.virtual_medium_volume_ml:
        raise StudyError("virtual_sample_volume_ml: Expected less than virtual_medium_volume_ml.")
    times = sorted(set(settings.virtual_times_h))
    rows = [_row(role, medium, time, settings) for role, medium in arms(settings) for time in times]
    return pd.DataFrame(rows)


def _row(role: str, medium: VirtualMedium, time: float, settings: ReleaseSettings) -> dict[str, object]:
    return {
        "condition": f"{_TITLES[role]} in {medium.name}",
        "dose": settings.virtual_loaded_ug,
        "dose_unit": "µg",
        "time": float(time),
        "action": "sample",
        "medium_volume": settings.virtual_medium_volume_ml,
        "sample_volume": settings.virtual_sample_volume_ml,
        "ph": medium.ph,
        "gsh": medium.gsh_mm,
        "h2o2": medium.h2o2_mm,
        "free_fraction": 1.0 if role == FREE else 0.0,
        "cleavable_fraction": 0.0 if role == NON_CLEAVABLE else 1.0,
        "medium": medium.name,
        "role": role,
    }


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: ReleaseSettings) -> Dataset:
    """Noise-free aliquots of all vessels from `states` (condition, time [h], free_drug [µg/mL]).

    Raises
    ------
    DataError
        A condition of the design that `states` has not at its time.
    """
    shown = states[["condition", "time", "free_drug"]].copy()
    shown["key"] = [round(float(time), 9) for time in shown["time"]]
    wanted = design.assign(key=[round(float(time), 9) for time in design["time"]])
    merged = wanted.merge(shown.drop(columns="time"), on=["condition", "key"], how="left")
    lost = merged["free_drug"].isna().to_numpy(bool)
    if lost.any():
        row = merged.iloc[int(lost.argmax())]
        raise DataError(
            f"release: the model gave no free_drug for condition '{row['condition']}' at {row['time']:g} h."
        )
    parts = [_vessels(part, str(part["role"].iloc[0]), settings) for _, part in merged.groupby("condition")]
    frame = pd.concat(parts, ignore_index=True).sort_values(["vessel", "time"], ignore_index=True)
    return Dataset({"aliquots": Table(ALIQUOTS, frame)})


def _vessels(part: pd.DataFrame, role: str, settings: ReleaseSettings) -> pd.DataFrame:
    """The vessels of one arm, all alike before the noise."""
    count = settings.virtual_vessels if role == SAMPLE else settings.virtual_controls
    title = str(part["condition"].iloc[0])
    one = pd.DataFrame(
        {
            "medium": part["medium"].to_numpy(object),
            "role": role,
            "carrier": "" if role == FREE else settings.virtual_carrier,
            "time": part["time"].to_numpy(float),
            CONCENTRATION: np.maximum(part["free_drug"].to_numpy(float), 0.0),
            "replacement": RAW,
            "ph": part["ph"].to_numpy(float),
            "gsh": part["gsh"].to_numpy(float),
            "h2o2": part["h2o2"].to_numpy(float),
            "medium_volume": part["medium_volume"].to_numpy(float),
            "sample_volume": part["sample_volume"].to_numpy(float),
            "loaded_drug": part["dose"].to_numpy(float),
        }
    )
    frames = [one.assign(vessel=f"{title}, {number}") for number in range(1, count + 1)]
    return pd.concat(frames, ignore_index=True)


def noise(expected: Dataset, settings: ReleaseSettings) -> Noise:
    """Proportional scatter of every value and vessel, and a normal one in points of released share."""
    frame = expected.tables["aliquots"].frame
    point = frame["loaded_drug"].to_numpy(float) / frame["medium_volume"].to_numpy(float) / 100
    terms = []
    if settings.virtual_vessel_cv > 0:
        scale = settings.virtual_vessel_cv
        terms.append(NoiseTerm("aliquots", CONCENTRATION, "lognormal", scale, ("vessel",)))
    if settings.virtual_cv > 0:
        terms.append(NoiseTerm("aliquots", CONCENTRATION, "lognormal", settings.virtual_cv))
    if settings.virtual_sd_points > 0:
        scatter = settings.virtual_sd_points * point
        terms.append(NoiseTerm("aliquots", CONCENTRATION, "normal", scatter))
    return Noise(tuple(terms))
