"""The tables that the analysis returns: rates of wells, changes of groups."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.activity import Active
from selenolab.assays.plate_kinetics.schema import GROUPS, LABELS, RATES
from selenolab.core.dataset import Table
from selenolab.core.estimate import Endpoint, Estimate
from selenolab.core.schema import OpenColumn, TableSchema

_DESIGN = (
    "plate", "well", "experiment", "role", "compound", "cell_line", "arm", "dose", "time",
    "substrate_concentration", "preincubation", "cofactor", "well_protein",
)  # fmt: skip
_TEXT = ("method", "correction", "why", "notes")


def rate_table(active: Active, slope_unit: str, dose_unit: str) -> Table:
    """One row a well: slope, window, lag, depletion, blank, activity."""
    wells = active.wells.reset_index(drop=True)
    units = {
        "slope": slope_unit, "slope_se": slope_unit, "blank": slope_unit, "net": slope_unit,
        "base": active.base_unit,
        "start": "min", "end": "min", "lag": "min", "fall": "1", "conversion": "1", "activity": "µM/min",
        "specific": "nmol/min/mg", "points": "1", "cut": "1",
    }  # fmt: skip
    design = [word for word in _DESIGN if word != "dose" or dose_unit]
    frame = wells[design].copy()
    extra: dict[str, OpenColumn] = {}
    for word, unit in units.items():
        if word == "slope_se":
            frame[word] = wells[word].astype(float)
            continue
        frame[f"{word}_found" if word in frame else word] = wells[word].astype(float)
        extra[word] = OpenColumn("number", unit)
    for word in _TEXT:
        frame[word] = wells[word].fillna("").astype(str)
        extra[word] = OpenColumn("text")
    return Table(RATES, frame, {"dose": dose_unit} if dose_unit else {}, extra)


def group_table(endpoints: Sequence[Endpoint]) -> Table:
    """One row an endpoint of a group with its interval."""
    rows: list[dict[str, object]] = []
    for endpoint in endpoints:
        outcome = endpoint.outcome
        known = isinstance(outcome, Estimate)
        rows.append(
            {
                "compound": endpoint.group.get("compound", ""),
                "cell_line": endpoint.group.get("cell_line", ""),
                **{word: endpoint.group.get(word, "") for word in _words()},
                "endpoint": endpoint.name,
                "value": outcome.value if isinstance(outcome, Estimate) else np.nan,
                "limit_low": _limit(outcome.low) if isinstance(outcome, Estimate) else np.nan,
                "limit_high": _limit(outcome.high) if isinstance(outcome, Estimate) else np.nan,
                "unit_of_value": outcome.unit if isinstance(outcome, Estimate) else "",
                "n": float(outcome.n) if isinstance(outcome, Estimate) else np.nan,
                "said": "" if known else str(getattr(outcome, "why", "")),
            }
        )
    return open_table(GROUPS, rows, {})


def _words() -> tuple[str, ...]:
    return ("dose", "time", "arm", *LABELS.values())


def _limit(value: float) -> float:
    return value if np.isfinite(value) else float("nan")


def open_table(schema: TableSchema, rows: Sequence[Mapping[str, object]], units: Mapping[str, str]) -> Table:
    """A table whose further columns are open: text where any cell is text, else numbers with their unit."""
    frame = pd.DataFrame(list(rows))
    words = {column.word for column in schema.columns}
    extra: dict[str, OpenColumn] = {}
    for word in [word for word in frame.columns if word not in words]:
        is_text = frame[word].map(lambda cell: isinstance(cell, str)).any()
        frame[word] = frame[word].fillna("").astype(str) if is_text else frame[word].astype(float)
        extra[word] = OpenColumn("text" if is_text else "number", units.get(word, ""))
    return Table(schema, frame, {}, extra)
