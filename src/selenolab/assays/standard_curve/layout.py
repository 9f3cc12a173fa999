"""Roles from the layout inside a reader's export: STD1 with its concentration, BLK, SPL1."""

import re
from functools import partial

import pandas as pd

from selenolab.core.errors import DataError
from selenolab.formats.plate_wells import PlateStep
from selenolab.formats.plate_words import Said

_STANDARD, _BLANK = (
    re.compile(r"^(STD|STANDARD|CAL)\d*", re.IGNORECASE),
    re.compile(r"^(BLK|BLANK)", re.IGNORECASE),
)
_SAMPLE = re.compile(r"^((?:SPL|SAMPLE|UNK)\w*?)(?::\d+)?$", re.IGNORECASE)


def by_layout(unit: str) -> PlateStep:
    """A step that fills role, sample, standard_concentration [`unit`] and sample_dilution by the layout."""
    return partial(_filled, unit)


def _filled(unit: str, rows: pd.DataFrame, name: str, said: Said) -> None:
    if "layout_name" not in rows:
        return
    names = rows["layout_name"].astype(str)
    amounts = pd.to_numeric(rows.get("layout_amount", pd.Series("", index=rows.index)), errors="coerce")
    standard = names.str.match(_STANDARD) & amounts.notna()
    if not standard.any():
        return
    if not unit:
        raise DataError(
            f"{name}: the layout in the file states concentrations of standards without a unit. Set "
            "standard_unit, or give a plate map."
        )
    samples = names.str.extract(_SAMPLE)[0].fillna("")
    rows["role"] = ""
    rows.loc[standard, "role"] = "standard"
    rows.loc[names.str.match(_BLANK), "role"] = "blank"
    rows.loc[samples != "", "role"] = "sample"
    rows["sample"] = samples
    rows["standard_concentration"] = amounts.where(standard)
    said.units.setdefault("standard_concentration", unit)
    diluted = (samples != "") & (amounts > 0)
    # a reader writes a dilution of two as 0.5 or as 2
    rows["sample_dilution"] = amounts.where(amounts >= 1, 1 / amounts.where(amounts > 0)).where(diluted)
    rows["dilution_source"] = diluted.map({True: "layout in the file", False: ""})
    lost = int((rows["role"] == "").sum())
    left = f"; {lost} wells of other names are left out" if lost else ""
    said.assumed.append(f"{name}: roles, standards and dilutions are those of the layout in the file{left}")
