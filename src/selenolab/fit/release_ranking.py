"""Which release model the data prefer, among models fitted to the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from selenolab.core.errors import DataError
from selenolab.fit.release_answer import NotFitted, ReleaseFit
from selenolab.fit.release_fit import fit_curves
from selenolab.fit.release_models import USUAL
from selenolab.fit.release_rows import ReleaseRows, rows_of

TIE = 2.0


@dataclass(frozen=True, slots=True)
class RankedModel:
    """A model with its AICc (summed over curves), the distance to the best, and its Akaike weight."""

    name: str
    aicc: float
    delta: float
    weight: float
    fits: tuple[ReleaseFit, ...]


@dataclass(frozen=True, slots=True)
class ModelRanking:
    """Models in order of AICc.

    Parameters
    ----------
    ranked : best first.
    apart : (name, reason) of the models that cannot be compared.
    tied : names within 2 of the best AICc, the best included, when there are several; empty otherwise.
    n, curves : rows and curves of the comparison.
    said : the outcome in one sentence.
    """

    ranked: tuple[RankedModel, ...]
    apart: tuple[tuple[str, str], ...]
    tied: tuple[str, ...]
    n: int
    curves: int
    said: str


def rank_models(
    time: ArrayLike, released: ArrayLike, weights: ArrayLike | None = None, *,
    models: Sequence[str] = USUAL, kp_max: float = 60.0, m: float = 0.5,
) -> ModelRanking:  # fmt: skip
    """Rank models by AICc on one curve (or the rows of several, pooled); arguments as in `fit_release`.

    Akaike weights: Burnham and Anderson 2004, doi:10.1177/0049124104268644.

    Examples
    --------
    >>> t = np.array([1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 24.0, 36.0])
    >>> noise = np.array([0.5, -0.8, 0.4, 0.9, -0.7, 0.2, -0.6, 0.3])
    >>> found = rank_models(t, 100 * (1 - np.exp(-t / 6)) + noise)
    >>> found.ranked[0].name, dict(found.apart)["higuchi"]
    ('first_order', 'fitted to 3 of the 8 rows: not comparable')
    """
    return _ranked((rows_of(time, released, weights),), models, kp_max, m)


def rank_over_vessels(
    time: ArrayLike, released: ArrayLike, *, models: Sequence[str] = USUAL, kp_max: float = 60.0,
    m: float = 0.5,
) -> ModelRanking:  # fmt: skip
    """Rank models fitted to each vessel on its own: AICc summed over the vessels.

    `released` is (n, vessels), NaN where not sampled.
    """
    t, table = np.asarray(time, float), np.asarray(released, float)
    if table.ndim != 2 or table.shape[0] != t.size:
        raise DataError(
            f"Release table: found the shape {table.shape} for {t.size} times; expected times x vessels."
        )
    curves = tuple(rows_of(t[~np.isnan(y)], y[~np.isnan(y)]) for y in table.T)
    return _ranked(curves, models, kp_max, m)


def _ranked(curves: Sequence[ReleaseRows], models: Sequence[str], kp_max: float, m: float) -> ModelRanking:
    fits = {name: fit_curves(curves, model=name, kp_max=kp_max, m=m, intervals=False) for name in models}
    return rank_fits(fits, rows=sum(rows.time.size for rows in curves))


def rank_fits(fits: Mapping[str, Sequence[ReleaseFit | NotFitted]], rows: int | None = None) -> ModelRanking:
    """Rank models already fitted: name -> its fit to every curve, in the same order of curves.

    `rows` is the number of rows of the whole comparison; the most any model used unless told.
    """
    counts = {name: sum(fit.n for fit in each) for name, each in fits.items()}
    whole = max(counts.values(), default=0) if rows is None else rows
    apart, sums = [], {}
    for name, each in fits.items():
        reason = _apart(each, counts[name], whole)
        if reason:
            apart.append((name, reason))
        else:
            known = tuple(fit for fit in each if isinstance(fit, ReleaseFit))
            sums[name] = (sum(fit.aicc for fit in known if fit.aicc is not None), known)
    ranked = _weighted(sums)
    tied = tuple(row.name for row in ranked if row.delta < TIE)
    curves = max((len(each) for each in fits.values()), default=0)
    return ModelRanking(
        ranked, tuple(apart), tied if len(tied) > 1 else (), whole, curves, _said(ranked, tied)
    )


def _apart(fits: Sequence[ReleaseFit | NotFitted], used: int, rows: int) -> str:
    refused = next((fit.reason for fit in fits if isinstance(fit, NotFitted)), "")
    if refused:
        return refused
    if used < rows:
        return f"fitted to {used} of the {rows} rows: not comparable"
    for fit in fits:
        if isinstance(fit, ReleaseFit) and fit.aicc is None:
            count = len(fit.parameters)
            if fit.n <= count + 2:
                return f"no AICc: {count} parameters and the variance need at least {count + 3} rows"
            return "no AICc: the curve meets every point"
    return ""


def _weighted(sums: Mapping[str, tuple[float, tuple[ReleaseFit, ...]]]) -> tuple[RankedModel, ...]:
    order = sorted(sums, key=lambda name: (sums[name][0], len(sums[name][1][0].parameters), name))
    if not order:
        return ()
    delta = np.array([sums[name][0] for name in order]) - sums[order[0]][0]
    weight = np.exp(-0.5 * delta)
    weight /= weight.sum()
    return tuple(
        RankedModel(name, sums[name][0], float(d), float(w), sums[name][1])
        for name, d, w in zip(order, delta, weight, strict=True)
    )


def _said(ranked: Sequence[RankedModel], tied: Sequence[str]) -> str:
    if not ranked:
        return "no model can be ranked"
    if len(tied) > 1:
        return f"tied: {', '.join(tied)} lie within {TIE:g} of the best AICc"
    return f"{ranked[0].name} is best by AICc (Akaike weight {ranked[0].weight:.2f})"
