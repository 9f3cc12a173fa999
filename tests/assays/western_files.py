"""Blots and hand-made tables on their way through the western assay, as its tests need them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tifffile

from selenolab.assays.western.assay import analyse
from selenolab.assays.western.reading import read
from selenolab.assays.western.schema import BANDS, BLOTS, LANES
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.analysis import Analysis
from selenolab.core.assay import Reading, Sheet
from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Estimate
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file

sys.path.append(str(Path(__file__).parents[1]))
from generators.blot_truth import Scene, draw

SHARED = Path(__file__).parents[3] / "shared" / "data" / "western"
CLEAN = Scene(shape=(160, 420), lanes=6, rows=(0.5,), sigma=3.5, offset=400.0)
HEADS = ("membrane", "lane", "role", "experiment", "compound", "dose [µM]", "time [h]", "cell_line")


def blot(path: Path, amounts: Sequence[float] | np.ndarray, scene: Scene = CLEAN, seed: int = 0) -> Path:
    """A 16-bit tif with bands of these amplitudes, (lanes,) or (lanes, rows)."""
    wanted = np.asarray(amounts, float)
    image = draw(scene, wanted if wanted.ndim == 2 else wanted[:, None], seed).image
    tifffile.imwrite(path, image, photometric="minisblack")
    return path


def opened(path: Path, role: str = "sample", **facts: str) -> InputFile:
    """A file as a run takes it."""
    parsed, sha256 = read_file(path)
    return InputFile(path, path.name, role, sha256, parsed, facts)


def sheet(path: Path, rows: Sequence[Sequence[object]], heads: Sequence[str] = HEADS) -> Sheet:
    """A sample sheet, written and read again."""
    lines = [",".join(heads), *(",".join(str(cell) for cell in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = read_plate_map(path)
    return Sheet(path.name, told.data, told.units)


def six_lanes(path: Path, line: str = "HepG2") -> Sheet:
    """One membrane A: experiments 1 to 3, dose 0 and 8 each."""
    rows = [
        ("A", lane, "sample", (lane + 1) // 2, "X" if lane % 2 == 0 else "", 8 * ((lane + 1) % 2), 24, line)
        for lane in range(1, 7)
    ]
    return sheet(path, rows)


def done(files: Sequence[InputFile], told: Sheet | None, **settings: Any) -> tuple[Reading, Analysis]:
    """Files read and analysed."""
    chosen = WesternSettings(**settings)
    reading = read(files, told, chosen)
    return reading, analyse(reading.dataset, chosen, 0, {})


def dataset(
    lanes: Sequence[Mapping[str, Any]],
    volumes: Mapping[str, Mapping[tuple[str, int], float]],
    kinds: Mapping[str, str] | None = None,
    se: float = 1.0,
    blots: Mapping[str, Mapping[str, Any]] | None = None,
    flags: Mapping[tuple[str, str, int], str] | None = None,
) -> Dataset:
    """Tables without pixels: `volumes` by protein, then membrane and lane."""
    told = {"actin": "loading", "total protein": "total", **(kinds or {})}
    shown, bands = [], []
    for protein, own in volumes.items():
        for membrane in dict.fromkeys(key[0] for key in own):
            name = f"{membrane} {protein}"
            more = (blots or {}).get(name, {})
            kind = told.get(protein, "target")
            shown.append({"blot": name, "membrane": membrane, "blot_role": kind, "blot_refusal": "", **more})
        for (membrane, lane), volume in own.items():
            flag = (flags or {}).get((protein, membrane, lane), "")
            bands.append(
                {
                    "blot": f"{membrane} {protein}", "membrane": membrane,
                    "lane": str(lane), "protein": protein,
                    "band_volume": volume, "band_volume_se": se, "band_volume_flag": flag,
                }
            )  # fmt: skip
    frame = pd.DataFrame([{**lane, "lane": str(lane["lane"])} for lane in lanes])
    frame["role"] = frame.get("role", "sample")
    tables = {
        "lanes": Table(LANES, frame, {"dose": "µM"} if "dose" in frame else {}),
        "blots": Table(BLOTS, pd.DataFrame(shown)),
        "bands": Table(BANDS, pd.DataFrame(bands)),
    }
    return Dataset(tables)


def pairs(count: int = 3, membranes: bool = True, **words: Any) -> list[dict[str, Any]]:
    """Lanes 1 (control) and 2 (8 µM) of `count` lysates, one membrane each, else all on one."""
    found = []
    for number in range(1, count + 1):
        for dose in (0.0, 8.0):
            lane = (1 if membranes else 2 * number - 1) + int(dose > 0)
            found.append(
                {
                    "membrane": f"m{number}" if membranes else "m1", "lane": lane,
                    "experiment": str(number),
                    "compound": "X" if dose else "", "dose": dose, **words,
                }
            )  # fmt: skip
    return found


def fold(analysis: Analysis, protein: str, name: str = "fold of control") -> Any:
    """The outcome of the one fold of a protein."""
    found = [e.outcome for e in analysis.endpoints if e.name == name and e.group["protein"] == protein]
    assert len(found) == 1
    return found[0]


def value(outcome: object) -> float:
    """The value of an estimate."""
    assert isinstance(outcome, Estimate)
    return outcome.value
