"""The dataset as the analysis sees it: lanes, exposures and bands in a fixed order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any, Literal

from selenolab.assays.western.proteins import Protein, protein_of
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.dataset import Dataset, unit_of

ONE = "1"  # name of the experiment where none is stated
State = Literal["", "<", "out"]


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane and its place in the design. Dose in the run's unit, time in h; NaN where not stated."""

    membrane: str
    number: str
    role: str
    experiment: str = ONE
    compound: str = ""
    dose: float = nan
    time: float = nan
    cell_line: str = ""
    arm: str = ""
    basis: str = ""
    load: float = nan
    dilution: float = nan

    @property
    def control(self) -> bool:
        """Whether it is an untreated control: dose zero, or no dose and no compound."""
        return self.role == "sample" and (self.dose == 0 or (not isfinite(self.dose) and not self.compound))

    @property
    def place(self) -> tuple[str, float, str]:
        """What a treated lane shares with its control, beside the experiment: line, time, arm."""
        return (self.cell_line, self.time if isfinite(self.time) else -1.0, self.arm)


@dataclass(frozen=True, slots=True)
class Blot:
    """One exposure. `refusal` says why it is not quantitative, `cuts` after which lanes it is spliced."""

    name: str
    membrane: str
    kind: str
    refusal: str
    exposure: str
    cuts: tuple[int, ...]
    tilt: float
    note: str


@dataclass(frozen=True, slots=True)
class Band:
    """A protein in a lane of an exposure. `state` "<": `volume` is the detection limit; "out": no number."""

    blot: str
    lane: Lane
    protein: str
    kind: str
    volume: float
    state: State
    why: str = ""
    saturated: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """All that an analysis sees. `designed` says whether any lane has a place in a design."""

    lanes: tuple[Lane, ...]
    blots: Mapping[str, Blot]
    bands: tuple[Band, ...]
    dose_unit: str
    designed: bool
    known: Mapping[str, Protein | None]

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Names of the proteins of a kind, in the order of the exposures."""
        return tuple(dict.fromkeys(band.protein for band in self.bands if band.kind == kind))


def enter(dataset: Dataset, settings: WesternSettings) -> Room:
    """The room of a dataset."""
    table = dataset.tables["lanes"]
    lanes = {(lane.membrane, lane.number): lane for lane in map(_lane, table.frame.to_dict("records"))}
    ordered = tuple(sorted(lanes.values(), key=lambda lane: (lane.membrane, int(lane.number))))
    blots = {
        str(row["blot"]): _blot(row)
        for row in dataset.tables["blots"].frame.sort_values("blot").to_dict("records")
    }
    frame = dataset.tables["bands"].frame
    bands = [
        _band(row, lanes[(str(row["membrane"]), str(row["lane"]))], blots[str(row["blot"])], settings)
        for row in frame.to_dict("records")
    ]
    bands.sort(key=lambda band: (band.protein, band.blot, int(band.lane.number)))
    stated = table.frame
    designed = any(word in stated for word in ("experiment", "compound", "dose", "time", "cell_line", "arm"))
    names = dict.fromkeys(band.protein for band in bands)
    return Room(
        ordered,
        blots,
        tuple(bands),
        unit_of(table, "dose") if "dose" in stated else "",
        designed,
        {name: protein_of(name, settings.events) for name in names},
    )


def _lane(row: Mapping[Any, Any]) -> Lane:
    return Lane(
        str(row["membrane"]),
        str(row["lane"]),
        str(row["role"]),
        _text(row.get("experiment")) or ONE,
        _text(row.get("compound")),
        _number(row.get("dose")),
        _number(row.get("time")),
        _text(row.get("cell_line")),
        _text(row.get("arm")),
        _text(row.get("basis")),
        _number(row.get("lane_load")),
        _number(row.get("lane_dilution")),
    )


def _blot(row: Mapping[Any, Any]) -> Blot:
    return Blot(
        str(row["blot"]),
        str(row["membrane"]),
        str(row["blot_role"]),
        _text(row["blot_refusal"]),
        _text(row.get("blot_exposure")),
        tuple(int(cut) for cut in _text(row.get("blot_cuts")).split()),
        _number(row.get("blot_tilt")),
        _text(row.get("blot_note")),
    )


def _band(row: Mapping[Any, Any], lane: Lane, blot: Blot, settings: WesternSettings) -> Band:
    flag = _text(row.get("band_volume_flag"))
    volume, error = _number(row["band_volume"]), _number(row.get("band_volume_se"))
    band = Band(
        blot.name,
        lane,
        str(row["protein"]),
        blot.kind,
        volume,
        "",
        "",
        _number(row.get("band_saturated")) > 0,
    )
    if flag:
        return replace(band, state="out", why=flag, saturated=band.saturated or flag.startswith("saturated"))
    if blot.refusal:
        return replace(band, state="out", why=blot.refusal)
    if not isfinite(volume):
        return replace(band, state="out", why="no volume")
    limit = settings.detection * error
    if isfinite(limit) and volume < limit:
        return replace(band, volume=limit, state="<", why="below the detection limit")
    if volume <= 0:
        return replace(band, state="out", why="its volume is not above zero, and no detection limit is known")
    return band


def _text(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell)


def _number(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return nan


def chosen_blots(room: Room) -> Mapping[tuple[str, str], str]:
    """For each membrane and protein the exposure that is used: without saturation, else with least of it.

    Of several without a saturated band that with the greatest volumes, which is the longest, is taken.
    """
    found: dict[tuple[str, str], str] = {}
    for membrane, protein, names in _shown(room):
        found[(membrane, protein)] = min(names, key=lambda name: _rank(room, name, protein))
    return found


def _shown(room: Room) -> Iterator[tuple[str, str, list[str]]]:
    keys = dict.fromkeys((band.lane.membrane, band.protein) for band in room.bands)
    for membrane, protein in keys:
        names = dict.fromkeys(
            band.blot for band in room.bands if (band.lane.membrane, band.protein) == (membrane, protein)
        )
        yield membrane, protein, list(names)


def _rank(room: Room, name: str, protein: str) -> tuple[bool, int, float, str]:
    own = [band for band in room.bands if band.blot == name and band.protein == protein]
    used = [band for band in own if band.lane.role in ("sample", "dilution")] or own
    volumes = sorted(band.volume for band in used if isfinite(band.volume))
    middle = volumes[len(volumes) // 2] if volumes else 0.0
    return bool(room.blots[name].refusal), sum(band.saturated for band in used), -middle, name
