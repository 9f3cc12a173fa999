"""The answer for the head of the report, one line a group, and numbers in it written by their interval."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, inf, log10

from selenolab.assays.viability.curves import NO_ARM
from selenolab.assays.viability.endpoints import GroupResult, headline
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome


def answer(results: Sequence[GroupResult], ratios: Sequence[Endpoint] = ()) -> str:
    """The IC50 of every group in words, and the ratios that could be given; at most four of each."""
    parts = []
    for result in results[:4]:
        name = " on ".join(
            text for text in (result.group.get("compound", ""), result.group.get("cell_line", "")) if text
        )
        title = f"{name or 'the compound'}{_where(result.group)}"
        said = "; ".join(f"{end.name} {written(end.outcome)}" for end in headline(result))
        parts.append(f"{title}: {said}.")
    if len(results) > 4:
        parts.append(f"{len(results) - 4} more groups stand in the table of endpoints.")
    asked = [end for end in ratios if "(absolute)" in end.name and isinstance(end.outcome, Estimate)]
    parts += [_ratio(end) for end in asked[:4]]
    return "\n".join(parts)


def _where(group: Mapping[str, str]) -> str:
    words = ("compound", "cell_line", "reference")
    rest = ", ".join(text for word, text in group.items() if word not in words and text != NO_ARM)
    return f" ({rest})" if rest else ""


def _ratio(endpoint: Endpoint) -> str:
    """A ratio with what stands above and below: "selectivity index (absolute) of a over b (48 h): > 5"."""
    word = "cell_line" if endpoint.name.startswith("selectivity") else "compound"
    own, other = endpoint.group.get(word, ""), endpoint.group.get("reference", "")
    both = endpoint.group.get("compound" if word == "cell_line" else "cell_line", "")
    on = f" {'for' if word == 'cell_line' else 'on'} {both}" if both else ""
    said = written(endpoint.outcome).replace(" 1 (", " (")  # a ratio has no unit
    return f"{endpoint.name}, {own} against {other}{on}{_where(endpoint.group)}: {said}."


def written(outcome: Outcome) -> str:
    """An outcome as a reader would say it.

    Examples
    --------
    >>> written(Estimate(11.8234, 11.01, 12.68, "µM", "t", 3, "experiments"))
    '11.8 µM (11.0 to 12.7, n = 3)'
    >>> written(Estimate(8.83, 4.82, 16.18, "µM", "t", 3, "experiments"))
    '8.8 µM (4.8 to 16.2, n = 3)'
    >>> written(Estimate(34.657, 34.657, inf, "µM", "t", 3, "experiments", censored=">"))
    '> 34.6 µM (n = 3)'
    """
    if isinstance(outcome, Absent):
        return f"not given ({outcome.why})"
    if not isinstance(outcome, Estimate):
        return outcome.category
    if outcome.censored:
        return f"{outcome.censored} {_bound(outcome)} {outcome.unit} (n = {outcome.n})"
    digits = _decimals(outcome)
    low = "open" if outcome.low == -inf else f"{outcome.low:.{digits}f}"
    high = "open" if outcome.high == inf else f"{outcome.high:.{digits}f}"
    return f"{outcome.value:.{digits}f} {outcome.unit} ({low} to {high}, n = {outcome.n})"


def _bound(outcome: Estimate) -> str:
    """A bound to three digits, rounded to the side on which it still holds."""
    step = 10.0 ** (floor(log10(outcome.value)) - 2) if outcome.value > 0 else 1.0
    steps = outcome.value / step
    whole = floor(steps + 1e-6) if outcome.censored == ">" else ceil(steps - 1e-6)
    return f"{whole * step:.3g}"


def _decimals(outcome: Estimate) -> int:
    """Decimals that show two digits of the interval's width, three of the value without one."""
    width = outcome.high - outcome.low
    size, digits = (width, 1) if 0 < width < inf else (abs(outcome.value), 2)
    decimals = digits - floor(log10(size)) if size > 0 else 2
    if outcome.low > 0:  # a wide interval must not turn 8.8 into 9
        decimals = max(decimals, 1 - floor(log10(outcome.value)))
    return max(0, decimals)
