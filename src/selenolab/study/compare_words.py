"""What a comparison is about, in the words of its report."""

from selenolab.core.study import Comparison


def subject(comparison: Comparison) -> str:
    """The endpoint, what it is compared by, and within what.

    Examples
    --------
    >>> subject(Comparison("lines", (), "relative IC50", "cell_line", "welch", within={"arm": "NAC"}))
    'relative IC50 by cell line (arm NAC)'
    """
    return f"{comparison.endpoint} by {comparison.by.replace('_', ' ')}{within(comparison)}"


def within(comparison: Comparison) -> str:
    """The part of the design that a comparison is made in, in brackets with a space before; "" for all."""
    told = ", ".join(f"{word.replace('_', ' ')} {value}" for word, value in comparison.within.items())
    return f" ({told})" if told else ""
