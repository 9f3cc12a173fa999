"""What a medium triggers: redox, as the cleavable carrier alone answers, or something that both answer to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.release.groups import Group, at
from selenolab.assays.release.media import PH_APART, Medium, against_reference, media_of, ph_differs
from selenolab.assays.release.schema import NON_CLEAVABLE
from selenolab.assays.release.selectivity import NOT_INTERPRETABLE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import headline_times
from selenolab.core.estimate import Absent, Endpoint, Outcome, Verdict
from selenolab.stats.intervals import Interval, welch_difference

TRIGGER = "trigger"
ACID, OTHER, REDOX, NOTHING, OPEN = "acid, not redox", "not redox", "redox", "no trigger seen", "undecided"
_METHOD = "release above the reference medium, cleavable against non-cleavable carrier (Welch)"
_HALF = 0.5
_ROOM = 0.75  # of the rise of the carrier: a control that cannot rise so far decides nothing


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
    for group, base, reference in against_reference(groups, media, settings):
        words = {**group.words, "reference": reference.name}
        outcome = _verdict(group, base, groups, (media[group.medium], reference), settings)
        yield Endpoint(TRIGGER, words, outcome)


def _verdict(
    group: Group, base: Group, groups: Sequence[Group], both: tuple[Medium, Medium], settings: ReleaseSettings
) -> Outcome:
    time = _time(group, base, settings)
    own = None if time is None else rise(group, base, time, settings.level)
    if time is None or own is None:
        return Absent(f"the medium and its reference share no time with sound values of 2 {group.n_is}")
    told = f"{own.found.value:+.1f} points ({own.found.low:.1f} to {own.found.high:.1f}) at {time:g} h"
    if not own.seen:
        return _said(NOTHING, f"the carrier releases {told}: not above {both[1].name}", own, group)
    control = _control(groups, group.medium)
    if control is None:
        why = f"the carrier releases {told}, but no non-cleavable control was run in {group.medium}"
        return _said(OPEN, why, own, group)
    plain = _control(groups, base.medium, control.carrier) or base
    other = rise(control, plain, time, settings.level)
    if other is None:
        return _said(OPEN, f"fewer than 2 non-cleavable vessels with a sound value at {time:g} h", own, group)
    category, why = _compared(own, other, both, _room(plain, time))
    if category == REDOX:
        category, why = _by_agent(group, own, groups, both, (time, settings.level))
    beside = f"{other.found.value:+.1f} points ({other.found.low:.1f} to {other.found.high:.1f})"
    against = (
        f" above the cleavable carrier in {base.medium}, as it was not run there" if plain is base else ""
    )
    why = f"the carrier releases {told}, {_named(control)} {beside}{against}{why}"
    return _said(category, why, own, group)


def _compared(own: Rise, other: Rise, both: tuple[Medium, Medium], room: float) -> tuple[str, str]:
    """Redox where the control surely rises less than half as much; not redox where it rises as well."""
    half = _HALF * own.found.value
    if other.seen and other.found.value >= half:
        acid = ph_differs(*both) < -PH_APART
        return ACID if acid else OTHER, ": what drives it needs no cleavable link"
    if room < _ROOM * own.found.value:
        return OPEN, f": in {both[1].name} it releases so much that it cannot rise as far"
    if other.found.high < half:
        return REDOX, ""
    return OPEN, ": the control's interval does not decide"


def _by_agent(
    group: Group,
    own: Rise,
    groups: Sequence[Group],
    both: tuple[Medium, Medium],
    at_level: tuple[float, float],
) -> tuple[str, str]:
    """What opens the cleavable link: redox only where an agent is there and the pH is not another one too."""
    medium, reference = both
    acid = ph_differs(medium, reference) < -PH_APART
    if medium.plain:
        why = f": it needs the cleavable link, but nothing in {medium.name} is known to reduce or oxidise"
        return (ACID if acid else OTHER), why
    if medium.has_gsh and not medium.ph_measured:
        return OPEN, f": {NOT_INTERPRETABLE} of {medium.name}"
    if not abs(ph_differs(medium, reference)) > PH_APART:
        return REDOX, ""
    same = _plain_alike(group, groups, medium)
    gap = f"the pH is {medium.ph:.2f} against {reference.ph:.2f}"
    if same is None:
        return OPEN, f": it needs the cleavable link, but {gap}, and no plain medium of that pH was run"
    beyond = rise(group, same, *at_level)
    if beyond is not None and beyond.found.low > _HALF * own.found.value:
        return REDOX, f"; {gap}, and of that pH alone it is not ({same.medium})"
    if acid and beyond is not None and beyond.found.high < _HALF * own.found.value:
        return ACID, f": {gap}, and {same.medium} without an agent does as much"
    return OPEN, f": {gap}, and {same.medium} does not tell the pH from the agent"


def _plain_alike(group: Group, groups: Sequence[Group], medium: Medium) -> Group | None:
    """The same carrier in a plain medium of the same measured pH."""
    media = media_of(groups)
    alike = [
        other for other in groups
        if (other.role, other.carrier) == (group.role, group.carrier) and media[other.medium].plain
        and abs(ph_differs(media[other.medium], medium)) <= PH_APART
    ]  # fmt: skip
    return min(alike, key=lambda other: abs(media[other.medium].ph - medium.ph), default=None)


def _room(group: Group, time: float) -> float:
    """How far the release of a group at a time may still rise, in points."""
    rows = at(group, time)
    return 100.0 - float(rows.loc[~rows["below"], "released"].mean())


def _named(control: Group) -> str:
    return " ".join(part for part in ("the non-cleavable control", control.carrier) if part)


def _said(category: str, why: str, own: Rise, group: Group) -> Verdict:
    return Verdict(category, why, _METHOD, own.n, group.n_is)


def _control(groups: Sequence[Group], medium: str, carrier: str | None = None) -> Group | None:
    """The non-cleavable control in a medium, the same carrier where one is named."""
    own = (g for g in groups if g.role == NON_CLEAVABLE and g.medium == medium)
    return next((g for g in own if carrier in (None, g.carrier)), None)


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
    """The first headline time at which both have sound values of two units, else the last such time."""
    shared = [t for t in group.times if rise(group, base, t, settings.level) is not None]
    asked = [t for t in headline_times(group, settings) if np.isclose(shared, t, rtol=1e-9).any()]
    return asked[0] if asked else (float(shared[-1]) if shared else None)
