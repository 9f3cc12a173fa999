"""The answer for the head of the report: one line a group."""

from collections.abc import Sequence

from selenolab.assays.standard_curve.endpoints import Found
from selenolab.assays.standard_curve.values import EQUIVALENTS, PER_PROTEIN, RATIO, REDUCED
from selenolab.assays.standard_curve.words import title_of, untreated, written

_MOST = 6


def answer(results: Sequence[Found]) -> str:
    """What was found in every group, the fewest words that say it; at most six groups."""
    groups: dict[tuple[tuple[str, str], ...], list[Found]] = {}
    for one in results:
        if not one.name.startswith(EQUIVALENTS):
            groups.setdefault(tuple(one.group.items()), []).append(one)
    lines = []
    for parts in list(groups.values())[:_MOST]:
        title = untreated(parts[0].group) if parts[0].control else title_of(parts[0].group)
        told = "; ".join(
            f"{one.name} {written(one.outcome)}"
            + (f", {written(one.change)} of control" if one.change is not None else "")
            for one in _telling(parts)
        )
        lines.append(f"{title}: {told}.")
    if len(groups) > _MOST:
        lines.append(f"{len(groups) - _MOST} more groups stand in the table of endpoints.")
    return "\n".join(lines)


def _telling(parts: Sequence[Found]) -> list[Found]:
    """Per protein where that is known; of glutathione the reduced form and the ratio, which hold the rest."""
    names = {one.name for one in parts}
    kept = [one for one in parts if one.name + PER_PROTEIN not in names]
    reduced = any(one.name.startswith(REDUCED) for one in kept)
    return [one for one in kept if not reduced or one.name.startswith((REDUCED, RATIO))]
