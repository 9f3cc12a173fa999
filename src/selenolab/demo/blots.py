"""Draws the synthetic western blots of the embedded study. Shares no code with the analysis.

One membrane an experiment, with a lane a dose and the dilution series of a pooled lysate beside them; one
16-bit exposure of each protein and one of the total-protein stain of the same membrane.
"""

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from selenolab.demo.mechanism import BETWEEN, COMPOUND, DOSES, EXPERIMENTS, LINE, cells

Floats = NDArray[np.float64]
WIDE, HIGH, LANE = 300, 120, 42  # px
LOAD = 0.08  # SD of ln of what a lane holds
DILUTIONS = (2.0, 0.7, 0.25)  # of the usual load of the pooled lysate, in the last three lanes
PEAK = 16000.0  # counts of an untreated band above the ground
PROTEINS = ("p53-pS15", "cleaved caspase-3", "p21", "p-Akt", "beta-actin", "total protein")
FAINT = {"cleaved caspase-3": 0.22, "p53-pS15": 0.3, "p21": 0.35, "p-Akt": 0.7}  # of PEAK, untreated


def _band(image: Floats, middle: tuple[float, float], amount: float) -> None:
    """Add a band of the volume `amount` * PEAK * 340 px: flat-topped across, Gaussian down, ends bent up."""
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    across = (x - middle[0]) / 13.0
    down = (y - middle[1] + 1.6 * across**2) / 4.2
    shape = np.exp(-(across**6)) * np.exp(-0.5 * down**2)
    image += amount * PEAK * shape


def _ground(generator: np.random.Generator) -> Floats:
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    slope = generator.uniform(-1.0, 1.0, 2)
    return np.asarray(900.0 + 1.2 * slope[0] * x + 2.0 * slope[1] * y + 60 * np.sin(x / 70.0))


def _tif(image: Floats, generator: np.random.Generator) -> bytes:
    """Dark bands on a light ground would be a scan of a film; this is a camera: bands are bright."""
    noisy = image + np.sqrt(np.maximum(image, 0) * 1.5 + 150.0) * generator.standard_normal(image.shape)
    written = io.BytesIO()
    pixels = np.clip(np.rint(noisy / 4) * 4, 0, 65535).astype(np.uint16)  # a 14-bit camera
    Image.fromarray(pixels).save(written, format="TIFF", compression="tiff_adobe_deflate")
    return written.getvalue()


def sheet() -> Iterator[tuple[object, ...]]:
    """A header and one row a lane of every membrane."""
    yield (
        "membrane",
        "lane",
        "role",
        "compound",
        "dose [µM]",
        "time [h]",
        "cell_line",
        "experiment",
        "dilution",
    )
    for experiment in EXPERIMENTS:
        for lane, dose in enumerate(DOSES, start=1):
            yield (
                str(experiment),
                lane,
                "sample",
                COMPOUND if dose else None,
                dose,
                24,
                LINE,
                experiment,
                None,
            )
        for lane, share in enumerate(DILUTIONS, start=len(DOSES) + 1):
            yield (str(experiment), lane, "dilution", None, None, None, LINE, experiment, share)


def _levels(name: str, generator: np.random.Generator) -> list[float]:
    """The level of a protein at every dose, as one experiment has it; what all cells hold stays as it is."""
    if name not in cells(0.0).proteins:
        return [1.0] * len(DOSES)
    own = BETWEEN * generator.standard_normal(len(DOSES)) * (np.array(DOSES) > 0)
    return [cells(dose).proteins[name] * float(np.exp(step)) for dose, step in zip(DOSES, own, strict=True)]


def files(generator: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every exposure."""
    for experiment in EXPERIMENTS:
        loads = np.exp(LOAD * generator.standard_normal(len(DOSES)))
        antibody = {name: np.exp(0.15 * generator.standard_normal()) for name in PROTEINS}
        levels = {name: _levels(name, generator) for name in PROTEINS}
        for name in PROTEINS:
            image = _ground(generator)
            whole = [levels[name][k] * loads[k] for k in range(len(DOSES))]
            amounts = [*whole, *(share * float(np.mean(whole)) for share in DILUTIONS)]
            for lane, amount in enumerate(amounts):
                x = 30.0 + (LANE + 6) * lane
                strength = amount * antibody[name] * FAINT.get(name, 0.9)
                if name == "total protein":
                    for y in (22.0, 44.0, 62.0, 88.0):
                        _band(image, (x, y), 0.45 * strength)
                else:
                    _band(image, (x, 60.0), strength)
            yield f"blots/{experiment}_{name.replace(' ', '_')}.tif", _tif(image, generator)
