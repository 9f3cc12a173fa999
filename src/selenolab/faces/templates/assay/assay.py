"""member_name: the mean signal of every arm, with its interval over independent experiments.

This is a small assay that works. Change it piece by piece into yours; `make test` tells at every step
whether the contract still holds.
"""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from pydantic import Field

from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.assay import (
    Assay,
    AssaySettings,
    BenchDoor,
    EndpointSpec,
    Reading,
    Role,
    Sheet,
    Taken,
)
from selenolab.core.check import Check
from selenolab.core.dataset import Dataset, Table, sound
from selenolab.core.drawing import Axis, Caption, DotPlot
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.core.format import InputFile, Parsed
from selenolab.core.quantity import vocabulary
from selenolab.core.reference import Sentence
from selenolab.core.schema import Column, TableSchema
from selenolab.stats.intervals import mean_t

SIGNAL = "member_name_signal"
FLAG = f"{SIGNAL}_flag"
WORDS = vocabulary(Path(__file__).parent)
UNIT = WORDS[SIGNAL].unit
EXPERIMENTS = "independent experiments"

DATA = TableSchema(
    name="data",
    columns=(
        Column(WORDS["arm"]),
        Column(WORDS["experiment"]),
        # flags=True: an excluded value stays in the table, flagged, and is drawn hollow.
        Column(WORDS[SIGNAL], flags=True),
    ),
    may_be_empty=False,
)


class Settings(AssaySettings):
    """What a user may set: a type, a default, limits and a sentence each."""

    level: float = Field(default=0.95, gt=0.5, lt=1, description="Confidence level of the intervals.")
    least_experiments: int = Field(
        default=3, ge=2, description="Independent experiments below which the check fails."
    )


def suits(parsed: Parsed) -> str:
    """Nothing for a long table with an arm and a signal, else what is missing."""
    if parsed.kind != "table":
        return f"it is a {parsed.kind}, not a long table"
    missing = [word for word in ("arm", SIGNAL) if word not in parsed.data.columns]
    return f"it has no column {' and no column '.join(missing)}" if missing else ""


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: Settings) -> Reading:  # noqa: ARG001 - the contract's door
    """The bench door: long tables with the columns arm, experiment and the signal with its unit."""
    if not files:
        raise DataError(f"Expected at least one file with a column '{SIGNAL} [{UNIT}]', found none.")
    return Reading(
        Dataset({"data": Table(DATA, pd.concat([_rows(file) for file in files], ignore_index=True))})
    )


def _rows(file: InputFile) -> pd.DataFrame:
    reason = suits(file.parsed)
    unit = file.parsed.units.get(SIGNAL, "")
    if reason:
        raise DataError(f"{file.name}: Unable to use the file: {reason}. Add it to the header.")
    if unit != UNIT:
        raise DataError(f"{file.name}: {SIGNAL} is in '{unit}'. Expected the header '{SIGNAL} [{UNIT}]'.")
    data = file.parsed.data
    return pd.DataFrame(
        {
            "arm": data["arm"].astype(str),
            # A file without the column is one experiment, named by the file.
            "experiment": data["experiment"].astype(str) if "experiment" in data else file.name,
            SIGNAL: data[SIGNAL].astype(float),
            "file": file.name,
            **{word: data[word] for word in (FLAG, "source_row") if word in data},
        }
    )


def analyse(dataset: Dataset, settings: Settings, seed: int, taken: Taken) -> Analysis:  # noqa: ARG001 - nothing is drawn by lot
    """The mean of every arm [AU]: repeats are averaged within an experiment, which counts once."""
    data = dataset.tables["data"]
    means = _per_experiment(data)
    # Of the data, not of the means: an arm whose every value is excluded must still be spoken of.
    arms = {str(arm): means[means["arm"] == arm] for arm in sorted(data.frame["arm"].unique())}
    endpoints = tuple(_endpoint(arm, rows, settings) for arm, rows in arms.items())
    return Analysis(
        endpoints=endpoints,
        answer=f"The mean signal of {len(arms)} arms, each with its interval over {EXPERIMENTS}.",
        checks=tuple(_enough(arm, rows, settings) for arm, rows in arms.items()),
        drawings=(_drawing(data, means, endpoints),),
        methods=(
            Sentence(
                "Repeats were averaged within each independent experiment; the mean over experiments is "
                f"given with Student's t interval ({settings.level:.0%})."
            ),
        ),
        units=tuple(_unit(row) for row in means.to_dict("records")),
    )


def _per_experiment(data: Table) -> pd.DataFrame:
    means = data.frame[sound(data.frame, SIGNAL)].groupby(["arm", "experiment"], sort=True)[SIGNAL].mean()
    return means.reset_index()


def _endpoint(arm: str, rows: pd.DataFrame, settings: Settings) -> Endpoint:
    values, group = rows[SIGNAL].to_numpy(), {"arm": arm}
    if len(values) < 2:
        why = f"{len(values)} {EXPERIMENTS} left; an interval over experiments needs two"
        return Endpoint("mean signal", group, Absent(why, UNIT))
    found = mean_t(values, settings.level)
    outcome = Estimate(
        found.value, found.low, found.high, UNIT, found.method, len(values), EXPERIMENTS, settings.level
    )
    return Endpoint("mean signal", group, outcome)


def _enough(arm: str, rows: pd.DataFrame, settings: Settings) -> Check:
    n, limit = len(rows), settings.least_experiments
    return Check(
        rule="member_name.experiments",
        name="enough experiments",
        passed=n >= limit,
        why=f"{n} {EXPERIMENTS}, at least {limit} asked for",
        value=n,
        limit=limit,
        margin=n - limit,
        group={"arm": arm},
        endpoint="mean signal",
        settings={"least_experiments": str(limit)},
    )


def _unit(row: Mapping[Hashable, object]) -> UnitValue:
    return UnitValue(
        endpoint="mean signal",
        group={"arm": str(row["arm"])},
        unit_id=str(row["experiment"]),
        value=float(str(row[SIGNAL])),
        unit=UNIT,
        scale="linear",
    )


def _drawing(data: Table, means: pd.DataFrame, endpoints: Sequence[Endpoint]) -> DotPlot:
    left_out = data.frame[~sound(data.frame, SIGNAL)]
    dots = pd.concat([means.assign(excluded=False), left_out.assign(excluded=True)], ignore_index=True)
    found = [(end.group["arm"], end.outcome) for end in endpoints if isinstance(end.outcome, Estimate)]
    bars = [(arm, mean.value, mean.low, mean.high) for arm, mean in found]
    return DotPlot(
        name="signal",
        title="Signal of every arm",
        caption=Caption(
            "Mean signal; every point is one experiment.",
            n=f"{means['experiment'].nunique()} {EXPERIMENTS}",
            error_bar="confidence interval of the mean (t)",
        ),
        y=Axis("signal", UNIT),
        dots=dots.rename(columns={"arm": "category", SIGNAL: "value"})[["category", "value", "excluded"]],
        bars=pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
    )


assay = Assay(
    name="member_name",
    title="Mean signal of every arm",
    settings=Settings,
    tables={"data": DATA},
    bench=BenchDoor(
        roles=(Role("sample", "a long table of signals", required=True),),
        sheet=(),
        suits=suits,
        read=read,
    ),
    virtual=None,  # a VirtualDoor lets a model be seen through this assay
    analyse=analyse,
    endpoints=(EndpointSpec("mean signal", UNIT, "mean over independent experiments"),),
)
