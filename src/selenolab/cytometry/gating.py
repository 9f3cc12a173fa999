"""Which events of a file lie in which gates of a tree.

Compensation comes before the transform, the transform before the gate. Edges follow GatingML 2.0
(Spidlen et al. 2015, doi:10.1002/cyto.a.22637): see selenolab.core.gate.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.gate import Combined, Gate, GateTree, Spillover
from selenolab.cytometry.events import Events, count
from selenolab.cytometry.gating_regions import mask_of
from selenolab.cytometry.gating_values import FILE_OWN, Views

Mask = NDArray[np.bool_]


def apply_gates(
    tree: GateTree,
    events: Events,
    spillover_of_file: Spillover | None,
    sample: str = "",
    only: Collection[str] = (),
) -> Mapping[str, Mask]:
    """Gate name -> (n,) which events lie in the gate and in all its parents.

    Parameters
    ----------
    tree : gates of all files and of single files; a file's own gate replaces the template of its name.
    events : one array (n,) a channel, raw.
    spillover_of_file : the matrix that the file itself holds, for gates that ask for "FCS". Where there is
        none, such gates look at the raw channels, as GatingML says; `gates_uncompensated` names them.
    sample : the file, by a name that the tree knows.
    only : gates that are wanted, with what they rest on; empty is every gate.

    Raises
    ------
    DataError
        where a gate's channel or matrix is absent, a channel holds what is no number, the tree has no
        gate for the file, or a gate is wanted that could not be read from its file.
    """
    gates = gates_for(tree, sample)
    wanted = _wanted(tree, gates, sample, only)
    views = Views(events, tree.spillovers, spillover_of_file)
    count(events)  # refuses channels of unequal length
    masks: dict[str, Mask] = {}
    for name in _in_order(gates, wanted):
        masks[name] = _population(gates[name], masks, views)
    return {name: masks[name] for name in gates if name in masks}


def gates_for(tree: GateTree, sample: str = "") -> Mapping[str, Gate]:
    """Gate name -> the gate that holds for a file: the template, or the file's own where it has one."""
    known = sample_name(tree, sample)
    own = {gate.name: gate for gate in tree.gates if gate.sample and gate.sample == known}
    template = {gate.name: gate for gate in tree.gates if not gate.sample}
    if known in tree.whole:
        return own
    if not own and not template:
        there = sorted({gate.sample for gate in tree.gates})
        raise UnknownNameError("sample of the gate file", sample, there)
    return {**template, **own}


def exceptions(tree: GateTree) -> tuple[Gate, ...]:
    """The gates of single files that differ from the template of their name."""
    template = {gate.name: _drawn(gate) for gate in tree.gates if not gate.sample}
    return tuple(
        gate
        for gate in tree.gates
        if gate.sample and gate.name in template and _drawn(gate) != template[gate.name]
    )


def _drawn(gate: Gate) -> tuple[Any, ...]:
    """What a gate draws, in values that can be compared."""
    return asdict(gate.region, dict_factory=_plain), gate.parent, gate.outside


def _plain(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in items}


def sample_name(tree: GateTree, sample: str) -> str:
    """The tree's own name of a file that is known by its title, $FIL or path."""
    known = {gate.sample for gate in tree.gates} | tree.whole
    for name in (sample, PurePath(sample.replace("\\", "/")).name):
        if name in known:
            return name
        if name in tree.samples:
            return tree.samples[name]
    return sample


def gates_uncompensated(
    tree: GateTree, spillover_of_file: Spillover | None, sample: str = ""
) -> tuple[str, ...]:
    """Gates that ask for the file's own matrix where the file has none: they look at raw channels."""
    if spillover_of_file is not None:
        return ()
    return tuple(
        name
        for name, gate in gates_for(tree, sample).items()
        if not isinstance(gate.region, Combined)
        and any(dimension.compensation == FILE_OWN for dimension in gate.region.dimensions)
    )


def _wanted(tree: GateTree, gates: Mapping[str, Gate], sample: str, only: Collection[str]) -> tuple[str, ...]:
    """The names asked for; refused where one could not be read or is unknown."""
    known = sample_name(tree, sample)
    whose = (known,) if known in tree.whole else ("", known)
    refused = {one.name: one for one in tree.refused if one.sample in whose and one.name not in gates}
    names = tuple(only) or (*gates, *refused)
    for name in names:
        if name in refused:
            raise DataError(
                f"Gate '{name}' cannot be applied: {refused[name].reason}. "
                "Draw it otherwise, or ask only for gates that do not rest on it."
            )
        if name not in gates:
            raise UnknownNameError("gate", name, gates)
    return names


def _needs(gate: Gate) -> tuple[str, ...]:
    """The gates that a gate rests on."""
    operands = gate.region.operands if isinstance(gate.region, Combined) else ()
    names = (gate.parent, *(operand.removeprefix("!") for operand in operands))
    return tuple(name for name in names if name)


def _in_order(gates: Mapping[str, Gate], wanted: Iterable[str]) -> list[str]:
    """The wanted gates and all that they rest on, those first that others rest on."""
    done: dict[str, None] = {}
    begun: set[str] = set()
    stack = list(wanted)[::-1]
    while stack:
        name = stack[-1]
        if name in done:
            stack.pop()
            continue
        if name not in gates:
            raise UnknownNameError("gate that another rests on", name, gates)
        missing = [other for other in _needs(gates[name]) if other not in done]
        if not missing:
            done[stack.pop()] = None
        elif name in begun:
            raise DataError(f"Gate '{name}' rests on itself, through '{missing[0]}'. Mend the gate file.")
        else:
            begun.add(name)
            stack.extend(missing)
    return list(done)


def _population(gate: Gate, masks: Mapping[str, Mask], views: Views) -> Mask:
    """Events in the region, or outside it where the gate says so, and in the parent."""
    region = gate.region
    mask = _combined(region, masks) if isinstance(region, Combined) else mask_of(region, views, gate.name)
    mask = ~mask if gate.outside else mask
    return mask & masks[gate.parent] if gate.parent else mask


def _combined(region: Combined, masks: Mapping[str, Mask]) -> Mask:
    """And, or, not over other populations."""
    parts = [~masks[name[1:]] if name.startswith("!") else masks[name] for name in region.operands]
    if region.operator == "not":
        return ~parts[0]
    join = np.logical_and if region.operator == "and" else np.logical_or
    mask: Mask = join.reduce(parts)
    return mask
