"""Synthetic micrographs with a known truth. Nothing here is shared with the analysis.

Run as a script it writes the example image of the assay anew:
``python tests/assays/micrographs.py src/selenolab/assays/microscopy/example.png``.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

EXAMPLE = {
    "shape": (400, 480),
    "count": 60,
    "mean": 24.0,
    "cv": 0.2,
    "nm_per_px": 0.5,
    "bar_nm": 50,
    "seed": 3,
}


@dataclass(frozen=True)
class Truth:
    """Centres and diameters (n, 3) in pixels of all particles, also of those cut by the edge."""

    particles: np.ndarray
    nm_per_px: float


def micrograph(
    shape=(400, 480),
    count=60,
    mean=24.0,
    cv=0.2,
    nm_per_px=0.5,
    bar_nm=50,
    seed=0,
    dark=True,
    noise=4.0,
    step=10,
    touching=0,
):
    """An 8-bit image (H, W) of lognormal discs on uneven ground, and its Truth.

    `mean` and `cv` are of the diameters in px, by number; `bar_nm` 0 draws no bar; `step` coarsens the grey
    values so that a PNG stays small; `touching` particles get a neighbour that touches them.
    """
    rng = np.random.default_rng(seed)
    particles = _places(rng, shape, count, mean, cv, touching, 34 if bar_nm else 0)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    ground = 175 + 18 * x / shape[1] - 14 * y / shape[0]
    depth = np.zeros(shape)
    for centre_x, centre_y, diameter in particles:
        away = np.hypot(x - centre_x, y - centre_y) - diameter / 2
        depth = np.maximum(depth, 1 / (1 + np.exp(np.clip(away / 0.5, -50, 50))))
    grey = ground - 95 * depth if dark else 255 - ground + 95 * depth
    grey = grey + rng.normal(0, noise, shape)
    picture = Image.fromarray(np.clip(np.round(grey / step) * step, 8, 247).astype(np.uint8))
    if bar_nm:
        _bar(picture, bar_nm, nm_per_px)
    return np.asarray(picture), Truth(particles, nm_per_px)


def _places(rng, shape, count, mean, cv, touching, strip):
    """Discs that do not overlap, wherever they fall, also across the edge; none in the strip of the bar."""
    spread = np.sqrt(np.log1p(cv**2))
    sizes = rng.lognormal(np.log(mean) - spread**2 / 2, spread, count)
    placed = []
    for size in sizes:
        for _ in range(400):
            x, y = rng.uniform(-size / 2, shape[1] + size / 2), rng.uniform(-size / 2, shape[0] + size / 2)
            if _free(placed, x, y, size, 3) and not (y + size / 2 > shape[0] - strip - 4 and strip):
                placed.append((x, y, size))
                break
    for x, y, size in placed[:touching]:
        angle, other = rng.uniform(0, 2 * np.pi), size * rng.uniform(0.8, 1.1)
        reach = (size + other) / 2 * 0.97
        twin = x + reach * np.cos(angle), y + reach * np.sin(angle)
        rest = [one for one in placed if one != (x, y, size)]
        if _free(rest, *twin, other, 2):
            placed.append((*twin, other))
    return np.array(placed).reshape(-1, 3)


def _free(placed, x, y, size, gap):
    return all(np.hypot(x - a, y - b) > (size + d) / 2 + gap for a, b, d in placed)


def _bar(picture, bar_nm, nm_per_px):
    """A black bar with its length above it on a white strip at the foot."""
    draw = ImageDraw.Draw(picture)
    wide, high = picture.size
    length = round(bar_nm / nm_per_px)
    draw.rectangle((0, high - 34, wide - 1, high - 1), fill=255)
    draw.rectangle((12, high - 10, 12 + length - 1, high - 6), fill=0)
    draw.text(
        (12 + length / 2, high - 13), f"{bar_nm} nm", fill=0, font=ImageFont.load_default(16), anchor="ms"
    )


if __name__ == "__main__":
    Image.fromarray(micrograph(**EXAMPLE)[0]).save(Path(sys.argv[1]), optimize=True)
