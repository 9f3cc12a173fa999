"""The answer for the head of the report: one line a group, headline numbers only."""

from collections.abc import Sequence
from math import inf

from selenolab.assays.flow.headline import Headline
from selenolab.assays.flow.kinds import ANNEXIN, CHANGE, DCF, FOLD, JC1, S
from selenolab.core.estimate import Absent, Endpoint, Estimate

HEAD = {
    "annexin": f"{ANNEXIN.name}, {CHANGE}",
    "dna": f"{S.name}, {CHANGE}",
    "dcf": f"{DCF.name}, {FOLD}",
    "jc1": f"{JC1.name}, {FOLD}",
}
_MOST = 6


def answer(found: Headline, panel: str) -> str:
    """The change of the panel's headline in each treated group; at most six lines."""
    own = [endpoint for endpoint in found.endpoints if endpoint.name == HEAD.get(panel)]
    shown = own or _first(found.endpoints)
    lines = [f"{_title(one)}: {one.name} {written(one)}" for one in shown[:_MOST]]
    if len(shown) > _MOST:
        lines.append(f"{len(shown) - _MOST} more groups stand in the table of endpoints.")
    return "\n".join(lines) if lines else "No tube gave a number."


def _first(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    return [one for one in endpoints if "," not in one.name]


def _title(one: Endpoint) -> str:
    return ", ".join(one.group.values()) or "all tubes"


def written(one: Endpoint) -> str:
    """An outcome as a reader would say it."""
    outcome = one.outcome
    if isinstance(outcome, Absent):
        return f"not given ({outcome.why})."
    if not isinstance(outcome, Estimate):
        return f"{outcome.category}."
    unit = "" if outcome.unit == "1" else f" {outcome.unit}"
    if outcome.low == -inf:
        return f"{outcome.value:.3g}{unit} (n = {outcome.n}, no interval)."
    doubt = f"; {'; '.join(one.warnings)}" if one.warnings else ""
    return f"{outcome.value:.3g}{unit} ({outcome.low:.3g} to {outcome.high:.3g}, n = {outcome.n}{doubt})."
