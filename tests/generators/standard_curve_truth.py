"""Standard curves, samples and whole plates with known truth. Shares no code with the analysis."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """A true curve, where its standards lie, and how readings scatter about it."""

    name: str
    model: str
    weight: str
    direction: str
    curve: Callable[[Array], Array]
    noise: Callable[[Array, Array], Array]  # standard deviation from concentration and true reading
    levels: Array
    repeats: int


def _four(x: Array, bottom: float, high: float, middle: float, hill: float, power: float = 1.0) -> Array:
    x = np.asarray(x, float)
    return high + (bottom - high) * (1 + (x / middle) ** hill) ** (-power)


DILUTIONS = np.array([0.0, 1.5625, 3.125, 6.25, 12.5, 25.0, 50.0, 100.0])
SCENARIOS = (
    Scenario(
        "linear, even scatter", "linear", "1", "rising",
        lambda x: 0.05 + 0.012 * np.asarray(x), lambda x, y: 0.015 + 0 * y,
        np.array([0.0, 12.5, 25.0, 50.0, 75.0, 100.0]), 3,
    ),
    Scenario(
        "linear, scatter as root of x", "linear", "1/x", "rising",
        lambda x: 0.01 + 0.012 * np.asarray(x), lambda x, y: 0.004 * np.sqrt(np.maximum(x, 1.5625)),
        DILUTIONS, 3,
    ),
    Scenario(
        "linear, scatter as x", "linear", "1/x²", "rising",
        lambda x: 0.002 + 0.012 * np.asarray(x), lambda x, y: 0.0007 * np.maximum(x, 1.5625),
        DILUTIONS, 3,
    ),
    Scenario(
        "quadratic", "quadratic", "1", "rising",
        lambda x: 0.05 + 0.016 * np.asarray(x) - 5e-5 * np.asarray(x) ** 2, lambda x, y: 0.012 + 0 * y,
        np.array([0.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0]), 3,
    ),
    Scenario(
        "4PL, even scatter", "4PL", "1", "rising",
        lambda x: _four(x, 0.06, 2.4, 30.0, 1.2), lambda x, y: 0.03 + 0 * y, DILUTIONS, 3,
    ),
    Scenario(
        "4PL falling, scatter as y", "4PL", "1/y²", "falling",
        lambda x: _four(x, 2.0, 0.1, 15.0, 1.0), lambda x, y: 0.04 * y, DILUTIONS, 3,
    ),
    Scenario(
        "5PL, scatter as y", "5PL", "1/y²", "rising",
        lambda x: _four(x, 0.06, 2.4, 30.0, 1.4, 0.6), lambda x, y: 0.03 * y, DILUTIONS, 3,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """One plate: standards (n,), and the mean reading of an unknown of known concentration."""

    x: Array
    y: Array
    truth: float
    reading: float


def draw(scenario: Scenario, wells: int, rng: np.random.Generator) -> Draw:
    """A plate of `scenario`, with one unknown in `wells` wells inside the standards."""
    x = np.repeat(scenario.levels, scenario.repeats)
    clean = scenario.curve(x)
    y = clean + scenario.noise(x, clean) * rng.standard_normal(x.size)
    above = scenario.levels[scenario.levels > 0]
    # inside the standards by a few SD of a reading: at the very edge half of all readings are bounds
    truth = float(np.exp(rng.uniform(np.log(2.0 * above[0]), np.log(0.85 * above[-1]))))
    at = scenario.curve(np.array([truth]))
    spread = scenario.noise(np.array([truth]), at)
    return Draw(x, y, truth, float(np.mean(at + spread * rng.standard_normal(wells))))


# --- whole plates of glutathione, a long table as a lab would write it ---

GSH, GSSG = "gsh", "gssg"


def gsh_table(
    rng: np.random.Generator,
    truth: dict[float, tuple[float, float]],
    experiments: int = 3,
    spread: float = 0.10,
    wells: int = 3,
    well_sd: float = 0.006,
    shared: float = 0.0,
) -> str:
    """A CSV of DTNB plates, one an experiment: `truth` maps a dose [µM] to GSH and GSSG in the lysate [µM].

    `spread` is the SD of ln between lysates, `shared` that of the experiment as a whole. Masked wells
    read 2 GSSG; total wells GSH + 2 GSSG, diluted ten times.
    """
    header = (
        "plate,well,role,experiment,compound,dose [µM],cell_line,time [h],standard_concentration [µM],"
        "dilution,dilution_source,protein [mg/mL],absorbance [AU]"
    )
    lines = [header]
    for number in range(1, experiments + 1):
        rows = [("blank", "", "", "", "", "", "", 0.0)] * 3
        for level in (0.0, 5.0, 10.0, 20.0, 40.0, 80.0):
            rows += [("standard", "", "", f"{level:g}", "", "", "", level)] * 2
        whole = shared * rng.standard_normal()
        for dose, (gsh, gssg) in truth.items():
            lysate = np.exp(whole + spread * rng.standard_normal())
            protein = f"{1.5 * np.exp(0.05 * rng.standard_normal()):.3f}"
            compound = "L-selenocystine" if dose else ""
            role = "sample" if dose else "vehicle"
            both = lysate * (gsh + 2 * gssg) / 10
            rows += [(role, compound, f"{dose:g}", "", "10", "lab book", protein, both)] * wells
            rows += [
                ("masked", compound, f"{dose:g}", "", "1", "lab book", protein, lysate * 2 * gssg)
            ] * wells
        for place, (role, compound, dose, level, dilution, source, protein, amount) in enumerate(rows):
            well = f"{'ABCDEFGH'[place // 12]}{place % 12 + 1}"
            light = 0.05 + 0.0136 * amount + well_sd * rng.standard_normal()
            cells = ("HepG2", "24") if role in ("sample", "vehicle", "masked") else ("", "")
            lines.append(
                f"P{number},{well},{role},{number},{compound},{dose},{cells[0]},{cells[1]},{level},{dilution},"
                f"{source},{protein},{light:.4f}"
            )
    return "\n".join(lines) + "\n"


def ldh_table(
    rng: np.random.Generator,
    truth: dict[float, float],
    experiments: int = 3,
    spread: float = 0.12,
    wells: int = 3,
) -> str:
    """A CSV of LDH plates: `truth` maps a dose [µM] to the median release [%] of experiments."""
    lines = ["plate,well,role,experiment,compound,dose [µM],absorbance [AU]"]
    for number in range(1, experiments + 1):
        lysed = 1.2 * np.exp(0.2 * rng.standard_normal())
        rows = [("blank", "", "", 0.08)] * 6 + [("maximum", "", "", 0.08 + lysed)] * 6
        for dose, release in truth.items():
            here = release * np.exp(spread * rng.standard_normal())
            role, compound = ("sample", "drug") if dose else ("vehicle", "")
            rows += [(role, compound, f"{dose:g}", 0.08 + lysed * here / 100)] * wells
        for place, (role, compound, dose, mean) in enumerate(rows):
            light = mean * (1 + 0.01 * rng.standard_normal())
            well = f"{'ABCDEFGH'[place // 12]}{place % 12 + 1}"
            lines.append(f"P{number},{well},{role},{number},{compound},{dose},{light:.4f}")
    return "\n".join(lines) + "\n"
