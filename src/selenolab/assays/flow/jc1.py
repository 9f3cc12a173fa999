"""JC-1: red aggregates over green monomers, against untreated cells and CCCP of each experiment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.flow.kinds import DEPOLARISED, JC1, JC1_CCCP, Panel, Value
from selenolab.assays.flow.prepared import Bench, Prepared, pooled_values, prepared
from selenolab.assays.flow.room import Tube
from selenolab.core.check import Check, MissingControl

Floats = NDArray[np.float64]
Key = tuple[str, str]  # experiment, cell line
APART = 2.0  # least ratio of untreated to CCCP by which the assay is said to work


@dataclass(frozen=True, slots=True)
class Reference:
    """What the controls of an experiment and cell line say: backgrounds, CCCP ratio, threshold."""

    red: float
    green: float
    cccp: float | None
    threshold: float | None
    overlap: float  # % of untreated or of CCCP cells on the wrong side of it, the larger


def read_jc1(bench: Bench) -> Panel:
    """The ratio and the depolarised share of every stained tube."""
    references = {key: _reference(bench, key) for key in sorted({_key(tube) for tube in bench.room.tubes})}
    values: list[Value] = []
    rows: dict[str, dict[str, float]] = {}
    for one in prepared(bench, bench.room.of("sample", "positive", "cccp", "particle_only")):
        own = references[_key(one.tube)]
        ratios, ratio = _ratio(one, bench, own)
        if ratio is None:
            continue
        row = {"JC-1 red/green": ratio, "background red": own.red, "background green": own.green}
        if own.threshold is not None:
            row |= {"threshold of the ratio": own.threshold, "depolarised [%]": _below(ratios, own.threshold)}
        rows[one.tube.name] = row
        if one.tube.role != "particle_only":
            values += _values(one.tube, ratio, ratios, own)
    return Panel(
        tuple(values),
        rows,
        tuple(_checks(bench, rows, references)),
        tuple(_missing(bench, references)),
        tuple(_warnings(references)),
    )


def _key(tube: Tube) -> Key:
    return tube.experiment, tube.cell_line


def _told(key: Key, references: Mapping[Key, Reference]) -> str:
    """An experiment by its name, with the line where there are several."""
    several = len({line for _, line in references}) > 1
    return f"{key[0]}, {key[1]}" if several and key[1] else key[0]


def _values(tube: Tube, ratio: float, ratios: Floats, own: Reference) -> Iterator[Value]:
    yield Value(JC1, tube.name, ratio)
    if tube.role == "cccp":
        return
    if own.cccp is not None and own.cccp > 0:
        yield Value(JC1_CCCP, tube.name, ratio / own.cccp)
    if own.threshold is not None:
        yield Value(DEPOLARISED, tube.name, _below(ratios, own.threshold))


def _below(ratios: Floats, threshold: float) -> float:
    return float(100 * np.mean(ratios < threshold))


def _ratio(one: Prepared, bench: Bench, own: Reference) -> tuple[Floats, float | None]:
    """Ratios of the cells (green at or below the background: infinite) and the tube's ratio."""
    parts = bench.room.channels.parts
    red = one.values(parts["red"]) - own.red
    green = one.values(parts["green"]) - own.green
    lit = (red > 0) | (green > 0)
    red, green = np.maximum(red[lit], 0.0), green[lit]
    if not red.size:
        return red, None
    ratios = np.where(green > 0, red / np.where(green > 0, green, 1.0), np.inf)
    if bench.settings.jc1_ratio == "of medians":
        below = float(np.median(green))
        return ratios, float(np.median(red)) / below if below > 0 else None
    middle = float(np.median(ratios))
    return ratios, middle if np.isfinite(middle) else None


def _reference(bench: Bench, key: Key) -> Reference:
    parts, room = bench.room.channels.parts, bench.room
    experiment, line = key
    of_line = [t for t in room.of("unstained") if t.cell_line in (line, "")] or list(room.of("unstained"))
    unstained = [t for t in of_line if t.experiment == experiment] or of_line
    red, green = (
        float(np.median(found)) if (found := pooled_values(bench, unstained, parts[part])).size else 0.0
        for part in ("red", "green")
    )
    bare = Reference(red, green, None, None, 0.0)
    own = [t for t in room.of("cccp", "sample") if t.experiment == experiment]
    cccp = _together(bench, [t for t in own if t.role == "cccp" and t.cell_line in (line, "")], bare)
    untreated = [t for t in own if t.control and not t.arm and t.cell_line == line]
    whole = _together(bench, untreated, bare)
    if not cccp:
        return bare
    low = float(np.mean([ratio for _, ratio in cccp]))
    if not whole:
        return Reference(red, green, low, None, 0.0)
    threshold, overlap = least_error(
        np.concatenate([ratios for ratios, _ in cccp]), np.concatenate([ratios for ratios, _ in whole])
    )
    return Reference(red, green, low, threshold, overlap)


def _together(bench: Bench, tubes: Sequence[Tube], own: Reference) -> list[tuple[Floats, float]]:
    found = [_ratio(one, bench, own) for one in prepared(bench, tubes)]
    return [(ratios, ratio) for ratios, ratio in found if ratio is not None]


def least_error(low: Floats, high: Floats) -> tuple[float, float]:
    """The value that parts two samples with the least sum of their shares on the wrong side.

    Returns the value, in the widest gap (as a ratio) of those that do equally well, and the larger of the
    two wrong shares in %. Values must be positive or infinite, or zero.

    Examples
    --------
    >>> least_error(np.array([1.0, 2.0, 3.0, 4.0]), np.array([16.0, 17.0, 18.0]))
    (8.0, 0.0)
    """
    places = np.unique(np.concatenate([low, high]))
    places = places[np.isfinite(places) & (places > 0)]
    if places.size < 2:
        return (float(places[0]) if places.size else 0.0), 100.0
    middles = np.sqrt(places[1:] * places[:-1])
    wrong_high = np.searchsorted(np.sort(high), middles) / high.size
    wrong_low = 1 - np.searchsorted(np.sort(low), middles) / low.size
    total = wrong_high + wrong_low
    best = np.flatnonzero(total <= total.min() + 1e-12)
    index = best[np.argmax(places[best + 1] / places[best])]
    return float(middles[index]), float(100 * max(wrong_high[index], wrong_low[index]))


def _missing(bench: Bench, references: Mapping[Key, Reference]) -> Iterator[MissingControl]:
    room = bench.room
    seen = {_key(tube) for tube in room.of("sample")}
    bare = [_told(key, references) for key, own in references.items() if own.cccp is None and key in seen]
    if bare:
        yield MissingControl(
            "that the red/green ratio follows the mitochondrial potential, and the share of depolarised "
            "cells",
            f"a CCCP or FCCP tube in experiment {', '.join(bare)}",
            "Run stained cells with CCCP in every experiment (role cccp): the ratio depends on dye, laser "
            "and gains.",
        )
    if not room.of("unstained"):
        yield MissingControl(
            "a ratio free of the cells' own fluorescence",
            "unstained cells",
            "Run unstained cells in every experiment.",
        )
    for compound in sorted({t.compound for t in room.of("sample") if not t.control}):
        if compound not in {t.compound for t in room.of("particle_only")}:
            yield MissingControl(
                "that the compound or particle does not bind JC-1 or glow by itself",
                "the compound or particles with JC-1 and no cells",
                "Run it at the highest dose (role particle_only).",
                {"compound": compound} if compound else {},
            )


def _warnings(references: Mapping[Key, Reference]) -> Iterator[str]:
    wide = [
        f"{_told(key, references)} ({own.overlap:.0f} %)"
        for key, own in references.items()
        if own.overlap > 10
    ]
    if wide:
        yield (
            "Untreated and CCCP cells overlap, so that the depolarised share is pulled towards the middle; "
            f"share of wrong calls at the threshold by experiment: {', '.join(wide)}."
        )


def _checks(
    bench: Bench, rows: Mapping[str, Mapping[str, float]], references: Mapping[Key, Reference]
) -> Iterator[Check]:
    """Whether CCCP lowered the ratio; what particles without cells show."""
    for key, own in references.items():
        untreated = [
            rows[tube.name]["JC-1 red/green"]
            for tube in bench.room.of("sample")
            if _key(tube) == key and tube.control and tube.name in rows
        ]
        if own.cccp and untreated:
            fold = float(np.mean(untreated)) / own.cccp
            why = f"the ratio of untreated cells is {fold:.3g} times that with CCCP"
            yield Check(
                "CCCP lowers the ratio",
                f"experiment {_told(key, references)}",
                fold >= APART,
                why,
                fold,
                APART,
                "1",
                fold - APART,
            )
    for tube in bench.room.of("particle_only"):
        if tube.name in rows:
            ratio = rows[tube.name]["JC-1 red/green"]
            why = f"events without cells show a red/green ratio of {ratio:.3g}; mind how many they are"
            yield Check("particles without cells", tube.name, None, why, ratio)
