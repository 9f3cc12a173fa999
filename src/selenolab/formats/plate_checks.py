"""What wells of all files together must satisfy, and what may be filled in where it was not stated."""

import pandas as pd

from selenolab.core.compound import Basis, identify
from selenolab.core.errors import DataError
from selenolab.formats.plate_groups import grouped
from selenolab.formats.plate_words import READ_TIME, PlateWords, Said, place
from selenolab.formats.wells import parse_well


def check_wells(wells: pd.DataFrame, words: PlateWords) -> None:
    """Raise for a well that is there twice, a treated well without dose, an ambiguous compound."""
    stated = wells[wells["well"] != ""]
    wrong = stated["well"].map(lambda text: parse_well(text) is None).to_numpy(bool)
    if wrong.any():
        row = int(wrong.argmax())
        where = place(stated, str(stated["file"].iloc[row]), row)
        raise DataError(f"{where}: '{stated['well'].iloc[row]}' is no well. Write it like A1 or H12.")
    key = ["file", "plate", "experiment", "time", "well", *([READ_TIME] if READ_TIME in wells else [])]
    twice = stated.duplicated(key).to_numpy()
    if twice.any():
        row = int(twice.argmax())
        where = place(stated, str(stated["file"].iloc[row]), row)
        raise DataError(f"{where}: the well is there twice on plate '{stated['plate'].iloc[row]}'. Keep one.")
    for role in words.dosed:
        bare = ((wells["role"] == role) & wells["dose"].isna()).to_numpy()
        if bare.any():
            row = int(bare.argmax())
            where = place(wells, str(wells["file"].iloc[row]), row)
            raise DataError(f"{where}: a {role} well has no dose. Fill in its dose, or its role.")
    for name in sorted(set(wells["compound"]) - {""}):
        try:
            identify(name)
        except DataError as error:
            row = int((wells["compound"] == name).to_numpy().argmax())
            raise DataError(f"{place(wells, str(wells['file'].iloc[row]), row)}: {error}") from None


def fill_wells(wells: pd.DataFrame, basis: Basis, words: PlateWords, said: Said) -> None:
    """Fill what was not stated, in place, and say so."""
    if (wells["experiment"] == "").all():
        wells["experiment"] = "1"
        said.warnings.append(
            "No experiment is stated: all wells are taken as one, n = 1. Add a column 'experiment'."
        )
    elif (wells["experiment"] == "").any():
        _fill_experiments(wells, words)
    for word in words.named:
        title = word.replace("_", " ")
        bare = (wells["role"] == "sample") & (wells[word] == "")
        if bare.any() and not bare[wells["role"] == "sample"].all():
            row = int(bare.to_numpy().argmax())
            where = place(wells, str(wells["file"].iloc[row]), row)
            raise DataError(f"{where}: a sample well has no {title}. Fill it in.")
        if bare.any():
            said.warnings.append(f"No {title} is stated: the results name none.")
    wells.loc[(wells["role"] == "vehicle") & wells["dose"].isna(), "dose"] = 0.0
    bare = wells["basis"] == ""
    wells.loc[bare, "basis"] = basis.value
    if bare.any() and basis is not Basis.NOT_STATED:
        said.assumed.append(f"doses count {basis.value}, as set")


def _fill_experiments(wells: pd.DataFrame, words: PlateWords) -> None:
    """Controls that name no experiment belong to that of their plate, if it is one; samples must name it."""
    bare = (wells["experiment"] == "").to_numpy()
    samples = bare & (wells["role"] == "sample").to_numpy()
    if samples.any():
        row = int(samples.argmax())
        where = place(wells, str(wells["file"].iloc[row]), row)
        raise DataError(f"{where}: a sample well has no experiment, others have one. Fill it in.")
    for (_, plate), rows in grouped(wells, ["file", "plate"]):
        stated = sorted(set(wells["experiment"].iloc[rows]) - {""})
        unfilled = rows[bare[rows]]
        if len(stated) != 1:  # wells that serve the whole plate belong to no experiment of several
            unfilled = unfilled[~wells["role"].iloc[unfilled].isin(words.shared).to_numpy(bool)]
        if len(unfilled) and len(stated) != 1:
            where = place(wells, str(wells["file"].iloc[unfilled[0]]), int(unfilled[0]))
            raise DataError(f"{where}: a control of plate '{plate}' names no experiment. Fill it in.")
        if len(unfilled):
            wells.loc[wells.index[unfilled], "experiment"] = stated[0]
