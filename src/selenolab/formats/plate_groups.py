"""Rows of a frame by the values of several columns, in sorted order."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def grouped(frame: pd.DataFrame, words: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], NDArray[np.intp]]]:
    """The key and the positions (n,) of every group of `words`; text sorts as text."""
    found = frame.groupby(list(words), sort=True).indices
    for key in sorted(found, key=str):
        yield cast(tuple[Any, ...], key), np.asarray(found[key], dtype=np.intp)
