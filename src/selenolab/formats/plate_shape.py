"""Where a well lies on its plate."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.formats.plate_groups import grouped
from selenolab.formats.wells import PLATES, parse_well, smallest_plate


def rows_and_columns(wells: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """1-based plate rows and columns (n,); NaN where the well is not stated."""
    found = [parse_well(str(name)) for name in wells["well"]]
    row = np.array([place[0] if place else np.nan for place in found], float)
    column = np.array([place[1] if place else np.nan for place in found], float)
    return row, column


def plate_shape(wells: pd.DataFrame) -> tuple[int, int] | None:
    """Rows and columns of the plate as stated, else of the smallest common one; None without wells."""
    stated = wells["plate_wells"].dropna() if "plate_wells" in wells else pd.Series(dtype=float)
    if len(stated) and int(stated.iloc[0]) in PLATES:
        return PLATES[int(stated.iloc[0])]
    row, column = rows_and_columns(wells)
    if not np.isfinite(row).any():
        return None
    return smallest_plate(int(np.nanmax(row)), int(np.nanmax(column)))


def on_edge(wells: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether a well (n,) lies in the outermost row or column of its plate."""
    edge = np.zeros(len(wells), dtype=bool)
    for _, rows in grouped(wells, ["file", "plate"]):
        part = wells.iloc[rows]
        shape = plate_shape(part)
        if shape is not None:
            row, column = rows_and_columns(part)
            edge[rows] = (row == 1) | (row == shape[0]) | (column == 1) | (column == shape[1])
    return edge
