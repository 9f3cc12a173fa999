"""From volumes to normalised lanes: each band over the normaliser of its own lane and membrane."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite, log, nan
from typing import Literal

from selenolab.assays.western.room import Band, Lane, Room, State, chosen_blots
from selenolab.assays.western.settings import WesternSettings

How = Literal["total", "loading", "none"]
SAID: Mapping[str, str] = {"total": "total protein", "loading": "loading control", "none": "nothing"}


@dataclass(frozen=True, slots=True)
class LaneValue:
    """A protein in a lane, normalised: `log` is natural, of volume over normaliser.

    `part` is the membrane, or the part of it between splice lines: values of different parts are not
    compared. `state` "<" makes it an upper bound; "out" leaves no number, and `why` says why.
    """

    lane: Lane
    part: str
    log: float
    state: State
    why: str
    blot: str
    volume: float
    divisor: float


@dataclass(frozen=True, slots=True)
class Bench:
    """The room with the exposure of every protein chosen."""

    room: Room
    settings: WesternSettings
    used: Mapping[tuple[str, str], str]

    def bands(self, protein: str) -> tuple[Band, ...]:
        """The bands of a protein in the exposures that are used."""
        return tuple(
            band
            for band in self.room.bands
            if band.protein == protein and self.used[(band.lane.membrane, protein)] == band.blot
        )

    def membranes(self, protein: str) -> tuple[str, ...]:
        """Membranes that show a protein."""
        return tuple(sorted({band.lane.membrane for band in self.bands(protein)}))

    def compared(self, protein: str) -> tuple[str, ...]:
        """Membranes that show a protein in lanes of the design; all of them where none has any."""
        own = {band.lane.membrane for band in self.bands(protein) if band.lane.role == "sample"}
        return tuple(sorted(own)) or self.membranes(protein)


def bench_of(room: Room, settings: WesternSettings) -> Bench:
    """The bench of a room."""
    return Bench(room, settings, chosen_blots(room))


def normalisers(bench: Bench, membrane: str, how: How) -> tuple[str, ...]:
    """Proteins of a membrane that others may be divided by."""
    return tuple(
        protein
        for protein in (bench.room.of_kind(how) if how != "none" else ())
        if (membrane, protein) in bench.used
    )


def headline_how(bench: Bench, protein: str) -> How:
    """What the headline of a protein is divided by: as set, else total protein, else the loading control."""
    stated: Mapping[str, How] = {"total_protein": "total", "loading_control": "loading", "none": "none"}
    if bench.settings.normalise_to != "auto":
        return stated[bench.settings.normalise_to]
    membranes = bench.compared(protein)
    counts = {how: sum(bool(normalisers(bench, m, how)) for m in membranes) for how in _BOTH}
    best = max(_BOTH, key=lambda how: counts[how])
    return best if counts[best] else "none"


_BOTH: tuple[How, How] = ("total", "loading")


def normalised(bench: Bench, protein: str, how: How) -> tuple[LaneValue, ...]:
    """Every lane of a protein over the normaliser of its membrane."""
    divisors = {m: _divisors(bench, m, how) for m in bench.membranes(protein)}
    return tuple(_value(bench, band, how, divisors[band.lane.membrane]) for band in bench.bands(protein))


def directly(bench: Bench, protein: str, other: str) -> tuple[LaneValue, ...]:
    """Every lane of a protein over another protein of the same membrane: stripped or multiplex."""
    shared = set(bench.membranes(protein)) & set(bench.membranes(other))
    divisors = {
        m: {band.lane.number: [band] for band in bench.bands(other) if band.lane.membrane == m}
        for m in shared
    }
    return tuple(
        _divided(bench, band, divisors[band.lane.membrane].get(band.lane.number, []), other)
        for band in bench.bands(protein)
        if band.lane.membrane in shared
    )


def _divisors(bench: Bench, membrane: str, how: How) -> dict[str, list[Band]]:
    found: dict[str, list[Band]] = {}
    for protein in normalisers(bench, membrane, how):
        for band in bench.bands(protein):
            if band.lane.membrane == membrane:
                found.setdefault(band.lane.number, []).append(band)
    return found


def _value(bench: Bench, band: Band, how: How, divisors: Mapping[str, list[Band]]) -> LaneValue:
    if how != "none":
        return _divided(bench, band, divisors.get(band.lane.number, []), SAID[how])
    load = band.lane.load if isfinite(band.lane.load) else 1.0
    part = part_of(bench, band.lane, (band.blot,))
    number = log(band.volume / load) if band.state != "out" else nan
    return LaneValue(band.lane, part, number, band.state, band.why, band.blot, band.volume, load)


def _divided(bench: Bench, band: Band, others: Sequence[Band], name: str) -> LaneValue:
    """A band over the geometric mean of the others; without a number where one of them has none."""
    part = part_of(bench, band.lane, (band.blot, *(other.blot for other in others)))
    why = band.why if band.state == "out" else next(_against(others, name), "")
    if why:
        return LaneValue(band.lane, part, nan, "out", why, band.blot, band.volume, nan)
    divisor = exp(sum(log(other.volume) for other in others) / len(others))
    return LaneValue(
        band.lane, part, log(band.volume / divisor), band.state, band.why, band.blot, band.volume, divisor
    )


def _against(others: Sequence[Band], name: str) -> Iterator[str]:
    if not others:
        yield f"the membrane has no {name}"
    for other in others:
        if other.state == "out":
            yield f"{other.protein}: {other.why}"
        elif other.state == "<":
            yield f"{other.protein} is below the detection limit"


def part_of(bench: Bench, lane: Lane, blots: Sequence[str]) -> str:
    """The membrane, with the number of the part between the splices of the exposures used."""
    cuts = sorted({cut for name in blots for cut in bench.room.blots[name].cuts})
    if not cuts:
        return lane.membrane
    return f"{lane.membrane} part {1 + sum(int(lane.number) > cut for cut in cuts)}"
