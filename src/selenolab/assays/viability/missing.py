"""What cannot be concluded because a control was not made, and cells that the protocol would lose."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from selenolab.assays.viability.controls import Corrected, vehicle_rows
from selenolab.assays.viability.presets import preset_named
from selenolab.assays.viability.schema import RAW
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.check import Check, MissingControl
from selenolab.core.compound import identify

# Compounds that reduce tetrazolium or scatter light by themselves: selenium, thiols, ascorbate.
_REDUCING = re.compile(
    r"selen|\bse\b|senp|\bcysteine\b|acetylcystein|\bnac\b|glutathion|\bgsh\b|dithiothreitol|\bdtt\b|"
    r"mercapto|thiol|ascorb|\blipoic|vitamin c",
    re.IGNORECASE,
)
_THIOL_ARM = re.compile(r"\bnac\b|\bgsh\b|acetylcystein|glutathion|dtt|thiol|mercapto|cystein", re.IGNORECASE)

# Lines that commonly grow in suspension: general knowledge, to be widened by `suspension_lines`.
SUSPENSION = (
    "HL-60", "K-562", "Jurkat", "THP-1", "U-937", "MOLT-4", "CCRF-CEM", "Raji", "Ramos", "Daudi", "NB4",
    "Kasumi-1", "RPMI-8226", "MV4-11", "KG-1", "L1210", "P388",
)  # fmt: skip

EFFECT = (
    "An extra blank of 0.10 on a control of 0.80 makes a true 20 % read 33 %"  # (0.16 + 0.10) / 0.80 = 0.325
)


def reduces_dye(compound: str, settings: ViabilitySettings) -> bool:
    """Whether `compound` is known to give a signal without cells: selenium, thiols, those of the settings.

    A preset says itself what disturbs its read.

    Examples
    --------
    >>> reduces_dye("L-selenocystine", ViabilitySettings()), reduces_dye("cisplatin", ViabilitySettings())
    (True, False)
    """
    if compound.casefold() in {name.casefold() for name in settings.reducing_compounds}:
        return True
    preset = preset_named(settings.preset)
    if preset is not None:
        return preset.disturbs(compound)
    known = identify(compound) if compound else None
    if known is not None and (known.se_per_molecule or "selen" in known.name.casefold()):
        return True
    return bool(_REDUCING.search(compound))


def missing_controls(corrected: Corrected, settings: ViabilitySettings) -> tuple[MissingControl, ...]:
    """Every control that is missing for a conclusion."""
    if corrected.kind not in RAW:
        return ()
    wells = corrected.wells
    return (*_no_vehicle(wells), *_no_blank(wells), *_no_drug_blank(wells, settings), *_no_arm_blank(wells))


def _no_vehicle(wells: pd.DataFrame) -> Iterator[MissingControl]:
    treated = wells[wells["role"] == "sample"]
    bare = treated[treated["control"].isna()]
    for (plate, line), _ in bare.groupby(["plate", "cell_line"]):
        yield MissingControl(
            "viability relative to untreated cells",
            "vehicle wells",
            "Add wells with the vehicle alone to every plate, line and arm, or set their role to vehicle.",
            _named(plate=str(plate), cell_line=str(line)),
        )


def _no_blank(wells: pd.DataFrame) -> Iterator[MissingControl]:
    treated = (wells["role"] == "sample") & wells["blank"].isna()
    for plate in sorted(set(wells.loc[treated, "plate"])):
        yield MissingControl(
            "blank-corrected viability (the plain OD ratio is given in its place)",
            "medium blank",
            "Add wells with medium, reagent and solvent but no cells to the plate.",
            {"plate": str(plate)},
        )


def _no_drug_blank(wells: pd.DataFrame, settings: ViabilitySettings) -> Iterator[MissingControl]:
    samples = wells[(wells["role"] == "sample") & (wells["dose"] > 0)]
    for (compound, arm), part in samples.groupby(["compound", "arm"]):
        if not reduces_dye(str(compound), settings):
            continue
        bare = part[~part["own_blank"]]
        if bare.empty:
            continue
        doses = sorted(set(bare["dose"]))
        which = "at every dose" if len(bare) == len(part) else "at " + ", ".join(f"{d:g}" for d in doses)
        why = "set to be ignored" if settings.drug_blank == "ignore" else "missing"
        yield MissingControl(
            "true viability",
            f"cell-free drug blank {which} ({why})",
            f"{EFFECT}. Add wells without cells at these doses, through the same aspiration and solvent.",
            _named(compound=str(compound), arm=str(arm)),
        )


def _no_arm_blank(wells: pd.DataFrame) -> Iterator[MissingControl]:
    """A thiol in the medium reduces the dye: its arm needs a medium blank of its own."""
    blanks = wells[wells["role"] == "blank"]
    for arm in sorted(set(wells.loc[wells["role"] == "sample", "arm"]) - {""}):
        if _THIOL_ARM.search(arm) and not (blanks["arm"] == arm).any():
            yield MissingControl(
                f"true viability in the arm '{arm}'",
                f"medium blank with {arm}",
                f"{EFFECT}. Add wells without cells that hold {arm}.",
                {"arm": arm},
            )


def control_checks(corrected: Corrected, settings: ViabilitySettings) -> tuple[Check, ...]:
    """Suspension lines under aspiration, and compounds whose own signal nobody has looked at."""
    return (*_suspension(corrected.wells, settings), *_unknown_blank(corrected, settings))


def _suspension(wells: pd.DataFrame, settings: ViabilitySettings) -> Iterator[Check]:
    names = {_letters(name) for name in (*SUSPENSION, *settings.suspension_lines)}
    for line in sorted(set(wells["cell_line"]) - {""}):
        if not _in_suspension(line, names):
            continue
        why = (
            f"{line} grows in suspension: aspirating the supernatant removes cells with it. Spin the plate "
            "first, or dissolve without aspiration."
            if settings.aspirated
            else f"{line} grows in suspension; the supernatant is not aspirated, as set."
        )
        yield Check(
            "no suspension cells under aspiration", "aspiration", not settings.aspirated, why,
            group={"cell_line": line}, settings={"aspirated": str(settings.aspirated)},
        )  # fmt: skip


def _in_suspension(line: str, names: set[str]) -> bool:
    """Whether the name is one of `names`, or begins with one and goes on with a word: "HL60 (ATCC)"."""
    return _letters(line) in names or _letters(re.split(r"[\s(]", line.strip())[0]) in names


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _unknown_blank(corrected: Corrected, settings: ViabilitySettings) -> Iterator[Check]:
    wells = corrected.wells
    samples = wells[(wells["role"] == "sample") & (wells["dose"] > 0)]
    for (compound, arm), part in samples.groupby(["compound", "arm"]):
        group = _named(compound=str(compound), arm=str(arm))
        given = part["own_blank"]
        rule, name = "cell-free drug blank at every dose", "drug blank"
        if corrected.kind not in RAW:
            why = "The data came as ready-made values: which blanks were subtracted is not known."
            yield Check(rule, name, None, why, group=group)
        elif given.all():
            why = f"All {len(part)} treated wells have the blank of their own dose."
            yield Check(rule, name, True, why, float(100 * given.mean()), 100.0, "%", 0.0, group)
        elif reduces_dye(str(compound), settings):
            lack = int((~given).sum())
            why = f"{compound} reduces the dye or scatters; {lack} wells lack the blank of their dose."
            share = float(100 * given.mean())
            yield Check(rule, name, False, why, share, 100.0, "%", share - 100.0, group)
        else:
            why = f"Without it nobody knows whether {compound or 'the compound'} gives a signal of its own."
            yield Check(rule, name, None, why, group=group)


def _named(**words: str) -> Mapping[str, str]:
    return {word: text for word, text in words.items() if text}


def has_vehicle(corrected: Corrected) -> bool:
    """Whether any plate has untreated cells."""
    return bool(vehicle_rows(corrected.wells).any())
