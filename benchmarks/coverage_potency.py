"""Does the headline IC50 interval hold what it promises? Simulated studies with a known truth.

    python benchmarks/coverage_potency.py [--studies 16000] [--seed 20261] [--experiments 3] [--floor 0]

A study is `experiments` independent experiments of one compound: 8 doses 0.5-64, three technical wells
each, noise SD 5 % of control, slope log-uniform 0.6-3, bottom uniform 0-35 %, ln IC50 of an experiment
normal about the study's truth with SD 0, 0.15 or 0.3. The truth (the population's geometric mean IC50,
relative or absolute, each with its own set of studies) is log-uniform from one octave below the lowest
dose to one octave above the top dose. Position: inside (two octaves or more from either edge), edge
(inside by less), outside. The generator shares no code with the analysis.
"""

import argparse
import json
from dataclasses import dataclass
from math import inf, log, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from selenolab.fit.batch import Fits, fit_many
from selenolab.fit.profile_batch import profile_many
from selenolab.fit.profile_grid import dose_grid, profile_on_grid
from selenolab.stats.potency import Summary, signed_roots, summarise
from selenolab.stats.random_effects import random_effects

Floats = NDArray[np.float64]
DOSES = 0.5 * 2.0 ** np.arange(8)
LOW, HIGH, OCTAVE = log(0.5), log(64.0), log(2.0)
SPREADS, SLOPES, POSITIONS = (0.0, 0.15, 0.3), ("0.6-1", "1-2", "2-3"), ("inside", "edge", "outside")


@dataclass(frozen=True, slots=True)
class Studies:
    """Simulated studies: responses (n, experiments, doses, wells) and what they were made from (n,)."""

    response: Floats
    truth: Floats
    spread: Floats
    slope: Floats


def simulate(count: int, experiments: int, seed: int, absolute: bool) -> Studies:
    """`count` studies; `truth` is ln of the relative or absolute population IC50."""
    rng = np.random.default_rng([seed, int(absolute)])
    spread = rng.choice(SPREADS, count)
    slope = np.exp(rng.uniform(log(0.6), log(3.0), count))
    bottom = rng.uniform(0, 35, count)
    truth = rng.uniform(LOW - OCTAVE, HIGH + OCTAVE, count)
    centre = truth - np.log((100 - bottom) / (50 - bottom) - 1) / slope if absolute else truth
    midpoint = centre[:, None] + spread[:, None] * rng.standard_normal((count, experiments))
    steep = slope[:, None, None] * (np.log(DOSES) - midpoint[..., None])
    clean = bottom[:, None, None] + (100 - bottom)[:, None, None] / (1 + np.exp(steep))
    return Studies(clean[..., None] + rng.normal(0, 5, (*clean.shape, 3)), truth, spread, slope)


def strata(studies: Studies) -> tuple[NDArray[np.intp], ...]:
    """Index of spread, position and slope of each study."""
    depth = np.minimum(studies.truth - LOW, HIGH - studies.truth)
    position = np.where(depth < 0, 2, np.where(depth < 2 * OCTAVE, 1, 0))
    return np.searchsorted(SPREADS, studies.spread), position, np.digitize(studies.slope, [1.0, 2.0])


def fitted(studies: Studies, floor: float | None = None) -> Fits:
    """All experiments of all studies in one batch; `floor` is the least lower plateau allowed."""
    response = studies.response.reshape(-1, DOSES.size, studies.response.shape[-1])
    return fit_many(DOSES, response, lower=None if floor is None else {"c": floor})


def headline(studies: Studies, fits: Fits, absolute: bool) -> tuple[list[Summary], Floats, Floats]:
    """The headline of each study, and value and roots (n, experiments[, m]) of its experiments."""
    count, experiments = studies.response.shape[:2]
    kind = {"level": 50.0} if absolute else {"percent": 50.0}
    grid = dose_grid(DOSES)
    with np.errstate(divide="ignore"):
        values = np.log10(profile_many(fits, **kind).value)
    profile = profile_on_grid(fits, grid, **kind)
    roots = signed_roots(values, np.log10(grid), profile, fits.rss, fits.rss / fits.dof)
    values, roots = values.reshape(count, experiments), roots.reshape(count, experiments, -1)
    df = fits.dof.reshape(count, experiments)
    scatter = np.sqrt(fits.rss / fits.dof).reshape(count, experiments)
    found = [
        summarise(v, r, np.log10(grid), d, scatter=s)
        for v, r, d, s in zip(values, roots, df, scatter, strict=True)
    ]
    return found, values, roots


def covered(found: list[Summary], truth: Floats) -> NDArray[np.bool_]:
    """Whether each interval holds the truth (given as ln)."""
    low = np.array([s.log10_low for s in found]) * log(10)
    high = np.array([s.log10_high for s in found]) * log(10)
    return (low - 1e-9 <= truth) & (truth <= high + 1e-9)


def naive(values: Floats, truth: Floats) -> NDArray[np.bool_]:
    """The plain t interval with extrapolated values taken as numbers (capped at a factor 1000)."""
    capped = np.clip(values, LOW / log(10) - 3, HIGH / log(10) + 3)
    half = stats.t.ppf(0.975, values.shape[1] - 1) * capped.std(axis=1, ddof=1) / sqrt(values.shape[1])
    return np.abs(capped.mean(axis=1) - truth / log(10)) <= half


def dropped(values: Floats, truth: Floats) -> tuple[float, float]:
    """Plain t after dropping experiments outside the doses: coverage and share of studies left."""
    kept = np.where((values > LOW / log(10)) & (values < HIGH / log(10)), values, np.nan)
    n = np.isfinite(kept).sum(axis=1)
    use = n >= 2
    centre, sd = np.nanmean(kept[use], axis=1), np.nanstd(kept[use], axis=1, ddof=1)
    half = stats.t.ppf(0.975, n[use] - 1) * sd / np.sqrt(n[use])
    return float(np.mean(np.abs(centre - truth[use] / log(10)) <= half)), float(use.mean())


def hartung_knapp(values: Floats, errors: Floats, truth: Floats, use: NDArray[np.intp]) -> float:
    """Coverage of REML + Hartung-Knapp in the studies `use`."""
    found = [random_effects(values[i], errors[i]) for i in use]
    target = truth[use] / log(10)
    return float(np.mean([f.low <= t <= f.high for f, t in zip(found, target, strict=True)]))


def usable(values: Floats, errors: Floats, position: NDArray[np.intp]) -> NDArray[np.intp]:
    """Studies inside the doses whose experiments all have a value there and a standard error."""
    inside = (values > LOW / log(10)) & (values < HIGH / log(10)) & np.isfinite(errors) & (errors > 0)
    return np.flatnonzero(inside.all(axis=1) & (position == 0))


def single(fits: Fits, studies: Studies, absolute: bool) -> NDArray[np.bool_]:
    """Whether the profile interval of a study's first experiment holds that experiment's own truth.

    Only studies without spread between experiments have one truth for all.
    """
    kind = {"level": 50.0} if absolute else {"percent": 50.0}
    limits = profile_many(fits, **kind)
    first = slice(None, None, studies.response.shape[1])
    truth = np.exp(studies.truth)
    low = np.minimum(limits.low[first], np.exp(HIGH))  # no dose at all agrees: above the top dose
    high = np.maximum(limits.high[first], np.exp(LOW))
    return (low <= truth) & (truth <= high)


def table(hit: NDArray[np.bool_], place: tuple[NDArray[np.intp], ...]) -> list[dict[str, object]]:
    """Coverage in each stratum of spread x position x slope."""
    rows: list[dict[str, object]] = []
    for i, spread in enumerate(SPREADS):
        for j, position in enumerate(POSITIONS):
            for k, slope in enumerate(SLOPES):
                chosen = hit[(place[0] == i) & (place[1] == j) & (place[2] == k)]
                row = {"spread": spread, "position": position, "slope": slope, "n": int(chosen.size)}
                rows.append(row | {"coverage": float(chosen.mean())})
    return rows


def measured(
    count: int, experiments: int, seed: int, absolute: bool, floor: float | None = None
) -> dict[str, object]:
    """Everything the report prints, for one kind of IC50."""
    studies = simulate(count, experiments, seed, absolute)
    fits = fitted(studies, floor)
    found, values, _ = headline(studies, fits, absolute)
    hit, place = covered(found, studies.truth), strata(studies)
    low, high = np.array([s.log10_low for s in found]), np.array([s.log10_high for s in found])
    state, bounded = np.array([s.state for s in found]), (low > -inf) & (high < inf)
    plain = np.array([s.method.startswith("t interval on log10") for s in found])
    alone = place[0] == 0
    lone = single(fits, studies, absolute)
    shape = values.shape
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = (fits.se[:, 3] / fits.e / log(10)).reshape(shape)
    rows, use = table(hit, place), usable(values, errors, place[1])
    return {
        "kind": "absolute" if absolute else "relative",
        "studies": count,
        "experiments": experiments,
        "overall": float(hit.mean()),
        "worst stratum": min(rows, key=lambda row: float(str(row["coverage"]))),
        "strata": rows,
        "by position": {p: float(hit[place[1] == j].mean()) for j, p in enumerate(POSITIONS)},
        "share plain t": float(plain.mean()),
        "coverage plain t": float(hit[plain].mean()),
        "coverage signed roots": float(hit[~plain].mean()),
        "share value": float(np.mean(state == "value")),
        "share censored": float(np.mean((state == ">") | (state == "<"))),
        "coverage censored": float(hit[(state == ">") | (state == "<")].mean()),
        "share undecidable": float(np.mean(state == "undecidable")),
        "share unbounded": {p: float(1 - bounded[place[1] == j].mean()) for j, p in enumerate(POSITIONS)},
        "share open on both sides": float(np.mean((low == -inf) & (high == inf))),
        "coverage bounded": float(hit[bounded].mean()),
        "median width of bounded, factor": float(10 ** np.median((high - low)[bounded])),
        "naive t, extrapolated values as numbers": float(naive(values, studies.truth).mean()),
        "naive t, by position": {
            p: float(naive(values, studies.truth)[place[1] == j].mean()) for j, p in enumerate(POSITIONS)
        },
        "t after dropping what is outside (coverage, share)": dropped(values, studies.truth),
        "inside only (REML + Hartung-Knapp with Wald errors, plain t)": None
        if absolute
        else (
            hartung_knapp(values, errors, studies.truth, use),
            float(naive(values, studies.truth)[use].mean()),
        ),
        "one experiment, profile": float(lone[alone].mean()),
        "one experiment, profile, by position": {
            p: float(lone[alone & (place[1] == j)].mean()) for j, p in enumerate(POSITIONS)
        },
    }


def told(result: dict[str, object]) -> None:
    """Print one result: the strata as a grid, then the rest."""
    print(f"\n== {result['kind']} IC50, {result['studies']} studies of {result['experiments']} experiments")
    print(f"{'SD':>5} {'position':8} " + " ".join(f"{'slope ' + s:>16}" for s in SLOPES))
    rows = result["strata"]
    assert isinstance(rows, list)
    for start in range(0, len(rows), len(SLOPES)):
        group = rows[start : start + len(SLOPES)]
        cells = " ".join(f"{row['coverage']:.4f} (n {row['n']:5d})" for row in group)
        print(f"{group[0]['spread']:5.2f} {group[0]['position']:8} {cells}")
    for key, value in result.items():
        if key not in ("kind", "strata", "studies", "experiments"):
            print(f"  {key}: {value:.4f}" if isinstance(value, float) else f"  {key}: {value}")


def main() -> None:
    """Run both kinds and print, or write as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--studies", type=int, default=16000)
    parser.add_argument("--experiments", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20261)
    parser.add_argument("--floor", type=float, help="least lower plateau [%%]; relative IC50 only")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    kinds = (False, True) if chosen.floor is None else (False,)
    sizes = (chosen.studies, chosen.experiments, chosen.seed)
    results = [measured(*sizes, kind, chosen.floor) for kind in kinds]
    for result in results:
        told(result)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
