"""Draws from an instrument's noise, and the likelihood of data under it. One place for all assays."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from selenolab.core.dataset import Dataset, sound
from selenolab.core.noise import Noise, NoiseTerm

Array = NDArray[np.float64]


def observe(expected: Dataset, noise: Noise, seed: int) -> Dataset:
    """`expected` with one seeded draw of `noise`. Terms are applied in their order."""
    rng = np.random.default_rng(seed)
    frames = {name: table.frame.copy() for name, table in expected.tables.items()}
    for term in noise.terms:
        if term.family == "resample":
            frames[term.table] = _resample(frames[term.table], term, rng)
        else:
            frames[term.table][term.column] = _draw(frames[term.table], term, rng)
    tables = {name: replace(table, frame=frames[name]) for name, table in expected.tables.items()}
    return Dataset(tables, expected.arrays)


def _draw(frame: pd.DataFrame, term: NoiseTerm, rng: np.random.Generator) -> Array:
    mean = frame[term.column].to_numpy(float)
    if term.family == "poisson":
        return np.asarray(rng.poisson(np.maximum(mean, 0)), float)
    scale = np.broadcast_to(np.asarray(term.scale, float), mean.shape)
    if term.family == "binomial":
        hits = rng.binomial(scale.astype(int), np.clip(mean, 0, 1))
        return np.asarray(hits / np.maximum(scale, 1), float)
    z = _standard_normals(frame, term, rng)
    return mean * np.exp(scale * z) if term.family == "lognormal" else mean + scale * z


def _resample(frame: pd.DataFrame, term: NoiseTerm, rng: np.random.Generator) -> pd.DataFrame:
    """`draws` rows of every group, drawn with replacement by weight and numbered anew."""
    weight = np.broadcast_to(np.asarray(term.scale, float), len(frame))
    groups = (
        frame.groupby(list(term.shared_by), sort=True).indices.values()
        if term.shared_by
        else [range(len(frame))]
    )
    rows = []
    for group in groups:
        own = weight[group] * _strata_factors(frame, term, group, rng)
        rows.append(rng.choice(list(group), term.draws, p=own / own.sum()))
    drawn = frame.iloc[np.concatenate(rows)].reset_index(drop=True)
    drawn[term.column] = [str(i + 1) for i in range(len(drawn))]
    return drawn


def _strata_factors(
    frame: pd.DataFrame, term: NoiseTerm, group: Any, rng: np.random.Generator
) -> Array | float:
    """One lognormal factor a class of the rows (n,), the same for all of it; 1 where there are no classes."""
    if not term.strata or term.spread <= 0:
        return 1.0
    names, classes = np.unique(frame[term.strata].to_numpy()[group].astype(str), return_inverse=True)
    return np.asarray(np.exp(term.spread * rng.standard_normal(len(names)))[classes])


def _standard_normals(frame: pd.DataFrame, term: NoiseTerm, rng: np.random.Generator) -> Array:
    """One draw a row, or one a group of rows that share their error."""
    if not term.shared_by:
        return rng.standard_normal(len(frame))
    group = frame.groupby(list(term.shared_by), sort=True).ngroup().to_numpy()
    return rng.standard_normal(int(group.max()) + 1)[group]


def log_likelihood(observed: Dataset, expected: Dataset, noise: Noise) -> float:
    """Natural log of the density of the unflagged numbers of `observed`, rows matched in order.

    Only terms without `shared_by` or resampling have a closed row-wise density; others are refused,
    since leaving them out would make the data look more certain than they are.
    """
    total = 0.0
    for term in noise.terms:
        if term.shared_by or term.family == "resample":
            raise ValueError(f"The noise of {term.table}.{term.column} has no row-wise likelihood.")
        total += _term_log_likelihood(
            observed.tables[term.table].frame, expected.tables[term.table].frame, term
        )
    return total


def _term_log_likelihood(seen: pd.DataFrame, model: pd.DataFrame, term: NoiseTerm) -> float:
    use = sound(seen, term.column)
    value, mean = seen[term.column].to_numpy(float)[use], model[term.column].to_numpy(float)[use]
    scale = np.broadcast_to(np.asarray(term.scale, float), len(seen))[use]
    if term.family == "normal":
        density = scipy.stats.norm.logpdf(value, mean, scale)
    elif term.family == "lognormal":
        density = scipy.stats.lognorm.logpdf(value, scale, scale=mean)
    elif term.family == "poisson":
        density = scipy.stats.poisson.logpmf(value, mean)
    else:
        density = scipy.stats.binom.logpmf(np.rint(value * scale), scale, mean)
    return float(np.sum(density))
