"""The answer for the head of the report, one line a group."""

from collections.abc import Sequence
from math import floor, inf, log10

from selenolab.assays.release.carrier import CARRIER_T50
from selenolab.assays.release.curve_times import T50
from selenolab.assays.release.groups import Group
from selenolab.assays.release.schema import SAMPLE
from selenolab.assays.release.selectivity import NOT_INTERPRETABLE, SELECTIVITY
from selenolab.assays.release.shares import RELEASED
from selenolab.assays.release.trigger import TRIGGER
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict

_MOST = 8


def answer(groups: Sequence[Group], endpoints: Sequence[Endpoint]) -> str:
    """Released share, t50 and selectivity of every carrier and medium, at most eight lines."""
    lines = [_line(group, endpoints) for group in groups if group.role == SAMPLE]
    if not lines:
        lines = [_line(group, endpoints) for group in groups]
    more = (
        [f"{len(lines) - _MOST} more groups stand in the table of endpoints."] if len(lines) > _MOST else []
    )
    return "\n".join([*lines[:_MOST], *more])


def _line(group: Group, endpoints: Sequence[Endpoint]) -> str:
    own = [end for end in endpoints if all(end.group.get(w) == text for w, text in group.words.items())]
    own = [end for end in own if ("role" in end.group) == ("role" in group.words)]
    parts = []
    share = next((end for end in own if end.name == RELEASED), None)
    if share is not None:
        parts.append(f"{written(share.outcome, counted=True)} released at {share.group['time']}")
    for name, said in ((T50, "t50 in the medium"), (CARRIER_T50, "t50 of the carrier")):
        found = next((end for end in own if end.name == name), None)
        if found is not None and isinstance(found.outcome, Estimate):
            wrong = any("does not describe" in text for text in found.warnings)
            limit = ", of a fit that does not describe the data" if wrong else ""
            parts.append(f"{said} {written(found.outcome)}{limit}")
    parts += _ratio(own, share.group["time"] if share is not None else "")
    parts += [
        f"trigger: {end.outcome.category}"
        for end in own if end.name == TRIGGER and isinstance(end.outcome, Verdict)
    ]  # fmt: skip
    return f"{group.title[:1].upper()}{group.title[1:]}: {'; '.join(parts)}."


def _ratio(own: Sequence[Endpoint], time: str) -> list[str]:
    found = next((end for end in own if end.name == SELECTIVITY and isinstance(end.outcome, Estimate)), None)
    if found is None:
        return []
    when = "" if found.group["time"] == time else f" at {found.group['time']}"
    told = f"{written(found.outcome)} of the release in {found.group['reference']}{when}"
    if any(NOT_INTERPRETABLE in text for text in found.warnings):
        return [f"{told}, {NOT_INTERPRETABLE}"]
    return [f"{told}, where the pH differs" if any("pH differs" in text for text in found.warnings) else told]


def written(outcome: Outcome, counted: bool = False) -> str:
    """An outcome as a reader would say it; `counted` says what n is.

    Examples
    --------
    >>> written(Estimate(84.512, 82.13, 86.9, "%", "t", 6, "vessels"))
    '84.5 % (82.1 to 86.9, n = 6)'
    >>> written(Estimate(48.0, 48.0, inf, "h", "t", 6, "vessels", censored=">"))
    '> 48 h (n = 6)'
    """
    if isinstance(outcome, Absent):
        return f"not given ({outcome.why})"
    if isinstance(outcome, Verdict):
        return outcome.category
    unit = {"ratio": " times", "1": ""}.get(outcome.unit, f" {outcome.unit}")
    n = f"n = {outcome.n} {outcome.n_is}" if counted else f"n = {outcome.n}"
    if outcome.censored:
        return f"{outcome.censored} {outcome.value:.3g}{unit} ({n})"
    digits = _decimals(outcome)
    if outcome.low == -inf and outcome.high == inf:
        return f"{outcome.value:.{digits}f}{unit} ({n}, no interval)"
    low = "open" if outcome.low == -inf else f"{outcome.low:.{digits}f}"
    high = "open" if outcome.high == inf else f"{outcome.high:.{digits}f}"
    return f"{outcome.value:.{digits}f}{unit} ({low} to {high}, {n})"


def _decimals(outcome: Estimate) -> int:
    """Decimals that show two digits of the interval's width, three of the value without one."""
    width = outcome.high - outcome.low
    size, digits = (width, 1) if 0 < width < inf else (abs(outcome.value), 2)
    decimals = digits - floor(log10(size)) if size > 0 else 2
    if outcome.value > 0:
        decimals = max(decimals, 1 - floor(log10(outcome.value)))
    return max(0, min(decimals, 6))
