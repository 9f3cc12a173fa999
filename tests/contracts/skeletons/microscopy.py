"""Particle sizing in few lines: shows that the contract holds images, populations and outlines."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.core.analysis import Analysis
from selenolab.core.assay import (
    Assay,
    AssaySettings,
    BenchDoor,
    EndpointSpec,
    Reading,
    Role,
    Sheet,
    Taken,
    VirtualDoor,
)
from selenolab.core.dataset import ArrayRef, Dataset, Table
from selenolab.core.drawing import Axis, Caption, Histogram, Overlay, Series
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.core.format import InputFile, Parsed
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.core.quantity import Quantity, merge, vocabulary
from selenolab.core.schema import Column, TableSchema

OWN = {"centre_x": Quantity("centre_x", "centre of a particle, right", unit="px", low=0)}
WORDS = merge(vocabulary(), OWN)
RECORDS = TableSchema(
    "records",
    (Column(WORDS["image"]), Column(WORDS["pixels"]), Column(WORDS["pixel_size"], gaps=True)),
    key=("image",),
)
PARTICLES = TableSchema(
    "particles",
    (
        Column(WORDS["particle"]),
        Column(WORDS["image"]),
        Column(WORDS["diameter"], flags=True),
        Column(WORDS["centre_x"]),
    ),
    key=("particle",),
    links={"image": "records.image"},
)


class Settings(AssaySettings):
    """Nothing to set."""


def suits(parsed: Parsed) -> str:
    """Whether the file is an image."""
    return "" if parsed.kind == "image" else f"it is a {parsed.kind}"


def read(files: Sequence[InputFile], sheet: Sheet | None, settings: Settings) -> Reading:
    """Bright pixels of every image are one particle; the image itself stays where it is."""
    del sheet, settings
    records, rows, arrays = [], [], {}
    for file in files:
        image = file.parsed.arrays["pixels"]
        size = float(file.parsed.records["pixel_size"].iloc[0])
        arrays[file.name] = ArrayRef(file.path, file.sha256, image.shape, str(image.dtype))
        records.append({"image": file.name, "pixels": file.name, "pixel_size": size})
        y, x = np.nonzero(image > 0)
        edge = x.min() == 0 or y.min() == 0
        rows.append(
            {
                "particle": f"{file.name} 1",
                "image": file.name,
                "diameter": 2 * np.sqrt(len(x) / np.pi) * size,
                "diameter_flag": "excluded: touches the edge" if edge else "",
                "centre_x": float(x.mean()),
            }
        )
    tables = {
        "records": Table(RECORDS, pd.DataFrame(records)),
        "particles": Table(PARTICLES, pd.DataFrame(rows)),
    }
    return Reading(Dataset(tables, arrays))


def design(settings: Settings) -> pd.DataFrame:
    """One batch."""
    del settings
    return pd.DataFrame({"condition": ["batch"], "dose": [0.0], "time": [0.0]})


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: Settings) -> Dataset:
    """The model's size distribution as weighted rows, in two images."""
    del design, settings
    images = ["i1", "i2"]
    records = pd.DataFrame({"image": images, "pixels": images, "pixel_size": [1.0, 1.0]})
    rows = [states.assign(image=name, centre_x=1.0)[["image", "diameter", "centre_x"]] for name in images]
    particles = pd.concat(rows, ignore_index=True)
    particles.insert(0, "particle", [str(i) for i in range(len(particles))])
    arrays = {name: np.zeros((4, 4), np.uint8) for name in images}
    return Dataset({"records": Table(RECORDS, records), "particles": Table(PARTICLES, particles)}, arrays)


def noise(expected: Dataset, settings: Settings) -> Noise:
    """Fifty particles of every image, and a pixel of error."""
    del settings
    n = len(expected.tables["particles"].frame)
    return Noise(
        (
            NoiseTerm("particles", "particle", "resample", np.ones(n), ("image",), draws=50),
            NoiseTerm("particles", "diameter", "normal", 0.5),
        )
    )


def analyse(dataset: Dataset, settings: Settings, seed: int, taken: Taken) -> Analysis:
    """Mean diameter over images; no nanometre without a pixel size."""
    del settings, seed, taken
    records, frame = dataset.tables["records"].frame, dataset.tables["particles"].frame
    used = frame[frame["diameter_flag"] == ""] if "diameter_flag" in frame else frame
    means = used.groupby("image")["diameter"].mean()
    if records["pixel_size"].isna().any() or len(means) < 2:
        outcome: Estimate | Absent = Absent("the pixel size is not known, or there is one image", "nm")
    else:
        half = 12.706 * means.std(ddof=1) / np.sqrt(len(means))
        outcome = Estimate(
            means.mean(), means.mean() - half, means.mean() + half, "nm", "t interval", len(means), "images"
        )
    counts, edges = np.histogram(used["diameter"], 5)
    bins = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "count": counts})
    outline = Series("particle", "line", pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]}))
    first = str(records["image"].iloc[0])
    caption = Caption("Sizes.", f"{len(used)} particles of {len(means)} images")
    return Analysis(
        (Endpoint("number-mean diameter", {}, outcome),),
        tables={"particles": dataset.tables["particles"]},
        drawings=(
            Histogram("sizes", "Sizes", caption, Axis("Diameter", "nm"), Axis("Particles"), bins),
            Overlay("outlines", "Outlines", caption, dataset.arrays[first], (outline,)),
        ),
    )


assay = Assay(
    name="microscopy",
    title="Particle sizing (skeleton)",
    settings=Settings,
    tables={"records": RECORDS, "particles": PARTICLES},
    bench=BenchDoor((Role("sample", "a field of particles"),), (), suits, read),
    virtual=VirtualDoor(("diameter",), design, expect, noise),
    analyse=analyse,
    endpoints=(EndpointSpec("number-mean diameter", "nm", "mean over images"),),
    gives={"particles": PARTICLES},
)
