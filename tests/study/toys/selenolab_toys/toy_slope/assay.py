# ruff: noqa: E501 - tables of words read better unbroken
# ruff: noqa: ARG001 - the signatures are those of the contract
"""Signal per dose: the smallest assay that uses every part of the contract."""

import io
import time
from pathlib import Path

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
    VirtualDoor,
)
from selenolab.core.check import Check, MissingControl
from selenolab.core.dataset import Dataset, Table, sound
from selenolab.core.drawing import Axis, Caption, CurvePlot, Series
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.core.format import Evidence, Format, Parsed
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.core.quantity import vocabulary
from selenolab.core.reference import Sentence
from selenolab.core.schema import Column, TableSchema

WORDS = vocabulary()
WELLS = TableSchema(
    "wells",
    (
        Column(WORDS["experiment"]),
        Column(WORDS["compound"]),
        Column(WORDS["well"]),
        Column(WORDS["dose"]),
        Column(WORDS["basis"], optional=True),
        Column(WORDS["absorbance"], flags=True),
    ),
)
SLOPES = TableSchema(
    "slopes", (Column(WORDS["experiment"]), Column(WORDS["compound"]), Column(WORDS["response"]))
)


class Settings(AssaySettings):
    """`seconds` makes it slow on purpose."""

    factor: float = 1.0
    wavelength_nm: int = 490
    seconds: float = 0.0
    doses: tuple[float, ...] = (0.0, 1.0, 2.0, 4.0)


def read_toy(path: Path) -> Parsed:
    frame = pd.read_csv(io.StringIO(path.read_text(encoding="utf-8").split("\n", 1)[1]))
    return Parsed(
        "toy", "table", pd.DataFrame({"record": ["1"]}), frame, {"dose": "µM"}, assumed=("dose in µM",)
    )


FORMAT = Format(
    "toy", "Toy file", "table", Evidence.SPECIFICATION, "invented here", (".toy",),
    lambda head: 1.0 if head.first.startswith(b"#toy") else 0.0, read_toy,
)  # fmt: skip


def suits(parsed: Parsed) -> str:
    return "" if "signal" in parsed.data else "it has no column signal"


def read(files, sheet, settings) -> Reading:
    frame = pd.concat([f.parsed.data.assign(file=f.name) for f in files], ignore_index=True)
    if sheet is not None:
        frame = frame.merge(sheet.frame[["well", "compound"]], on="well", suffixes=("_old", ""))
        frame = frame.drop(columns="compound_old")
    frame = frame.rename(columns={"signal": "absorbance"})
    frame["experiment"] = frame["experiment"].astype(str)
    if (frame["absorbance"] > 3).any():
        frame["absorbance_flag"] = np.where(frame["absorbance"] > 3, ">range", "")
    return Reading(Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})}), warnings=("a toy was read",))


def design(settings) -> pd.DataFrame:
    rows = [{"condition": f"{d:g}", "dose": d, "dose_unit": "µM", "time": 24.0} for d in settings.doses]
    return pd.DataFrame(rows)


def expect(states, design, settings) -> Dataset:
    seen = design.merge(states, on=["condition", "time"])
    frames = [
        pd.DataFrame(
            {
                "experiment": str(e), "compound": "selenocystine", "well": [f"A{i + 1}" for i in range(len(seen))],
                "dose": seen["dose"], "absorbance": 1 - seen["viable_cells"] / seen["viable_cells"].max(),
            }
        )
        for e in (1, 2, 3)
    ]  # fmt: skip
    return Dataset({"wells": Table(WELLS, pd.concat(frames, ignore_index=True), {"dose": "µM"})})


def noise(expected, settings) -> Noise:
    return Noise((NoiseTerm("wells", "absorbance", "normal", 0.01),))


def analyse(dataset, settings, seed, taken) -> Analysis:
    if settings.seconds:
        time.sleep(settings.seconds)
    wells = dataset.tables["wells"].frame
    wells = wells[sound(wells, "absorbance")]
    if (wells["absorbance"] < 0).all():
        raise DataError("wells: Every signal is negative. Check the blank.")
    factor = settings.factor
    if "factor" in taken:
        factor *= taken["factor"].outcome.value
    rows = [
        (str(e), str(c), factor * float(np.polyfit(part["dose"], part["absorbance"], 1)[0]))
        for (e, c), part in wells.groupby(["experiment", "compound"])
    ]
    slopes = pd.DataFrame(rows, columns=["experiment", "compound", "response"])
    endpoints, units = [], []
    for compound, part in slopes.groupby("compound"):
        values = part["response"].to_numpy()
        group = {"compound": str(compound)}
        if len(values) < 2:
            endpoints.append(
                Endpoint("slope", group, Absent("one experiment has no interval", "AU/µM", "t interval"))
            )
        else:
            half = 4.303 * values.std(ddof=1) / np.sqrt(len(values))
            mean = float(values.mean())
            estimate = Estimate(
                mean, mean - half, mean + half, "AU/µM", "t interval", len(values), "independent experiments"
            )
            endpoints.append(Endpoint("slope", group, estimate))
        units += [
            UnitValue("slope", group, str(e), float(v), "AU/µM", "linear")
            for e, v in zip(part["experiment"], values, strict=True)
        ]
    points = wells.rename(columns={"dose": "x", "absorbance": "y"})[["x", "y"]].reset_index(drop=True)
    plot = CurvePlot("curve", "Signal", Caption("Signal.", "wells"), Axis("Dose", "µM"), Axis("Signal", "AU"),
                     (Series("all", "points", points),))  # fmt: skip
    check = Check("range", "enough doses", bool(wells["dose"].nunique() > 2), "needs three doses",
                  float(wells["dose"].nunique()), 3.0, "", settings={"wavelength_nm": str(settings.wavelength_nm)})  # fmt: skip
    return Analysis(
        tuple(endpoints), "The slopes.", (check,), (MissingControl("potency", "blank", "Add a blank."),),
        tables={"slopes": Table(SLOPES, slopes, {"response": "AU/µM"})}, drawings=(plot,),
        methods=(Sentence("A line was fitted."),), units=tuple(units),
    )  # fmt: skip


assay = Assay(
    "toy_slope", "Toy: signal per dose", Settings, {"wells": WELLS},
    BenchDoor((Role("sample", "wells"), Role("blank", "no cells")), (), suits, read, (FORMAT,)),
    VirtualDoor(("viable_cells",), design, expect, noise), analyse,
    (EndpointSpec("slope", "AU/µM", "signal per dose"),), {"slopes": SLOPES},
    {"factor": Port("a factor", EndpointSpec("slope", "AU/µM", "a slope"))},
)  # fmt: skip
