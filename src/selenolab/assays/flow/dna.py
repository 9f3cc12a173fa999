"""DNA content: sub-G1 before doublets are excluded, then G1, S and G2/M by two models."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from selenolab.assays.flow.kinds import G1, G2M, SUB_G1, Panel, S, Value
from selenolab.assays.flow.prepared import Bench, Floats, Prepared, prepare
from selenolab.assays.flow.room import Tube
from selenolab.core.check import Check, MissingControl
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
    """The fits of every stained tube; G1 of a treated tube is sought where untreated cells have it."""
    found: dict[str, Cycle] = {}
    problems: list[str] = []
    tubes = bench.room.of("sample", "positive")
    for tube in sorted(tubes, key=lambda tube: (not tube.control, tube.name)):
        known = [one.chosen.g1_mean for one in found.values() if _reference(one.tube, tube)]
        try:
            found[tube.name] = _cycle(bench, tube, float(np.mean(known)) if known else None)
        except DataError as error:
            problems.append(f"{tube.name}: no cell-cycle fit. {error}")
    return dict(sorted(found.items())), tuple(problems)


def _reference(control: Tube, tube: Tube) -> bool:
    return control.control and (control.experiment, control.cell_line) == (tube.experiment, tube.cell_line)


def _cycle(bench: Bench, tube: Tube, g1: float | None) -> Cycle:
    one = prepare(bench, tube)
    channel = bench.room.channels.parts["dna"]
    options = CellCycleOptions(
        model=bench.settings.cell_cycle_model, g1=g1, top=bench.room.channels.tops.get(channel)
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


def read_dna(bench: Bench) -> Panel:
    """The shares of every stained tube."""
    cycles, problems = cycles_of(bench)
    values: list[Value] = []
    rows: dict[str, dict[str, float]] = {}
    for name, one in cycles.items():
        shares = ((G1, one.chosen.g1), (S, one.chosen.s), (G2M, one.chosen.g2m), (SUB_G1, one.whole.sub_g1))
        values += [Value(kind, name, share) for kind, share in shares]
        rows[name] = _row(one)
    warnings = [*problems, *_said(cycles)]
    return Panel(tuple(values), rows, tuple(_checks(cycles, bench)), tuple(_missing(bench)), tuple(warnings))


def _row(one: Cycle) -> dict[str, float]:
    row = {
        f"{fit.model} {phase} [%]": share
        for fit in (one.chosen, one.other)
        for phase, share in (("G1", fit.g1), ("S", fit.s), ("G2/M", fit.g2m))
    }
    return {
        **row,
        "sub-G1 [%]": one.whole.sub_g1,
        "debris [%]": one.whole.debris,
        "aggregates left [%]": one.chosen.aggregates,
        "CV of G1 [%]": one.chosen.g1_cv,
        "G2/G1": one.chosen.ratio,
        "deviance": one.chosen.deviance,
    }


def _said(cycles: Mapping[str, Cycle]) -> Iterator[str]:
    """What the fits have to say against themselves."""
    for name, one in cycles.items():
        for problem in dict.fromkeys(one.chosen.problems):
            yield f"{name}: {problem}"


def _checks(cycles: Mapping[str, Cycle], bench: Bench) -> Iterator[Check]:
    settings = bench.settings
    for name, one in cycles.items():
        cv, ratio = one.chosen.g1_cv, one.chosen.ratio
        limit = settings.g1_cv_max
        told = {"model": one.chosen.model}
        yield Check(
            "CV of the G1 peak", name, cv <= limit, f"the G1 peak has a CV of {cv:.2f} %", cv, limit, "%",
            limit - cv, settings=told,
        )  # fmt: skip
        margin = min(ratio - settings.g2_g1_min, settings.g2_g1_max - ratio)
        bound = settings.g2_g1_min if ratio < 2 else settings.g2_g1_max
        why = f"G2/M lies at {ratio:.3f} times G1"
        yield Check("place of G2/M over G1", name, margin >= 0, why, ratio, bound, "1", margin, settings=told)
        apart = abs(one.chosen.s - one.other.s)
        most = settings.models_differ_max
        why = f"S phase is {one.chosen.s:.1f} % by {one.chosen.model} and {one.other.s:.1f} % by {one.other.model}"
        yield Check("the two models agree on S", name, apart <= most, why, apart, most, "pp", most - apart)


def _missing(bench: Bench) -> Iterator[MissingControl]:
    if "dna_width" not in bench.room.channels.parts:
        yield MissingControl(
            "that the G2/M peak holds no doublets of G1 cells",
            "width or height of the DNA stain",
            "Record the pulse's width or height of the DNA channel.",
        )
    yield MissingControl(
        "that cells in S make DNA, and are not merely stopped there",
        "EdU or BrdU pulse",
        "Label DNA made in the last 30 min and stain it beside the DNA content.",
    )
