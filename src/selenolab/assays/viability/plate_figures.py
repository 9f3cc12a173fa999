"""What to draw of the plates: heat maps of the raw signal, and the control wells."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from selenolab.assays.viability.controls import Corrected
from selenolab.assays.viability.figures import counted, slug
from selenolab.assays.viability.schema import RAW
from selenolab.core.drawing import Axis, Caption, DotPlot, Drawing, HeatMap
from selenolab.formats.plate_groups import grouped
from selenolab.formats.plate_shape import plate_shape, rows_and_columns
from selenolab.formats.wells import row_letters

_CONTROLS = {"vehicle": "vehicle", "blank": "medium blank", "drug_blank": "drug blank", "positive": "killed"}


def plate_drawings(corrected: Corrected) -> Iterator[Drawing]:
    """A heat map a plate whose wells are stated, and one figure of all controls."""
    if corrected.kind not in RAW:
        return
    wells = corrected.wells
    for (_, plate), rows in grouped(wells, ["file", "plate"]):
        part = wells.iloc[rows]
        shape = plate_shape(part[part["well"] != ""]) if (part["well"] != "").any() else None
        if shape is not None:
            yield _heat_map(part[part["well"] != ""], str(plate), shape, corrected)
    yield _controls(wells, corrected)


def _axis(corrected: Corrected) -> Axis:
    return Axis("Absorbance", "AU") if corrected.kind == "absorbance" else Axis("Signal", "counts")


def _heat_map(part: pd.DataFrame, plate: str, shape: tuple[int, int], corrected: Corrected) -> HeatMap:
    values = np.full(shape, np.nan)
    row, column = rows_and_columns(part)
    values[row.astype(int) - 1, column.astype(int) - 1] = part["signal"].to_numpy(float)
    out = ~part["ok"].to_numpy(bool)
    notes = pd.DataFrame(
        {
            "row": [row_letters(int(r)) for r in row[out]],
            "column": [str(int(c)) for c in column[out]],
            "text": ["×"] * int(out.sum()),
        }
    )
    text = f"Plate {plate}: signal as read, nothing subtracted. × marks wells that enter no number."
    return HeatMap(
        f"plate-{slug(plate)}",
        f"Plate {plate}",
        Caption(text, f"{counted(len(part), 'well')} of 1 plate"),
        values,
        tuple(row_letters(r + 1) for r in range(shape[0])),
        tuple(str(c + 1) for c in range(shape[1])),
        # An excluded well must not set the scale of the others.
        replace(
            _axis(corrected), high=float(part.loc[part["ok"], "signal"].max()) if part["ok"].any() else None
        ),
        notes,
    )


def _controls(wells: pd.DataFrame, corrected: Corrected) -> DotPlot:
    part = wells[wells["role"].isin(_CONTROLS)].copy()
    part["category"] = _categories(part)
    part["rank"] = part["role"].map({role: place for place, role in enumerate(_CONTROLS)})
    part = part.sort_values(["plate", "time_key", "arm", "rank", "cell_line"], kind="stable")
    dots = pd.DataFrame(
        {
            "category": part["category"].to_numpy(object),
            "value": part["signal"].to_numpy(float),
            "excluded": ~part["ok"].to_numpy(bool),
            "label": part["well"].to_numpy(object),
        }
    )
    sound = part[part["ok"]].groupby("category", sort=False)["signal"].agg(["mean", "std"])
    spread = sound["std"].fillna(0.0)
    bars = pd.DataFrame(
        {
            "category": sound.index.to_numpy(object),
            "value": sound["mean"].to_numpy(float),
            "low": (sound["mean"] - spread).to_numpy(float),
            "high": (sound["mean"] + spread).to_numpy(float),
        }
    )
    text = "Control wells of every plate, signal as read. Drug blanks of all doses are shown together."
    return DotPlot(
        "controls", "Control wells",
        Caption(text, counted(len(dots), "well"), "standard deviation of the wells"),
        _axis(corrected), dots, bars,
    )  # fmt: skip


def _categories(part: pd.DataFrame) -> list[str]:
    """What each control well is of; line, arm and time are named where a plate holds several."""
    words = ["cell_line", "arm", "time_key"]
    untreated = part[part["role"] == "vehicle"]
    tell = {word: bool((untreated.groupby("plate")[word].nunique() > 1).any()) for word in words}
    found = []
    for row in part.to_dict("records"):
        named = [_CONTROLS[row["role"]]]
        named += [str(row[word]) for word in words[:2] if tell[word] and row[word]]
        if tell["time_key"] and row["time_key"] >= 0:
            named.append(f"{row['time_key']:g} h")
        found.append(", ".join([*named, str(row["plate"])]))
    return found
