"""One look at every tube, whatever the panel: counts of gates, events at the top, drift over the run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from selenolab.assays.flow.kinds import Counted
from selenolab.assays.flow.prepared import Bench, Prepared, prepared
from selenolab.assays.flow.room import Tube
from selenolab.core.check import Check
from selenolab.cytometry.off_scale import at_top

_SLICES = 10
_FEWEST = 50  # events of a slice of time from which on its median is looked at
_UNUSUAL = 6.0  # robust spreads: a slice of time that stands apart is a bubble or a clog


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one tube showed. `saturated` and `drift` are in % by channel; `drift` of the channel's spread."""

    tube: Tube
    events: int
    kept: int
    counted: tuple[Counted, ...]
    saturated: Mapping[str, float]
    drift: Mapping[str, float]
    gaps: int  # slices of the run with an unusual number of events


def survey(bench: Bench) -> tuple[Surveyed, ...]:
    """All tubes, one after the other."""
    return tuple(_one(one, bench) for one in prepared(bench, bench.room.tubes))


def _one(one: Prepared, bench: Bench) -> Surveyed:
    channels = bench.room.channels
    looked = [*dict.fromkeys([*channels.parts.values(), *(() if channels.parts else channels.fluorescence)])]
    saturated = {name: 100 * float(at_top(one.raw[name], channels.tops.get(name)).mean()) for name in looked}
    dyes = [name for name in looked if name in channels.fluorescence]
    drift, gaps = _over_time(one, channels.time, dyes) if channels.time else ({}, 0)
    return Surveyed(
        one.tube,
        len(one.population),
        int(one.population.sum()),
        tuple(_counted(one, bench)),
        saturated,
        drift,
        gaps,
    )


def _counted(one: Prepared, bench: Bench) -> Iterator[Counted]:
    own = {gate.name for gate in bench.gating.gates if gate.sample == one.tube.name}
    for gate in bench.gating.gates:
        if gate.sample not in ("", one.tube.name) or (not gate.sample and gate.name in own):
            continue
        drawn_for_it = gate.sample and not _only_by_file(gate.name, bench)
        maker = f"{gate.made_by}, for this tube alone" if drawn_for_it else gate.made_by
        yield Counted(
            one.tube.name,
            gate.name,
            gate.parent,
            maker,
            "; ".join(gate.notes),
            int(one.masks[gate.name].sum()),
            int(one.masks[gate.parent].sum()),
            bench.room.counts.get((one.tube.name, gate.name)),
        )


def _only_by_file(name: str, bench: Bench) -> bool:
    """Whether a gate has no template: then a gate a tube is how its file keeps them, and no exception."""
    return not any(gate.name == name and not gate.sample for gate in bench.gating.gates)


def _over_time(one: Prepared, time: str, dyes: Sequence[str]) -> tuple[dict[str, float], int]:
    """Step of the medians over the run, in % of the channel's spread, and slices of unusual count."""
    times = np.asarray(one.raw[time], dtype=np.float64)
    if len(times) < _SLICES * _FEWEST or times.max() <= times.min():
        return {}, 0
    edges = np.linspace(times.min(), times.max(), _SLICES + 1)
    place = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, _SLICES - 1)
    counts = np.bincount(place, minlength=_SLICES)
    middle = float(np.median(counts))
    limit = _UNUSUAL * max(1.4826 * float(np.median(np.abs(counts - middle))), middle**0.5, 0.05 * middle)
    gaps = int((np.abs(counts - middle) > limit).sum())
    drift = {}
    slices = place[one.population]
    for name in dyes:
        values = one.values(name)
        spread = float(np.subtract(*np.percentile(values, [75, 25]))) if values.size else 0.0
        medians = [np.median(values[slices == k]) for k in range(_SLICES) if (slices == k).sum() >= _FEWEST]
        if spread > 0 and len(medians) > 1:
            thirds = max(1, len(medians) // 3)
            drift[name] = 100 * float(abs(np.mean(medians[-thirds:]) - np.mean(medians[:thirds]))) / spread
    return drift, gaps


def survey_checks(surveyed: Sequence[Surveyed], bench: Bench) -> Iterator[Check]:
    """Enough events, few at the top of the scale, a steady run, no more than expected gated out."""
    settings = bench.settings
    for one in surveyed:
        name = one.tube.name
        if one.tube.role in ("sample", "positive", "cccp"):
            yield _at_least(
                "events of the population", name, one.kept, settings.cells_min, "1", "events are left"
            )
            share = 100 * one.kept / max(one.events, 1)
            why = "% of the tube's events are in the population"
            yield _at_least("share of events in the population", name, share, settings.kept_min, "%", why)
        for channel, share in one.saturated.items():
            most = settings.saturated_max
            why = f"{share:.2g} % of the events lie at the top of {channel}"
            if share > 0:
                yield Check(
                    "events at the top of the "
                    "scale", f"{name}: {channel}", share <= most, why, share, most, "%",
                    most - share,
                )  # fmt: skip
        yield from _drift_checks(one, settings.drift_max)


def _at_least(rule: str, name: str, value: float, least: float, unit: str, why: str) -> Check:
    told = f"{value:.4g} {why}; expected at least {least:g}"
    return Check(rule, name, value >= least, told, value, least, unit, value - least)


def _drift_checks(one: Surveyed, most: float) -> Iterator[Check]:
    if one.drift:
        channel, worst = max(one.drift.items(), key=lambda item: item[1])
        why = f"the median of {channel} moves by {worst:.2g} % of its spread from the first to the last third"
        yield Check(
            "steady fluorescence over the run",
            one.tube.name,
            worst <= most,
            why,
            worst,
            most,
            "%",
            most - worst,
        )
        said = "have an unusual number of events (bubble, clog, carry-over)"
        why = f"{one.gaps} of {_SLICES} slices of the run {said}"
        yield Check(
            "steady flow over the run",
            one.tube.name,
            one.gaps == 0,
            why,
            float(one.gaps),
            0.0,
            "1",
            -float(one.gaps),
        )
