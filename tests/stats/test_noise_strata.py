"""Classes of a population whose shares differ between groups by more than the draw."""

import numpy as np
import pandas as pd

from selenolab.core.dataset import Dataset, Table
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.core.quantity import look_up, vocabulary
from selenolab.core.schema import Column, OpenColumn, TableSchema
from selenolab.stats.noise import observe

SCHEMA = TableSchema("cells", tuple(Column(look_up(vocabulary(), w)) for w in ("tube", "record")), open=True)


def shares(spread: float) -> np.ndarray:
    """Share of the class "dead" in each of 300 tubes of 400 cells."""
    frame = pd.DataFrame({"tube": np.repeat([str(k) for k in range(300)], 20), "record": "0"})
    frame["kind"] = ["dead", *["live"] * 3] * 1500
    table = Table(SCHEMA, frame, {}, {"kind": OpenColumn("text")})
    term = NoiseTerm(
        "cells", "record", "resample", np.ones(len(frame)), ("tube",), 400, strata="kind", spread=spread
    )
    seen = observe(Dataset({"cells": table}), Noise((term,)), 3).tables["cells"].frame
    return np.asarray((seen["kind"] == "dead").groupby(seen["tube"]).mean())


def test_without_spread_the_shares_scatter_as_a_draw_does():
    found = shares(0.0)
    assert abs(found.mean() - 0.25) < 0.005
    assert abs(found.std() / (0.25 * 0.75 / 400) ** 0.5 - 1) < 0.12


def test_with_spread_the_log_odds_scatter_by_it():
    found = shares(0.3)
    odds = np.log(found / (1 - found))
    assert abs(np.median(odds) - np.log(1 / 3)) < 0.1
    assert abs(odds.std() / (2**0.5 * 0.3) - 1) < 0.15
