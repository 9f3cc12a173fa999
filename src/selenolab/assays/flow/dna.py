"""DNA content: sub-G1 before doublets are excluded, then G1, S and G2/M by two models."""

from collections.abc import Iterator, Mapping

from selenolab.assays.flow.cycle_figure import cycle_figure
from selenolab.assays.flow.cycles import Cycle, cycles_of
from selenolab.assays.flow.kinds import G1, G2M, SUB_G1, Panel, S, Value
from selenolab.assays.flow.prepared import Bench
from selenolab.core.check import Check, MissingControl


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
    figure = cycle_figure(cycles, bench.settings.shown_tubes)
    return Panel(
        tuple(values),
        rows,
        tuple(_checks(cycles, bench)),
        tuple(_missing(bench)),
        tuple(warnings),
        drawings=(figure,) if figure is not None else (),
    )


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
        cv, ratio = float(one.chosen.g1_cv), float(one.chosen.ratio)
        limit = settings.g1_cv_max
        told = {"model": one.chosen.model}
        yield Check(
            "CV of the G1 "
            "peak", name, bool(cv <= limit), f"the G1 peak has a CV of {cv:.2f} %", cv, limit, "%",
            limit - cv, settings=told,
        )  # fmt: skip
        margin = min(ratio - settings.g2_g1_min, settings.g2_g1_max - ratio)
        bound = settings.g2_g1_min if ratio < 2 else settings.g2_g1_max
        why = f"G2/M lies at {ratio:.3f} times G1"
        yield Check(
            "place of G2/M over G1", name, bool(margin >= 0), why, ratio, bound, "1", margin, settings=told
        )
        apart = abs(one.chosen.s - one.other.s)
        most = settings.models_differ_max
        both = " and ".join(f"{fit.s:.1f} % by {fit.model}" for fit in (one.chosen, one.other))
        why = f"S phase is {both}"
        yield Check(
            "the two models agree on S", name, bool(apart <= most), why, apart, most, "pp", most - apart
        )


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
