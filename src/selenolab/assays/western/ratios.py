"""Ratios of two proteins: phosphorylated over total, cleaved over full length, Bax over Bcl-2.

On one membrane (stripped and probed again, or two colours) lanes are divided directly. On different
membranes each protein is first divided by the loading control of its own membrane, and the lysates are
then matched by experiment and group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from selenolab.assays.western.combining import Words, group_words
from selenolab.assays.western.normalising import SAID, Bench, LaneValue, directly, headline_how, normalised
from selenolab.assays.western.proteins import known as proteins
from selenolab.assays.western.room import State
from selenolab.core.check import MissingControl
from selenolab.core.errors import StudyError, did_you_mean


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two proteins to divide; `event` is the pathway's word that the ratio reads, "" for none."""

    above: str
    below: str
    event: str = ""

    @property
    def name(self) -> str:
        """As it stands in groups and figures."""
        return f"{self.above} / {self.below}"


def ratios_of(bench: Bench) -> tuple[Ratio, ...]:
    """The ratios that the proteins of a run allow, and those that the settings ask for."""
    targets = bench.room.of_kind("target")
    found = [
        Ratio(above, below, "" if known.key.startswith("cleaved") else known.event)
        for above in targets
        if (known := bench.room.known[above]) is not None and known.total
        for below in targets
        if (other := bench.room.known[below]) is not None and other.key == known.total
    ]
    found += [Ratio(a, b, "bax_bcl_2") for a in _named(bench, "bax") for b in _named(bench, "bcl_2")]
    for above, below in bench.settings.ratios:
        for name in (above, below):
            if name not in targets:
                raise StudyError(f"ratios: '{name}' is no protein of the run. {did_you_mean(name, targets)}")
        found.append(Ratio(above, below))
    return tuple({ratio.name: ratio for ratio in reversed(found)}.values())[::-1]


def _named(bench: Bench, key: str) -> list[str]:
    return [
        name
        for name in bench.room.of_kind("target")
        if (known := bench.room.known[name]) and known.key == key
    ]


def ratio_values(bench: Bench, ratio: Ratio) -> tuple[tuple[LaneValue, ...], str]:
    """Lanes of a ratio and how it was formed; no lanes where a loading control is missing."""
    if set(bench.membranes(ratio.above)) & set(bench.membranes(ratio.below)):
        return directly(bench, ratio.above, ratio.below), "lane by lane on the same membrane"
    hows = headline_how(bench, ratio.above), headline_how(bench, ratio.below)
    if "none" in hows:
        return (), "on different membranes, and one has no loading control"
    above = normalised(bench, ratio.above, hows[0])
    below = normalised(bench, ratio.below, hows[1])
    told = f"each over the {SAID[hows[0]]} of its own membrane first"
    return tuple(_matched(above, below, bench.room.dose_unit)), told


def _matched(above: Sequence[LaneValue], below: Sequence[LaneValue], unit: str) -> Iterator[LaneValue]:
    """One value for each experiment and group on each pair of membranes that both show."""
    others = _by_lysate(below, unit)
    for key, ours in _by_lysate(above, unit).items():
        for part, own in ours.items():
            for other_part, theirs in others.get(key, {}).items():
                state, why = _state(own, theirs)
                number = float(np.mean([v.log for v in own]) - np.mean([v.log for v in theirs]))
                yield replace(own[0], part=f"{part} / {other_part}", log=number, state=state, why=why)


def _state(own: Sequence[LaneValue], others: Sequence[LaneValue]) -> tuple[State, str]:
    """Whether a ratio has a number: not with a lane left out, nor over one below the detection limit."""
    if bad := next((value for value in (*own, *others) if value.state == "out"), None):
        return "out", bad.why
    if any(value.state == "<" for value in others):
        return "out", "the denominator is below the detection limit"
    return ("<", "below the detection limit") if any(value.state == "<" for value in own) else ("", "")


def _by_lysate(values: Sequence[LaneValue], unit: str) -> dict[tuple[str, Words], dict[str, list[LaneValue]]]:
    found: dict[tuple[str, Words], dict[str, list[LaneValue]]] = {}
    for value in values:
        if value.lane.role != "sample":
            continue
        key = (value.lane.experiment, tuple(group_words(value.lane, unit).items()))
        found.setdefault(key, {}).setdefault(value.part, []).append(value)
    return found


def missing_of_ratios(bench: Bench, ratios: Sequence[Ratio]) -> Iterator[MissingControl]:
    """Totals and loading controls that a ratio would need."""
    for name in bench.room.of_kind("target"):
        known = bench.room.known[name]
        if known is None or not known.total or any(ratio.above == name for ratio in ratios):
            continue
        if known.key.startswith("cleaved"):
            continue  # a cleaved form alone is read; its full length is a further ratio
        yield MissingControl(
            f"that {name} changes by phosphorylation rather than by the amount of the protein",
            f"total {proteins()[known.total].name.removeprefix('total ')}",
            "Probe for the total protein, on the same membrane (stripped or a second colour) or on a "
            "twin with its "
            "own loading control.",
            {"protein": name},
        )
    for ratio in ratios:
        values, how = ratio_values(bench, ratio)
        if not values:
            yield MissingControl(
                f"the ratio {ratio.name}",
                "a loading control or total protein on each of the two membranes",
                f"The two proteins lie {how}: probe both membranes for a loading control.",
                {"protein": ratio.name},
            )
