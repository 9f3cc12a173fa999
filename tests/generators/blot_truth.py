"""Made-up blots whose band volumes are known; plain numpy, no code of the analysis.

A band is a product of a soft-edged plateau across the lane and a Gaussian or soft-edged plateau along it, so
that its volume is known in closed form: amplitude x width x thickness. The blot is turned, smiles and frowns;
it lies on a slope, a bow and streaks along the lanes, and is seen by a camera with shot and read noise, hot
pixels and a ceiling.
"""

from dataclasses import dataclass, field, replace
from math import pi
from pathlib import Path

import numpy as np
import pandas as pd
import tifffile
from numpy.typing import NDArray
from scipy.special import erf


@dataclass(frozen=True, slots=True)
class Scene:
    """What the blot is like. Lengths [px], signals [grey values] of a camera with `gain` electrons each."""

    shape: tuple[int, int] = (420, 760)  # rows, columns
    lanes: int = 8
    rows: tuple[float, ...] = (0.3, 0.7)  # of the height
    tilt: float = 0.0  # degrees; bands fall to the right
    smile: float = 0.0  # px by which the outer lanes lie above the middle
    frown: float = 0.0  # px by which the ends of each band lie below its middle
    flat: bool = False  # bands with a plateau along the lane
    sigma: float = 4.0  # of a band along the lane
    fill: float = 0.76  # of the distance between lanes is a band's width
    edge: float = 2.5  # blur across the lane
    offset: float = 400.0
    slope: tuple[float, float] = (0.0, 0.0)  # over the height, over the width
    bow: float = 0.0  # of the ground between middle and corner
    streak: float = 0.0  # largest height of a lane's own ground
    gain: float = 2.0
    read_noise: float = 4.0
    specks: int = 0
    ceiling: int = 65535
    dark: bool = False  # stored with dark bands


@dataclass(frozen=True, slots=True)
class Blot:
    """`image` as in a file; `bands`: lane and band from 1, x, y, volume, saturated; `lanes`: middles."""

    image: NDArray[np.uint16]
    bands: pd.DataFrame
    lanes: NDArray[np.float64]
    scene: Scene = field(default_factory=Scene)


def draw(scene: Scene, amplitudes: NDArray[np.float64], seed: int) -> Blot:
    """A blot with bands of the given amplitudes (lanes, rows), 0 for none."""
    rng = np.random.default_rng(seed)
    u, v = _frame(scene)
    height, width = scene.shape
    pitch = width * 0.86 / scene.lanes
    middles = width / 2 + pitch * (np.arange(scene.lanes) - (scene.lanes - 1) / 2)
    ground = _ground(scene, u, v, middles, pitch, rng)
    total = ground.copy()
    told, shares = [], []
    for lane, middle in enumerate(middles):
        wide = scene.fill * pitch * rng.uniform(0.95, 1.05)
        far = (middle - width / 2) / (width / 2)
        for row, part in enumerate(scene.rows):
            amplitude = float(amplitudes[lane, row])
            if amplitude == 0:
                continue
            centre = part * height - scene.smile * far**2
            along = v - centre - scene.frown * ((u - middle) / (wide / 2)) ** 2
            across = 0.5 * (
                erf((u - middle + wide / 2) / (scene.edge * 2**0.5))
                - erf((u - middle - wide / 2) / (scene.edge * 2**0.5))
            )
            thick = scene.sigma * (2 * pi) ** 0.5
            band = amplitude * across * _along(along, scene, thick)
            total += band
            shares.append(band)
            told.append({"lane": lane + 1, "band": row + 1, "x": middle, "y": centre,
                         "volume": amplitude * wide * thick})  # fmt: skip
    image = _camera(total, scene, rng)
    full = image >= scene.ceiling
    bands = pd.DataFrame(told)
    bands["saturated"] = [bool((full & (band > 0.3 * total)).any()) for band in shares]
    bands["clipped"] = [int((full & (band > 0.3 * total)).sum()) for band in shares]
    stored = np.uint16(65535) - image if scene.dark else image
    return Blot(stored, bands, middles, scene)


def random_blot(seed: int) -> Blot:
    """A blot of a random scene: every trait of `Scene` at once, a few bands saturated in every third."""
    rng = np.random.default_rng(10_000 + seed)
    lanes = int(rng.integers(4, 11))
    scene = Scene(
        shape=(int(rng.integers(320, 620)), int(lanes * rng.uniform(58, 105))),
        lanes=lanes,
        tilt=float(rng.uniform(-3, 3)),
        smile=float(rng.uniform(-8, 8)),
        frown=float(rng.uniform(-2.5, 2.5)),
        flat=bool(rng.random() < 0.35),
        sigma=float(rng.uniform(3.0, 5.5)),
        fill=float(rng.uniform(0.68, 0.82)),
        edge=float(rng.uniform(1.5, 3.0)),
        offset=float(rng.uniform(100, 1500)),
        slope=(float(rng.uniform(-600, 600)), float(rng.uniform(-600, 600))),
        bow=float(rng.uniform(-250, 250)),
        streak=float(rng.uniform(0, 300)),
        gain=float(rng.uniform(0.8, 4)),
        read_noise=float(rng.uniform(2, 10)),
        specks=int(rng.integers(0, 25)),
        dark=bool(rng.random() < 0.4),
    )
    loading = 9000 * rng.lognormal(0, 0.15, lanes)
    target = 3500 * np.exp(rng.uniform(np.log(0.1), np.log(4), lanes)) * (rng.random(lanes) > 0.06)
    if seed % 3 == 0:
        target *= 75_000 / np.sort(target)[-max(lanes // 3, 1)]
    if seed % 6 == 0:  # a sensor that is full below the end of the numbers
        scene = replace(scene, ceiling=int(rng.integers(40_000, 62_000)))
    return draw(scene, np.column_stack([target, loading]), seed)


def write_tif(path: Path, blot: Blot, white_is_zero: bool = False) -> Path:
    """The blot as a 16-bit tif; `white_is_zero` only sets the tag by which it is to be shown."""
    photometric = "miniswhite" if white_is_zero else "minisblack"
    tifffile.imwrite(path, blot.image, photometric=photometric)
    return path


def _frame(scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places across and along the lanes of each pixel of the turned blot."""
    height, width = scene.shape
    y, x = np.mgrid[:height, :width].astype(float)
    x -= (width - 1) / 2
    y -= (height - 1) / 2
    angle = np.deg2rad(scene.tilt)
    u = np.cos(angle) * x + np.sin(angle) * y
    v = np.cos(angle) * y - np.sin(angle) * x
    return u + (width - 1) / 2, v + (height - 1) / 2


def _along(place: NDArray[np.float64], scene: Scene, thick: float) -> NDArray[np.float64]:
    """The profile along the lane, of area `thick` and height near 1."""
    if not scene.flat:
        return np.exp(-0.5 * (place / scene.sigma) ** 2)
    soft = 1.6 * 2**0.5
    return 0.5 * (erf((place + thick / 2) / soft) - erf((place - thick / 2) / soft))


def _ground(
    scene: Scene,
    u: NDArray[np.float64],
    v: NDArray[np.float64],
    middles: NDArray[np.float64],
    pitch: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    height, width = scene.shape
    y, x = np.mgrid[:height, :width] / np.array([height, width]).reshape(2, 1, 1) - 0.5
    ground = scene.offset + scene.slope[0] * y + scene.slope[1] * x + scene.bow * 2 * (x**2 + y**2)
    ground += max(0.0, 60 - float(ground.min()))  # a camera's offset keeps it above zero
    for middle in middles:
        half, soft = 0.48 * pitch, 4 * 2**0.5
        wall = 0.5 * (erf((u - middle + half) / soft) - erf((u - middle - half) / soft))
        lean = 1 + 0.3 * rng.uniform(-1, 1) * (v / height - 0.5)
        ground += rng.uniform(0, scene.streak) * wall * lean
    return ground


def _camera(total: NDArray[np.float64], scene: Scene, rng: np.random.Generator) -> NDArray[np.uint16]:
    seen = rng.poisson(total * scene.gain) / scene.gain + rng.normal(0, scene.read_noise, total.shape)
    for _ in range(scene.specks):
        y, x = (int(rng.integers(2, side - 2)) for side in scene.shape)
        seen[y : y + int(rng.integers(1, 3)), x] += rng.uniform(500, 8000)
    return np.clip(np.round(seen), 0, scene.ceiling).astype(np.uint16)
