"""Which spillover matrix each tube is compensated with, and where it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from selenolab.assays.flow.channels import PARTS, stain_channel
from selenolab.assays.flow.room import Room, Tube
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.errors import StudyError
from selenolab.core.gate import Spillover
from selenolab.cytometry.compensation import compensate
from selenolab.cytometry.events import Events, chosen
from selenolab.cytometry.single_stains import spillover_from_single_stains

MATRIX = "matrix file"
UNCOMPENSATED = "uncompensated"
_ONE_COLOUR = ("dna", "dcf")  # one dye: nothing spills
_WHOLE = 0.9  # share of stained events from which on a single stain is taken as a whole
_FEWEST = 50


@dataclass(frozen=True, slots=True)
class Compensation:
    """The matrix of each experiment ("" for those without their own), or of each tube's own file."""

    source: str  # "single stains", "matrix", "file", or "" for none
    by_experiment: Mapping[str, Spillover]
    by_tube: Mapping[str, Spillover]
    note: str

    def of(self, tube: Tube) -> Spillover | None:
        """The matrix for one tube, None where it stays as recorded."""
        if tube.name in self.by_tube:
            return self.by_tube[tube.name]
        return self.by_experiment.get(tube.experiment, self.by_experiment.get(""))

    def apply(self, tube: Tube, events: Events) -> Events:
        """The events of one tube, compensated."""
        matrix = self.of(tube)
        return events if matrix is None else compensate(events, matrix)


def choose(room: Room, settings: FlowSettings) -> Compensation:
    """The compensation that the settings ask for, or the best that the files allow.

    Raises
    ------
    StudyError, DataError
        A source that the settings name and the files do not hold; single stains that are no such.
    """
    asked = settings.compensation
    if asked == "none" or (asked == "auto" and settings.panel in _ONE_COLOUR):
        told = "not asked for" if asked == "none" else "one dye, nothing to compensate"
        return Compensation("", {}, {}, told)
    stains = {
        tube.name: stain_channel(tube.stain, room.channels, tube.name) for tube in room.of("single_stain")
    }
    needed = {room.channels.parts[part] for part in PARTS[settings.panel]}
    complete = bool(room.of("unstained")) and needed <= set(stains.values()) and len(set(stains.values())) > 1
    if asked == "single stains" or (asked == "auto" and complete):
        return _from_stains(room, stains, needed)
    if asked == "matrix" or (asked == "auto" and MATRIX in room.matrices):
        if MATRIX not in room.matrices:
            raise StudyError("compensation is matrix and no file with a matrix is given. Add it.")
        matrix = room.matrices[MATRIX]
        return Compensation("matrix", {"": matrix}, {}, f"matrix of a file ({matrix.origin})")
    return _from_files(room, asked)


def _from_files(room: Room, asked: str) -> Compensation:
    own = {t.name: room.matrices[t.flow_matrix] for t in room.tubes if t.flow_matrix in room.matrices}
    bare = [tube.name for tube in room.tubes if tube.name not in own]
    if asked == "file" and bare:
        raise StudyError(
            f"{bare[0]}: compensation is file and the file holds no spillover matrix. Set another."
        )
    if not own:
        return Compensation("", {}, {}, "no spillover matrix and no complete set of single stains")
    if bare:
        names = f"{bare[0]} and {len(bare) - 1} more" if len(bare) > 1 else bare[0]
        return Compensation("", {}, {}, f"{names} hold no spillover matrix, other files do: none was used")
    return Compensation("file", {}, own, "matrix that each file holds")


def _from_stains(room: Room, stains: Mapping[str, str], needed: set[str]) -> Compensation:
    """A matrix from each experiment's own single stains where they are complete, else from all together."""
    if not room.of("unstained"):
        raise StudyError("compensation is single stains and no tube is unstained. Add one.")
    missing = needed - set(stains.values())
    if missing or not stains:
        raise StudyError(
            "compensation is single stains and there is none for "
            f"{', '.join(sorted(missing)) or 'any dye'}. Add the tube, or set compensation to file, matrix "
            "or none."
        )
    channels = sorted(set(stains.values()))
    found = {"": _matrix(room, stains, channels, room.tubes, "single stains of all experiments")}
    for name in sorted({tube.experiment for tube in room.tubes}):
        own = tuple(tube for tube in room.tubes if tube.experiment == name)
        here = {stains[tube.name] for tube in own if tube.name in stains}
        if here == set(channels) and any(tube.role == "unstained" for tube in own):
            found[name] = _matrix(room, stains, channels, own, f"single stains of experiment {name}")
    own_count = len(found) - 1
    return Compensation(
        "single stains", found, {}, f"single stains, {own_count} experiments with their own set"
    )


def _matrix(
    room: Room, stains: Mapping[str, str], channels: Sequence[str], tubes: Sequence[Tube], origin: str
) -> Spillover:
    dark = _joined([room.events(tube) for tube in tubes if tube.role == "unstained"], channels)
    stained = {}
    for channel in channels:
        own = [room.events(tube) for tube in tubes if stains.get(tube.name) == channel]
        stained[channel] = _stained(_joined(own, channels), dark, channel)
    return replace(spillover_from_single_stains(stained, dark, channels), origin=origin)


def _joined(parts: Sequence[Events], channels: Sequence[str]) -> Events:
    return {name: np.concatenate([part[name] for part in parts]) for name in channels}


def _stained(events: Events, dark: Events, channel: str) -> Events:
    """The stained part of a single stain: its dark cells say nothing of spillover."""
    bright = events[channel] > np.percentile(dark[channel], 99.5)
    if bright.mean() >= _WHOLE or bright.sum() < _FEWEST:
        return events
    return chosen(events, bright)
