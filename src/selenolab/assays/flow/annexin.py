"""Annexin V with a dye that leaky cells take up: live, early and late apoptotic, necrotic."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from selenolab.assays.flow.channels import stain_channel
from selenolab.assays.flow.kinds import (
    ANNEXIN,
    EARLY,
    LATE,
    LIVE,
    NECROTIC,
    Counted,
    Kind,
    Panel,
    Value,
)
from selenolab.assays.flow.prepared import Bench, Prepared, pooled_values, prepared
from selenolab.assays.flow.room import Tube
from selenolab.core.check import Check, MissingControl
from selenolab.cytometry.events import Events
from selenolab.cytometry.quadrants import ARBITRARY, thresholds

BY_HAND = "thresholds set by hand"
LENT = "controls of other experiments"
_AXES = ("annexin", "death")
Key = tuple[str, str]  # experiment, cell line


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Values from which on a cell is positive, by part; `origin` says by which tubes, `reasons` why there."""

    annexin: float
    death: float
    origin: str
    reasons: tuple[str, ...] = ()
    arbitrary: tuple[str, ...] = ()  # axes placed without a control

    def of(self, axis: str) -> float:
        """The threshold of an axis."""
        return self.annexin if axis == "annexin" else self.death


def read_annexin(bench: Bench) -> Panel:
    """The four shares of every stained tube."""
    placed = thresholds_of(bench)
    values: list[Value] = []
    rows: dict[str, dict[str, float]] = {}
    counted: list[Counted] = []
    for one in prepared(bench, bench.room.of("sample", "positive")):
        limits = placed[key_of(one.tube)]
        shares = quadrants(one, bench, limits)
        kinds = (LIVE, EARLY, LATE, NECROTIC)
        if shares is not None:
            values += [Value(kind, one.tube.name, share) for kind, share in zip(kinds, shares, strict=True)]
            values.append(Value(ANNEXIN, one.tube.name, shares[1] + shares[2]))
            counted += _counted(one, bench, limits, dict(zip(kinds, shares, strict=True)))
            rows[one.tube.name] = {
                **{f"{kind.name} [%]": share for kind, share in zip(kinds, shares, strict=True)},
                "threshold annexin": limits.annexin,
                "threshold death": limits.death,
            }
    return Panel(
        tuple(values),
        rows,
        tuple(_checks(bench, placed)),
        tuple(_missing(bench, placed)),
        tuple(_warnings(placed)),
        _doubts(placed),
        counted=tuple(counted),
    )


def _counted(
    one: Prepared, bench: Bench, limits: Thresholds, shares: Mapping[Kind, float]
) -> Iterator[Counted]:
    """The quadrants as rows of the table of gates."""
    size = int(one.population.sum())
    maker = ARBITRARY if limits.arbitrary else f"automatic: quadrants by {limits.origin}"
    for kind, share in shares.items():
        inside, parent = round(share * size / 100), bench.gating.population
        reason = "; ".join(limits.reasons)
        yield Counted(one.tube.name, kind.name, parent, maker, reason, inside, size, None)


def quadrants(one: Prepared, bench: Bench, limits: Thresholds) -> tuple[float, float, float, float] | None:
    """Live, early, late and necrotic cells in % of the population; None where no event is in it."""
    parts = bench.room.channels.parts
    annexin = one.values(parts["annexin"]) >= limits.annexin
    death = one.values(parts["death"]) >= limits.death
    if not annexin.size:
        return None
    live, early = 100 * np.mean(~annexin & ~death), 100 * np.mean(annexin & ~death)
    late, necrotic = 100 * np.mean(annexin & death), 100 * np.mean(~annexin & death)
    return float(live), float(early), float(late), float(necrotic)


def thresholds_of(bench: Bench) -> dict[Key, Thresholds]:
    """The thresholds of each experiment and line: by its own controls, else by those of all experiments."""
    return {key: _thresholds(bench, key) for key in sorted({key_of(tube) for tube in bench.room.tubes})}


def key_of(tube: Tube) -> Key:
    """What a tube shares its controls with: its experiment and line."""
    return tube.experiment, tube.cell_line


def _own(tubes: Sequence[Tube], key: Key) -> list[Tube]:
    """The tubes of the experiment, those of the line where it has any (or names none)."""
    inside = [tube for tube in tubes if tube.experiment == key[0]]
    return [tube for tube in inside if tube.cell_line in (key[1], "")] or inside


def _thresholds(bench: Bench, key: Key) -> Thresholds:
    unstained, stained, lent = _controls(bench, key)
    channels = {axis: bench.room.channels.parts[axis] for axis in _AXES}
    open_axes = [axis for axis in _AXES if axis not in bench.settings.thresholds]
    samples = None
    if unstained is None and not all(set(stained) - {channels[axis]} for axis in open_axes):
        samples = _together(bench, _untreated(bench, key))
    placed = thresholds(
        tuple(channels.values()), unstained, stained, samples, bench.settings.negative_quantile
    )
    found, reasons, origins, arbitrary = {}, [], set(), []
    for axis in _AXES:
        if axis in bench.settings.thresholds:
            found[axis] = bench.settings.thresholds[axis]
            origins.add(BY_HAND)
            continue
        one = placed[channels[axis]]
        found[axis] = max(one.value, _fmo(bench, key, channels[axis]))
        reasons += [one.reason, *one.notes]
        origins.add("the untreated cells" if one.arbitrary else lent or "its own controls")
        arbitrary += [axis] * one.arbitrary
    return Thresholds(
        found["annexin"], found["death"], ", ".join(sorted(origins)), tuple(reasons), tuple(arbitrary)
    )


def _controls(bench: Bench, key: Key) -> tuple[Events | None, dict[str, Events], str]:
    """Unstained cells and single stains of the experiment, else of all; the last says that they were lent."""
    room = bench.room
    tubes = room.of("unstained", "single_stain")
    own = _own(tubes, key)
    used, lent = (own, "") if own or not tubes else (list(tubes), LENT)
    bare = [tube for tube in used if tube.role == "unstained"]
    if not bare and lent == "":
        bare = list(room.of("unstained"))
        lent = LENT if bare else ""
    stained: dict[str, list[Tube]] = {}
    for tube in used:
        if tube.role == "single_stain":
            stained.setdefault(stain_channel_of(bench, tube), []).append(tube)
    parts = {room.channels.parts[axis] for axis in _AXES}
    made = {name: _together(bench, own) for name, own in stained.items() if name in parts}
    return (_together(bench, bare) if bare else None), made, lent


def _together(bench: Bench, tubes: Sequence[Tube]) -> Events:
    channels = [bench.room.channels.parts[axis] for axis in _AXES]
    return {channel: pooled_values(bench, tubes, channel) for channel in channels}


def _untreated(bench: Bench, key: Key) -> list[Tube]:
    tubes = _own(bench.room.of("sample"), key)
    return [tube for tube in tubes if tube.control] or tubes or list(bench.room.of("sample"))


def stain_channel_of(bench: Bench, tube: Tube) -> str:
    """The channel of the stain that a control tube names."""
    return stain_channel(tube.stain, bench.room.channels, tube.name)


def _fmo(bench: Bench, key: Key, channel: str) -> float:
    """The percentile of the tube with all stains but that of the channel; minus infinity without one."""
    tubes = [tube for tube in bench.room.of("fmo") if stain_channel_of(bench, tube) == channel]
    own = _own(tubes, key) or tubes
    values = pooled_values(bench, own, channel)
    return float(np.percentile(values, bench.settings.negative_quantile)) if values.size else -inf


def _doubts(placed: Mapping[Key, Thresholds]) -> tuple[str, ...]:
    if any(one.arbitrary for one in placed.values()):
        return (ARBITRARY,)
    return (BY_HAND,) if any(BY_HAND in one.origin for one in placed.values()) else ()


def _warnings(placed: Mapping[Key, Thresholds]) -> Iterator[str]:
    lent = list(dict.fromkeys(experiment for (experiment, _), one in placed.items() if LENT in one.origin))
    if lent:
        yield f"Experiments without controls of their own, read with those of the others: {', '.join(lent)}."
    bare = {axis for one in placed.values() for axis in one.arbitrary}
    if bare:
        yield (
            f"Thresholds arbitrary ({', '.join(sorted(bare))}): no unstained or single-stain control was "
            "given; they rest on the untreated cells alone."
        )


def _missing(bench: Bench, placed: Mapping[Key, Thresholds]) -> Iterator[MissingControl]:
    room = bench.room
    if any(one.arbitrary for one in placed.values()) or not room.of("unstained"):
        yield MissingControl(
            "where negative ends and positive begins",
            "unstained cells",
            "Run unstained cells in every experiment.",
        )
    stains = {stain_channel_of(bench, tube) for tube in room.of("single_stain")}
    if not {room.channels.parts[axis] for axis in _AXES} <= stains:
        yield MissingControl(
            "the four quadrants free of spillover",
            "single stains of annexin V and of the death dye",
            "Run one tube with each dye alone, with dying cells in it, in every experiment.",
        )
    treated = {tube.compound for tube in room.of("sample") if not tube.control}
    for compound in sorted(treated - {tube.compound for tube in room.of("drug_only")}):
        yield MissingControl(
            "that the signal is the stain and not the compound",
            "cells with the compound and no stain",
            "Run treated, unstained cells at the highest dose (role drug_only): many compounds fluoresce, "
            "red selenium scatters and quenches.",
            {"compound": compound} if compound else {},
        )
    if len({tube.time for tube in room.of("sample")}) < 2:
        yield MissingControl(
            "whether late apoptotic cells came through apoptosis or died of necrosis",
            "an earlier time point",
            "Run earlier times, or a caspase inhibitor as an arm.",
        )


def _checks(bench: Bench, placed: Mapping[Key, Thresholds]) -> Iterator[Check]:
    """What the compound alone puts above the thresholds."""
    parts = bench.room.channels.parts
    for one in prepared(bench, bench.room.of("drug_only")):
        limits = placed[key_of(one.tube)]
        for axis in _AXES:
            values = one.values(parts[axis])
            if not values.size:
                continue
            share = 100 * float(np.mean(values >= limits.of(axis)))
            yield Check(
                "compound's own fluorescence",
                f"{one.tube.name}: {axis}",
                share <= 2.0,
                f"{share:.2g} % of cells with the compound and no stain lie above the {axis} threshold",
                share,
                2.0,
                "%",
                2.0 - share,
                {"compound": one.tube.compound} if one.tube.compound else {},
            )
