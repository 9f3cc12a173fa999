"""The answer for the head of the report: changes of the conditions, potencies, kinds of inhibition."""

from collections.abc import Mapping, Sequence
from math import floor, inf, log10

from selenolab.assays.plate_kinetics.endpoints import FOLD, PERCENT, RATE
from selenolab.assays.plate_kinetics.mechanism import COFACTOR, INACTIVATION, KI, KIND
from selenolab.assays.plate_kinetics.potency import ABSOLUTE, RELATIVE
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome

_MOST = 6


def answer(endpoints: Sequence[Endpoint], enzyme: str) -> str:
    """One line a dose series and condition, at most six of each kind."""
    potency = [end for end in endpoints if end.name in (RELATIVE, ABSOLUTE, KIND, KI, INACTIVATION, COFACTOR)]
    changes = [end for end in endpoints if end.name in (FOLD, PERCENT)]
    chosen = [*potency[:_MOST], *changes[:_MOST]] or [end for end in endpoints if end.name == RATE][:_MOST]
    lines = [
        f"{enzyme.capitalize()}, {end.name}, {title_of(end.group)}: {written(end.outcome)}." for end in chosen
    ]
    rest = len(potency) + len(changes) - len(chosen)
    if rest > 0:
        lines.append(f"{rest} more stand in the table of endpoints.")
    return "\n".join(lines)


def title_of(group: Mapping[str, str]) -> str:
    """A condition in words: "selenocystine on HepG2, 8 µM, 24 h"."""
    head = " on ".join(group[word] for word in ("compound", "cell_line") if group.get(word))
    rest = []
    for word, text in group.items():
        if word in ("compound", "cell_line"):
            continue
        rest.append(f"{word} {text}" if word in ("substrate", "preincubation", "cofactor") else text)
    return ", ".join(part for part in (head, *rest) if part) or "all wells"


def written(outcome: Outcome) -> str:
    """An outcome as a reader would say it.

    Examples
    --------
    >>> written(Estimate(41.26, 35.8, 47.5, "%", "t", 3, "experiments"))
    '41.3 % (35.8 to 47.5, n = 3)'
    >>> written(Absent("no control"))
    'not given (no control)'
    """
    if isinstance(outcome, Absent):
        return f"not given ({outcome.why})"
    if not isinstance(outcome, Estimate):
        return f"{outcome.category} ({outcome.why})"
    unit = "" if outcome.unit == "1" else f" {outcome.unit}"
    digits = _decimals(outcome)
    if outcome.censored:
        return f"{outcome.censored} {outcome.value:.{digits}f}{unit} (n = {outcome.n})"
    low = "open" if outcome.low == -inf else f"{outcome.low:.{digits}f}"
    high = "open" if outcome.high == inf else f"{outcome.high:.{digits}f}"
    return f"{outcome.value:.{digits}f}{unit} ({low} to {high}, n = {outcome.n})"


def _decimals(outcome: Estimate) -> int:
    """Decimals that show three digits of the value."""
    size = abs(outcome.value)
    return max(0, 2 - floor(log10(size))) if size > 0 else 2
