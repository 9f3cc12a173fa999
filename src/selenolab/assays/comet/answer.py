"""The short answer: one line a treated group."""

from math import isfinite

from selenolab.assays.comet.headline import CHANGE, TAIL, Headline, outcome_of, treated
from selenolab.assays.comet.room import Group, Room
from selenolab.core.estimate import Absent, Estimate

_MOST = 8


def answer(found: Headline, room: Room) -> str:
    """Tail DNA of every group and its change from the control, at most eight groups."""
    if not room.groups:
        return "No comet counts: nothing can be said."
    parts = [_line(group, found) for group in room.groups[:_MOST]]
    if len(room.groups) > _MOST:
        parts.append(f"{len(room.groups) - _MOST} more groups stand in the table of endpoints.")
    return "\n".join(parts)


def _line(group: Group, found: Headline) -> str:
    tail = outcome_of(found.endpoints, TAIL, group.words)
    cells = sum(len(slide.counted) for slide in group.slides)
    text = f"{group.title}: tail DNA {written(tail)}, {cells} cells"
    change = outcome_of(found.endpoints, CHANGE, group.words) if treated(group) else None
    if isinstance(change, Estimate):
        text += f"; {written(change, sign=True)} against the control"
    return text + "."


def written(outcome: Estimate | Absent | None, sign: bool = False) -> str:
    """An outcome as a reader would say it.

    Examples
    --------
    >>> written(Estimate(21.23, 19.9, 22.7, "%", "t", 3, "independent experiments"))
    '21.2 % (19.9 to 22.7, n = 3 independent experiments)'
    """
    if not isinstance(outcome, Estimate):
        return "not given" if outcome is None else f"not given ({outcome.why})"
    mark = "+" if sign else ""
    limits = ""
    if isfinite(outcome.low) and isfinite(outcome.high):
        limits = f"{outcome.low:{mark}.1f} to {outcome.high:{mark}.1f}, "
    return f"{outcome.value:{mark}.1f} {outcome.unit} ({limits}n = {outcome.n} {outcome.n_is})"
