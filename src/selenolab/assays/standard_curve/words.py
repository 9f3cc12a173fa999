"""Numbers and groups as a reader says them."""

from collections.abc import Mapping
from math import floor, inf, isfinite, log10

from selenolab.core.estimate import Absent, Estimate, Outcome


def written(outcome: Outcome) -> str:
    """An outcome in words.

    Examples
    --------
    >>> written(Estimate(11.8234, 11.01, 12.68, "µM", "t", 3, "experiments"))
    '11.8 µM (11.0 to 12.7, n = 3)'
    """
    if isinstance(outcome, Absent):
        return f"not given ({outcome.why})"
    if not isinstance(outcome, Estimate):
        return outcome.category
    unit = "" if outcome.unit == "1" else f" {outcome.unit}"
    if outcome.censored:
        return f"{outcome.censored} {outcome.value:.3g}{unit} (n = {outcome.n})"
    digits = _decimals(outcome)
    low = "open" if outcome.low == -inf else f"{outcome.low:.{digits}f}"
    high = "open" if outcome.high == inf else f"{outcome.high:.{digits}f}"
    return f"{outcome.value:.{digits}f}{unit} ({low} to {high}, n = {outcome.n})"


def _decimals(outcome: Estimate) -> int:
    width = outcome.high - outcome.low
    size = width / 10 if isfinite(width) and width > 0 else abs(outcome.value) / 100
    return min(max(0, -floor(log10(size))), 6) if size > 0 else 1


def title_of(group: Mapping[str, str]) -> str:
    """A group in words: "selenocystine, 8 µM, 24 h on HepG2"."""
    rest = [text for word, text in group.items() if word not in ("cell_line",)]
    head = ", ".join(rest) or "samples"
    return f"{head} on {group['cell_line']}" if group.get("cell_line") else head


def untreated(group: Mapping[str, str]) -> str:
    """A group of untreated cells in words: "untreated, 24 h on HepG2"."""
    rest = {word: text for word, text in group.items() if word not in ("dose", "cell_line")}
    head = ", ".join(["untreated", *rest.values()])
    return f"{head} on {group['cell_line']}" if group.get("cell_line") else head


def slug(*words: str) -> str:
    """A name for a file from words."""
    text = "-".join(words).lower()
    return (
        "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text).strip("-")
        or "all"
    )
