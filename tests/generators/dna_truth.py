"""DNA contents of known truth: one row a recorded event, cell by cell. Shares nothing with the analysis.

Every cell has its own DNA content (1 in G1, 2 in G2M, between them in S by one of several shapes); the
detector reads content ** linearity times a gain with a normal error of given CV. Doublets and the odd
triplet are sums of cells drawn from all cycling cells; apoptotic cells keep a share of their DNA; debris
falls off exponentially above the threshold of the trigger.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
S_SHAPES = ("uniform", "early", "late", "middle", "growing", "two_waves")


@dataclass(frozen=True, slots=True)
class Tube:
    """What is in a tube; shares are of cycling single cells (g1, s, g2m) or of all events (the others)."""

    cells: int = 20_000
    s: float = 0.3
    g2m_of_rest: float = 0.3
    cv: float = 0.04
    debris: float = 0.05
    doublets: float = 0.03
    sub_g1: float = 0.03
    shape: str = "uniform"
    gain: float = 50_000.0
    ratio: float = 1.96
    threshold: float = 0.15
    top: float = 262_143.0


@dataclass(frozen=True, slots=True)
class Truth:
    """Area, height and width of each event, its kind, and the true shares in %."""

    area: Floats
    height: Floats
    width: Floats
    kind: NDArray[np.str_]
    g1: float
    s: float
    g2m: float
    sub_g1: float


def s_contents(shape: str, count: int, rng: np.random.Generator) -> Floats:
    """DNA contents in S, above 1 and below 2."""
    if shape == "uniform":
        t = rng.uniform(size=count)
    elif shape == "early":
        t = rng.beta(1.0, 1.5, count)
    elif shape == "late":
        t = rng.beta(1.5, 1.0, count)
    elif shape == "middle":
        t = rng.beta(1.4, 1.4, count)
    elif (
        shape == "growing"
    ):  # exponential growth: the young outnumber the old, DNA made fastest in the middle
        age = -np.log2(1 - rng.uniform(size=count) * (1 - 2**-0.4)) / 0.4
        t = age - 0.12 * np.sin(2 * np.pi * age) / (2 * np.pi)
    elif shape == "two_waves":  # a released block beside cells that cycle freely
        wave = rng.beta(6, 6, count) * 0.8 + 0.1
        t = np.where(rng.uniform(size=count) < 0.3, wave, rng.uniform(size=count))
    else:
        raise ValueError(shape)
    return 1 + t


def make(tube: Tube, seed: int) -> Truth:
    """The events of a tube, in random order."""
    rng = np.random.default_rng([seed, 77])
    g2m = (1 - tube.s) * tube.g2m_of_rest
    phase = rng.choice(3, tube.cells, p=[1 - tube.s - g2m, tube.s, g2m])
    content = np.where(phase == 0, 1.0, 2.0)
    content[phase == 1] = s_contents(tube.shape, int((phase == 1).sum()), rng)
    others = 1 - tube.debris - tube.doublets - tube.sub_g1
    pairs = round(tube.cells * tube.doublets / others)
    apoptotic, pieces = round(tube.cells * tube.sub_g1 / others), round(tube.cells * tube.debris / others)

    def read(amount: Floats) -> Floats:
        ideal = amount ** np.log2(tube.ratio)
        return ideal * (1 + tube.cv * rng.standard_normal(amount.size))

    single = read(content)
    mates = rng.choice(content, (pairs, 2))
    third = np.where(rng.uniform(size=pairs) < tube.doublets, rng.choice(content, max(pairs, 1))[:pairs], 0.0)
    double = read(mates[:, 0]) + read(mates[:, 1]) + np.where(third > 0, read(np.maximum(third, 1)), 0.0)
    fragment = read(rng.beta(6, 4, apoptotic))
    debris = tube.threshold + rng.exponential(0.12, pieces)
    area = np.concatenate([single, double, fragment, debris])
    kind = np.repeat(["cell", "doublet", "sub_g1", "debris"], [tube.cells, pairs, apoptotic, pieces])
    long = np.where(kind == "doublet", rng.uniform(1.35, 1.9, area.size), 1.0)
    width = 60_000 * long * (1 + 0.05 * rng.standard_normal(area.size)) * np.minimum(area, 1) ** 0.2
    order = rng.permutation(area.size)
    recorded = np.minimum(tube.gain * area, tube.top)
    share = 100 * np.bincount(phase, minlength=3) / tube.cells
    whole = tube.cells + pairs + apoptotic
    return Truth(
        recorded[order],
        (recorded * 60_000 / width)[order],
        width[order],
        kind[order],
        float(share[0]),
        float(share[1]),
        float(share[2]),
        100 * apoptotic / whole,
    )


def drawn(seed: int, **fixed: object) -> Tube:
    """A tube from the whole range: S 10-60 %, CV 3-8 %, debris 0-20 %, doublets 0-10 %, every shape of S."""
    rng = np.random.default_rng([seed, 78])
    tube = Tube(
        s=rng.uniform(0.1, 0.6),
        g2m_of_rest=rng.uniform(0.1, 0.6),
        cv=rng.uniform(0.03, 0.08),
        debris=rng.uniform(0, 0.2),
        doublets=rng.uniform(0, 0.1),
        sub_g1=rng.uniform(0, 0.15),
        shape=str(rng.choice(S_SHAPES)),
        gain=rng.uniform(40_000, 60_000),
        ratio=rng.uniform(1.9, 2.02),
    )
    return replace(tube, **fixed)  # type: ignore[arg-type]
