"""Which box of a lane is which protein: found bands, rows of bands, and windows that a person states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from selenolab.assays.western.lane_totals import lane_totals
from selenolab.assays.western.seeing import Seen
from selenolab.assays.western.settings import BandWindow, WesternSettings
from selenolab.assays.western.stated import matches
from selenolab.core.errors import DataError, StudyError
from selenolab.imaging.blot_bands import find_bands, measure
from selenolab.imaging.blot_lanes import Lanes

APART = 0.75  # of a band's usual height: bands whose centres lie closer along the lanes are one row
MINOR = 0.1  # of the strongest row's volume: a row below it, in few lanes, is told and left out
FEW = 0.5  # of the lanes
_NO_NOTES: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measured:
    """Bands of one exposure: lane, protein, box and volume as `measure` gives them; `notes` for the user."""

    bands: pd.DataFrame
    notes: tuple[str, ...]


def measured(seen: Seen, lanes: Lanes, settings: WesternSettings) -> Measured:
    """The bands of every lane, below the detection limit or not.

    Raises
    ------
    DataError, StudyError
        Several rows of bands and no word which is the protein; a window outside the image.
    """
    windows = _windows(seen, lanes, settings)
    if seen.plane.kind == "total":
        return _totals(seen, lanes, windows)
    found = find_bands(seen.signal, lanes, settings.background, settings.ball_radius)
    if windows:
        boxes, notes = _by_window(found, lanes, windows), _NO_NOTES
    else:
        boxes, notes = _by_row(seen, found, lanes)
    if boxes.empty:
        return Measured(_nothing(seen, lanes), (*notes, "no band is seen: state its rows as bands"))
    every = _with_others(boxes, found)
    done = measure(
        seen.signal, every, tilt=lanes.tilt, background=settings.background, radius=settings.ball_radius
    )
    done = done.merge(every[["lane", "band", "protein"]], on=["lane", "band"])
    return Measured(done[done["protein"] != ""].reset_index(drop=True), notes)


def _windows(seen: Seen, lanes: Lanes, settings: WesternSettings) -> list[BandWindow]:
    height = seen.signal.values.shape[0]
    found = [one for one in settings.bands if matches(seen.plane.name, one.image)]
    if seen.plane.protein and any(one.image == "*" for one in found):
        # a window for all images speaks of the protein it names; an image of another one is not meant
        found = [one for one in found if one.image != "*" or one.protein == seen.plane.protein]
    for one in found:
        if not (0 <= one.y[0] < one.y[1] <= height and one.y[1] - one.y[0] >= 3):
            raise StudyError(
                f"{seen.plane.name}: bands: {one.protein}: y {one.y[0]:g} to {one.y[1]:g} does not lie "
                "in the "
                f"image, which is {height} pixels high. State upper and lower edge, at least 3 pixels apart."
            )
        if one.lane is not None and one.lane > len(lanes.x0):
            raise StudyError(
                f"{seen.plane.name}: bands: {one.protein}: lane {one.lane} is not among its "
                f"{len(lanes.x0)} lanes."
            )
    return found


def _totals(seen: Seen, lanes: Lanes, windows: Sequence[BandWindow]) -> Measured:
    bands = lane_totals(seen.signal, lanes, windows[0].y if windows else None)
    return Measured(bands.assign(band=1, protein=seen.plane.protein, y=(bands["y0"] + bands["y1"]) / 2), ())


def _nothing(seen: Seen, lanes: Lanes) -> pd.DataFrame:
    """Lanes without any number: no band, and no place where one would lie."""
    return pd.DataFrame(
        {
            "lane": range(1, len(lanes.x0) + 1),
            "band": 1,
            "protein": seen.plane.protein or "band 1",
            "x0": lanes.x0,
            "x1": lanes.x1,
            "volume": np.nan,
            "volume_se": np.nan,
        }
    )


def _by_window(found: pd.DataFrame, lanes: Lanes, windows: Sequence[BandWindow]) -> pd.DataFrame:
    """The box of every protein in every lane: its own window, the bands in the window, else the window."""
    rows = []
    for protein in dict.fromkeys(one.protein for one in windows):
        own = [one for one in windows if one.protein == protein]
        wide = next((one for one in own if one.lane is None), None)
        exact = {one.lane: one for one in own if one.lane is not None}
        inside = found[found["y"].between(*wide.y)] if wide is not None else found.iloc[:0]
        for lane in range(1, len(lanes.x0) + 1):
            if lane in exact:
                y0, y1 = exact[lane].y
                rows.append(_box(lane, protein, lanes, y0, y1, "window of its own"))
            elif wide is not None:
                y0, y1 = _in_lane(inside, lane, lanes, wide.y)
                rows.append(_box(lane, protein, lanes, y0, y1, ""))
    return pd.DataFrame(rows)


def _box(lane: int, protein: str, lanes: Lanes, y0: float, y1: float, edit: str) -> dict[str, Any]:
    return {
        "lane": lane,
        "protein": protein,
        "x0": lanes.x0[lane - 1],
        "x1": lanes.x1[lane - 1],
        "y0": float(y0),
        "y1": float(y1),
        "edit": edit,
    }


def _in_lane(
    row: pd.DataFrame, lane: int, lanes: Lanes, otherwise: tuple[float, float]
) -> tuple[float, float]:
    """Rows of a lane's band; where it has none, those between the bands of its neighbours."""
    own = row[row["lane"] == lane]
    if len(own):
        return float(own["y0"].min()), float(own["y1"].max())
    if row.empty:
        return otherwise
    spans = row.groupby("lane").agg(y0=("y0", "min"), y1=("y1", "max"))
    middle = [(a + b) / 2 for a, b in zip(lanes.x0, lanes.x1, strict=True)]
    at = [middle[int(number) - 1] for number in spans.index]
    y0, y1 = (float(np.interp(middle[lane - 1], at, spans[side])) for side in ("y0", "y1"))
    return y0, y1


def _by_row(seen: Seen, found: pd.DataFrame, lanes: Lanes) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """One row of bands is the protein; several without a name are called band 1, band 2 ... from the top."""
    if found.empty:
        return found.assign(protein=""), ()
    parts = list(_rows_of_bands(found))
    strongest = max(float(part["volume"].sum()) for part in parts)
    clear: list[pd.DataFrame] = []
    minor: list[pd.DataFrame] = []
    for part in parts:
        small = part["volume"].sum() < MINOR * strongest and part["lane"].nunique() < FEW * len(lanes.x0)
        (minor if small else clear).append(part)
    protein = seen.plane.protein
    if protein and len(clear) > 1:
        raise DataError(
            f"{seen.plane.name}: {len(clear)} rows of bands are seen ({_spans(clear)}); which is "
            f"{protein}? State "
            f"it: bands: [{{protein: {protein}, image: {seen.plane.name}, y: [{clear[0]['y0'].min():.0f}, "
            f"{clear[0]['y1'].max():.0f}]}}]."
        )
    notes = (f"faint bands left out that are no row of their own ({_spans(minor)})",) if minor else ()
    boxes = []
    for number, part in enumerate(clear, 1):
        for lane in range(1, len(lanes.x0) + 1):
            y0, y1 = _in_lane(part, lane, lanes, (0.0, 0.0))
            boxes.append(_box(lane, protein or f"band {number}", lanes, y0, y1, ""))
    return pd.DataFrame(boxes), notes


def _rows_of_bands(found: pd.DataFrame) -> Iterator[pd.DataFrame]:
    ordered = found.sort_values(["y", "lane"])
    apart = APART * float((found["y1"] - found["y0"]).median())
    number = (ordered["y"].diff().fillna(0) > apart).cumsum()
    for _, part in ordered.groupby(number):
        yield part


def _spans(parts: Sequence[pd.DataFrame]) -> str:
    return ", ".join(
        f"y {part['y0'].min():.0f} to {part['y1'].max():.0f} in {part['lane'].nunique()} "
        f"lane{'s' * (part['lane'].nunique() != 1)}"
        for part in parts
    )


def _with_others(boxes: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """The boxes with the other bands of their lanes, so that no background is taken from these."""
    rows: list[Mapping[Any, Any]] = list(boxes.to_dict("records"))
    for one in found.to_dict("records"):
        own = boxes[boxes["lane"] == one["lane"]]
        if not bool(((own["y0"] < one["y1"]) & (own["y1"] > one["y0"])).any()):
            rows.append({**{word: one[word] for word in ("lane", "x0", "x1", "y0", "y1")}, "protein": ""})
    every = pd.DataFrame(rows)[["lane", "protein", "x0", "x1", "y0", "y1"]]
    return every.assign(band=every.groupby("lane").cumcount() + 1)
