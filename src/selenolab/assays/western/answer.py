"""The answer for the head of the report: one line a treated group and protein, headline numbers only."""

from math import inf

from selenolab.assays.western.headline import FOLD, VOLUME, Headline
from selenolab.core.estimate import Absent, Endpoint, Estimate

_MOST = 8


def answer(found: Headline) -> str:
    """Folds of control; without a design how many bands were measured."""
    folds = [one for one in found.endpoints if one.name == FOLD]
    if not folds:
        return _volumes(found)
    lines = [f"{_title(one)}: {written(one)}" for one in folds[:_MOST]]
    if len(folds) > _MOST:
        lines.append(f"{len(folds) - _MOST} more stand in the table of endpoints.")
    return "\n".join(lines)


def _volumes(found: Headline) -> str:
    bands = [one for one in found.endpoints if one.name == VOLUME]
    if not bands:
        return "No treated lane: there is nothing to compare with a control."
    sound = sum(isinstance(one.outcome, Estimate) and one.outcome.censored is None for one in bands)
    return (
        f"{sound} of {len(bands)} bands measured. No design of the lanes is stated, so that nothing is "
        "compared: "
        "give a sheet with one row a lane."
    )


def _title(one: Endpoint) -> str:
    words = dict(one.group)
    protein = words.pop("protein", "")
    return ", ".join([protein, *words.values()])


def written(one: Endpoint) -> str:
    """An outcome as a reader would say it."""
    outcome = one.outcome
    doubt = f"; {'; '.join(one.warnings)}" if one.warnings else ""
    if isinstance(outcome, Absent):
        return f"no fold of control ({outcome.why})."
    if not isinstance(outcome, Estimate):
        return f"{outcome.category}."
    if outcome.censored:
        return f"fold of control {outcome.censored} {outcome.value:.3g} (n = {outcome.n}{doubt})."
    if outcome.low == -inf:
        return f"fold of control {outcome.value:.3g} (n = {outcome.n}, no interval{doubt})."
    span = f"{outcome.low:.3g} to {outcome.high:.3g}"
    return f"fold of control {outcome.value:.3g} ({span}, n = {outcome.n}{doubt})."
