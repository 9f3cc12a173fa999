"""Cumulative release of every vessel: the correction applied where nobody has done so."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.release.concentrations import aliquots, in_medium, taken_value
from selenolab.assays.release.correction import filled_in, released_amount, released_share
from selenolab.assays.release.schema import CORRECTED, FREE, RAW, RELEASED, WITH_DRUG
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.assay import Taken
from selenolab.core.dataset import Dataset
from selenolab.core.errors import DataError, StudyError

Vector = NDArray[np.float64]
_ABSURD = 1000.0  # %


@dataclass(frozen=True, slots=True)
class Vessel:
    """One vessel with drug.

    `released` (n,) in % at `time` (n,) [h]; where `flag` (n,) says "<...", it is the upper bound; where it
    says anything else the value enters no number. `concentration` (n,) is that of the medium in µg/mL,
    NaN where only shares were given.
    """

    name: str
    role: str
    carrier: str
    medium: str
    experiment: str
    time: Vector
    released: Vector
    flag: tuple[str, ...]
    concentration: Vector
    facts: Mapping[str, float]
    blank: str

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Values without a flag (n,)."""
        return np.array([not flag for flag in self.flag], dtype=bool)

    @property
    def below(self) -> NDArray[np.bool_]:
        """Values known only as an upper bound (n,)."""
        return np.array([flag.startswith("<") for flag in self.flag], dtype=bool)

    @property
    def group(self) -> tuple[str, str, str]:
        """Role, carrier and medium."""
        return self.role, self.carrier, self.medium


@dataclass(frozen=True, slots=True)
class Prepared:
    """All vessels with drug, the rows they were made from, and who corrected them: we, others, or both."""

    vessels: tuple[Vessel, ...]
    rows: pd.DataFrame
    kind: str
    corrected_here: bool
    corrected_before: bool = False


def prepare(dataset: Dataset, settings: ReleaseSettings, taken: Taken) -> Prepared:
    """The cumulative release of every vessel with drug.

    Raises
    ------
    DataError, StudyError
        A volume, the loaded drug or a calibration that is needed and stated nowhere.
    """
    rows = in_medium(aliquots(dataset), settings, taken)
    loaded = taken_value(taken, "loaded")
    if loaded is not None:
        if not loaded > 0:
            raise StudyError(f"release: input 'loaded' is {loaded:g} µg. Expected more than zero.")
        carried = (rows["role"] != FREE) & rows["loaded_drug"].isna()
        if not carried.any():
            raise StudyError(
                "release: the drug in the bag is stated twice: by the input 'loaded', and by "
                "loaded_drug_ug or the vessels themselves. Keep one."
            )
        rows.loc[carried, "loaded_drug"] = loaded
    drug = rows[rows["role"].isin(WITH_DRUG)]
    if drug.empty:
        raise DataError("aliquots: Expected vessels of role sample, found blanks only. Check the roles.")
    vessels = tuple(_vessel(str(name), part) for name, part in drug.groupby("vessel", sort=True))
    if not any(vessel.sound.any() or vessel.below.any() for vessel in vessels):
        raise DataError("aliquots: no value is left: all are flagged. Check the exclusions and flags.")
    words = set(drug["replacement"])
    return Prepared(vessels, rows, str(rows["kind"].iloc[0]), RAW in words, CORRECTED in words)


def _vessel(name: str, part: pd.DataFrame) -> Vessel:
    first = part.iloc[0]
    flag = tuple(str(text) for text in part["flag"])
    released = _released(name, part)
    _refuse_absurd(name, part, released)
    lost = ~np.isfinite(released)
    flag = tuple("missing" if gone and not text else text for gone, text in zip(lost, flag, strict=True))
    facts = {word: _fact(name, part, word) for word in ("ph", "target_ph", "gsh", "h2o2", "solubility")}
    facts |= {word: _fact(name, part, word) for word in ("medium_volume", "sample_volume", "loaded_drug")}
    return Vessel(
        name, str(first["role"]), str(first["carrier"]), str(first["medium"]), str(first["experiment"]),
        part["time"].to_numpy(float), released, flag, part["concentration"].to_numpy(float), facts,
        str(first["blank"]),
    )  # fmt: skip


def _refuse_absurd(name: str, part: pd.DataFrame, released: Vector) -> None:
    """Raise where a share is so far from 0 to 100 % that a unit or an amount must be wrong."""
    wrong = np.isfinite(released) & (np.abs(released) > _ABSURD) & (part["flag"] == "").to_numpy(bool)
    wrong |= np.isfinite(released) & (released < -100) & (part["flag"] == "").to_numpy(bool)
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            f"vessel {name}, {part['time'].iloc[row]:g} h: {released[row]:.4g} % of the drug in the bag were "
            "released. Check the unit of the values, loaded_drug_ug, the volumes and the dilution."
        )


def _fact(name: str, part: pd.DataFrame, word: str) -> float:
    """What holds for the whole vessel: a mean of pH readings, one value of all else; NaN if unknown."""
    values = part[word].dropna().to_numpy(float)
    if not values.size:
        return float("nan")
    if word == "ph":
        return float(values.mean())
    if not np.allclose(values, values[0], rtol=1e-9, atol=0):
        raise DataError(
            f"vessel {name}: {word} changes from {values[0]:g} to {values[-1]:g}. State one value."
        )
    return float(values[0])


def _released(name: str, part: pd.DataFrame) -> Vector:
    """Released % (n,) of one vessel; the bound of a value below the LOQ."""
    corrected = bool((part["replacement"] == CORRECTED).all())
    time = part["time"].to_numpy(float)
    flags = part["flag"]
    if part["kind"].iloc[0] == RELEASED:
        signal = part["signal"].to_numpy(float)
        if corrected:
            return signal
        volume, taken = _needed(name, part, "medium_volume"), _needed(name, part, "sample_volume")
        whole = filled_in(time, signal, (flags == "").to_numpy(bool) & np.isfinite(signal))
        return released_share(whole, volume, taken) + np.where(np.isfinite(signal), signal - whole, np.nan)
    found = part["concentration"].to_numpy(float)
    bound = part["bound"].to_numpy(float)
    shown = np.where(np.isfinite(bound), bound, found)
    volume, loaded = _needed(name, part, "medium_volume"), _needed(name, part, "loaded_drug")
    if corrected:
        return np.asarray(100 * volume * shown / loaded)
    taken = _needed(name, part, "sample_volume")
    whole = _for_the_sum(time, found, bound, flags)
    amount = released_amount(whole, volume, taken)
    return np.asarray(100 * (amount + volume * (shown - whole)) / loaded)


def _for_the_sum(time: Vector, found: Vector, bound: Vector, flags: "pd.Series[str]") -> Vector:
    """Concentrations of the aliquots taken: measured ones, also below the LOQ; lines across what is lost.

    Where a value is known as "<LOQ" only, half the limit stands in the sum.
    """
    below = np.isfinite(bound)
    words_only = below & ((found >= bound) | ~np.isfinite(found))
    used = np.where(words_only, bound / 2, found)
    known = ((flags == "").to_numpy(bool) | below) & np.isfinite(used)
    return filled_in(time, used, known)


_ASK = {
    "medium_volume": "the volume of the medium is not stated. Set medium_volume_ml.",
    "sample_volume": "the volume of the aliquots is not stated. Set sample_volume_ml.",
    "loaded_drug": "the drug in the bag is not stated. Set loaded_drug_ug, or connect the input 'loaded'.",
}


def _needed(name: str, part: pd.DataFrame, word: str) -> float:
    value = _fact(name, part, word)
    if np.isnan(value):
        role = " (free_drug_ug for free-drug controls)" if part["role"].iloc[0] == FREE else ""
        raise StudyError(f"release: vessel {name}: {_ASK[word]}{role if word == 'loaded_drug' else ''}")
    if not value > 0:
        raise DataError(f"vessel {name}: {word} is {value:g}. Expected more than zero.")
    return value
