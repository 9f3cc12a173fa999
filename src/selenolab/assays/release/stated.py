"""Names and amounts of the vessels: what settings fill, what is refused when nobody states it."""

import numpy as np
import pandas as pd

from selenolab.assays.release.columns import Said, place
from selenolab.assays.release.schema import FREE, GSH_BLANK, NON_CLEAVABLE, RELEASED, SAMPLE, WITH_DRUG
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.errors import DataError

_AMOUNTS = ("medium_volume", "sample_volume", "loaded_drug", "dilution", "solubility")
_FACTS = ("ph", "target_ph", "gsh", "h2o2")
_ONE = 1.5  # %: all of a run below it is rare, and a share of one common
_SHOWN = {
    "medium_volume": "medium_volume_ml", "sample_volume": "sample_volume_ml",
    "loaded_drug": "loaded_drug_ug", "dilution": "dilution", "solubility": "solubility_ug_per_ml",
}  # fmt: skip


def fill_names(rows: pd.DataFrame, said: Said) -> None:
    """Refuse vessels with drug whose medium nobody states; say where no carrier or batch is named."""
    drug = rows["role"].isin(WITH_DRUG)
    if not drug.any():
        raise DataError("release: Expected vessels of role sample, found blanks only. Check the roles.")
    bare = (drug & (rows["medium"] == "")).to_numpy()
    if bare.any():
        row = int(bare.argmax())
        raise DataError(
            f"{place(rows, '', row)}: no medium is stated. Add a column 'medium', a sample sheet, or the "
            "fact 'medium' of the file."
        )
    unnamed = ((rows["role"] == GSH_BLANK) & (rows["medium"] == "")).to_numpy()
    if unnamed.any() and rows.loc[drug, "medium"].nunique() > 1:
        raise DataError(
            f"{place(rows, '', int(unnamed.argmax()))}: a GSH blank without a medium would be taken off "
            "the media without GSH as well. Name its medium."
        )
    carried = rows["role"].isin((SAMPLE, NON_CLEAVABLE))
    named = rows.loc[carried, "carrier"] != ""
    if named.any() and not named.all():
        row = int((carried & (rows["carrier"] == "")).to_numpy().argmax())
        raise DataError(f"{place(rows, '', row)}: no carrier is stated, other vessels have one. Fill it in.")
    rows.loc[~carried, "carrier"] = ""
    stated = rows.loc[drug, "experiment"] != ""
    if stated.any() and not stated.all():
        row = int((drug & (rows["experiment"] == "")).to_numpy().argmax())
        raise DataError(f"{place(rows, '', row)}: no batch is stated, other vessels have one. Fill it in.")
    if not stated.any():
        said.assumed.append("no batch or experiment is stated: all vessels are taken as one batch")


def fill_amounts(rows: pd.DataFrame, settings: ReleaseSettings, said: Said) -> None:
    """Volumes and amounts of the settings where a vessel states none, in place."""
    for word in (*_AMOUNTS, *_FACTS):
        rows[word] = pd.to_numeric(rows[word], errors="coerce").astype(float) if word in rows else np.nan
    rows["medium_volume"] = _filled(rows["medium_volume"], settings.medium_volume_ml)
    rows["sample_volume"] = _filled(rows["sample_volume"], settings.sample_volume_ml)
    rows["dilution"] = _filled(rows["dilution"], settings.dilution)
    rows["solubility"] = _filled(rows["solubility"], settings.solubility_ug_per_ml)
    free = rows["role"] == FREE
    bare = free & rows["loaded_drug"].isna()
    rows.loc[bare, "loaded_drug"] = settings.free_drug_ug or settings.loaded_drug_ug or np.nan
    if bare.any() and settings.free_drug_ug is None and settings.loaded_drug_ug is not None:
        said.assumed.append(
            f"free-drug controls hold {settings.loaded_drug_ug:g} µg, as the carriers: free_drug_ug is not "
            "set"
        )
    carried = rows["role"].isin((SAMPLE, NON_CLEAVABLE))
    rows["loaded_drug"] = rows["loaded_drug"].where(
        ~carried, _filled(rows["loaded_drug"], settings.loaded_drug_ug)
    )


def say_small_shares(rows: pd.DataFrame, said: Said) -> None:
    """Say it where shares in % are all so small that they may be shares of one."""
    if RELEASED not in rows:
        return
    most = float(rows.loc[rows["role"].isin(WITH_DRUG), RELEASED].max())
    if 0 < most <= _ONE:
        said.warnings.append(
            f"No released share is above {most:.3g} %. Are they shares of one? Then write 'released [1]'."
        )


def _filled(values: "pd.Series[float]", setting: float | None) -> "pd.Series[float]":
    return values if setting is None else values.fillna(setting)


def refuse_amounts(rows: pd.DataFrame) -> None:
    """Raise for a volume, amount or dilution that is zero or negative, or an aliquot above the medium."""
    for word in _AMOUNTS:
        wrong = (rows[word] <= 0).to_numpy(bool)
        if wrong.any():
            row = int(wrong.argmax())
            more = (
                " A probe in the vessel takes no aliquot: set correction to 'already corrected'."
                if word == "sample_volume"
                else ""
            )
            raise DataError(
                f"{place(rows, '', row)}: {word} is {rows[word].iloc[row]:g}. Expected more than zero; set "
                f"{_SHOWN[word]}, or mend the table.{more}"
            )
    over = (rows["sample_volume"] >= rows["medium_volume"]).to_numpy(bool)
    if over.any():
        row = int(over.argmax())
        raise DataError(
            f"{place(rows, '', row)}: the aliquot ({rows['sample_volume'].iloc[row]:g} mL) is not smaller "
            f"than the medium ({rows['medium_volume'].iloc[row]:g} mL). Check both volumes and their units."
        )
