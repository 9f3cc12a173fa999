"""Cells of the virtual door, one row a cell: what each panel's dyes show of the states of a model.

The cells are the same in every call. Their spread is fixed here; what differs by draw is noise.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError

Floats = NDArray[np.float64]
Population = dict[str, object]
State = Mapping[str, float]
ROWS = 2000
_SPILL = np.array([[1.0, 0.15], [0.03, 1.0]])
_OWN = (150.0, 110.0)
_HANDLING = (2.0, 1.5, 1.0)  # % of live cells that are early, late, necrotic by handling alone: assumed
_DOUBLETS = 0.04


@dataclass(frozen=True, slots=True)
class PanelCells:
    """A panel's cells. `stained(state, untreated)` are a sample's, `controls()` the tubes beside it."""

    dyes: tuple[str, ...]
    markers: Mapping[str, str]
    stained: Callable[[State, State], Population]
    controls: Callable[[], Iterator[tuple[dict[str, object], Population]]]
    event_noise: Mapping[str, float]  # SD of ln of single events, by channel
    steady: float = 1.0  # of the tubes' scatter in brightness: DNA stains bind in proportion and vary little


def _scores(count: int, stream: int) -> Floats:
    """Normal scores, the same ones every time."""
    return np.random.default_rng([count, stream]).standard_normal(count)


def _classes(shares: Sequence[float]) -> NDArray[np.intp]:
    """The class of each of the rows, in the given shares."""
    share = np.maximum(np.asarray(shares, dtype=np.float64), 0.0)
    edges = np.cumsum(share / share.sum())
    return np.searchsorted(edges, (np.arange(ROWS) + 0.5) / ROWS).clip(0, len(share) - 1)


def _scatter(shrunken: NDArray[np.bool_]) -> dict[str, Floats]:
    count = len(shrunken)
    area = 80_000 * np.exp(0.12 * _scores(count, 1)) * np.where(shrunken, 0.75, 1.0)
    return {
        "FSC-A": area,
        "FSC-H": 0.8 * area,
        "SSC-A": 40_000 * np.exp(0.2 * _scores(count, 2)) * np.where(shrunken, 1.3, 1.0),
    }


def _two_dyes(
    names: tuple[str, str], medians: Floats, spreads: tuple[float, float], shrunken: NDArray[np.bool_],
    classes: NDArray[np.str_], spill: Floats = _SPILL,
) -> Population:  # fmt: skip
    """Cells with two dyes, doublets among them; every channel a column."""
    dyes = medians * np.exp(
        np.stack([s * _scores(len(medians), 3 + k) for k, s in enumerate(spreads)], axis=1)
    )
    own = np.stack([o * np.exp(0.25 * _scores(len(medians), 5 + k)) for k, o in enumerate(_OWN)], axis=1)
    light = dyes @ spill + own
    single = {**_scatter(shrunken), names[0]: light[:, 0], names[1]: light[:, 1]}
    pairs = np.random.default_rng(11).integers(0, len(medians), (round(_DOUBLETS * len(medians)), 2))
    both = {name: values[pairs].sum(axis=1) for name, values in single.items()}
    both["FSC-H"] = single["FSC-H"][pairs].max(axis=1)
    joined: Population = {name: np.concatenate([values, both[name]]) for name, values in single.items()}
    return {**joined, "cell_class": np.concatenate([classes, np.full(len(pairs), "doublet")])}


# --- annexin V and propidium iodide ---
_DYING = np.array(["live", "early", "late", "necrotic"])
_ANNEXIN_MEDIANS = np.array([[30.0, 15.0], [9_000, 60], [16_000, 24_000], [60, 30_000]])


def _annexin(shares: Sequence[float], mask: tuple[float, float] = (1.0, 1.0)) -> Population:
    kind = _classes(shares)
    medians = _ANNEXIN_MEDIANS[kind] * np.array(mask)
    return _two_dyes(("FITC-A", "PI-A"), medians, (0.45, 0.35), kind >= 2, _DYING[kind])


def _annexin_stained(state: State, untreated: State) -> Population:
    del untreated
    early, late = (min(max(state[word], 0.0), 100.0) for word in ("early_apoptotic", "late_apoptotic"))
    live = max(100.0 - early - late, 0.0)
    harmed = [live * share / 100 for share in _HANDLING]
    return _annexin((live - sum(harmed), early + harmed[0], late + harmed[1], harmed[2]))


def _annexin_controls() -> Iterator[tuple[dict[str, object], Population]]:
    mixed = (55.0, 15.0, 20.0, 10.0)
    yield {"role": "unstained"}, _annexin(mixed, (0.0, 0.0))
    yield {"role": "single_stain", "stain": "annexin"}, _annexin(mixed, (1.0, 0.0))
    yield {"role": "single_stain", "stain": "PI"}, _annexin(mixed, (0.0, 1.0))


# --- DNA content ---
def _dna_stained(state: State, untreated: State) -> Population:
    del untreated
    phases = [max(state[word], 0.0) for word in ("g1_share", "s_share", "g2m_share")]
    if not sum(phases) > 0:
        raise DataError("flow: the model shows no cells in any phase. Expected shares above zero.")
    broken = min(max(state["late_apoptotic"], 0.0), 90.0)
    alive = (100.0 - broken) / sum(phases)
    kind = _classes([alive * phases[0], alive * phases[1], alive * phases[2], broken])
    inside = (np.argsort(np.argsort(_scores(ROWS, 7))) + 0.5) / ROWS
    content = np.where(
        kind == 0, 1.0, np.where(kind == 1, 1 + inside, np.where(kind == 2, 2.0, 0.35 + 0.45 * inside))
    )
    scatter = _scatter(kind == 3)
    return {
        "FSC-A": scatter["FSC-A"],
        "SSC-A": scatter["SSC-A"],
        "PI-A": 50_000 * content,
        "PI-W": np.full(ROWS, 65_000.0),
        "cell_class": np.array(["G1", "S", "G2M", "sub-G1"])[kind],
    }


# --- DCF ---
def _dcf(median: float) -> Population:
    medians = np.tile([median, 0.0], (ROWS, 1))
    whole = np.full(ROWS, "cell")
    return _two_dyes(("FITC-A", "PE-A"), medians, (0.45, 0.1), np.zeros(ROWS, dtype=bool), whole, np.eye(2))


def _dcf_stained(state: State, untreated: State) -> Population:
    """DCF fluorescence in proportion to hydrogen peroxide: an assumption, since the dye sees much else."""
    if not untreated["cell_h2o2"] > 0:
        raise DataError("flow: the untreated model cells hold no hydrogen peroxide. Expected some.")
    return _dcf(2_500.0 * state["cell_h2o2"] / untreated["cell_h2o2"])


def _dcf_controls() -> Iterator[tuple[dict[str, object], Population]]:
    yield {"role": "unstained"}, _dcf(0.0)


# --- JC-1 ---
def _jc1(potential: float, lit: float = 1.0) -> Population:
    """Half of the fall are cells that lost all, half is a fall of the others: the mean is the potential."""
    mean = min(max(potential, 0.0), 2.0)
    lost = 0.5 * max(1.0 - mean, 0.0)
    kind = _classes((1.0 - lost, lost))
    kept = np.where(kind == 0, mean / (1.0 - lost), 0.0)
    medians = np.stack([9_000.0 - 3_000.0 * np.minimum(kept, 1.0), 900.0 + 23_100.0 * kept], axis=1) * lit
    whole = np.array(["polarised", "depolarised"])[kind]
    none = np.zeros(ROWS, dtype=bool)
    return _two_dyes(("FITC-A", "PE-A"), medians, (0.25, 0.3), none, whole, np.eye(2))


def _jc1_stained(state: State, untreated: State) -> Population:
    """Red aggregates in proportion to the potential, green monomers growing as it falls: an assumption."""
    del untreated
    return _jc1(state["membrane_potential"])


def _jc1_controls() -> Iterator[tuple[dict[str, object], Population]]:
    yield {"role": "unstained"}, _jc1(0.0, 0.0)
    yield {"role": "cccp"}, _jc1(0.02)


def _no_controls() -> Iterator[tuple[dict[str, object], Population]]:
    return iter(())


_SCATTER_NOISE = {"FSC-A": 0.02, "FSC-H": 0.02, "SSC-A": 0.05}
_ANNEXIN_CELLS = PanelCells(
    ("FITC-A", "PI-A"), {"FITC-A": "Annexin V-FITC", "PI-A": "PI"}, _annexin_stained, _annexin_controls,
    {**_SCATTER_NOISE, "FITC-A": 0.05, "PI-A": 0.05},
)  # fmt: skip
CELLS_OF: Mapping[str, PanelCells] = {
    "annexin": _ANNEXIN_CELLS,
    "generic": _ANNEXIN_CELLS,
    "dna": PanelCells(
        ("PI-A",), {"PI-A": "PI"}, _dna_stained, _no_controls, {"FSC-A": 0.02, "PI-A": 0.04, "PI-W": 0.03},
        steady=0.2,
    ),
    "dcf": PanelCells(
        ("FITC-A",), {"FITC-A": "DCF"}, _dcf_stained, _dcf_controls, {**_SCATTER_NOISE, "FITC-A": 0.05}
    ),
    "jc1": PanelCells(
        ("FITC-A", "PE-A"), {"FITC-A": "JC-1 green", "PE-A": "JC-1 red"}, _jc1_stained, _jc1_controls,
        {**_SCATTER_NOISE, "FITC-A": 0.05, "PE-A": 0.05},
    ),
}  # fmt: skip
