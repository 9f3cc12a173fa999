"""Makes the synthetic dialysis of the embedded study. Shares no code with the analysis.

Drug leaves the carrier at a rate that depends on the medium, crosses the membrane of the bag, and an
aliquot is taken and replaced at every time. What the assay sees is the concentration of the aliquot.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

TIMES = (0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0)  # h
LOADED = 150.0  # µg in every bag, EE-corrected
MEDIUM, SAMPLE, BAG = 50.0, 1.0, 1.0  # mL
MEMBRANE = 1.0  # 1/h, on the volume of the bag
RATES = {"PBS": 0.0055, "PBS + GSH": 0.085}  # 1/h, release from the carrier
PH = {"PBS": 7.40, "PBS + GSH": 7.36}  # measured: the GSH medium was brought back to pH 7.4
GSH = {"PBS": 0.0, "PBS + GSH": 10.0}  # mM
VESSELS = {"sample": 4, "free_drug": 3}  # bags of each kind
BETWEEN = 0.05  # SD of ln release rate between bags
ERROR, FLOOR = 0.02, 0.008  # SD of ln of a reading; SD of the detector in µg/mL
STEP = 0.002  # h, of the integration

CARRIER = "SeSe-DOX"

HEADER = ("time [h]", "vessel", "role", "carrier", "medium", "pH", "GSH [mM]", "concentration [µg/mL]")


def medium_amounts(rate: float, free: float) -> NDArray[np.float64]:
    """Drug in the medium [µg] (times,) just before each aliquot; `free` is the share free at the start."""
    carried, bag, medium = LOADED * (1 - free), LOADED * free, 0.0
    seen, now = [], 0.0
    for time in TIMES:
        for _ in range(round((time - now) / STEP)):
            middle = _slope(carried, bag, medium, rate) * STEP / 2
            full = _slope(carried + middle[0], bag + middle[1], medium + middle[2], rate) * STEP
            carried, bag, medium = carried + full[0], bag + full[1], medium + full[2]
        now = time
        seen.append(medium)
        medium *= 1 - SAMPLE / MEDIUM
    return np.array(seen)


def _slope(carried: float, bag: float, medium: float, rate: float) -> NDArray[np.float64]:
    leaves = rate * carried
    crosses = MEMBRANE * BAG * (bag / BAG - medium / MEDIUM)
    return np.array([-leaves, leaves - crosses, crosses])


def rows(generator: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """A header, then one row a vessel and time."""
    yield HEADER
    bags = [("sample", medium) for medium in RATES for _ in range(VESSELS["sample"])]
    bags += [("free_drug", "PBS")] * VESSELS["free_drug"]
    for number, (role, medium) in enumerate(bags, start=1):
        free = float(role == "free_drug")
        rate = RATES[medium] * np.exp(BETWEEN * generator.standard_normal())
        true = medium_amounts(rate, free) / MEDIUM
        shown = true * np.exp(ERROR * generator.standard_normal(len(TIMES)))
        shown += FLOOR * generator.standard_normal(len(TIMES))
        for time, value in zip(TIMES, shown, strict=True):
            carrier = CARRIER if role == "sample" else ""
            chemistry = (medium, PH[medium], GSH[medium])
            yield (time, f"bag {number}", role, carrier, *chemistry, round(max(value, 0.0), 3))
    for time in TIMES:  # the GSH medium without any drug
        value = round(abs(FLOOR * generator.standard_normal()), 3)
        yield (time, "GSH blank", "gsh_blank", "", "PBS + GSH", PH["PBS + GSH"], GSH["PBS + GSH"], value)


def table(generator: np.random.Generator) -> str:
    """The dialysis as a CSV with a first line that says what it is."""
    lines = ["# SYNTHETIC data: no drug, no carrier and no bag were ever measured"]
    lines += [",".join(str(value) for value in row) for row in rows(generator)]
    return "\n".join([*lines, ""])
