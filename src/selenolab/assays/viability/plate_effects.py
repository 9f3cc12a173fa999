"""Whether wells of one kind differ by where they lie: edge, rows, columns.

A linear model of each treated well's signal relative to the mean of its kind (compound, arm, line, dose)
on the kinds and on the place. Where the layout ties a place to a dose, as with a dose a column, the
effect cannot be told from the dose and the answer says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from selenolab.assays.viability.controls import TREATED
from selenolab.formats.plate_shape import on_edge, rows_and_columns

Matrix = NDArray[np.float64]
_KIND = ["role", "compound", "cell_line", "arm", "time_key", "dose_key"]
_LEAST_VIABILITY = 20.0  # % of control: below it the blank's scatter rules


@dataclass(frozen=True, slots=True)
class Effect:
    """A place's effect: `size` in % of like wells (range of the places' means, or edge minus inner)."""

    name: str
    size: float | None
    p: float | None
    why: str


def plate_effects(wells: pd.DataFrame) -> Iterator[Effect]:
    """The edge, row and column effects of one plate."""
    use = wells["ok"] & wells["role"].isin(TREATED) & (wells["well"] != "")
    part = wells[use & (wells["viability"] > _LEAST_VIABILITY)]
    if part.empty:
        for name in ("edge", "row", "column"):
            yield Effect(name, None, None, "The wells' places are not stated, or no well is above 20 %.")
        return
    edge = on_edge(wells)[np.flatnonzero((use & (wells["viability"] > _LEAST_VIABILITY)).to_numpy())]
    row, column = rows_and_columns(part)
    kinds = part.groupby(_KIND).ngroup().to_numpy()
    relative = part["signal"] / part.groupby(_KIND)["signal"].transform("mean")
    response = 100 * (relative.to_numpy(float) - 1)
    yield _effect(
        "edge", response, kinds, edge.astype(float)[:, None], "Outer against inner wells of one kind"
    )
    yield _effect("row", response, kinds, _dummies(row), "Largest difference between rows, like wells")
    yield _effect(
        "column", response, kinds, _dummies(column), "Largest difference between columns, like wells"
    )


def _dummies(place: Matrix) -> Matrix:
    return np.asarray(place[:, None] == np.unique(place)[None, :], float)


def _effect(name: str, response: Matrix, kinds: NDArray[Any], places: Matrix, why: str) -> Effect:
    """F test of the places beside the kinds; the size is the range of the adjusted place effects."""
    base = _dummies(kinds.astype(float))
    full = np.hstack([base, places])
    rank_base, rank = np.linalg.matrix_rank(base), np.linalg.matrix_rank(full)
    extra, spare = rank - rank_base, len(response) - rank
    expected = places.shape[1] - (places.shape[1] > 1)
    if extra < max(expected, 1):
        return Effect(name, None, None, "The layout ties the place to the dose: it cannot be told apart.")
    if spare < 1:
        return Effect(name, None, None, "Too few wells to tell.")
    solution = np.linalg.lstsq(full, response, rcond=None)[0]
    rss_full = float(np.sum((response - full @ solution) ** 2))
    rss_base = float(np.sum((response - base @ np.linalg.lstsq(base, response, rcond=None)[0]) ** 2))
    if rss_full <= 1e-12 * max(rss_base, 1e-300):
        p = 0.0 if rss_base > 1e-12 else 1.0
    else:
        f = max((rss_base - rss_full) / extra / (rss_full / spare), 0.0)
        p = float(special.fdtrc(extra, spare, f))
    sizes = solution[base.shape[1] :]
    size = float(sizes[0]) if places.shape[1] == 1 else float(np.ptp(sizes))
    return Effect(name, size, p, why)
