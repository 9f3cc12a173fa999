"""The cell-cycle fits of all tubes: before doublets are excluded and after, by both models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from selenolab.assays.flow.prepared import Bench, Floats, Prepared, prepare
from selenolab.assays.flow.room import Tube
from selenolab.core.errors import DataError
from selenolab.fit.cell_cycle import fit_cell_cycle
from selenolab.fit.cell_cycle_result import MODELS, CellCycle, CellCycleOptions


@dataclass(frozen=True, slots=True)
class Cycle:
    """The fits of one tube: before doublet exclusion, then by the chosen and the other model after it."""

    tube: Tube
    whole: CellCycle
    chosen: CellCycle
    other: CellCycle


def cycles_of(bench: Bench) -> tuple[dict[str, Cycle], tuple[str, ...]]:
    """The fits of every stained tube; treated ones take the places of G1 and G2/M from untreated ones."""
    found: dict[str, Cycle] = {}
    problems: list[str] = []
    tubes = bench.room.of("sample", "positive")
    for tube in sorted(tubes, key=lambda tube: (not tube.control, tube.name)):
        known = [one.chosen for one in found.values() if _reference(one.tube, tube)]
        try:
            found[tube.name] = _cycle(bench, tube, known)
        except DataError as error:
            problems.append(f"{tube.name}: no cell-cycle fit. {error}")
    return dict(sorted(found.items())), tuple(problems)


def _reference(control: Tube, tube: Tube) -> bool:
    return control.control and (control.experiment, control.cell_line) == (tube.experiment, tube.cell_line)


def _cycle(bench: Bench, tube: Tube, known: Sequence[CellCycle]) -> Cycle:
    one = prepare(bench, tube)
    channel = bench.room.channels.parts["dna"]
    options = CellCycleOptions(
        model=bench.settings.cell_cycle_model,
        g1=float(np.mean([fit.g1_mean for fit in known])) if known else None,
        control_ratio=float(np.mean([fit.ratio for fit in known])) if known else None,
        top=bench.room.channels.tops.get(channel),
    )
    single = one.values(channel)
    whole = _before_doublets(one, bench, channel)
    first = fit_cell_cycle(single, options)
    second = next(model for model in MODELS if model != options.model)
    other = fit_cell_cycle(single, replace(options, model=second))
    same = single.size == whole.size
    return Cycle(tube, first if same else fit_cell_cycle(whole, options), first, other)


def _before_doublets(one: Prepared, bench: Bench, channel: str) -> Floats:
    """The DNA area of the population's parent, where the population is that of single cells."""
    gates = {gate.name: gate for gate in bench.gating.gates if gate.sample in ("", one.tube.name)}
    name = bench.gating.population
    parent = (
        gates[name].parent if name in gates and name.split("/")[-1].casefold().startswith("singl") else name
    )
    return np.asarray(one.events[channel][one.masks[parent]], dtype=np.float64)
