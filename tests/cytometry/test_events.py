"""Events are arrays of one length; a table of them is not copied."""

import numpy as np
import pandas as pd
import pytest

from selenolab.core.errors import DataError
from selenolab.cytometry.events import chosen, count, events_of


def test_events_are_of_one_length() -> None:
    events = {"a": np.arange(8.0), "b": np.arange(8.0) + 1}
    assert count(events) == 8
    few = chosen(events, np.arange(8) % 4 == 0)
    assert few["b"].tolist() == [1, 5]
    with pytest.raises(DataError, match="unequal length"):
        count({"a": np.ones(3), "b": np.ones(4)})
    with pytest.raises(DataError, match="no channel"):
        count({})


def test_a_table_of_events_is_not_copied() -> None:
    columns = {"a": np.arange(5, dtype=np.float32), "b": np.arange(5.0)}
    events = events_of(pd.DataFrame(columns, copy=False))
    assert {name: values.dtype for name, values in events.items()} == {"a": np.float32, "b": np.float64}
    assert all(np.shares_memory(events[name], columns[name]) for name in columns)
