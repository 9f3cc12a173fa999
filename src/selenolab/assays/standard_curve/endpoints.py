"""Endpoints over independent experiments, changes from the control, and readings of pathway events."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.prepared import Prepared, group_words
from selenolab.assays.standard_curve.release_values import CYTOTOXICITY, RELEASE, SIGNAL
from selenolab.assays.standard_curve.schema import DESIGN
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.assays.standard_curve.values import (
    CONCENTRATION,
    EQUIVALENTS,
    GSSG,
    PER_PROTEIN,
    RATIO,
    REDUCED,
    TOTAL,
)
from selenolab.core.analysis import UnitValue
from selenolab.core.assay import EndpointSpec
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_least, at_most
from selenolab.core.event import EventReading
from selenolab.stats.experiments import N_IS, change_from_control, over_experiments

CHANGE = ", fold of control"
ONE_EXPERIMENT = "inverse prediction; scatter of the wells and the curve of one experiment only"
_MEANINGS = {
    CONCENTRATION: ("stated", "concentration of the analyte in the undiluted sample"),
    TOTAL: ("stated", "GSH and GSSG together, in GSH equivalents"),
    GSSG: ("stated", "glutathione disulfide, in molecules of GSSG"),
    EQUIVALENTS: ("stated", "glutathione disulfide in GSH equivalents: 2 GSSG"),
    REDUCED: ("stated", "total glutathione less 2 GSSG"),
}
SPECS = (
    *(EndpointSpec(name, unit, told) for name, (unit, told) in _MEANINGS.items()),
    *(
        EndpointSpec(name + PER_PROTEIN, "stated", f"{told}, per mg protein")
        for name, (_, told) in _MEANINGS.items()
    ),
    EndpointSpec(RATIO, "1", "reduced GSH over GSSG, in molecules"),
    EndpointSpec(RELEASE, "%", "enzyme in the medium, of that of lysed cells, medium blank subtracted"),
    EndpointSpec(CYTOTOXICITY, "%", "(sample - spontaneous)/(maximum - spontaneous)"),
    EndpointSpec(SIGNAL, "stated", "blank-corrected signal, where no lysed cells tell what 100 % is"),
)  # fmt: skip
_UNCHANGED = (CYTOTOXICITY, EQUIVALENTS, EQUIVALENTS + PER_PROTEIN)
CHANGES = tuple(
    EndpointSpec(spec.name + CHANGE, "1", f"{spec.name}: ratio to untreated cells of the same experiments")
    for spec in SPECS
    # the control is in the cytotoxicity already, and 2 GSSG changes as GSSG does
    if spec.name not in _UNCHANGED
)
# what speaks of an event, best first
_EVENTS = {
    "gsh": (REDUCED + PER_PROTEIN, REDUCED, TOTAL + PER_PROTEIN, TOTAL),
    "gsh_gssg": (RATIO,),
    "ldh_release": (RELEASE, SIGNAL),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One measured thing in one group: its experiments' rows, the headline, and the change from control."""

    name: str
    unit: str
    group: Mapping[str, str]
    row: Mapping[str, object]
    control: bool
    rows: pd.DataFrame
    outcome: Outcome
    change: Estimate | Absent | None


def found(values: pd.DataFrame, prepared: Prepared, settings: StandardCurveSettings) -> tuple[Found, ...]:
    """Every measured thing of every group, controls first within a thing."""
    result = []
    keys = ["measured", "control", *DESIGN]
    order = list(dict.fromkeys(values["measured"]))
    grouped = values.groupby(keys, dropna=False, sort=True)
    for key, rows in sorted(grouped, key=lambda pair: (order.index(pair[0][0]), not pair[0][1])):
        row = dict(zip(keys, key, strict=True))
        name, unit = str(row["measured"]), str(rows["unit"].iloc[0])
        treated = bool(values["control"].any()) or float(str(row["dose"])) > 0
        asked = treated and not row["control"] and name not in _UNCHANGED
        change = _change(values, row, rows, settings) if asked else None
        words = group_words(row, prepared.dose_unit)
        if row["control"] and "dose" not in words:  # nothing else may tell them from treated cells
            words["role"] = "vehicle"
        outcome = headline(rows, unit, scale_of(name), settings.level)
        result.append(Found(name, unit, words, row, bool(row["control"]), rows, outcome, change))
    return tuple(result)


def scale_of(name: str) -> str:
    """Ratios are summarised by their logarithm, amounts and percentages as they are."""
    return "log" if name == RATIO else "linear"


def headline(rows: pd.DataFrame, unit: str, scale: str, level: float) -> Outcome:
    """The value over experiments; a bound where all experiments give one; else why there is none."""
    number = (rows["censored"] == "") & np.isfinite(rows["value"].to_numpy(float))
    n = len(rows)
    if number.all():
        own = rows.iloc[0]
        if n == 1 and np.isfinite(own["low"]) and np.isfinite(own["se"]):
            return Estimate(
                float(own["value"]),
                float(own["low"]),
                float(own["high"]),
                unit,
                ONE_EXPERIMENT,
                1,
                N_IS,
                level,
            )
        within = (0.0, inf) if (rows["value"] > 0).all() else (-inf, inf)
        return over_experiments(
            rows["value"].to_numpy(float), rows["experiment"].astype(str).tolist(), unit,
            "log" if scale == "log" and (rows["value"] > 0).all() else "linear", within, level,
        )  # fmt: skip
    sides = set(rows["censored"])
    if sides == {">"}:
        return at_least(float(rows["value"].min()), unit, "above the top standard", n, N_IS, level)
    if sides == {"<"}:
        return at_most(float(rows["value"].max()), unit, "below the lowest standard", n, N_IS, level)
    lost = rows[~number]
    return Absent(f"{len(lost)} of {n} experiments give no number: {lost['why'].iloc[0]}", unit)


def _change(
    values: pd.DataFrame, row: Mapping[str, object], rows: pd.DataFrame, settings: StandardCurveSettings
) -> Estimate | Absent:
    control = values[(values["measured"] == row["measured"]) & values["control"]]
    for word in ("time", "cell_line", "arm"):
        value = row[word]
        control = control[control[word].isna() if value != value else control[word] == value]
    if not len(control):
        return Absent("there are no untreated cells (vehicle) of the same line, time and arm", "1")
    for part, what in ((rows, "treated"), (control, "control")):
        number = part["value"].to_numpy(float)
        lost = (part["censored"] != "") | ~np.isfinite(number) | ~(number > 0)
        if lost.any():
            why = str(part.loc[lost, "why"].iloc[0]) or "a value is not above zero"
            return Absent(f"{int(lost.sum())} of {len(part)} {what} experiments give no number: {why}", "1")
    seen, base = rows["value"].to_numpy(float), control["value"].to_numpy(float)
    ours, theirs = (part["experiment"].astype(str).tolist() for part in (rows, control))
    return change_from_control(seen, ours, base, theirs, "1", "log", settings.level).estimate


def endpoints(results: Sequence[Found]) -> Iterator[Endpoint]:
    """The value of every group, and its change from the control."""
    for one in results:
        notes = []
        lost = one.rows[one.rows["why"] != ""]
        if len(lost) and isinstance(one.outcome, Estimate) and one.outcome.censored:
            notes.append(f"{lost['why'].iloc[0][0].upper()}{lost['why'].iloc[0][1:]}.")
        yield Endpoint(one.name, one.group, one.outcome, tuple(notes))
        if one.change is not None:
            yield Endpoint(one.name + CHANGE, one.group, one.change)


def units(results: Sequence[Found]) -> Iterator[UnitValue]:
    """The value of every experiment, controls included; a bound stays one."""
    for one in results:
        for _, row in one.rows.iterrows():
            value = float(row["value"])
            if not np.isfinite(value):
                continue
            log = one.name not in (RELEASE, CYTOTOXICITY, SIGNAL) and value > 0
            se = float(row["se"]) / (value if log else 1.0)
            yield UnitValue(
                one.name, one.group, str(row["experiment"]), value, one.unit, "log" if log else "linear",
                row["censored"] or None, se if np.isfinite(se) else None,
            )  # fmt: skip


def events(results: Sequence[Found], prepared: Prepared) -> Iterator[EventReading]:
    """One reading an event and treated group."""
    offered = dict(_EVENTS)
    if prepared.preset.event and prepared.preset.calculation == "concentration":
        offered = {prepared.preset.event: (CONCENTRATION + PER_PROTEIN, CONCENTRATION)}
    names = {one.name for one in results}
    for event, choices in offered.items():
        name = next((choice for choice in choices if choice in names), "")
        for one in results:
            if one.name != name or one.change is None:
                continue
            dose, time = (float(str(one.row[word])) for word in ("dose", "time"))
            rest = {word: text for word, text in one.group.items() if word not in ("dose", "time")}
            yield EventReading(
                event, f"{name} ({prepared.preset.title}), ratio to untreated cells", rest, one.change,
                dose if np.isfinite(dose) else None, prepared.dose_unit, time if np.isfinite(time) else None,
            )  # fmt: skip
