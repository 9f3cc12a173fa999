"""How alike two curves are: f1 and f2 of every medium against the reference medium."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.release.curve_fits import by_unit
from selenolab.assays.release.groups import Group
from selenolab.assays.release.media import Medium, against_reference
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate
from selenolab.fit.similarity import Similarity, compare
from selenolab.fit.similarity_bootstrap import bootstrap_f2

Vector = NDArray[np.float64]
F1, F2 = "difference factor f1", "similarity factor f2"
_LEVEL = 0.90
_FEW = 12


def similarity_endpoints(
    groups: Sequence[Group], media: dict[str, Medium], settings: ReleaseSettings, seed: int
) -> Iterator[Endpoint]:
    """f1 and f2 of every sample group against its carrier in the reference medium."""
    for group, base, _ in against_reference(groups, media, settings):
        yield from _pair(group, base, settings, seed)


def _pair(group: Group, base: Group, settings: ReleaseSettings, seed: int) -> Iterator[Endpoint]:
    words = {**group.words, "reference": base.medium}
    points = "all" if settings.f2_points == "all" else settings.f2_rule
    try:
        time, one, two = shared_tables(base, group)
        found = compare(time, one, two, points=points, unit="h")
    except DataError as error:
        yield Endpoint(F1, words, Absent(str(error), "1"))
        yield Endpoint(F2, words, Absent(str(error), "1"))
        return
    remarks = _remarks(found)
    n = min(found.n_reference, found.n_test)
    rule = "all common times" if points == "all" else f"{points} rule: {found.selects}"
    if n < 2:
        why = (
            f"one of the {group.n_is} in a medium: f1 {found.f1:.1f}, f2 {found.f2:.1f}, no interval ({rule})"
        )
        yield Endpoint(F1, words, Absent(why, "1"), remarks)
        yield Endpoint(F2, words, Absent(why, "1"), remarks)
        return
    draws = max(settings.f2_bootstraps, 100)
    boot = bootstrap_f2(time, one, two, seed=seed, unit="h", points=points, draws=draws)
    used = np.isin(time, found.times)
    low, high = _f1_limits(one[used], two[used], seed, draws)
    head = f"means, {rule}; {100 * _LEVEL:g} %"
    how = f"{head} percentile bootstrap over {group.n_is}"
    f1 = Estimate(found.f1, min(low, found.f1), max(high, found.f1), "1", how, n, group.n_is, _LEVEL)
    yield Endpoint(F1, words, f1, remarks)
    how = f"{head} BCa bootstrap over {group.n_is}"
    low, high = min(boot.bca[0], found.f2), max(boot.bca[1], found.f2)
    yield Endpoint(F2, words, Estimate(found.f2, low, high, "1", how, n, group.n_is, _LEVEL), remarks)


def _f1_limits(reference: Vector, test: Vector, seed: int, draws: int) -> tuple[float, float]:
    """Percentile limits of f1 of (m, units) tables, whole units drawn with replacement."""
    generator = np.random.default_rng(seed)
    means = []
    for table in (reference, test):
        units = table.shape[1]
        means.append(generator.multinomial(units, np.full(units, 1 / units), size=draws) / units @ table.T)
    below = means[0].sum(axis=1)
    found = 100 * np.abs(means[0] - means[1]).sum(axis=1)[below > 0] / below[below > 0]
    low, high = np.quantile(found, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def shared_tables(reference: Group, test: Group) -> tuple[Vector, Vector, Vector]:
    """Times at which every unit of both groups has a sound value, and both tables (m, units).

    Raises
    ------
    DataError
        No such time after 0.
    """
    time_r, one = by_unit(reference)
    time_t, two = by_unit(test)
    full_r, full_t = time_r[np.isfinite(one).all(1)], time_t[np.isfinite(two).all(1)]
    time = np.intersect1d(full_r, full_t)
    if not (time > 0).any():
        raise DataError("the media share no time at which every unit has a value")
    return time, one[np.isin(time_r, time)], two[np.isin(time_t, time)]


def _remarks(found: Similarity) -> tuple[str, ...]:
    """Descriptive below 12 units, and whatever else the rule asks for and does not find."""
    told = []
    if min(found.n_reference, found.n_test) < _FEW:
        told.append(
            "Descriptive: fewer than 12 units of nanoparticles are no test of similarity. A bootstrap of so "
            "few is too narrow: in simulations of 4 to 12 units the interval held the truth in 79 to 87 %, "
            "not 90 %."
        )
    unmet = [text for text in found.unmet if "fewer than 12" not in text]
    if unmet:
        told.append(f"Conditions of the rule not met: {'; '.join(unmet)}.")
    return tuple(told)
