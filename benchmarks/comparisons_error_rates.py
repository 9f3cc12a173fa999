"""False positives of every comparison when nothing differs, on simulated studies with technical wells.

    python benchmarks/comparisons_error_rates.py [--studies 2000] [--seed 7] [--json FILE]

Null studies: experiments differ (SD 0, 10 or 20), wells within an experiment differ (SD 5), three wells
each, 3 to 6 experiments. *Separate* designs give every group its own experiments; *shared* designs put all
groups into each experiment, where a group also deviates within its experiment (SD 4); *partial* ones
lose a quarter of the cells. "wells as n" is the wrong analysis, shown for comparison: an F test that
takes every well as independent.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.comparisons import compare
from selenolab.stats.variance_analysis import one_way

WELLS, WELL_SD, CELL_SD = 3, 5.0, 4.0
SPREADS, NAMES = (0.0, 10.0, 20.0), ("control", "A", "B", "C")


@dataclass(frozen=True, slots=True)
class Design:
    """How studies are laid out and analysed."""

    name: str
    groups: int
    shared: bool
    keep: float
    arguments: dict[str, object]
    family: bool = False


Study = tuple[NDArray[np.float64], list[str], list[str]]

DESIGNS = (
    Design("separate, 2 groups: Welch t", 2, False, 1, {"method": "welch"}),
    Design("separate, 2 groups: Welch t on logarithms", 2, False, 1, {"method": "welch", "log": True}),
    Design("separate, 4 groups: ANOVA", 4, False, 1, {"method": "anova"}),
    Design("separate, 4 groups: Welch ANOVA", 4, False, 1, {"method": "welch_anova"}),
    Design("separate, 4 groups: Dunnett", 4, False, 1, {"control": "control"}, True),
    Design("separate, 4 groups: Tukey", 4, False, 1, {}, True),
    Design("separate, 4 groups: Holm", 4, False, 1, {"method": "holm"}, True),
    Design(
        "separate, 4 groups: Holm against control",
        4,
        False,
        1,
        {"method": "holm", "control": "control"},
        True,
    ),
    Design("shared, 2 groups: paired t", 2, True, 1, {}),
    Design("shared, 2 groups: mixed model", 2, True, 1, {"method": "mixed"}),
    Design("shared, 4 groups: ANOVA within experiments", 4, True, 1, {"method": "anova"}),
    Design("shared, 4 groups: Dunnett", 4, True, 1, {"control": "control"}, True),
    Design("shared, 4 groups: Tukey", 4, True, 1, {}, True),
    Design("shared, 4 groups: Holm", 4, True, 1, {"method": "holm"}, True),
    Design(
        "shared, 4 groups: mixed model, Holm", 4, True, 1, {"method": "mixed", "control": "control"}, True
    ),
    Design("partial, 2 groups: mixed model", 2, True, 0.75, {"method": "mixed"}),
    Design(
        "partial, 4 groups: mixed model, Holm", 4, True, 0.75, {"method": "mixed", "control": "control"}, True
    ),
)


def simulate(design: Design, rng: np.random.Generator, spread: float) -> Study:
    """One null study: wells around 100, their groups and their experiments."""
    count = int(rng.integers(3, 7))
    values, groups, experiments = [], [], []
    common = rng.normal(0, spread, count)
    for name in NAMES[: design.groups]:
        own = common if design.shared else rng.normal(0, spread, count)
        kept = rng.random(count) < design.keep
        kept[:2] = True  # two experiments are whole: enough overlap for a mixed model
        for i in np.flatnonzero(kept):
            cell = 100 + own[i] + (rng.normal(0, CELL_SD) if design.shared else 0.0)
            values.append(cell + rng.normal(0, WELL_SD, WELLS))
            groups += [name] * WELLS
            experiments += [f"{i}" if design.shared else f"{name}{i}"] * WELLS
    return np.concatenate(values), groups, experiments


def verdicts(design: Design, study: Study) -> tuple[bool, bool]:
    """Whether the analysis of a null study finds something at 5 %, and whether some interval misses."""
    values, groups, experiments = study
    result = compare(values, groups, experiments, **design.arguments)  # type: ignore[arg-type]
    null = 1.0 if design.arguments.get("log") else 0.0
    misses = any(not row.low <= null <= row.high for row in result.rows)
    if "anova" in str(design.arguments.get("method")):
        return (result.omnibus[0].p or 1.0) < 0.05, misses
    return any((row.p_adjusted or 1.0) < 0.05 for row in result.rows), misses


def wells_as_n(study: Study) -> bool:
    """The wrong analysis: every well counted as independent (F test of the groups)."""
    values, groups, _ = study
    return (one_way([values[np.array(groups) == name] for name in sorted(set(groups))]).p or 1.0) < 0.05


def rates(design: Design, count: int, seed: int) -> tuple[float, float, float]:
    """Error rate, share of studies whose intervals miss, and the error rate of counting wells."""
    rng = np.random.default_rng(seed)
    studies = [simulate(design, rng, SPREADS[i % 3]) for i in range(count)]
    right = np.array([verdicts(design, study) for study in studies])
    wrong = np.array([wells_as_n(study) for study in studies])
    return float(right[:, 0].mean()), float(right[:, 1].mean()), float(wrong.mean())


def main() -> None:
    """Print the rates of all designs, or write them as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--studies", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rows = []
    print(f"{'design':44} {'error':>7} {'interval':>9} {'wells as n':>11}   ({chosen.studies} studies each)")
    for design in DESIGNS:
        error, misses, wells = rates(design, chosen.studies, chosen.seed)
        rows.append({"design": design.name, "family-wise": design.family, "error": error})
        rows[-1] |= {"interval misses": misses, "wells as n": wells}
        print(f"{design.name:44} {error:7.4f} {misses:9.4f} {wells:11.4f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
