"""Makes the synthetic plate kits of the embedded study: glutathione by DTNB and TrxR by NADPH and DTNB.

Both are long tables, as a plate reader's export looks once it was laid out. Shares no code with the analysis.
"""

from collections.abc import Iterator

import numpy as np

from selenolab.demo.mechanism import BETWEEN, COMPOUND, DOSES, EXPERIMENTS, LINE, cells

STANDARDS = (0.0, 2.5, 5.0, 10.0, 20.0, 40.0)  # µM GSH
SLOPE, GROUND = 0.0136, 0.062  # AU per µM, AU
PROTEIN, DILUTION = 4.0, 10.0  # mg protein per mL of the lysate; its dilution for total glutathione
BUFFER = 0.041  # AU without DTNB
WELL_PROTEIN = 20.0  # µg in a well of the TrxR plate
READER, PIPETTE = 0.003, 0.02  # AU; SD of ln of a well
TIMES = tuple(range(0, 601, 30))  # s
RATE, BLANK_RATE = 2.4e-4, 2.5e-5  # AU/s of untreated lysate, and of the wells with the inhibitor
CHEMICAL = 6e-7  # AU/s for 1 µM of the compound
TREATED = ("vehicle", "sample")


GSH_HEAD = (
    *("plate", "well", "role", "compound", "dose [µM]", "time [h]", "cell_line", "experiment"),
    *("standard_concentration [µM]", "dilution", "dilution_source", "protein [mg/mL]", "absorbance [AU]"),
)
TRXR_HEAD = (
    *("plate", "well", "role", "compound", "dose [µM]", "time [h]", "cell_line", "experiment"),
    *("protein [µg]", "read_time [s]", "absorbance"),
)
Shown = tuple[str, float | None, float | None, float | None, float]  # role, dose, standard, dilution, AU


def glutathione(generator: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """A header, then standards, lysates, masked lysates and blanks of every experiment."""
    yield GSH_HEAD
    for experiment in EXPERIMENTS:
        rows = [*_standards(generator), *_lysates(generator)]
        for number, (role, dose, amount, dilution, shown) in enumerate(rows, start=1):
            cellular = dilution is not None
            design = (COMPOUND if dose else None, dose, 24 if cellular else None, LINE if cellular else None)
            absorbance = round(shown + READER * generator.standard_normal(), 4)
            lysate = (dilution, "protocol", PROTEIN) if cellular else (None, None, None)
            yield (f"GSH {experiment}", _well(number), role, *design, experiment, amount, *lysate, absorbance)


def _standards(generator: np.random.Generator) -> Iterator[Shown]:
    for amount in STANDARDS:
        for _ in range(3):
            shown = GROUND + SLOPE * amount * np.exp(PIPETTE * generator.standard_normal())
            yield "standard", None, amount, None, shown
    for _ in range(3):
        yield "buffer_blank", None, None, None, BUFFER


def _lysates(generator: np.random.Generator) -> Iterator[Shown]:
    """Lysates diluted for their total glutathione, and concentrated ones whose thiols were masked."""
    for dose in DOSES:
        own = BETWEEN * generator.standard_normal(2) * (dose > 0)
        reduced, oxidised = np.array(cells(dose).glutathione) * np.exp(own)
        kinds = ((TREATED[dose > 0], reduced + 2 * oxidised, DILUTION), ("masked", 2 * oxidised, 1.0))
        for role, seen, dilution in kinds:
            for _ in range(3):
                amount = seen * PROTEIN / dilution * np.exp(PIPETTE * generator.standard_normal())
                yield role, dose, None, dilution, GROUND + SLOPE * amount
        for _ in range(2):
            yield "sample_blank", dose, None, DILUTION, BUFFER + 0.0004 * dose
            if dose:
                yield "compound_blank", dose, None, None, GROUND + 0.0003 * dose


def reductase(generator: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """A header, then the progress curves of every well: lysates, the inhibited ones, the compound alone."""
    yield TRXR_HEAD
    for experiment in EXPERIMENTS:
        number = 0
        for dose in DOSES:
            level = cells(dose).trxr * np.exp(BETWEEN * generator.standard_normal() * (dose > 0))
            alone = CHEMICAL * dose  # the compound reduces DTNB without any enzyme
            kinds = {
                TREATED[dose > 0]: RATE * level + BLANK_RATE + alone,
                "inhibitor_blank": BLANK_RATE + alone,
            }
            for role, rate in {**kinds, "no_enzyme": BLANK_RATE / 2 + alone}.items():
                for _ in range(3):
                    number += 1
                    protein = None if role == "no_enzyme" else WELL_PROTEIN
                    design = (COMPOUND if dose else None, dose, 24, LINE, experiment, protein)
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
