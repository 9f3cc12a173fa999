"""Do the shares of G1, S and G2M hold what they promise? DNA histograms of known truth.

    python benchmarks/cell_cycle_truth.py [--seeds 60] [--first-seed 1] [--cells 20000] [--only WORD]

Every seed draws a tube: S 10-60 %, CV 3-8 %, debris 0-20 %, doublets 0-10 % (not gated), sub-G1 0-15 %,
G2/G1 1.90-2.02 and one of six distributions of DNA content within S (uniform, early, late, middle, growing,
two waves). Each row fixes a part of it. "with control" fits an untreated tube of the same gain, CV and G2/G1
first (S 30 %, uniform), and gives the fit its place of G1 and its G2/G1, as an assay does.

Columns: mean, 95th percentile and maximum over seeds of the largest of the three absolute errors of G1, S and
G2M [percentage points]; the mean error (bias) of each; the share of seeds with all three within 2 points; the
share refused; the share of the errors of S within 1.96 standard errors; milliseconds a tube (median).
"""

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from selenolab.core.errors import DataError
from selenolab.fit.cell_cycle import fit_cell_cycle
from selenolab.fit.cell_cycle_result import MODELS, CellCycle, CellCycleOptions

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from generators.dna_truth import S_SHAPES, Tube, drawn, make

CONDITIONS: dict[str, Mapping[str, object]] = {
    "all": {},
    "CV 3 %": {"cv": 0.03},
    "CV 4 %": {"cv": 0.04},
    "CV 5 %": {"cv": 0.05},
    "CV 6 %": {"cv": 0.06},
    "CV 7 %": {"cv": 0.07},
    "CV 8 %": {"cv": 0.08},
    "S 10 %": {"s": 0.1},
    "S 35 %": {"s": 0.35},
    "S 60 %": {"s": 0.6},
    "debris 0 %": {"debris": 0.0},
    "debris 20 %": {"debris": 0.2},
    "doublets 0 %": {"doublets": 0.0},
    "doublets 10 %": {"doublets": 0.1},
    **{f"S {shape}": {"shape": shape} for shape in S_SHAPES},
    "100,000 cells": {"cells": 100_000},
    "2,000 cells": {"cells": 2000},
    "with control": {},
    "with control, CV 6 %": {"cv": 0.06},
    "with control, CV 7 %": {"cv": 0.07},
    "with control, CV 8 %": {"cv": 0.08},
    "with control, arrest": {"s": 0.7, "shape": "middle"},
    "G2 arrest": {"s": 0.15, "g2m_of_rest": 0.85},
    "sub-G1 40 %": {"sub_g1": 0.4},
}


def with_control(options: CellCycleOptions, tube: Tube, seed: int) -> CellCycleOptions:
    """The same options, with what the control tube of the same day tells."""
    control = replace(tube, s=0.3, g2m_of_rest=0.25, shape="uniform", sub_g1=0.02, debris=0.05, doublets=0.03)
    found = fit_cell_cycle(make(control, seed + 10_000).area, options)
    return replace(options, g1=found.g1_mean, control_ratio=found.ratio)


def answers(
    word: str, model: str, seeds: range, cells: int
) -> tuple[np.ndarray, np.ndarray, list[float], int]:
    """Errors (n, 3), standard errors of S, seconds a fit, and how many were refused."""
    errors, standard, took, refused = [], [], [], 0
    for seed in seeds:
        tube = drawn(seed, **{"cells": cells, **CONDITIONS[word]})
        truth = make(tube, seed)
        options = CellCycleOptions(model=model, top=tube.top)  # type: ignore[arg-type]
        if word.startswith("with control"):
            options = with_control(options, tube, seed)
        begin = time.perf_counter()
        try:
            found: CellCycle = fit_cell_cycle(truth.area, options)
        except DataError:
            refused += 1
            continue
        took.append(time.perf_counter() - begin)
        errors.append((found.g1 - truth.g1, found.s - truth.s, found.g2m - truth.g2m))
        standard.append(np.nan if found.se_s is None else found.se_s)
    return np.array(errors), np.array(standard), took, refused


def row(word: str, model: str, seeds: range, cells: int) -> str:
    """One line of the table."""
    errors, standard, took, refused = answers(word, model, seeds, cells)
    worst = np.abs(errors).max(axis=1)
    bias = " ".join(f"{value:6.2f}" for value in errors.mean(axis=0))
    told = np.isfinite(standard)
    inside = np.mean(np.abs(errors[told, 1]) <= 1.96 * standard[told]) if told.any() else np.nan
    return (
        f"{word:22s} {worst.mean():6.2f} {np.quantile(worst, 0.95):6.2f} {worst.max():6.2f}  {bias}"
        f"  {np.mean(worst <= 2):7.0%} {refused / len(seeds):7.0%} {inside:6.0%} {1e3 * np.median(took):7.1f}"
    )


def main() -> None:
    """Print one table a model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    for model in MODELS:
        print(f"\n{model}, {asked.cells} cycling cells, {asked.seeds} seeds a row")
        print(f"{'':22s}   mean    p95    max    G1     S     G2M    <=2 pp refused  SE 95      ms")
        for word in CONDITIONS:
            if asked.only in word:
                print(row(word, model, seeds, asked.cells), flush=True)


if __name__ == "__main__":
    main()
