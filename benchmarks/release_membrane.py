"""Does the carrier's t50, with the membrane taken off, hold what it promises? Dialysis of known truth.

    python benchmarks/release_membrane.py [--seeds 500] [--first-seed 1]

One run is 6 bags with carrier and 3 bags with free drug, sampled at 0.5, 1, 2, 4, 8, 12, 24 and 48 h, with a
normal error of 2 points. First order release through a first-order membrane has two exponentials, written
out here; Weibull release is integrated with 20,000 steps. Nothing is shared with the fit. `cv k` and `cv k_m`
are lognormal differences between vessels (%).

Columns: how many seeds gave a value, an upper bound, a lower bound or nothing; the share of seeds whose
interval or bound holds the true t50 (an outcome that is absent claims nothing and is left out); the same for
k_m; the median absolute error of the values; the median factor between the limits; milliseconds per fit.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass
from math import inf, log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.core.estimate import Estimate
from selenolab.fit.membrane import MembraneFit, fit_membrane

Floats = NDArray[np.float64]
TIMES = np.array([0.5, 1, 2, 4, 8, 12, 24, 48])
SD, RELEASES, CONTROLS = 2.0, 6, 3


@dataclass(frozen=True, slots=True)
class Truth:
    """A carrier (half time [h], Weibull shape) in bags of rate k_m [1/h], and how vessels differ."""

    t50: float
    k_m: float
    shape: float = 1.0
    cv_k: float = 0.0
    cv_k_m: float = 0.0


def medium(t50: float, k_m: float, shape: float) -> Floats:
    """% in the medium at `TIMES`."""
    if shape == 1.0:
        k = log(2) / t50
        return 100 * (1 - (k_m * np.exp(-k * TIMES) - k * np.exp(-k_m * TIMES)) / (k_m - k))
    share = (np.arange(20_000) + 0.5) / 20_000  # equal amounts of drug and when each leaves the carrier
    leaves = t50 * (-np.log1p(-share) / log(2)) ** (1 / shape)
    waited = np.maximum(TIMES[:, None] - leaves, 0.0)
    return 100 * np.mean(-np.expm1(-k_m * waited), axis=1)


def simulate(truth: Truth, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Release and control tables of one run."""
    rng = np.random.default_rng([seed, 41])
    releases, controls = [], []
    for _ in range(RELEASES):
        own = truth.t50 * np.exp(truth.cv_k * rng.standard_normal())
        rate = truth.k_m * np.exp(truth.cv_k_m * rng.standard_normal())
        releases.append(medium(own, rate, truth.shape))
    for _ in range(CONTROLS):
        rate = truth.k_m * np.exp(truth.cv_k_m * rng.standard_normal())
        controls.append(100 * (1 - np.exp(-rate * TIMES)))
    return _table(releases, rng), _table(controls, rng)


def _table(curves: list[Floats], rng: np.random.Generator) -> pd.DataFrame:
    noisy = np.array(curves) + SD * rng.standard_normal((len(curves), TIMES.size))
    vessel = np.repeat(np.arange(len(curves)), TIMES.size)
    return pd.DataFrame({"vessel": vessel, "time": np.tile(TIMES, len(curves)), "released": noisy.ravel()})


@dataclass(frozen=True, slots=True)
class Scores:
    """Of many seeds of one truth."""

    states: Counter[str]
    covered: float
    k_m_covered: float
    error: float
    width: float
    milliseconds: float


def score(truth: Truth, seeds: range, family: str, plateau: float | None) -> Scores:
    """Fit every seed and hold it against the truth."""
    states: Counter[str] = Counter()
    held, k_m_held, errors, widths = [], [], [], []
    begun = time.perf_counter()
    for seed in seeds:
        fit = fit_membrane(*simulate(truth, seed), family, plateau=plateau)
        states[state_of(fit)] += 1
        k_m_held.append(isinstance(fit.k_m, Estimate) and fit.k_m.low <= truth.k_m <= fit.k_m.high)
        if not isinstance(fit.t50, Estimate):
            continue
        held.append(fit.t50.low <= truth.t50 <= fit.t50.high)
        if fit.t50.censored is None:
            errors.append(abs(fit.t50.value / truth.t50 - 1))
            widths.append(fit.t50.high / fit.t50.low if fit.t50.low > 0 else inf)
    spent = 1e3 * (time.perf_counter() - begun) / len(seeds)
    error, width = (float(np.median(some)) if some else float("nan") for some in (errors, widths))
    return Scores(states, float(np.mean(held or [1.0])), float(np.mean(k_m_held)), error, width, spent)


def state_of(fit: MembraneFit) -> str:
    """value, <, > or absent."""
    return (fit.t50.censored or "value") if isinstance(fit.t50, Estimate) else "absent"


def truths() -> list[tuple[str, float | None, Truth]]:
    """(family, plateau, truth) of every row of the table."""
    plain: list[tuple[str, float | None, Truth]] = [
        ("first order", 100.0, Truth(t50, k_m, 1.0, cv, cv if bags else 0.0))
        for cv, bags in ((0.0, False), (0.1, False), (0.1, True))
        for k_m in (0.3, 0.5)
        for t50 in (0.35, 0.7, 1.5, 3.0, 6.9)
    ]
    plain += [("first order", 100.0, Truth(t50, 0.3)) for t50 in (30.0, 45.0, 55.0)]
    plain += [("first order", None, Truth(t50, 0.3)) for t50 in (1.5, 6.9)]
    return plain + [
        ("Weibull", 100.0, Truth(t50, 0.3, shape))
        for shape in (0.7, 0.85, 1.0, 1.2, 1.4)
        for t50 in (0.35, 1.5, 6.9)
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.seeds)
    print(f"{asked.seeds} seeds from {asked.first_seed}")
    print("family       Fmax  shape  cv k  cv k_m  k_m    t50  value    <    >  none  cover  ", end="")
    print("k_m cover  |err| %  width   ms")
    for family, plateau, truth in truths():
        found = score(truth, seeds, family, plateau)
        counts = [found.states[state] for state in ("value", "<", ">", "absent")]
        print(
            f"{family:12s} {'free' if plateau is None else '100':>4s}  {truth.shape:5.1f}  "
            f"{100 * truth.cv_k:4.0f}  {100 * truth.cv_k_m:6.0f}  {truth.k_m:3.1f}  {truth.t50:5.2f}  "
            f"{counts[0]:5d} {counts[1]:4d} {counts[2]:4d}  {counts[3]:4d}  {found.covered:.3f}      "
            f"{found.k_m_covered:.3f}  {100 * found.error:7.2f}  {found.width:5.2f}  "
            f"{found.milliseconds:3.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
