"""One tube ready to be read: compensated, gated. Made when needed and let go, so that memory stays small."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.flow.gating import Gating, Mask, gating_of, masks_of
from selenolab.assays.flow.room import Room, Tube
from selenolab.assays.flow.settings import FlowSettings
from selenolab.assays.flow.spill import Compensation, choose
from selenolab.core.errors import DataError
from selenolab.cytometry.events import Events

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bench:
    """What all tubes of a run share: the room, the matrices and the gates."""

    room: Room
    compensation: Compensation
    gating: Gating
    settings: FlowSettings


@dataclass(frozen=True, slots=True)
class Prepared:
    """One tube: raw and compensated events (n,) a channel, and which of them lie in each gate."""

    tube: Tube
    raw: Events
    events: Events
    masks: Mapping[str, Mask]
    population: Mask

    def values(self, channel: str) -> Floats:
        """The compensated values of a channel in the population."""
        return np.asarray(self.events[channel][self.population], dtype=np.float64)


def bench_of(room: Room, settings: FlowSettings) -> Bench:
    """Compensation and gates of a run."""
    compensation = choose(room, settings)
    return Bench(room, compensation, gating_of(room, compensation, settings), settings)


def prepare(bench: Bench, tube: Tube) -> Prepared:
    """One tube, compensated and gated."""
    raw = bench.room.events(tube)
    masks = masks_of(bench.room, bench.gating, bench.compensation, tube, raw)
    name = bench.gating.population
    if name not in masks:
        raise DataError(
            f"{tube.name}: none of its gates is called '{name}', the population of the run. Draw it, or "
            "leave the tube out."
        )
    events = bench.compensation.apply(tube, raw)
    return Prepared(tube, raw, events, masks, masks[name])


def prepared(bench: Bench, tubes: Iterable[Tube]) -> Iterator[Prepared]:
    """Tubes one after the other."""
    for tube in tubes:
        yield prepare(bench, tube)


def pooled_values(bench: Bench, tubes: Iterable[Tube], channel: str) -> Floats:
    """The population's values of a channel in several tubes together."""
    parts = [one.values(channel) for one in prepared(bench, tubes)]
    return np.concatenate(parts) if parts else np.empty(0)
