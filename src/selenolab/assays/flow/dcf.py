"""DCFH-DA: the fold of medians of DCF fluorescence. It reports oxidation of a dye, not one oxidant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from selenolab.assays.flow.kinds import DCF, Panel, Value
from selenolab.assays.flow.prepared import Bench, pooled_values, prepared
from selenolab.assays.flow.room import Tube
from selenolab.core.check import Check, MissingControl

_SCAVENGERS = ("catalase",)
OWN_MAX = 10.0  # % of the untreated DCF signal that a compound may add by itself


@dataclass(frozen=True, slots=True)
class Background:
    """Median of tubes without the dye, and what they were: cells, cells with the compound, or none."""

    median: float
    origin: str


def read_dcf(bench: Bench) -> Panel:
    """The median of every stained tube, above the background of its own experiment."""
    channel = bench.room.channels.parts["dcf"]
    medians = {
        tube.name: float(np.median(dark))
        for tube in bench.room.of("unstained", "drug_only")
        if (dark := pooled_values(bench, [tube], channel)).size
    }
    values: list[Value] = []
    rows: dict[str, dict[str, float]] = {}
    origins: dict[str, str] = {}
    for one in prepared(bench, bench.room.of("sample", "positive")):
        found = one.values(channel)
        if not found.size:
            continue
        own = background(bench, one.tube, medians)
        median = float(np.median(found))
        values.append(Value(DCF, one.tube.name, median - own.median))
        rows[one.tube.name] = {"median": median, "background": own.median}
        origins[one.tube.name] = own.origin
    bare = [name for name, origin in origins.items() if not origin]
    warnings = [f"Background not subtracted, for want of unstained cells: {_list(bare)}."] if bare else []
    doubts = ("background not subtracted",) if bare else ()
    return Panel(
        tuple(values),
        rows,
        tuple(_checks(bench, rows, medians)),
        tuple(_missing(bench)),
        tuple(warnings),
        doubts,
    )


def background(bench: Bench, tube: Tube, medians: Mapping[str, float]) -> Background:
    """Cells with the compound and no dye, else unstained cells of the experiment, else of all.

    Lines differ in what they show without a dye, and so do times: those of the same line and time come first.
    """
    alone = [t for t in bench.room.of("drug_only") if t.name in medians and _same_drug(t, tube)]
    unstained = [t for t in bench.room.of("unstained") if t.name in medians]
    same = [t for t in unstained if t.cell_line in (tube.cell_line, "")]
    choices = (
        ([t for t in alone if t.experiment == tube.experiment], "compound without dye"),
        ([t for t in same if t.experiment == tube.experiment], "unstained cells"),
        (same, "unstained cells of other experiments"),
        (unstained, "unstained cells of another line"),
    )
    for tubes, origin in choices:
        if tubes:
            near = [t for t in tubes if t.time == tube.time] or tubes
            return Background(float(np.mean([medians[t.name] for t in near])), origin)
    return Background(0.0, "")


def _same_drug(alone: Tube, tube: Tube) -> bool:
    same_line = alone.cell_line in (tube.cell_line, "")
    return bool(tube.compound) and same_line and (alone.compound, alone.dose) == (tube.compound, tube.dose)


def _list(names: Sequence[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _missing(bench: Bench) -> Iterator[MissingControl]:
    room = bench.room
    samples = room.of("sample")
    if not room.of("unstained"):
        yield MissingControl(
            "the fold of DCF fluorescence above background",
            "unstained cells",
            "Run cells without dye in every experiment.",
        )
    for compound in sorted(
        {t.compound for t in samples if not t.control} - {t.compound for t in room.of("drug_only")}
    ):
        yield MissingControl(
            "that the compound itself neither fluoresces nor quenches",
            "cells with the compound and no dye",
            "Run the compound without dye at each dose (role drug_only), and read dye-loaded cells just "
            "after adding it: red selenium absorbs and scatters.",
            {"compound": compound} if compound else {},
        )
    if not room.of("positive"):
        yield MissingControl(
            "that the dye was loaded and can respond",
            "a positive control (hydrogen peroxide or tert-butyl hydroperoxide)",
            "Run dye-loaded cells with an oxidant in every experiment (role positive).",
        )
    arms = {tube.arm.casefold() for tube in samples}
    if not any(word in arm for arm in arms for word in _SCAVENGERS) and len({t.time for t in samples}) < 2:
        yield MissingControl(
            "that oxidants are the cause and not a consequence: DCF fluorescence also rises after the "
            "mitochondrial membrane is permeabilised",
            "a catalase arm, or earlier time points",
            "Run catalase (or PEG-catalase) as an arm, or times before the membrane potential falls.",
        )


def _checks(
    bench: Bench, rows: Mapping[str, Mapping[str, float]], medians: Mapping[str, float]
) -> Iterator[Check]:
    """What the compound adds by itself, of the untreated cells' signal; whether the positive control rose."""
    room = bench.room
    for tube in room.of("drug_only"):
        plain = [
            medians[t.name]
            for t in room.of("unstained")
            if t.experiment == tube.experiment and t.name in medians
        ]
        signal = _untreated(bench, tube.experiment, rows)
        if tube.name not in medians or not plain or not signal:
            continue
        share = 100 * (medians[tube.name] - float(np.mean(plain))) / signal
        yield Check(
            "compound's own fluorescence",
            tube.name,
            abs(share) <= OWN_MAX,
            f"the compound alone changes the median by {share:.2g} % of the untreated DCF fluorescence",
            share,
            OWN_MAX,
            "%",
            OWN_MAX - abs(share),
            {"compound": tube.compound} if tube.compound else {},
        )
    for tube in room.of("positive"):
        signal = _untreated(bench, tube.experiment, rows)
        if signal and tube.name in rows:
            own = rows[tube.name]
            fold = (own["median"] - own["background"]) / signal
            why = f"DCF fluorescence of the positive control is {fold:.3g} times that of untreated cells"
            yield Check("positive control responds", tube.name, fold >= 1.5, why, fold, 1.5, "1", fold - 1.5)


def _untreated(bench: Bench, experiment: str, rows: Mapping[str, Mapping[str, float]]) -> float:
    """The untreated cells' signal above background in an experiment; 0 where there is none."""
    own = [
        rows[t.name]
        for t in bench.room.of("sample")
        if t.control and t.experiment == experiment and t.name in rows
    ]
    found = float(np.mean([one["median"] - one["background"] for one in own])) if own else 0.0
    return max(found, 0.0)
