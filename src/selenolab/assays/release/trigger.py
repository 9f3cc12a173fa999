"""What a medium triggers: redox, as the cleavable carrier alone answers, or something that both answer to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.release.groups import Group, at
from selenolab.assays.release.media import PH_APART, Medium, ph_differs, reference_of
from selenolab.assays.release.schema import NON_CLEAVABLE, SAMPLE
from selenolab.assays.release.selectivity import NOT_INTERPRETABLE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import headline_times
from selenolab.core.estimate import Absent, Endpoint, Outcome, Verdict
from selenolab.stats.intervals import Interval, welch_difference

TRIGGER = "trigger"
ACID, OTHER, REDOX, NOTHING, OPEN = "acid, not redox", "not redox", "redox", "no trigger seen", "undecided"
_METHOD = "release above the reference medium, cleavable against non-cleavable carrier (Welch)"
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Rise:
    """Release in a medium above that in the reference, in points, with its interval."""

    found: Interval
    n: int

    @property
    def seen(self) -> bool:
        """Whether it is above zero beyond its interval."""
        return self.found.low > 0


def trigger_endpoints(
    groups: Sequence[Group], media: dict[str, Medium], settings: ReleaseSettings
) -> Iterator[Endpoint]:
    """What every medium but the reference triggers in every carrier."""
    samples = [group for group in groups if group.role == SAMPLE]
    for group in samples:
        own = sorted(other.medium for other in samples if other.carrier == group.carrier)
        reference = reference_of(media, settings, own)
        if reference is None or reference.name == group.medium:
            continue
        base = next(o for o in samples if (o.carrier, o.medium) == (group.carrier, reference.name))
        words = {**group.words, "reference": reference.name}
        outcome = _verdict(group, base, groups, (media[group.medium], reference), settings)
        yield Endpoint(TRIGGER, words, outcome)


def _verdict(
    group: Group, base: Group, groups: Sequence[Group], both: tuple[Medium, Medium], settings: ReleaseSettings
) -> Outcome:
    time = _time(group, base, settings)
    if time is None:
        return Absent("the medium and its reference share no time")
    own = rise(group, base, time, settings.level)
    if own is None:
        return Absent(f"fewer than 2 {group.n_is} with a sound value at {time:g} h")
    told = f"{own.found.value:+.1f} points ({own.found.low:.1f} to {own.found.high:.1f}) at {time:g} h"
    if not own.seen:
        return _said(NOTHING, f"the carrier releases {told}: not above {both[1].name}", own, group)
    control = _control(groups, group.medium)
    if control is None:
        why = f"the carrier releases {told}, but no non-cleavable control was run in {group.medium}"
        return _said(OPEN, why, own, group)
    plain = _control(groups, base.medium) or base
    other = rise(control, plain, time, settings.level)
    if other is None:
        return _said(OPEN, f"fewer than 2 non-cleavable vessels with a sound value at {time:g} h", own, group)
    return _compared(own, other, told, both, group)


def _compared(own: Rise, other: Rise, told: str, both: tuple[Medium, Medium], group: Group) -> Verdict:
    """Redox where the control surely rises less than half as much; not redox where it rises as well."""
    medium, reference = both
    beside = f"{other.found.value:+.1f} points ({other.found.low:.1f} to {other.found.high:.1f})"
    why = f"the carrier releases {told}, the non-cleavable control {beside}"
    half = _HALF * own.found.value
    if other.seen and other.found.value >= half:
        acid = ph_differs(medium, reference) < -PH_APART
        return _said(ACID if acid else OTHER, f"{why}: what drives it needs no cleavable link", own, group)
    if other.found.high < half:
        if medium.has_gsh and not medium.ph_measured:
            return _said(OPEN, f"{why}: {NOT_INTERPRETABLE} of {medium.name}", own, group)
        return _said(REDOX, why, own, group)
    return _said(OPEN, f"{why}: the control's interval does not decide", own, group)


def _said(category: str, why: str, own: Rise, group: Group) -> Verdict:
    return Verdict(category, why, _METHOD, own.n, group.n_is)


def _control(groups: Sequence[Group], medium: str) -> Group | None:
    return next((g for g in groups if g.role == NON_CLEAVABLE and g.medium == medium), None)


def rise(group: Group, base: Group, time: float, level: float) -> Rise | None:
    """Release of `group` above `base` at `time`; None without two sound values in both."""
    values: list[NDArray[np.float64]] = []
    for one in (group, base):
        rows = at(one, time)
        known = rows.loc[~rows["below"], "released"].to_numpy(float)
        if known.size < 2:
            return None
        values.append(known)
    found = welch_difference(values[0], values[1], level)
    return Rise(found, min(len(values[0]), len(values[1])))


def _time(group: Group, base: Group, settings: ReleaseSettings) -> float | None:
    """The first headline time that both have, else the last common one."""
    shared = [t for t in group.times if np.isclose(base.times, t, rtol=1e-9).any()]
    asked = [t for t in headline_times(group, settings) if t in shared]
    return asked[0] if asked else (shared[-1] if shared else None)
