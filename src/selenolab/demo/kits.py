"""Makes the synthetic plate kits of the embedded study: glutathione by DTNB and TrxR by NADPH and DTNB.

Both are long tables, as a plate reader's export looks once it was laid out. Shares no code with the analysis.
"""

from collections.abc import Iterator

import numpy as np

from selenolab.demo.mechanism import BETWEEN, COMPOUND, DOSES, EXPERIMENTS, LINE, cells

STANDARDS = (0.0, 2.5, 5.0, 10.0, 20.0, 40.0)  # µM GSH
SLOPE, GROUND = 0.0136, 0.062  # AU per µM, AU
PROTEIN = 0.25  # mg protein per mL of the lysate in the well
READER, PIPETTE = 0.003, 0.02  # AU; SD of ln of a well
TIMES = tuple(range(0, 601, 30))  # s
RATE, BLANK_RATE = 2.4e-4, 2.5e-5  # AU/s of untreated lysate, and of the wells with the inhibitor


GSH_HEAD = (
    *("plate", "well", "role", "fraction", "compound", "dose [µM]", "time [h]", "cell_line", "experiment"),
    *("concentration [µM]", "protein [mg/mL]", "absorbance"),
)
TRXR_HEAD = (
    *("plate", "well", "role", "compound", "dose [µM]", "time [h]", "cell_line", "experiment"),
    *("protein [mg/mL]", "read time [s]", "absorbance"),
)


def glutathione(generator: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """A header, then standards and lysates of every experiment: total and masked (GSSG) wells."""
    yield GSH_HEAD
    for experiment in EXPERIMENTS:
        rows = [*_standards(generator), *_lysates(generator)]
        for number, (role, fraction, dose, amount, shown) in enumerate(rows, start=1):
            treated = role == "sample"
            design = (COMPOUND if dose else None, dose, 24, LINE) if treated else (None, None, None, None)
            absorbance = round(shown + READER * generator.standard_normal(), 4)
            place = (f"GSH {experiment}", _well(number), role, fraction)
            yield (*place, *design, experiment, amount, PROTEIN if treated else None, absorbance)


Shown = tuple[str, str | None, float | None, float | None, float]


def _standards(generator: np.random.Generator) -> Iterator[Shown]:
    for amount in STANDARDS:
        for _ in range(3):
            shown = GROUND + SLOPE * amount * np.exp(PIPETTE * generator.standard_normal())
            yield "standard", None, None, amount, shown


def _lysates(generator: np.random.Generator) -> Iterator[Shown]:
    for dose in DOSES:
        own = BETWEEN * generator.standard_normal(2) * (dose > 0)
        reduced, oxidised = np.array(cells(dose).glutathione) * np.exp(own)
        for fraction, seen in (("total", reduced + 2 * oxidised), ("GSSG", 2 * oxidised)):
            for _ in range(3):
                amount = seen * PROTEIN * np.exp(PIPETTE * generator.standard_normal())
                yield "sample", fraction, dose, None, GROUND + SLOPE * amount


def reductase(generator: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """A header, then the progress curves of every well."""
    yield TRXR_HEAD
    for experiment in EXPERIMENTS:
        number = 0
        for dose in DOSES:
            level = cells(dose).trxr * np.exp(BETWEEN * generator.standard_normal() * (dose > 0))
            for role, rate in (("sample", RATE * level + BLANK_RATE), ("inhibitor_blank", BLANK_RATE)):
                for _ in range(3):
                    number += 1
                    design = (COMPOUND if dose else None, dose, 24, LINE, experiment, PROTEIN)
                    for time, shown in _trace(rate, generator):
                        yield (f"TrxR {experiment}", _well(number), role, *design, time, shown)


def _trace(rate: float, generator: np.random.Generator) -> Iterator[tuple[int, float]]:
    """A progress curve that bends a little as the substrate is used up."""
    own = rate * np.exp(PIPETTE * generator.standard_normal())
    start = 0.11 + 0.01 * generator.standard_normal()
    for time in TIMES:
        shown = start + own * time * (1 - time / 9000.0) + 0.0012 * generator.standard_normal()
        yield time, round(float(shown), 4)


def _well(number: int) -> str:
    return f"{'ABCDEFGH'[(number - 1) % 8]}{(number - 1) // 8 + 1}"
