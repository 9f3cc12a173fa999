"""Redox selectivity: release with GSH over release without at equal time, and what drives it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selenolab.assays.release.groups import VESSELS, Group, at, sound_rows
from selenolab.assays.release.media import PH_APART, Medium, partner_of, ph_differs
from selenolab.assays.release.schema import NON_CLEAVABLE, SAMPLE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import headline_times, share_at
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_least
from selenolab.stats.intervals import fieller_of_samples, mean_t

SELECTIVITY = "redox selectivity"
NOT_INTERPRETABLE = "not interpretable without the measured pH"
_SMALL = "its release without GSH cannot be told from zero at {time:g} h: no ratio can be given"


@dataclass(frozen=True, slots=True)
class Pair:
    """A carrier with GSH and the same without, and what must be said of their ratio."""

    above: Group
    below: Group
    medium: Medium
    reference: Medium
    remarks: tuple[str, ...]

    @property
    def words(self) -> Mapping[str, str]:
        """The group of the pair's endpoints."""
        return {**self.above.words, "reference": self.reference.name}


def pairs_of(groups: Sequence[Group], media: dict[str, Medium], settings: ReleaseSettings) -> list[Pair]:
    """Every carrier with GSH beside the same carrier without."""
    found = []
    carried = [group for group in groups if group.role in (SAMPLE, NON_CLEAVABLE)]
    for group in carried:
        medium = media[group.medium]
        own = {
            other.medium: other
            for other in carried
            if (other.role, other.carrier) == (group.role, group.carrier)
        }
        partner = partner_of(medium, media, settings, sorted(own)) if medium.has_gsh else None
        if partner is not None:
            base = own[partner.name]
            told = (*remarks(medium, partner), *_other_units(group, base))
            found.append(Pair(group, base, medium, partner, told))
    return found


def _other_units(group: Group, base: Group) -> tuple[str, ...]:
    """Batches held against vessels: the interval lacks the batches of one side."""
    if group.n_is == base.n_is:
        return ()
    one = base if base.n_is == VESSELS else group
    return (f"{one.title} is of one batch: its variation between batches is not in the interval",)


def remarks(medium: Medium, reference: Medium) -> tuple[str, ...]:
    """What limits the comparison of two media: no measured pH, or another one."""
    if not medium.ph_measured:
        return (f"{NOT_INTERPRETABLE} of {medium.name}: GSH added as free acid lowers it far",)
    if not reference.ph_measured:
        return (f"{NOT_INTERPRETABLE} of {reference.name}",)
    gap = ph_differs(medium, reference)
    if abs(gap) > PH_APART:
        return (
            f"the pH differs: {medium.ph:.2f} in {medium.name}, {reference.ph:.2f} in {reference.name}; the "
            "ratio holds what the pH does as well",
        )
    return ()


def ratio_at(pair: Pair, time: float, level: float) -> Outcome:
    """Release with over without GSH at `time`, ratio of means with Fieller's interval.

    Absent where the interval of the release without GSH reaches zero: then no ratio has an upper limit. A
    lower bound where that release is below the LOQ.
    """
    one, two = _values(pair.above, time), _values(pair.below, time)
    bound = _least(pair, one, time, level)
    if bound is not None:
        return bound
    if one is None or two is None:
        return Absent(f"not both media have sound values at {time:g} h", "ratio")
    if min(one.size, two.size) < 2:
        return Absent(
            f"{min(one.size, two.size)} unit at {time:g} h: at least 2 in both media are needed", "ratio"
        )
    if mean_t(two, level).low <= 0:
        return Absent(_SMALL.format(time=time), "ratio")
    found = fieller_of_samples(one, two, level=level)
    if not np.isfinite(found.high) or not found.low <= found.value <= found.high:
        return Absent(_SMALL.format(time=time), "ratio")
    kind = pair.above.n_is
    n = min(one.size, two.size)
    return Estimate(found.value, found.low, found.high, "ratio", "ratio of means, Fieller", n, kind, level)


def _least(pair: Pair, above: np.ndarray | None, time: float, level: float) -> Outcome | None:
    """A lower bound of the ratio where the release without GSH is below the LOQ; None where it is not."""
    top = share_at(pair.below, time, level)
    if not isinstance(top, Estimate) or top.censored != "<" or top.value <= 0:
        return None
    if above is None or above.size < 2 or mean_t(above, level).low <= 0:
        return None
    n, method = min(above.size, top.n), "lower limit with GSH over the upper one without, below its LOQ"
    least = mean_t(above, level).low / top.value
    return at_least(float(least), "ratio", method, n, pair.above.n_is, level)


def _values(group: Group, time: float) -> np.ndarray | None:
    rows = at(group, time)
    if rows.empty or rows["below"].any():
        return None
    return rows["released"].to_numpy(float)


def selectivity_endpoints(pairs: Sequence[Pair], settings: ReleaseSettings) -> Iterator[Endpoint]:
    """The ratio at the headline times that both media have."""
    for pair in pairs:
        for time in _common(pair, settings):
            words = {**pair.words, "time": f"{time:g} h"}
            yield Endpoint(SELECTIVITY, words, ratio_at(pair, time, settings.level), pair.remarks)


def _common(pair: Pair, settings: ReleaseSettings) -> list[float]:
    shared = set(pair.above.times.tolist()) & set(pair.below.times.tolist())
    asked = [time for time in headline_times(pair.above, settings) if time in shared]
    return asked or ([max(shared)] if shared else list(headline_times(pair.above, settings))[-1:])


def selectivity_rows(pairs: Sequence[Pair], level: float) -> pd.DataFrame:
    """The ratio at every common time with its limits; NaN where it cannot be given."""
    rows = []
    for pair in pairs:
        for time in sorted(set(sound_rows(pair.above)["time"]) & set(sound_rows(pair.below)["time"])):
            found = ratio_at(pair, float(time), level)
            value = (np.nan,) * 3
            if isinstance(found, Estimate):
                value = (found.value, found.low, found.high)
                value = (np.nan, found.value, np.nan) if found.censored else value
            rows.append(
                (
                    pair.medium.name,
                    pair.reference.name,
                    pair.above.carrier,
                    pair.above.role,
                    float(time),
                    *value,
                )
            )
    columns = ["medium", "reference", "carrier", "role", "time", "ratio", "ratio_low", "ratio_high"]
    numbers = dict.fromkeys(columns[4:], float)  # an empty frame has no types of its own
    return pd.DataFrame(rows, columns=columns).astype(numbers)
