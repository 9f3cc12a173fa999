"""A dialysis release in few lines: the contract holds a calibration from another run, and a model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.assay import (
    Assay,
    AssaySettings,
    BenchDoor,
    EndpointSpec,
    Port,
    Reading,
    Role,
    Sheet,
    SheetColumn,
    Taken,
    VirtualDoor,
)
from selenolab.core.dataset import Dataset, Table
from selenolab.core.drawing import Axis, Caption, CurvePlot, Series
from selenolab.core.estimate import Endpoint, Estimate
from selenolab.core.format import InputFile, Parsed
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary()
DATA = TableSchema(
    "data",
    (
        Column(WORDS["vessel"]),
        Column(WORDS["medium"]),
        Column(WORDS["time"]),
        Column(WORDS["concentration"], flags=True),
        Column(WORDS["ph"], optional=True, gaps=True),
    ),
    key=("vessel", "time"),
)
RELEASED = TableSchema(
    "released",
    (
        Column(WORDS["vessel"]),
        Column(WORDS["medium"]),
        Column(WORDS["time"]),
        Column(WORDS["released"], flags=True),
    ),
    key=("vessel", "time"),
)
SLOPE = EndpointSpec("slope", "AU mL/µg", "sensitivity of a calibration")


class Settings(AssaySettings):
    """Volumes and the drug in the bag, EE-corrected."""

    medium_volume_ml: float = 50
    sample_volume_ml: float = 1
    loaded_drug_ug: float = 1000


def suits(parsed: Parsed) -> str:
    """Whether the file has time and concentration."""
    lost = {"time", "concentration"} - set(parsed.data.columns)
    return f"it has no column {', '.join(sorted(lost))}" if lost else ""


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: Settings) -> Reading:
    """A long table of concentrations."""
    del sheet, settings
    frame = pd.concat([file.parsed.data.assign(file=file.name) for file in files], ignore_index=True)
    return Reading(Dataset({"data": Table(DATA, frame)}))


def design(settings: Settings) -> pd.DataFrame:
    """Three vessels in one medium."""
    del settings
    times = [0.5, 1, 2, 4, 8, 12, 24, 48]
    return pd.DataFrame({"condition": "PBS", "dose": 1000.0, "time": times})


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: Settings) -> Dataset:
    """What the outer medium holds, before it is thinned by the replaced aliquots."""
    del design, settings
    frames = [
        pd.DataFrame(
            {
                "vessel": f"v{i}",
                "medium": states["condition"],
                "time": states["time"],
                "concentration": states["free_drug"],
            }
        )
        for i in range(3)
    ]
    return Dataset({"data": Table(DATA, pd.concat(frames, ignore_index=True))})


def noise(expected: Dataset, settings: Settings) -> Noise:
    """2 % of the value, and a floor."""
    del settings
    value = expected.tables["data"].frame["concentration"].to_numpy()
    return Noise((NoiseTerm("data", "concentration", "normal", 0.02 * value + 0.01),))


def analyse(dataset: Dataset, settings: Settings, seed: int, taken: Taken) -> Analysis:
    """Cumulative release with the exact replacement correction."""
    del seed
    slope = taken.get("slope")
    factor = (
        1.0 / slope.outcome.value
        if isinstance(slope, Endpoint) and isinstance(slope.outcome, Estimate)
        else 1.0
    )
    frame = dataset.tables["data"].frame.sort_values(["vessel", "time"])
    earlier = frame.groupby("vessel")["concentration"].cumsum() - frame["concentration"]
    mass = settings.medium_volume_ml * frame["concentration"] + settings.sample_volume_ml * earlier
    released = frame[["vessel", "medium", "time"]].assign(
        released=100 * factor * mass / settings.loaded_drug_ug
    )
    last = released.groupby("vessel")["released"].last()
    half = 4.303 * last.std(ddof=1) / np.sqrt(len(last))
    total = Estimate(
        last.mean(), last.mean() - half, last.mean() + half, "%", "t interval", len(last), "vessels"
    )
    points = released.rename(columns={"time": "x", "released": "y"})[["x", "y"]]
    plot = CurvePlot(
        "release",
        "Release",
        Caption("Cumulative release.", "3 vessels"),
        Axis("Time", "h"),
        Axis("Released", "%"),
        (Series("PBS", "points", points),),
    )
    return Analysis(
        (Endpoint("released at the end", {"medium": "PBS"}, total),),
        tables={"released": Table(RELEASED, released)},
        drawings=(plot,),
        units=tuple(
            UnitValue("released at the end", {"medium": "PBS"}, str(vessel), float(value), "%", "linear")
            for vessel, value in last.items()
        ),
    )


assay = Assay(
    name="release",
    title="Dialysis release (skeleton)",
    settings=Settings,
    tables={"data": DATA},
    bench=BenchDoor(
        roles=(Role("sample", "drug-loaded carrier"), Role("reference", "free drug in the same bag")),
        sheet=(SheetColumn("medium", "release medium", "file"),),
        suits=suits,
        read=read,
    ),
    virtual=VirtualDoor(("free_drug",), design, expect, noise),
    analyse=analyse,
    endpoints=(EndpointSpec("released at the end", "%", "cumulative release at the last time"),),
    gives={"released": RELEASED},
    takes={"slope": Port("slope of a calibration", SLOPE)},
)
