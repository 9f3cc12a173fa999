"""Any gate, any channel: shares, medians and means of every stained tube."""

from collections.abc import Iterator

import numpy as np

from selenolab.assays.flow.channels import channel_named
from selenolab.assays.flow.kinds import GATED, GATED_ALL, MEAN, MEDIAN, Panel, Value
from selenolab.assays.flow.prepared import Bench, Prepared, prepared

ALL = "all events"
SAMPLES = ("sample", "positive", "cccp", "particle_only")


def read_generic(bench: Bench) -> Panel:
    """The numbers of every tube: shares of all gates, medians and means in the population."""
    markers = bench.room.channels.markers
    chosen = [channel_named(name, markers, "statistics") for name in bench.settings.statistics]
    channels = chosen or list(bench.room.channels.fluorescence)
    values: list[Value] = []
    for one in prepared(bench, bench.room.of(*SAMPLES)):
        values += _shares(one, bench)
        values += _levels(one, bench, channels)
    return Panel(tuple(values))


def _shares(one: Prepared, bench: Bench) -> Iterator[Value]:
    parents = {gate.name: gate.parent for gate in bench.gating.gates if gate.sample in ("", one.tube.name)}
    for name, mask in one.masks.items():
        if not name:
            continue
        inside, around = int(mask.sum()), int(one.masks[parents[name]].sum())
        if around:
            yield Value(GATED, one.tube.name, 100 * inside / around, {"gate": name})
        if parents[name]:
            yield Value(GATED_ALL, one.tube.name, 100 * inside / len(mask), {"gate": name})


def _levels(one: Prepared, bench: Bench, channels: list[str]) -> Iterator[Value]:
    gate = bench.gating.population or ALL
    for channel in channels:
        found = one.values(channel)
        if not found.size:
            continue
        words = {"gate": gate, "channel": bench.room.channels.label(channel)}
        yield Value(MEDIAN, one.tube.name, float(np.median(found)), words)
        yield Value(MEAN, one.tube.name, float(np.mean(found)), words)
