"""Draws the synthetic electron micrographs of the embedded study. Shares no code with the analysis.

Dark spheres of a known size distribution on an uneven support film, some touching, some cut by the edge,
with grain, a data strip and a scale bar. Particles are placed until a share of the field is covered.
"""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 480  # px of the field; a data strip stands below it
STRIP = 40  # px
PIXEL = 3.2  # nm
BAR = 500.0  # nm
MEAN, SD = 104.0, 17.0  # nm, of the number distribution
BETWEEN = 0.02  # SD of ln mean diameter between grids
IMAGES = 5
PARTICLES = 42  # an image, those cut by the edge included
TOUCHING = 0.12  # share of particles that are placed against another one

Floats = NDArray[np.float64]


def population(count: int, shift: float, generator: np.random.Generator) -> Floats:
    """Diameters [nm] (count,), lognormal with number mean exp(shift) MEAN and standard deviation SD."""
    spread = np.sqrt(np.log(1 + (SD / MEAN) ** 2))
    return np.asarray(
        np.exp(np.log(MEAN) + shift - spread**2 / 2 + spread * generator.standard_normal(count))
    )


def placed(radii: Floats, generator: np.random.Generator) -> Floats:
    """Centres [px] (n, 2) of discs of `radii` [px] that do not overlap; some touch an earlier one."""
    centres: list[tuple[float, float]] = []
    for index, radius in enumerate(radii):
        for _ in range(2000):
            if index and generator.random() < TOUCHING:
                other = int(generator.integers(index))
                angle = 2 * np.pi * generator.random()
                reach = radius + radii[other] + 0.5
                x = centres[other][0] + reach * np.cos(angle)
                y = centres[other][1] + reach * np.sin(angle)
            else:
                x = -radius + (WIDTH + 2 * radius) * generator.random()
                y = -radius + (HEIGHT + 2 * radius) * generator.random()
            if not (-radius < x < WIDTH + radius and -radius < y < HEIGHT + radius):
                continue
            if all(
                np.hypot(x - a, y - b) > radius + r for (a, b), r in zip(centres, radii[:index], strict=True)
            ):
                centres.append((x, y))
                break
        else:
            raise RuntimeError("There is no room for so many particles.")
    return np.array(centres)


def field(centres: Floats, radii: Floats, generator: np.random.Generator) -> Floats:
    """Grey values (HEIGHT, WIDTH) of the particles on their film."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    grey = 176 + 14 * np.cos(x / WIDTH * 2.2 + 0.4) + 10 * (y / HEIGHT - 0.5)
    for (a, b), radius in zip(centres, radii, strict=True):
        inside = 1 - (np.hypot(x - a, y - b) / radius) ** 2
        # Mass thickness of a sphere, with a sharp rim: darker where the beam crosses more of it.
        grey -= np.where(inside > 0, 52 + 40 * np.sqrt(np.clip(inside, 0, 1)), 0.0)
    soft = (grey + np.roll(grey, 1, 0) + np.roll(grey, 1, 1) + np.roll(grey, (1, 1), (0, 1))) / 4
    soft[0], soft[:, 0] = grey[0], grey[:, 0]
    return np.asarray(soft + 3.0 * generator.standard_normal(grey.shape))


def picture(grey: Floats) -> bytes:
    """The field above a data strip with a scale bar, as PNG."""
    pixels = np.zeros((HEIGHT + STRIP, WIDTH), np.uint8)
    # Steps of three grey values: finer ones would only carry the grain, and the file would be twice as large.
    pixels[:HEIGHT] = np.clip(np.round(grey / 3) * 3, 0, 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    draw = ImageDraw.Draw(image)
    length = round(BAR / PIXEL)
    left, top = 24, HEIGHT + 24
    draw.rectangle((left, top, left + length - 1, top + 5), fill=255)
    draw.text((left + length + 16, HEIGHT + 9), f"{BAR:.0f} nm", fill=255, font=ImageFont.load_default(22))
    draw.text((350, HEIGHT + 12), "SYNTHETIC", fill=160, font=ImageFont.load_default(16))
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def images(generator: np.random.Generator) -> Sequence[tuple[bytes, int]]:
    """All images with the number of particles that lie wholly in the field."""
    found = []
    for _ in range(IMAGES):
        diameters = population(PARTICLES, BETWEEN * generator.standard_normal(), generator)
        radii = np.sort(diameters)[::-1] / 2 / PIXEL  # the large ones first: they are the hardest to place
        centres = placed(radii, generator)
        room = np.array([WIDTH, HEIGHT])
        whole = ((centres > radii[:, None]) & (centres < room - radii[:, None])).all(axis=1)
        found.append((picture(field(centres, radii, generator)), int(whole.sum())))
    return found
