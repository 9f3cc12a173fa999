"""What every written spillover matrix shares: entries as shares of the own channel, and its refusal."""

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal

REMEDY = "Mend the matrix, or give single stains or a matrix file."


def as_shares(entries: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """The matrix with own channels at 1, and whether it was written in % (own channels at 100)."""
    percent = len(entries) > 0 and bool(np.all(np.diag(entries) == 100))
    return (entries / 100 if percent else entries), percent


def wrong(title: str, file: str, reason: str, where: str = "") -> FormatRefusal:
    """A refusal of a written matrix; always one line."""
    return FormatRefusal(title, file, " ".join(reason.split()), REMEDY, where)
