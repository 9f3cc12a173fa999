"""Sizes, shapes and clusters of a group as endpoints, with intervals over its images."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import inf

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.microscopy.groups import NM, Group, weights
from selenolab.assays.microscopy.moments import (
    Array,
    Statistic,
    coefficient_of_variation,
    effective_number,
    mean,
    moment_mean,
    quantile,
    span,
    standard_deviation,
)
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.assays.microscopy.uncertainty import (
    Between,
    Index,
    Interval,
    of_moment,
    of_quantile,
    of_share,
    smooth,
)
from selenolab.core.analysis import UnitValue
from selenolab.core.assay import EndpointSpec
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome

MEAN, MEDIAN, D10, D90 = "mean diameter", "median diameter (D50)", "D10", "D90"
AREA, SIXTH = "area-weighted mean diameter", "d6-weighted mean diameter"
SD, CV, SPAN = "SD of diameters", "CV of diameters", "span (D90 - D10) / D50"
CIRCULARITY, ASPECT, AGGREGATED = "circularity", "aspect ratio", "aggregated particles"
DRY = "Dry size in the microscope's vacuum: not the hydrated size that DLS shows."
_FEWEST = 5  # particles of one image from which on their scatter says anything
ALONE = "image (interval over its particles only)"
_MOST_PARTS = 50  # of one image for the jackknife over its particles
_SIXTH_LEAST = 30.0  # effective particles below which a d^6 mean rests on a handful


@dataclass(frozen=True, slots=True)
class _Size:
    """A statistic of diameters: how it is computed, how it gets its interval, and how it is told."""

    name: str
    statistic: Statistic
    interval: Interval
    method: str
    unit: str = ""  # "" for the unit of the diameters
    scaled: bool = True  # whether units of replication are compared by ratio


def _smooth(statistic: Statistic, tails: bool = False) -> Interval:
    def over(d: Array, w: Array, unit: Index, level: float) -> Between:
        return smooth(statistic, d, w, unit, level, tails)

    return over


_SIXTH_MEAN = moment_mean(6)
_SIZES = (
    _Size(MEAN, mean, _smooth(mean), "jackknife, t on the logarithm"),
    _Size(MEDIAN, quantile(0.5), partial(of_quantile, 0.5), "Woodruff interval"),
    _Size(D10, quantile(0.1), partial(of_quantile, 0.1), "Woodruff interval"),
    _Size(D90, quantile(0.9), partial(of_quantile, 0.9), "Woodruff interval"),
    _Size(AREA, moment_mean(2), _smooth(moment_mean(2), True), "jackknife, t on the logarithm"),
    _Size(SIXTH, _SIXTH_MEAN, partial(of_moment, _SIXTH_MEAN, 6), "jackknife, widened by a lognormal tail"),
    _Size(SD, standard_deviation, _smooth(standard_deviation, True), "jackknife, t on the logarithm"),
    _Size(
        CV, coefficient_of_variation, _smooth(coefficient_of_variation, True),
        "jackknife, t on the logarithm", "%",
    ),
    _Size(SPAN, span, _smooth(span, True), "jackknife, t on the logarithm", "1"),
)  # fmt: skip

_OF_SEVERAL = (SD, CV, SPAN)
_BOUNDS = {CIRCULARITY: (-inf, 1.0), ASPECT: (1.0, inf)}  # no outline is rounder than a circle

SPECS = (
    EndpointSpec(MEAN, NM, "number mean of the diameters of equal area; px where no scale is known"),
    EndpointSpec(MEDIAN, NM, "diameter below which half of the particles lie"),
    EndpointSpec(D10, NM, "diameter below which a tenth of the particles lie"),
    EndpointSpec(D90, NM, "diameter below which nine tenths of the particles lie"),
    EndpointSpec(AREA, NM, "mean diameter weighted by projected area"),
    EndpointSpec(SIXTH, NM, "mean diameter weighted by d^6, as small particles scatter light: beside DLS"),
    EndpointSpec(SD, NM, "standard deviation of the diameters, by number"),
    EndpointSpec(CV, "%", "standard deviation over the number mean"),
    EndpointSpec(SPAN, "1", "relative width of the distribution"),
    EndpointSpec(CIRCULARITY, "1", "mean circularity; 1 is a circle"),
    EndpointSpec(ASPECT, "1", "mean ratio of length to width; 1 is a circle"),
    EndpointSpec(AGGREGATED, "%", "particles that touch another one, of all counted"),
)


@dataclass(frozen=True, slots=True)
class GroupResult:
    """A group with its weights, endpoints and one value a unit of replication."""

    group: Group
    weight: Array
    endpoints: tuple[Endpoint, ...]
    units: tuple[UnitValue, ...]

    @property
    def sizes(self) -> Array:
        """The diameters (n,) of the counted particles."""
        return self.group.counted["size"].to_numpy(float)

    def outcome(self, name: str) -> Outcome:
        """The outcome of one of the endpoints."""
        return next(end.outcome for end in self.endpoints if end.name == name)


def group_result(group: Group, settings: MicroscopySettings) -> GroupResult:
    """All that is computed of one group."""
    weight = weights(group, settings)
    if not len(weight):
        return GroupResult(group, weight, tuple(_absent(group)), ())
    endpoints = (*_sizes(group, weight, settings), *_shapes(group, weight, settings))
    return GroupResult(group, weight, endpoints, tuple(_units(group, weight)))


def _absent(group: Group) -> Iterator[Endpoint]:
    """Every endpoint with why it is not there."""
    if not len(group.records):
        why = "every image of the group is excluded"
    elif len(group.outlined):
        why = f"none of the {len(group.outlined)} outlines counts: all touch the edge or are excluded"
    else:
        why = "no particle was found"
    for spec in SPECS:
        unit = group.unit if spec.unit == NM else spec.unit
        yield Endpoint(spec.name, group.words, Absent(why, unit))


@dataclass(frozen=True, slots=True)
class Replicates:
    """The unit of each particle by number, what the units are, and how the method tells of them."""

    index: Index
    n: int
    n_is: str
    told: str


def replicates(group: Group) -> Replicates:
    """Images, grids or batches; for a single one its particles, which the method then says."""
    ids = group.counted["unit_id"].astype(str)
    codes = ids.astype("category").cat.codes.to_numpy(dtype=np.intp)
    k = int(codes.max()) + 1
    if k > 1:
        return Replicates(codes, k, group.unit_is, f"over {group.unit_is}")
    n = len(codes)
    parts = np.arange(n, dtype=np.intp) % min(n, _MOST_PARTS) if n >= _FEWEST else codes
    one = "image" if group.unit_is.startswith("images") else "unit"
    told = f"over the particles of one {one}: holds no variation between images"
    n_is = ALONE if one == "image" else group.unit_is
    return Replicates(parts, 1, n_is, told)


def _sizes(group: Group, weight: Array, settings: MicroscopySettings) -> Iterator[Endpoint]:
    sizes, own = group.counted["size"].to_numpy(float), replicates(group)
    for size in _SIZES:
        if size.name in _OF_SEVERAL and len(sizes) < 2:
            unit = size.unit or group.unit
            yield Endpoint(size.name, group.words, Absent("there is one particle only", unit))
            continue
        found = size.interval(sizes, weight, own.index, settings.level)
        method = f"{size.method}, {own.told}"
        warnings = tuple(_warnings(size.name, sizes, weight))
        yield Endpoint(
            size.name,
            group.words,
            _outcome(found, size.unit or group.unit, method, own, settings.level),
            warnings,
        )


def _warnings(name: str, sizes: Array, weight: Array) -> Iterator[str]:
    if name != SIXTH:
        return
    yield DRY
    number = effective_number(weight * (sizes / sizes.max()) ** 6)
    if number < _SIXTH_LEAST:
        few = "particle" if round(number) == 1 else "particles"
        yield f"It rests on the weight of about {max(1, round(number))} {few}, the largest of {len(sizes)}."


def _outcome(found: Between, unit: str, method: str, own: Replicates, level: float) -> Outcome:
    if not np.isfinite(found.value):
        return Absent("it cannot be computed of these particles", unit, method)
    low, high = min(found.low, found.value), max(found.high, found.value)
    return Estimate(found.value, low, high, unit, method, own.n, own.n_is, level)


def _shapes(group: Group, weight: Array, settings: MicroscopySettings) -> Iterator[Endpoint]:
    for name, word in ((CIRCULARITY, "circularity"), (ASPECT, "aspect_ratio")):
        yield _shape(name, word, group, weight, settings)
    own = replicates(group)
    if "aggregate_size" not in group.counted:
        yield Endpoint(AGGREGATED, group.words, Absent("clusters are not known of these particles", "%"))
        return
    hit = np.asarray(group.counted["aggregate_size"] > 1, dtype=float)
    found = of_share(hit, weight, own.index, settings.level)
    some = 0 < found.value < 100
    method = (
        f"share, t on the log odds, {own.told}" if some else "share, Wilson score interval over particles"
    )
    yield Endpoint(AGGREGATED, group.words, _outcome(found, "%", method, own, settings.level))


def _shape(name: str, word: str, group: Group, weight: Array, settings: MicroscopySettings) -> Endpoint:
    values = group.counted[word].to_numpy(float) if word in group.counted else np.empty(0)
    seen = np.isfinite(values)
    if not seen.any():
        return Endpoint(name, group.words, Absent("shapes are not known of these particles", "1"))
    own = replicates(group)
    codes = np.unique(own.index[seen], return_inverse=True)[1]
    found = smooth(mean, values[seen], weight[seen], codes, settings.level)
    low, high = _BOUNDS[name]
    found = Between(found.value, max(found.low, low), min(found.high, high))
    method = f"weighted mean, jackknife, t on the logarithm, {own.told}"
    return Endpoint(name, group.words, _outcome(found, "1", method, own, settings.level))


def _units(group: Group, weight: Array) -> Iterator[UnitValue]:
    """One value a unit of replication, for comparisons between groups."""
    ids = group.counted["unit_id"].astype(str).to_numpy()
    sizes = group.counted["size"].to_numpy(float)
    for unit_id in sorted(set(ids)):
        own: NDArray[np.bool_] = ids == unit_id
        for size in _SIZES:
            value = size.statistic(sizes[own], weight[own])
            if value > 0:
                yield UnitValue(
                    size.name,
                    group.words,
                    unit_id,
                    value,
                    size.unit or group.unit,
                    "log",
                    unit_is=group.unit_is,
                )
