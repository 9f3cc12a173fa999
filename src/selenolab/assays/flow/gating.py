"""Which gates hold for which tube: those of files and of the study file, else automatic ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.flow.channels import channel_named
from selenolab.assays.flow.room import Room, Tube
from selenolab.assays.flow.settings import FlowSettings, HandGate
from selenolab.assays.flow.spill import Compensation
from selenolab.core.errors import DataError, StudyError, did_you_mean
from selenolab.core.gate import Combined, Dimension, Gate, GateTree, Rectangle
from selenolab.cytometry.automatic import debris_gate, singlet_gate
from selenolab.cytometry.automatic_events import pooled
from selenolab.cytometry.events import Events, chosen
from selenolab.cytometry.gating import apply_gates
from selenolab.cytometry.gating_settings import MADE_BY, gate_from_settings
from selenolab.formats.said import file_named

CELLS, SINGLETS = "cells", "singlets"
RUN = "run"  # name, in the tree, of the matrix that the run compensates with
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Gating:
    """Template gates, exceptions by tube, and the gate that the panel is read from ("" for all events)."""

    gates: tuple[Gate, ...]
    population: str
    notes: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()

    def tree(self, room: Room, compensation: Compensation, tube: Tube) -> GateTree:
        """The gates of one tube, with the matrices that they may name."""
        matrix = compensation.of(tube)
        matrices = {**room.matrices, **({RUN: matrix} if matrix is not None else {})}
        own = {gate.name for gate in self.gates if gate.sample == tube.name}
        kept = (g for g in self.gates if g.sample == tube.name or (not g.sample and g.name not in own))
        return GateTree(tuple(replace(gate, sample="") for gate in kept), matrices)


def gating_of(room: Room, compensation: Compensation, settings: FlowSettings) -> Gating:
    """The gates of the run.

    Raises
    ------
    StudyError, DataError
        A gate on a channel, parent or tube that is not there; a population that no gate is called, or that
        cannot be told among the gates of a file.
    """
    hand = tuple(_drawn(gate, room, compensation) for gate in settings.gates)
    _refuse_doubles(hand)
    notes: list[str] = []
    gates = list(room.gates)
    if not gates:
        gates = _automatic(room, settings, hand, notes)
    gates = [gate for gate in gates if not _replaced(gate, hand)] + list(hand)
    _check_parents(gates)
    said = tuple(_exception(gate) for gate in gates if gate.sample and gate.made_by == MADE_BY)
    return Gating(tuple(gates), _population(gates, room, settings), tuple(notes), said)


def masks_of(
    room: Room, gating: Gating, compensation: Compensation, tube: Tube, events: Events
) -> Mapping[str, Mask]:
    """Gate name -> which events of a tube lie in it, all parents included; "" are all events."""
    tree = gating.tree(room, compensation, tube)
    own = room.matrices.get(tube.flow_matrix)
    found = dict(apply_gates(tree, events, own)) if tree.gates else {}
    count = len(next(iter(events.values())))
    return {"": np.ones(count, dtype=bool), **found}


def _refuse_doubles(hand: Sequence[Gate]) -> None:
    for number, gate in enumerate(hand):
        if _replaced(gate, hand[:number]):
            where = f" for tube {gate.sample}" if gate.sample else ""
            raise StudyError(f"gates: '{gate.name}' is drawn twice{where}. Give each gate a name of its own.")


def _replaced(gate: Gate, hand: Sequence[Gate]) -> bool:
    return any(other.name == gate.name and other.sample == gate.sample for other in hand)


def _drawn(gate: HandGate, room: Room, compensation: Compensation) -> Gate:
    """A gate of the study file as a gate of the tree, in data units."""
    place = f"gates: '{gate.name}'"
    markers = room.channels.markers
    names = [channel_named(name, markers, place) for name in (gate.x, gate.y) if name]
    tube = file_named(gate.tube, [tube.name for tube in room.tubes], place) if gate.tube else ""
    dyed = set(names) & set(room.channels.fluorescence)
    used = RUN if gate.compensated and dyed and compensation.source else ""
    notes = tuple(text for text in (gate.reason, f"by {gate.by}" if gate.by else "") if text)
    if gate.polygon:
        if len(names) != len(set(names)):
            raise StudyError(f"{place}: x and y are the same channel, {names[0]}. Name two.")
        drawn = gate_from_settings(
            gate.name, names, gate.polygon, gate.parent, sample=tube, compensation=used
        )
        return replace(drawn, notes=notes)
    axis = Dimension(names[0], None, used, gate.low, gate.high, in_data_units=True)
    return Gate(gate.name, Rectangle((axis,)), gate.parent, tube, MADE_BY, notes=notes)


def _exception(gate: Gate) -> str:
    why = f" ({'; '.join(gate.notes)})" if gate.notes else ""
    return f"{gate.sample}: gate {gate.name} is drawn for this tube alone{why}."


def _automatic(room: Room, settings: FlowSettings, hand: Sequence[Gate], notes: list[str]) -> list[Gate]:
    """Debris and doublet gates from all stained tubes together: one template for every tube."""
    parts = room.channels.parts
    template = {gate.name for gate in hand if not gate.sample}
    tubes = room.of("sample", "positive", "cccp") or room.tubes
    gates: list[Gate] = []
    wide = ("dna", "dna_width") if settings.panel == "dna" else ("forward", "forward_width")
    scatter = [parts[part] for part in ("forward", "side") if part in parts]
    wanted = list(dict.fromkeys([*scatter, *(parts[part] for part in wide if part in parts)]))
    if not wanted:
        notes.append("No scatter channel was found: neither debris nor doublets are gated out.")
        return []
    pool = pooled([room.events(tube) for tube in tubes], wanted, settings.gated_events)
    if settings.panel != "dna" and settings.debris_gate and CELLS not in template:
        if len(scatter) == 2:
            gates += _placed(
                notes, lambda: debris_gate(pool, scatter[0], scatter[1], room.channels.tops, CELLS)
            )
        else:
            notes.append("Forward and side scatter were not both found: debris is not gated out.")
    inside = CELLS if gates or CELLS in template else ""
    if settings.singlet_gate and SINGLETS not in template:
        if all(part in parts for part in wide):
            area, other = parts[wide[0]], parts[wide[1]]
            kept = _inside([*gates, *(gate for gate in hand if not gate.sample and gate.name == CELLS)], pool)
            gates += _placed(
                notes, lambda: singlet_gate(kept, area, other, room.channels.tops, SINGLETS, inside)
            )
        else:
            notes.append(f"No {wide[1].replace('_', ' ')} channel was found: doublets are not gated out.")
    return gates


def _placed(notes: list[str], place: Callable[[], Gate]) -> list[Gate]:
    """The gate, or the reason why none could be placed."""
    try:
        return [place()]
    except DataError as error:
        notes.append(str(error))
        return []


def _inside(gates: Sequence[Gate], pool: Events) -> Events:
    if not gates:
        return pool
    return chosen(pool, apply_gates(GateTree(tuple(gates)), pool, None)[gates[-1].name])


def _check_parents(gates: Sequence[Gate]) -> None:
    names = {gate.name for gate in gates}
    for gate in gates:
        if gate.parent and gate.parent not in names:
            raise StudyError(
                f"Gate '{gate.name}': no gate is called '{gate.parent}'. {did_you_mean(gate.parent, names)}"
            )


def _population(gates: Sequence[Gate], room: Room, settings: FlowSettings) -> str:
    """The gate that the panel is read from."""
    names = list(dict.fromkeys(gate.name for gate in gates))
    if settings.population:
        if settings.population not in names:
            hint = did_you_mean(settings.population, names)
            raise StudyError(f"population: No gate is called '{settings.population}'. {hint}")
        return settings.population
    if settings.panel == "generic" and room.gates:
        return ""
    inner = [name for name in (SINGLETS, CELLS) if name in names]
    if inner or not names:
        return inner[0] if inner else ""
    parents = {gate.parent for gate in gates}
    leaves = [n for n in names if n not in parents and not _is_combined(n, gates)]
    if len(leaves) == 1:
        return leaves[0]
    raise StudyError(f"population: Which gate holds the cells of the panel? Name one of {', '.join(names)}.")


def _is_combined(name: str, gates: Sequence[Gate]) -> bool:
    return any(gate.name == name and isinstance(gate.region, Combined) for gate in gates)
