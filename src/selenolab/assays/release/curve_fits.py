"""Release models fitted to each unit, ranked over all of them; the pooled fit stands beside, named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.release.groups import Group, mean_curve, sound_rows
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict
from selenolab.fit.release_answer import NotFitted, ReleaseFit
from selenolab.fit.release_exponent import BORDERS, readings_of
from selenolab.fit.release_fit import fit_release, fit_vessels
from selenolab.fit.release_ranking import ModelRanking, rank_fits
from selenolab.fit.release_vessels import OverVessels, parameter_over_vessels

Vector = NDArray[np.float64]
Fits = tuple[ReleaseFit | NotFitted, ...]
BEST, EXPONENT = "best model", "Korsmeyer-Peppas exponent"
PEPPAS = "korsmeyer_peppas"
SLOPES = {"sphere": 0.43, "cylinder": 0.45, "slab": 0.5}  # exponent m of Peppas and Sahlin
_LEAST_SD = 0.5  # points: the SD of few vessels may be near zero by chance
_EACH, _POOLED = "each unit, then the mean over units", "pooled over units"


@dataclass(frozen=True, slots=True)
class Modelled:
    """Models of one group: their fits to each unit, their ranking, and their pooled fits."""

    group: Group
    fits: Mapping[str, Fits] = field(default_factory=dict)
    pooled: Mapping[str, ReleaseFit | NotFitted] = field(default_factory=dict)
    ranking: ModelRanking | None = None
    why: str = ""

    @property
    def best(self) -> str:
        """The model of the least AICc; "" where none can be ranked."""
        return self.ranking.ranked[0].name if self.ranking is not None and self.ranking.ranked else ""


def modelled(group: Group, settings: ReleaseSettings) -> Modelled:
    """All usual models of one group; says why where they cannot be fitted."""
    time, table = by_unit(group)
    if (time > 0).sum() < 2:
        return Modelled(group, why=f"only {int((time > 0).sum())} time after 0 h: no curve can be fitted")
    level, kp_max, m = settings.level, settings.kp_max, SLOPES[settings.geometry]
    weight = _weights(group, time, settings)
    rows = sound_rows(group)
    pooled_weight = np.interp(rows["time"], time, weight)
    try:
        fits: dict[str, Fits] = {
            name: fit_vessels(
                time, table, weight[:, None], model=name, level=level, kp_max=kp_max, m=m, intervals=False
            )
            for name in settings.models
        }
        ranking = rank_fits(fits, rows=_rows_ranked(time, table))
        best = ranking.ranked[0].name if ranking.ranked else ""
        pooled: dict[str, ReleaseFit | NotFitted] = {
            name: fit_release(
                rows["time"], rows["released"], pooled_weight, model=name, level=level, kp_max=kp_max, m=m
            )
            for name in dict.fromkeys((best, PEPPAS)) if name in fits
        }  # fmt: skip
    except DataError as error:
        return Modelled(group, why=str(error))
    return Modelled(group, fits, pooled, ranking)


def _rows_ranked(time: Vector, table: Vector) -> int:
    """Rows after time 0, which the models are fitted to."""
    return int(np.isfinite(table[time > 0]).sum())


def by_unit(group: Group) -> tuple[Vector, Vector]:
    """Times (m,) and released % (m, units), NaN where a unit has no sound value."""
    wide = sound_rows(group).pivot(index="time", columns="vessel", values="released").sort_index()
    return wide.index.to_numpy(float), wide.to_numpy(float)


def _weights(group: Group, time: Vector, settings: ReleaseSettings) -> Vector:
    """Weights (m,) of the times: one, or one over the squared SD between units."""
    if settings.weighting == "none":
        return np.ones_like(time)
    _, _, spread = mean_curve(group)
    known = spread[np.isfinite(spread)]
    if not known.size:
        return np.ones_like(time)
    return np.asarray(1 / np.maximum(np.where(np.isfinite(spread), spread, known.mean()), _LEAST_SD) ** 2)


def model_endpoints(found: Modelled, settings: ReleaseSettings) -> Iterator[Endpoint]:
    """The best model by AICc with its parameters, and the Korsmeyer-Peppas exponent with its reading."""
    words, n_is = found.group.words, found.group.n_is
    yield Endpoint(BEST, words, _best_outcome(found))
    fits = found.fits.get(PEPPAS, ())
    known = [fit for fit in fits if isinstance(fit, ReleaseFit)]
    if not known:
        reason = next((fit.reason for fit in fits if isinstance(fit, NotFitted)), found.why)
        yield Endpoint(EXPONENT, words, Absent(reason or f"{PEPPAS} is not among the models", "1"))
        return
    over = parameter_over_vessels(known, "n", settings.level)
    yield Endpoint(EXPONENT, words, estimate_of(over, "1", n_is), (_reading(over, settings),))


def _best_outcome(found: Modelled) -> Outcome:
    if found.ranking is None or not found.best:
        reason = found.why or (found.ranking.apart[0][1] if found.ranking and found.ranking.apart else "")
        return Absent(reason or "no model can be ranked")
    units = len(found.group.names)
    parts = [
        f"{one.name} {one.value:.3g}" + (f" ({one.low:.3g} to {one.high:.3g})" if one.low is not None else "")
        for one in _parameters(found, found.best) if one.value is not None
    ]  # fmt: skip
    why = f"{found.ranking.said.replace('_', ' ')}; {', '.join(parts)}, time in h"
    return Verdict(
        found.best.replace("_", " "), why, f"AICc summed over {found.group.n_is}", units, found.group.n_is
    )


def _parameters(found: Modelled, name: str) -> list[OverVessels]:
    fits = [fit for fit in found.fits[name] if isinstance(fit, ReleaseFit)]
    return [parameter_over_vessels(fits, parameter.name) for parameter in fits[0].model.parameters]


def _reading(over: OverVessels, settings: ReleaseSettings) -> str:
    """What the exponent may mean for the geometry; undecided where its interval holds a border."""
    borders = BORDERS[settings.geometry]
    head = f"For a {settings.geometry} (borders {borders[0]:g} and {borders[1]:g})"
    if over.low is None or over.high is None:
        return f"{head}: not decidable without an interval."
    possible = readings_of(over.low, over.high, borders)
    told = possible[0] if len(possible) == 1 else f"not decidable between {' and '.join(possible)}"
    return (
        f"{head}, if the bag did nothing: {told}. It rests on release up to {settings.kp_max:g} % in the "
        "medium; the delay of the bag raises the exponent, so it is no proof of how the carrier releases."
    )


def estimate_of(over: OverVessels, unit: str, n_is: str) -> Outcome:
    """A quantity over vessels as an outcome."""
    method = over.method.replace("vessels", n_is)
    if over.value is None:
        return Absent(over.reason or "no unit gave a value", unit, method)
    low, high = (over.low, over.high) if over.low is not None and over.high is not None else (-inf, inf)
    return Estimate(over.value, low, high, unit, method, over.n, n_is, over.level)


def fit_rows(found: Sequence[Modelled], level: float) -> pd.DataFrame:
    """One row a group, model and parameter: the mean over units, and the pooled fit where it was made."""
    rows: list[tuple[object, ...]] = []
    for one in found:
        rows += [*_unit_rows(one, level), *_pooled_rows(one)]
    columns = ["medium", "carrier", "role", "model", "how", "parameter", "unit", "value", "low", "high", "n",
               "aicc", "delta_aicc", "akaike_weight", "remark"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _unit_rows(one: Modelled, level: float) -> Iterator[tuple[object, ...]]:
    """The parameters of every model over the units."""
    ranked = {model.name: model for model in one.ranking.ranked} if one.ranking else {}
    apart = dict(one.ranking.apart) if one.ranking else {}
    for name, fits in one.fits.items():
        known = [fit for fit in fits if isinstance(fit, ReleaseFit)]
        rank = ranked.get(name)
        scores = (rank.aicc, rank.delta, rank.weight) if rank else (None, None, None)
        for parameter in known[0].model.parameters if known else ():
            over = parameter_over_vessels(known, parameter.name, level)
            yield (*_head(one.group), name, _EACH, parameter.name, parameter.unit.format(time="h"),
                   over.value, over.low, over.high, over.n, *scores, apart.get(name, ""))  # fmt: skip


def _head(group: Group) -> tuple[str, str, str]:
    return group.medium, group.carrier, group.role


def _pooled_rows(one: Modelled) -> Iterator[tuple[object, ...]]:
    for name, fit in one.pooled.items():
        if isinstance(fit, NotFitted):
            continue
        for parameter in fit.parameters:
            yield (*_head(one.group), name, _POOLED, parameter.name, parameter.unit.format(time="h"),
                   parameter.value, parameter.low, parameter.high, fit.n, fit.aicc, None, None,
                   "understates the interval: values of one vessel are not independent")  # fmt: skip
