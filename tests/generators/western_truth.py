"""Studies of western blots with known truth, as files: exposures of membranes and the sheet of their lanes.

A membrane holds the lanes of one experiment or of all; each protein has an exposure with its own tilt, smile,
ground and noise. What a lane holds differs from lane to lane, and so does its lysate. Plain numpy, no code of
the analysis.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
from generators.blot_truth import Blot, Scene, draw
from numpy.typing import NDArray

Floats = NDArray[np.float64]
STAIN = (0.14, 0.26, 0.38, 0.5, 0.62, 0.74, 0.86)  # bands of a total-protein stain, of the height


@dataclass(frozen=True)
class Exposure:
    """One file: its name, what it shows, the blot, and the true volumes by lane (from 0)."""

    name: str
    membrane: str
    protein: str
    role: str
    blot: Blot
    volumes: Floats
    saturated: NDArray[np.bool_]


@dataclass(frozen=True)
class Study:
    """Exposures and the sheet; `folds` are true ratios to the lane of dose 0 by experiment, dose and protein.

    They are of true volumes over the true load: what a perfect measurement with a perfect normaliser gives.
    """

    exposures: tuple[Exposure, ...]
    sheet: pd.DataFrame
    loads: dict[str, Floats]


def study(
    seed: int,
    levels: dict[str, tuple[float, ...]],
    doses: tuple[float, ...] = (0.0, 8.0, 16.0),
    experiments: int = 3,
    between: float = 0.1,
    saturate: bool = False,
) -> Study:
    """One membrane an experiment with its dilution series; every trait of a scene drawn at random.

    Parameters
    ----------
    levels : of each protein, by dose.
    between : SD of ln of a level between lysates, control included.
    saturate : make the strongest target bands of each second exposure saturated.
    """
    rng = np.random.default_rng([seed, 77])
    exposures: list[Exposure] = []
    rows: list[dict[str, object]] = []
    loads: dict[str, Floats] = {}
    for experiment in range(1, experiments + 1):
        name = f"m{experiment}"
        whole = rng.lognormal(0, 0.12, len(doses))
        loads[name] = np.array([*whole, 1.0, 0.5, 0.25])
        rows += _rows(name, experiment, doses)
        width = int(len(loads[name]) * rng.uniform(62, 95))
        for protein, by_dose in levels.items():
            own = np.array(by_dose) * rng.lognormal(0, between, len(doses))
            amounts = np.array([*own, *([own.mean()] * 3)]) * loads[name]
            strength = 2600.0 if not saturate or rng.random() < 0.5 else 26_000.0
            exposures.append(_exposure(name, protein, "sample", amounts, strength, width, rng))
        exposures.append(_exposure(name, "beta-actin", "loading", loads[name], 9000.0, width, rng))
        exposures.append(_stain(name, loads[name], width, rng))
    return Study(tuple(exposures), pd.DataFrame(rows), loads)


def _rows(name: str, experiment: int, doses: tuple[float, ...]) -> list[dict[str, object]]:
    lanes: list[dict[str, object]] = [
        {
            "role": "sample",
            "compound": "L-selenocystine" if dose else "",
            "dose [µM]": dose,
            "time [h]": 24,
            "dilution": "",
        }
        for dose in doses
    ]
    lanes += [
        {"role": "dilution", "compound": "", "dose [µM]": "", "time [h]": "", "dilution": share}
        for share in (1.0, 0.5, 0.25)
    ]
    base = {"membrane": name, "cell_line": "HepG2", "experiment": experiment}
    return [{**base, "lane": number, **lane} for number, lane in enumerate(lanes, 1)]


def _scene(lanes: int, width: int, rng: np.random.Generator) -> Scene:
    return Scene(
        shape=(int(rng.integers(220, 320)), width),
        lanes=lanes,
        rows=(0.5,),
        tilt=float(rng.uniform(-3, 3)),
        smile=float(rng.uniform(-5, 5)),
        frown=float(rng.uniform(-2, 2)),
        flat=bool(rng.random() < 0.35),
        sigma=float(rng.uniform(3.0, 5.0)),
        fill=float(rng.uniform(0.68, 0.8)),
        edge=float(rng.uniform(1.5, 3.0)),
        offset=float(rng.uniform(200, 1500)),
        slope=(float(rng.uniform(-500, 500)), float(rng.uniform(-500, 500))),
        bow=float(rng.uniform(-200, 200)),
        streak=float(rng.uniform(0, 200)),
        gain=float(rng.uniform(0.8, 4)),
        read_noise=float(rng.uniform(2, 10)),
        specks=int(rng.integers(0, 12)),
        dark=bool(rng.random() < 0.4),
    )


def _exposure(
    membrane: str,
    protein: str,
    role: str,
    amounts: Floats,
    strength: float,
    width: int,
    rng: np.random.Generator,
) -> Exposure:
    scene = _scene(len(amounts), width, rng)
    blot = draw(scene, (strength * amounts)[:, None], int(rng.integers(2**31)))
    volumes, full = _by_lane(blot, len(amounts))
    return Exposure(
        f"{membrane}_{protein.replace(' ', '-')}.tif", membrane, protein, role, blot, volumes, full
    )


def _stain(membrane: str, loads: Floats, width: int, rng: np.random.Generator) -> Exposure:
    scene = replace(_scene(len(loads), width, rng), rows=STAIN, streak=0.0, dark=bool(rng.random() < 0.5))
    parts = rng.uniform(0.3, 1.0, len(STAIN))
    blot = draw(scene, 5000.0 * loads[:, None] * parts[None, :], int(rng.integers(2**31)))
    volumes, full = _by_lane(blot, len(loads))
    name = f"{membrane}_total-protein.tif"
    return Exposure(name, membrane, "total protein", "total_protein", blot, volumes, full)


def _by_lane(blot: Blot, lanes: int) -> tuple[Floats, NDArray[np.bool_]]:
    """True volume and saturation of each lane, all its bands together."""
    grouped = blot.bands.groupby("lane")
    volumes = grouped["volume"].sum().reindex(range(1, lanes + 1), fill_value=0.0).to_numpy(float)
    full = grouped["saturated"].any().reindex(range(1, lanes + 1), fill_value=False).to_numpy(bool)
    return volumes, full


def true_folds(made: Study, protein: str, by: str, doses: int = 3) -> Floats:
    """True folds of the first lane (experiments, doses - 1) of volumes over those of the normaliser `by`."""
    found = []
    for membrane in dict.fromkeys(one.membrane for one in made.exposures):
        own = {one.protein: one.volumes[:doses] for one in made.exposures if one.membrane == membrane}
        ratio = own[protein] / own[by]
        found.append(ratio[1:] / ratio[0])
    return np.array(found)


def write(made: Study, folder: Path) -> tuple[list[Path], Path]:
    """All exposures as 16-bit tif into `folder`, with the sheet; their paths."""
    paths = []
    for one in made.exposures:
        path = folder / one.name
        tifffile.imwrite(path, one.blot.image, photometric="minisblack")
        paths.append(path)
    sheet = folder / "sheet.csv"
    made.sheet.to_csv(sheet, index=False)
    return paths, sheet


def example(folder: Path) -> None:
    """The small example of the assay: one membrane with three lysates, and the dilution series of a pool.

    p53-pS15 doubles and trebles; cleaved caspase-3 is below the detection limit in untreated cells.
    """
    rng = np.random.default_rng(20_260)
    doses = (0.0, 8.0, 16.0)
    lysates = [(experiment, dose) for experiment in (1, 2, 3) for dose in doses]
    loads = np.array([*rng.lognormal(0, 0.08, len(lysates)), 1.0, 0.5, 0.25])
    levels = {
        "example.tif": {0.0: 1.0, 8.0: 2.0, 16.0: 3.0},
        "example-2.tif": {0.0: 0.0, 8.0: 1.0, 16.0: 2.5},
    }
    plain = Scene(shape=(56, 312), lanes=12, rows=(0.5,), tilt=0.6, sigma=2.4, fill=0.7, edge=1.0,
                  offset=300.0, slope=(60.0, 90.0), gain=6.0, read_noise=5.0)  # fmt: skip
    for number, (name, by_dose) in enumerate(levels.items()):
        own = [by_dose[dose] * rng.lognormal(0, 0.1) for _, dose in lysates]
        amounts = np.array([*own, *([float(np.mean(own))] * 3)]) * loads
        _small(folder / name, draw(plain, 700.0 * amounts[:, None], 10 + number))
    _small(folder / "example_loading.tif", draw(plain, 2500.0 * loads[:, None], 20))
    stain = replace(plain, rows=(0.25, 0.5, 0.75), sigma=2.0)
    _small(
        folder / "example_total_protein.tif",
        draw(stain, 1400.0 * loads[:, None] * np.array([[1.0, 0.7, 0.9]]), 21),
    )
    lines = ["membrane,lane,role,experiment,compound,dose [µM],time [h],cell_line,dilution"]
    for lane, (experiment, dose) in enumerate(lysates, 1):
        compound = "L-selenocystine" if dose else ""
        lines.append(f"A,{lane},sample,{experiment},{compound},{dose:g},24,HepG2,")
    for lane, share in enumerate((1.0, 0.5, 0.25), len(lysates) + 1):
        lines.append(f"A,{lane},dilution,,,,,HepG2,{share:g}")
    (folder / "example_sheet.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _small(path: Path, blot: Blot) -> None:
    """A camera of 14 bits in a file of 16, compressed."""
    pixels = (np.round(blot.image / 4) * 4).astype(np.uint16)
    tifffile.imwrite(path, pixels, photometric="minisblack", compression="zlib", predictor=True)
