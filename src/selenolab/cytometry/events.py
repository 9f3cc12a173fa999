"""Events of one tube: one array a channel, all of one length."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.errors import DataError

# float32 where that holds the file's numbers exactly, else float64 (log-amplified, gained, compensated)
Values = NDArray[Any]
Events = Mapping[str, Values]


def events_of(frame: pd.DataFrame) -> Events:
    """The columns of a table of events as arrays, nothing copied."""
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def count(events: Events) -> int:
    """How many events there are.

    Raises
    ------
    DataError
        where there is no channel, or channels are of unequal length.
    """
    lengths = {name: len(values) for name, values in events.items()}
    if not lengths:
        raise DataError("The events have no channel. Give at least one.")
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise DataError(f"The channels are of unequal length ({said}). Take all of one file.")
    return next(iter(lengths.values()))


def chosen(events: Events, kept: NDArray[np.bool_]) -> Events:
    """The events that `kept` (n,) marks, of every channel."""
    return {name: values[kept] for name, values in events.items()}
