"""Which blank slope is subtracted from which well.

A well's own blank, of its compound, arm and exact dose, comes first; else the plate's plain one, without a
compound. The kinds are tried in the order of the preset. Where a well has only a no-enzyme blank of its
dose and the plate an inhibitor blank, what the compound adds without enzyme is put on top of the latter.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.assays.plate_kinetics.schema import TREATED

Vector = NDArray[np.float64]
INHIBITOR, NO_ENZYME, BLANK = "inhibitor_blank", "no_enzyme", "blank"
_DIGITS = 10
_CELL = ("time_key", "cell_line", "arm", "substrate_key", "preincubation_key", "cofactor")
_OWN = (
    ("experiment", "compound", "dose_key", *_CELL),
    ("plate", "compound", "dose_key"),
    ("experiment", "compound", "dose_key"),
    ("compound", "dose_key"),
)
_PLAIN = (("experiment", "plate", *_CELL), ("experiment", "plate", "arm"), ("plate",), ("experiment",))
_SHARED = _PLAIN[2:3]  # of blanks that name no experiment


def keyed(wells: pd.DataFrame) -> pd.DataFrame:
    """`wells` with keys for doses and other numbers that may be missing."""
    wells = wells.copy()
    for word, key in (
        ("dose", "dose_key"), ("substrate_concentration", "substrate_key"),
        ("preincubation", "preincubation_key"),
    ):  # fmt: skip
        wells[key] = [
            "" if np.isnan(value) else f"{value:.{_DIGITS}g}" for value in wells[word].astype(float)
        ]
    wells["dose_key"] = wells["dose_key"].replace("0", "")
    bare = wells["dose_key"] == ""
    wells.loc[bare, "compound"] = ""
    return wells


def subtracted(wells: pd.DataFrame, preset: Preset, ignore: bool) -> pd.DataFrame:
    """`wells` with `blank` (its slope, NaN for none), `correction` (which one) and `net` (the rest)."""
    wells = keyed(wells)
    treated = wells["role"].isin(TREATED).to_numpy()
    blank, which = np.full(len(wells), np.nan), np.array(["none"] * len(wells), dtype=object)
    if not ignore:
        plain: dict[str, Vector] = {role: _plain(wells, role) for role in preset.blanks}
        own: dict[str, Vector] = {role: _mean(wells, role, _OWN, dosed=True) for role in preset.blanks}
        for role in reversed(preset.blanks):
            blank, which = _laid(blank, which, plain[role], f"{_said(role)} of the plate")
        for role in reversed(preset.blanks):
            blank, which = _laid(blank, which, own[role], f"{_said(role)} of its dose")
        _add_excess(wells, plain, own, blank, which)
    wells["blank"] = np.where(treated, blank, np.nan)
    wells["correction"] = np.where(treated, which, "")
    wells["net"] = wells["slope"] - wells["blank"].fillna(0.0)
    return wells


def _said(role: str) -> str:
    return role.replace("_", " ").replace("no enzyme", "no-enzyme blank")


def _laid(
    blank: Vector, which: NDArray[np.object_], found: Vector, name: str
) -> tuple[Vector, NDArray[np.object_]]:
    here = np.isfinite(found)
    return np.where(here, found, blank), np.where(here, name, which)


def _add_excess(
    wells: pd.DataFrame, plain: dict[str, Vector], own: dict[str, Vector], blank: Vector,
    which: NDArray[np.object_],
) -> None:  # fmt: skip
    """The plate's inhibitor blank plus what the compound adds without enzyme, in place."""
    if INHIBITOR not in plain or NO_ENZYME not in own:
        return
    floor = plain[NO_ENZYME]
    if BLANK in plain:
        floor = np.where(np.isfinite(floor), floor, plain[BLANK])
    added = plain[INHIBITOR] + own[NO_ENZYME] - floor
    here = np.isfinite(added) & ~np.isfinite(own[INHIBITOR]) & (wells["dose_key"] != "").to_numpy()
    blank[here] = added[here]
    which[here] = "inhibitor blank of the plate, with what the compound adds without enzyme"


def _plain(wells: pd.DataFrame, role: str) -> Vector:
    """The slope (n,) of the role's wells without a compound; those that name no experiment serve all."""
    found = _mean(wells, role, _PLAIN, dosed=False)
    shared = wells[(wells["experiment"] == "")]
    return np.where(np.isfinite(found), found, _mean(wells, role, _SHARED, False, shared))


def _mean(
    wells: pd.DataFrame, role: str, keys: tuple[tuple[str, ...], ...], dosed: bool,
    source: pd.DataFrame | None = None,
) -> Vector:  # fmt: skip
    """Mean slope (n,) of the wells of `role` that share the first of `keys` where there are some."""
    source = wells if source is None else source
    source = source[(source["role"] == role) & source["ok"] & ((source["dose_key"] != "") == dosed)]
    found = np.full(len(wells), np.nan)
    wanted = (wells["dose_key"] != "").to_numpy() if dosed else np.ones(len(wells), dtype=bool)
    for key in keys:
        if source.empty:
            break
        means = source.groupby(list(key))["slope"].mean()
        index = pd.MultiIndex.from_frame(wells[list(key)]) if len(key) > 1 else pd.Index(wells[key[0]])
        here = means.reindex(index).to_numpy(float)
        found = np.where(np.isfinite(found) | ~wanted, found, here)
    return found
