"""Draws the synthetic comets of the embedded study. Shares no code with the analysis.

A nucleus is a bright disc with a soft rim; its tail is a fan of the wanted share of the DNA, to the right.
"""

import io
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from selenolab.demo.mechanism import COMPOUND, DOSES, EXPERIMENTS, LINE, cells

HEADER = (
    "file",
    "role",
    "slide",
    "compound",
    "dose [µM]",
    "time [h]",
    "cell_line",
    "experiment",
    "viability [%]",
)
ALIVE = {0.0: 97, 8.0: 91, 16.0: 81}  # % that exclude a dye
Floats = NDArray[np.float64]
SIDE, HEAD = 448, 13.0  # px; radius of a nucleus
ROOM = 112  # px, the cell of the grid in which a comet stands
DNA = 3.2e6  # counts of a whole comet
SPREAD, BETWEEN = 0.32, 0.12  # SD of the logit of the tail share between cells and between slides


def comet(tail: float, generator: np.random.Generator) -> Floats:
    """One comet (ROOM, ROOM) with the share `tail` of its DNA outside the head."""
    y, x = np.mgrid[0:ROOM, 0:ROOM].astype(float)
    middle_x, middle_y = 30.0 + 4 * generator.random(), ROOM / 2 + 6 * generator.standard_normal()
    radius = HEAD * np.exp(0.08 * generator.standard_normal())
    apart = np.hypot(x - middle_x, y - middle_y)
    head = 1 / (1 + np.exp((apart - radius) / 1.1))
    length = 20.0 + 55.0 * tail
    along = x - middle_x - radius
    fan = np.exp(-0.5 * ((y - middle_y) / (radius * (0.55 + 0.004 * np.maximum(along, 0)))) ** 2)
    fade = np.where(
        along > 0, np.maximum(along, 0) ** 0.7 * np.exp(-np.maximum(along, 0) / (length / 2.2)), 0.0
    )
    plume = fan * fade
    whole = DNA * np.exp(0.12 * generator.standard_normal())
    shape = (1 - tail) * head / head.sum()
    if plume.sum() > 0:
        shape = shape + tail * plume / plume.sum()
    return np.asarray(whole * shape)


def slide(middle: float, generator: np.random.Generator) -> bytes:
    """One field as a 16-bit PNG; `middle` is the median tail share of the slide."""
    image = np.zeros((SIDE, SIDE))
    image += 240.0 + 0.1 * np.arange(SIDE)[None, :]
    place = np.log(middle / (1 - middle))
    for row in range(SIDE // ROOM):
        for column in range(SIDE // ROOM):
            tail = 1 / (1 + np.exp(-(place + SPREAD * generator.standard_normal())))
            y, x = row * ROOM, column * ROOM
            image[y : y + ROOM, x : x + ROOM] += comet(float(tail), generator)
    image += np.sqrt(image * 0.8) * generator.standard_normal(image.shape)
    written = io.BytesIO()
    pixels = np.clip(np.rint(image / 16) * 16, 0, 65535).astype(np.uint16)  # a 12-bit camera
    Image.fromarray(pixels).save(written, format="PNG", optimize=True)
    return written.getvalue()


def files(generator: np.random.Generator) -> Iterator[tuple[str, bytes, tuple[object, ...]]]:
    """Name, bytes and the row of the sheet of every slide."""
    for experiment in EXPERIMENTS:
        for dose in DOSES:
            share = cells(dose).tail / 100
            shift = BETWEEN * generator.standard_normal()
            middle = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + shift)))
            name = f"comets/{experiment}_{dose:g}.png"
            row = (
                f"{experiment}_{dose:g}.png",
                "sample",
                f"{experiment}_{dose:g}",
                COMPOUND if dose else None,
            )
            yield name, slide(float(middle), generator), (*row, dose, 24, LINE, experiment, ALIVE[dose])
