"""Makes the synthetic FCS files of the embedded study. Shares no code with the analysis.

Events are drawn from populations with their own scatter, spilled into one another's detectors, and
written as 16-bit list mode (FCS 3.0).
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from selenolab.demo.mechanism import (
    COMPOUND,
    DOSES,
    EXPERIMENTS,
    LINE,
    RESCUED,
    Cells,
    cells,
    shifted,
)

Floats = NDArray[np.float64]
TOP = 65535
EVENTS, DNA_EVENTS = 2500, 4000
AUTO = (210.0, 150.0)  # autofluorescence in FITC-A, PI-A
BRIGHT = {
    "live": (60.0, 40.0),
    "early": (5200.0, 60.0),
    "late": (8000.0, 11000.0),
    "necrotic": (160.0, 13000.0),
}
SPILL = np.array([[1.0, 0.16], [0.02, 1.0]])  # row = dye, column = detector
DEBRIS, DOUBLETS = 0.06, 0.04
G1, CV = 12000.0, 0.045
ANNEXIN = ("FSC-A", "FSC-H", "SSC-A", "FITC-A", "PI-A")
DNA = ("FSC-A", "SSC-A", "PI-A", "PI-H", "PI-W")
HEADER = (
    "file",
    "role",
    "stain",
    "channel",
    "compound",
    "dose [µM]",
    "time [h]",
    "cell_line",
    "arm",
    "experiment",
)


def fcs(names: tuple[str, ...], events: Floats, tube: str) -> bytes:
    """One list-mode data set of 16-bit integers, in the layout of FCS 3.0."""
    words = {
        "$BEGINANALYSIS": "0", "$ENDANALYSIS": "0", "$BEGINSTEXT": "0", "$ENDSTEXT": "0",
        "$BYTEORD": "1,2,3,4", "$DATATYPE": "I", "$MODE": "L", "$NEXTDATA": "0",
        "$PAR": str(len(names)), "$TOT": str(len(events)),
        "$CYT": "synthetic data, no cytometer", "TUBE NAME": tube,
    }  # fmt: skip
    for number, name in enumerate(names, start=1):
        words |= {
            f"$P{number}N": name,
            f"$P{number}B": "16",
            f"$P{number}E": "0,0",
            f"$P{number}R": str(TOP + 1),
        }
    data = np.clip(np.rint(events), 0, TOP).astype("<u2").tobytes()
    start = 58
    words |= {"$BEGINDATA": "0" * 8, "$ENDDATA": "0" * 8}  # the places of the numbers are reserved
    length = len(_text(words).encode())
    first = start + length
    words |= {"$BEGINDATA": f"{first:08d}", "$ENDDATA": f"{first + len(data) - 1:08d}"}
    text = _text(words).encode()
    places = (start, first - 1, first, first + len(data) - 1, 0, 0)
    return b"FCS3.0    " + b"".join(f"{place:8d}".encode() for place in places) + text + data


def _text(words: dict[str, str]) -> str:
    return "|" + "".join(f"{key}|{value}|" for key, value in words.items())


def _lognormal(middle: float | Floats, spread: float, count: int, generator: np.random.Generator) -> Floats:
    return np.asarray(middle * np.exp(spread * generator.standard_normal(count)))


def annexin(shares: Floats, stains: str, generator: np.random.Generator) -> Floats:
    """Events (n, 5) of one tube; `shares` in % of live, early, late, necrotic; `stains` among "AP"."""
    kinds = np.array(["early", "late", "necrotic", "live"])[
        generator.choice(4, EVENTS, p=np.asarray(shares) / np.sum(shares))
    ]
    small = np.isin(kinds, ["late", "necrotic"])
    size = _lognormal(
        np.where(small, 15000.0, np.where(kinds == "early", 21000.0, 26000.0)), 0.13, EVENTS, generator
    )
    side = _lognormal(np.where(kinds == "live", 6500.0, 11000.0), 0.22, EVENTS, generator)
    dyes = np.zeros((EVENTS, 2))
    for place, letter in enumerate("AP"):
        own = np.array([BRIGHT[str(kind)][place] for kind in kinds])
        dyes[:, place] = _lognormal(own, 0.42, EVENTS, generator) if letter in stains else 0.0
    pair = generator.random(EVENTS) < DOUBLETS
    other = generator.permutation(EVENTS)
    dyes[pair] += dyes[other[pair]]
    area = np.where(pair, size + size[other], size)
    height = np.where(pair, np.maximum(size, size[other]), size) * (
        1 + 0.02 * generator.standard_normal(EVENTS)
    )
    light = dyes @ SPILL + np.array(AUTO) * np.exp(0.3 * generator.standard_normal((EVENTS, 2)))
    dirt = generator.random(EVENTS) < DEBRIS
    area[dirt] = height[dirt] = _lognormal(2600.0, 0.5, int(dirt.sum()), generator)
    side[dirt] = _lognormal(1500.0, 0.6, int(dirt.sum()), generator)
    light[dirt] = np.array(AUTO) * 0.5
    light += 25.0 * generator.standard_normal(light.shape)
    return np.column_stack([area, height, side, light])


def dna(one: Cells, shares: Floats, generator: np.random.Generator) -> Floats:
    """Events (n, 5) of one tube of fixed, PI-stained cells; `shares` of G1, S, G2M in %."""
    phase = generator.choice(3, DNA_EVENTS, p=np.asarray(shares) / np.sum(shares))
    content = np.where(
        phase == 0, 1.0, np.where(phase == 2, 1.96, 1 + 0.96 * generator.beta(1.1, 1.2, DNA_EVENTS))
    )
    dead = generator.random(DNA_EVENTS) < one.sub_g1 / 100
    content[dead] = 0.15 + 0.6 * generator.beta(2.2, 2.0, int(dead.sum()))
    area = G1 * content * (1 + CV * generator.standard_normal(DNA_EVENTS))
    pair = generator.random(DNA_EVENTS) < DOUBLETS
    other = generator.permutation(DNA_EVENTS)
    height = area * (1 + 0.015 * generator.standard_normal(DNA_EVENTS)) / 1.6
    width = np.full(DNA_EVENTS, 21000.0) * (1 + 0.03 * generator.standard_normal(DNA_EVENTS))
    height[pair] = np.maximum(height, height[other])[pair]
    area[pair] += area[other[pair]]
    width[pair] *= 1.75
    size = _lognormal(np.where(dead, 12000.0, 24000.0), 0.15, DNA_EVENTS, generator)
    side = _lognormal(np.where(dead, 9000.0, 6000.0), 0.2, DNA_EVENTS, generator)
    dirt = generator.random(DNA_EVENTS) < 0.03
    area[dirt] = generator.exponential(1500.0, int(dirt.sum()))
    height[dirt], size[dirt] = area[dirt] / 1.6, _lognormal(2500.0, 0.4, int(dirt.sum()), generator)
    return np.column_stack([size, side, area, height, width])


def files(generator: np.random.Generator) -> Iterator[tuple[str, bytes, tuple[object, ...]]]:
    """Name, bytes and the row of the sheet of every tube; the panels' sheets are told apart by the name."""
    untreated = shifted((3.0, 2.5, 1.0), generator, 0.0)
    for role, stain, channel in (
        ("unstained", "", None), ("single_stain", "Annexin V-FITC", "FITC-A"), ("single_stain", "PI", "PI-A"),
    ):  # fmt: skip
        stains = {"Annexin V-FITC": "A", "PI": "P"}.get(stain, "")
        mixed = untreated if role == "unstained" else np.array([22.0, 16.0, 4.0, 58.0])
        name = f"annexin/{role}{'_' + stains if stains else ''}.fcs"
        yield name, fcs(ANNEXIN, annexin(mixed, stains, generator), name), _row(name, role, stain, channel)
    name = "annexin/drug_only.fcs"
    shares = shifted((24.0, 17.0, 1.5), generator, 0.0)
    yield name, fcs(ANNEXIN, annexin(shares, "", generator), name), _row(name, "drug_only", "", None, 16.0)
    for experiment in EXPERIMENTS:
        for dose, arm in [*((dose, "") for dose in DOSES), *((dose, "NAC") for dose in RESCUED)]:
            one = cells(dose)
            told = RESCUED[dose] if arm else (one.early, one.late, one.necrotic)
            name = f"annexin/{experiment}_{dose:g}{'_NAC' if arm else ''}.fcs"
            drawn = annexin(shifted(told, generator), "AP", generator)
            row = _row(name, "sample", "Annexin V-FITC + PI", None, dose, arm, experiment)
            yield name, fcs(ANNEXIN, drawn, name), row
    for experiment in EXPERIMENTS:
        for dose in DOSES:
            one = cells(dose)
            name = f"dna/{experiment}_{dose:g}.fcs"
            drawn = dna(one, shifted((one.g1, one.s), generator, 0.05), generator)
            yield name, fcs(DNA, drawn, name), _row(name, "sample", "PI", None, dose, "", experiment)


def _row(
    name: str, role: str, stain: str, channel: str | None, dose: float | None = None, arm: str = "",
    experiment: int | None = None,
) -> tuple[object, ...]:  # fmt: skip
    compound = COMPOUND if dose else None
    time = 24 if dose is not None else None
    return (
        name.split("/")[1],
        role,
        stain or None,
        channel,
        compound,
        dose,
        time,
        LINE,
        arm or None,
        experiment,
    )
