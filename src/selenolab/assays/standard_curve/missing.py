"""What cannot be concluded because a control was not made: as the kit says, and the untreated cells."""

from collections.abc import Iterator

import pandas as pd

from selenolab.assays.standard_curve.prepared import Prepared, group_words
from selenolab.assays.standard_curve.preset import Preset, WantedControl
from selenolab.core.check import MissingControl


def missing_controls(prepared: Prepared) -> tuple[MissingControl, ...]:
    """Every control that is missing for a conclusion."""
    wells, preset = prepared.wells, prepared.preset
    found = [*_untreated(prepared)]
    compounds = sorted(set(wells["compound"]) - {""})
    disturbing = [name for name in compounds if preset.disturbs(name)]
    for wanted in preset.controls:
        if wanted.when == "always":
            if not _made(wells, wanted, ""):
                found.append(MissingControl(wanted.conclusion, wanted.control, wanted.remedy))
            continue
        found += [
            MissingControl(wanted.conclusion, wanted.control, wanted.remedy, {"compound": name})
            for name in disturbing
            if not _made(wells, wanted, name)
        ]
    return tuple(found)


def _made(wells: pd.DataFrame, wanted: WantedControl, compound: str) -> bool:
    rows = wells[wells["role"] == wanted.role]
    if wanted.dosed:
        rows = rows[rows["dose"] > 0]
    if compound:
        rows = rows[rows["compound"] == compound]
    return len(rows) > 0


def _untreated(prepared: Prepared) -> Iterator[MissingControl]:
    """Treated groups (they state a dose or an arm) of a line, time and arm without untreated cells."""
    wells = prepared.wells[prepared.wells["role"].isin(["sample", "vehicle", "spontaneous"])]
    keys = ["cell_line", "time", "arm"]
    for key, part in wells.groupby(keys, dropna=False):
        if part["control"].any() or not (part["dose"] > 0).any():
            continue
        yield MissingControl(
            "a change by the treatment", "untreated cells (vehicle) of the same line, time and arm",
            "Add wells of role vehicle, or of dose 0, to every experiment.",
            group_words(dict(zip(keys, key, strict=True)), prepared.dose_unit),
        )  # fmt: skip


def interference(prepared: Prepared) -> Iterator[str]:
    """The kit's warning where a compound, or an arm such as NAC, is known to disturb it."""
    preset: Preset = prepared.preset
    given = {*prepared.wells["compound"], *prepared.wells["arm"]} - {""}
    names = sorted(name for name in given if preset.disturbs(name))
    if names and preset.interference is not None:
        yield f"{', '.join(names)}: {preset.interference.warning}"
