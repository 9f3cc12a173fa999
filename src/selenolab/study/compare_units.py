"""What n counts in a comparison whose units are no independent experiments: images, grids."""

from collections.abc import Sequence
from dataclasses import replace

from selenolab.core.estimate import Absent, Outcome
from selenolab.core.study import Compared
from selenolab.study.compare_points import N_IS, Point


def in_units_of(compared: Compared, points: Sequence[Point]) -> Compared:
    """`compared` with the units called by their name, and a warning where they are no experiments."""
    kinds = sorted({point.unit.unit_is for point in points})
    if kinds == [N_IS]:
        return compared
    name = " and ".join(kinds)
    warning = f"The units are {name}, no independent experiments: p says nothing of another batch."
    drawing = compared.drawing
    if drawing is not None:
        caption = replace(drawing.caption, n=drawing.caption.n.replace(N_IS, name))
        drawing = replace(drawing, caption=caption)
    return replace(
        compared,
        contrasts=tuple(replace(own, effect=_called(own.effect, name)) for own in compared.contrasts),
        warnings=(*compared.warnings, warning) if any(_within(kind) for kind in kinds) else compared.warnings,
        drawing=drawing,
        methods=tuple(replace(own, text=own.text.replace(N_IS, name)) for own in compared.methods),
    )


def _within(kind: str) -> bool:
    """Whether units are repeats within a batch; batches were made anew, simulated ones are told apart."""
    return kind not in (N_IS, "batches") and not kind.startswith("simulated")


def _called(outcome: Outcome, name: str) -> Outcome:
    if isinstance(outcome, Absent):
        return outcome
    return replace(outcome, n_is=outcome.n_is.replace(N_IS, name))
