"""The truth of the embedded mechanism chapter: how synthetic cells answer selenocystine, and when.

Nothing here was measured; the sizes of the effects are made up so that each analysis has a known answer.
Values are (untreated, 8 µM, 16 µM) at 24 h.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DOSES = (0.0, 8.0, 16.0)  # µM L-selenocystine
EXPERIMENTS = (1, 2, 3)
LINE, COMPOUND = "HepG2-like", "L-selenocystine"


@dataclass(frozen=True, slots=True)
class Cells:
    """Shares in %, levels relative to untreated cells."""

    early: float
    late: float
    necrotic: float
    sub_g1: float
    g1: float
    s: float
    g2m: float
    tail: float  # % DNA in the tail, median
    glutathione: tuple[float, float]  # nmol GSH and GSSG per mg protein
    trxr: float
    proteins: dict[str, float]


UNTREATED = Cells(
    3.0, 2.5, 1.0, 2.0, 55.0, 28.0, 17.0, 4.0, (42.0, 0.7), 1.0,
    {"p53-pS15": 1.0, "p21": 1.0, "cleaved caspase-3": 1.0, "p-Akt": 1.0},
)  # fmt: skip
TREATED = {
    8.0: Cells(
        13.0, 8.0, 1.2, 6.0, 46.0, 42.0, 12.0, 14.0, (35.0, 1.3), 0.62,
        {"p53-pS15": 2.1, "p21": 1.9, "cleaved caspase-3": 2.6, "p-Akt": 0.66},
    ),
    16.0: Cells(
        24.0, 17.0, 1.5, 13.0, 40.0, 52.0, 8.0, 24.0, (27.0, 2.1), 0.41,
        {"p53-pS15": 3.4, "p21": 2.8, "cleaved caspase-3": 4.8, "p-Akt": 0.42},
    ),
}  # fmt: skip
RESCUED = {0.0: (3.0, 2.5, 1.0), 16.0: (7.0, 5.0, 1.1)}  # early, late, necrotic with NAC
BETWEEN = 0.10  # SD of a logit share or of a ln level between experiments


def cells(dose: float) -> Cells:
    """The truth at `dose`."""
    return TREATED.get(dose, UNTREATED)


def shifted(shares: tuple[float, ...], generator: np.random.Generator, spread: float = BETWEEN) -> Floats:
    """`shares` in % (k,) and what is left of 100 as the last, as one experiment has them."""
    whole = np.array([*shares, 100.0 - sum(shares)])
    drawn = whole * np.exp(spread * generator.standard_normal(whole.size))
    return np.asarray(100 * drawn / drawn.sum())


def truth() -> dict[str, object]:
    """What the analyses should find, for truth.json."""
    told: dict[str, object] = {}
    for dose in DOSES:
        one = cells(dose)
        told[f"{dose:g} µM"] = {
            "early apoptotic": one.early, "late apoptotic": one.late, "sub-G1": one.sub_g1, "G1": one.g1,
            "S": one.s, "G2/M": one.g2m, "tail DNA": one.tail, "GSH": one.glutathione[0],
            "GSSG": one.glutathione[1], "TrxR activity": one.trxr, "proteins": one.proteins,
        }  # fmt: skip
    told["with NAC"] = {f"{dose:g} µM": {"early": e, "late": late} for dose, (e, late, _) in RESCUED.items()}
    told["unit"] = "% of cells; tail DNA %; nmol per mg protein; levels relative to untreated cells"
    return told
