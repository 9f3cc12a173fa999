"""Made-up micrographs with known truth; they share no code with what they test."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

Discs = list[tuple[float, float, float]]
Picture = NDArray[np.float64]


@pytest.fixture
def draw() -> Callable[..., Picture]:
    """Draws discs (x, y, radius) [px], edges one pixel wide, on a noisy ground that rises by `slope`."""

    def drawn(
        discs: Discs,
        size: tuple[int, int] = (256, 256),
        depth: float = -60.0,
        noise: float = 4.0,
        slope: float = 0.0,
        seed: int = 1,
    ) -> Picture:
        y, x = np.mgrid[: size[0], : size[1]].astype(float)
        picture = 150.0 + slope * (x / size[1] - 0.4 * (y / size[0]) ** 2)
        cover = np.zeros(size)
        for cx, cy, radius in discs:
            cover = np.maximum(cover, np.clip(radius - np.hypot(x - cx, y - cy) + 0.5, 0, 1))
        return picture + depth * cover + np.random.default_rng(seed).normal(0, noise, size)

    return drawn


@pytest.fixture
def lattice() -> Callable[..., Discs]:
    """Discs with radii within 20 % on a shaken lattice; none touches another or the edge."""

    def placed(radius: float, pitch: float, size: tuple[int, int] = (256, 256), seed: int = 5) -> Discs:
        rng = np.random.default_rng(seed)
        room = 0.5 * pitch - 1.2 * radius - 3
        columns, rows = (np.arange(pitch / 2, side - pitch / 2 + 1, pitch) for side in (size[1], size[0]))
        return [
            (x + rng.uniform(-room, room), y + rng.uniform(-room, room), radius * rng.uniform(0.8, 1.2))
            for x in columns
            for y in rows
        ]

    return placed
