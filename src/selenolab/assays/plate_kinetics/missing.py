"""What cannot be concluded because a control or a series was not made."""

from collections.abc import Iterator

import pandas as pd

from selenolab.assays.plate_kinetics.groups import Group
from selenolab.assays.plate_kinetics.mechanism import Mechanism
from selenolab.assays.plate_kinetics.preset import Preset, WantedControl, matches
from selenolab.core.check import MissingControl


def missing_controls(
    wells: pd.DataFrame, found: tuple[Group, ...], told: Mechanism, preset: Preset
) -> tuple[MissingControl, ...]:
    """Every control and series that is missing for a conclusion."""
    treated = wells[(wells["role"] == "sample") & (wells["dose_key"] != "")]
    return (
        *_no_vehicle(found),
        *(lack for wanted in preset.controls for lack in _wanted(wells, treated, wanted, preset)),
        *_mechanisms(treated, told, preset),
    )


def _no_vehicle(found: tuple[Group, ...]) -> Iterator[MissingControl]:
    for group in found:
        if not group.is_control and group.control.empty:
            yield MissingControl(
                "a change from untreated cells or uninhibited enzyme",
                "vehicle wells of the same experiment, line, time, arm, substrate and pre-incubation",
                "Add vehicle wells (dose 0) to the plate.",
                dict(group.words),
            )


def _wanted(
    wells: pd.DataFrame, treated: pd.DataFrame, wanted: WantedControl, preset: Preset
) -> Iterator[MissingControl]:
    present = wells[(wells["role"] == wanted.role) & wells["ok"]]
    if wanted.when == "always":
        if present.empty:
            yield MissingControl(wanted.conclusion, wanted.control, wanted.remedy)
        return
    for compound in sorted(set(treated["compound"])):
        if not matches(preset.disturbing, str(compound)):
            continue
        own = treated[treated["compound"] == compound]
        theirs = present[(present["compound"] == compound) | (not wanted.dosed and present["compound"] == "")]
        lost = (
            sorted(set(own["dose"]) - set(theirs["dose"])) if wanted.dosed else ([] if len(theirs) else [0.0])
        )
        if not lost:
            continue
        which = wanted.control
        if wanted.dosed and len(lost) < own["dose"].nunique():
            which += f" (missing at {', '.join(f'{dose:g}' for dose in lost)})"
        yield MissingControl(wanted.conclusion, which, wanted.remedy, {"compound": str(compound)})


def _mechanisms(treated: pd.DataFrame, told: Mechanism, preset: Preset) -> Iterator[MissingControl]:
    """Series that would tell how a compound acts that is known to be substrate and inhibitor at once."""
    for compound in sorted(set(treated["compound"])):
        if not matches(preset.substrate_and_inhibitor, str(compound)):
            continue
        group = {"compound": str(compound)}
        if compound not in told.substrate:
            yield MissingControl(
                "whether the compound competes with the substrate or inhibits otherwise (it is substrate and "
                "inhibitor of this enzyme)",
                "a substrate series",
                "Add at least three substrate concentrations at two doses and none (column "
                "'substrate [µM]').",
                group,
            )
        if compound not in told.preincubated:
            yield MissingControl(
                "whether the enzyme is inactivated with time",
                "a pre-incubation series",
                "Add at least three times of pre-incubation at two doses and none (column "
                "'preincubation [min]').",
                group,
            )
        if compound not in told.cofactor:
            yield MissingControl(
                "whether inactivation needs the reduced enzyme (NADPH)",
                "pre-incubation with and without NADPH",
                "Fill in the column 'cofactor' with NADPH and none, for the same times and doses.",
                group,
            )
