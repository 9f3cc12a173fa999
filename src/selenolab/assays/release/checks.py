"""What the vessels are asked: mass balance, no falling curve, sink, evaporation, batches."""

from collections.abc import Iterator, Sequence

import numpy as np

from selenolab.assays.release.groups import BATCHES, Group
from selenolab.assays.release.schema import BLANK, GSH_BLANK, NON_CLEAVABLE, RELEASED
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.vessels import Prepared, Vessel
from selenolab.core.check import Check, MissingControl

_EXPLAINED = 4 * 2**0.5  # SDs of a value: the difference of two values strays by less
_NOTHING = 0.1  # % of the drug in the bag: less at all times is more often a unit than a release
_BETTER = 0.1  # of the solubility: perfect sink


def group_checks(group: Group, settings: ReleaseSettings) -> Iterator[Check]:
    """All checks of one group that its data can decide; see :func:`run_checks` for the rest."""
    yield _mass(group, settings)
    yield _not_below_none(group, settings)
    yield _falling(group, settings)
    yield from copied(group)
    if np.isfinite(group.fact("solubility")) and _highest(group) is not None:
        yield _sink(group, settings)
    if _blank_kinds(group) != {""}:
        yield _blanked(group)


def _mass(group: Group, settings: ReleaseSettings) -> Check:
    """No more drug than was in the bag; above 100 % nothing is clipped."""
    name, vessel, time, most = "mass balance", "", 0.0, -np.inf
    for one in group.vessels:
        values = np.where(one.sound & np.isfinite(one.released), one.released, -np.inf)
        place = int(values.argmax())
        if values[place] > most:
            vessel, time, most = one.name, float(one.time[place]), float(values[place])
    if not np.isfinite(most):
        return Check("released share", name, None, "No vessel has a sound value.", group=group.words)
    limit = settings.released_max
    if most < _NOTHING:
        why = f"The most is {most:.2g} %, next to nothing. If drug did come out, check loaded drug and units."
        return Check("released share", name, None, why, group=group.words)
    told = f"The most is {most:.1f} %, vessel {vessel} at {time:g} h"
    more = "." if most <= 100 else "; shares above 100 % are shown as they are."
    if most > limit:
        more = ": more than was in the bag. Check loaded drug, dilution, volumes and the correction."
    return Check(
        "released share", name, most <= limit, told + more, most, limit, "%", limit - most, group.words,
        settings={"released_max": f"{limit:g}"},
    )  # fmt: skip


def _not_below_none(group: Group, settings: ReleaseSettings) -> Check:
    """Release is not below zero by more than scatter explains: else a blank or an intercept is too great."""
    lows = []
    for one in group.vessels:
        values = one.released[one.sound]
        if values.size:
            lows.append((float(values.min()), one.name, float(one.time[one.sound][values.argmin()])))
    name = "no release below zero"
    if not lows:
        return Check("released share", name, None, "No vessel has a sound value.", group=group.words)
    least, vessel, time = min(lows)
    limit = -max(settings.fall_max_points, _EXPLAINED * scatter_of(group))
    more = "." if least >= limit else ": less than none. Check the blank, the intercept and the baseline."
    told = f"The least is {least:.1f} %, vessel {vessel} at {time:g} h"
    return Check(
        "released share", name, least >= limit, told + more, least, limit, "%", least - limit, group.words,
        settings={"fall_max_points": f"{settings.fall_max_points:g}"},
    )  # fmt: skip


def fall_of(vessel: Vessel) -> tuple[float, float]:
    """The greatest fall below an earlier value in points, and the time it is seen at [h]."""
    values, times = vessel.released[vessel.sound], vessel.time[vessel.sound]
    if values.size < 2:
        return 0.0, float(times[0]) if times.size else 0.0
    falls = np.maximum.accumulate(values) - values
    place = int(falls.argmax())
    return float(falls[place]), float(times[place])


def scatter_of(group: Group) -> float:
    """The SD in points of one value, from differences of vessels at equal times; 0 where none can be taken.

    Their median, so that one wrong value does not count. Distances from a median would be too small
    with three vessels, of which one is always the median itself.
    """
    apart = []
    for _, part in group.rows[~group.rows["below"]].groupby("time")["released"]:
        values = part.to_numpy(float)
        one, other = np.triu_indices(values.size, 1)
        apart.append(np.abs(values[one] - values[other]))
    every = np.concatenate([*apart, np.zeros(0)])
    return float(1.4826 / 2**0.5 * np.median(every)) if every.size > 2 else 0.0


def copied(group: Group) -> Iterator[Check]:
    """Vessels that agree to the last digit at every time: nobody measures that."""
    seen: dict[bytes, str] = {}
    for vessel in group.vessels:
        values = vessel.released[vessel.sound]
        if values.size < 3 or not values.any():
            continue
        first = seen.setdefault(values.tobytes(), vessel.name)
        if first != vessel.name:
            why = (
                f"Vessels {first} and {vessel.name} agree to the last digit at all {values.size} times: a "
                "copy counts as no second vessel. Leave one out."
            )
            yield Check("every vessel has values of its own", "copied values", False, why, group=group.words)


def _falling(group: Group, settings: ReleaseSettings) -> Check:
    """Cumulative release does not fall by more than the limit, nor than scatter of this size explains."""
    worst = max(group.vessels, key=lambda vessel: (fall_of(vessel)[0], vessel.name))
    fall, time = fall_of(worst)
    limit = max(settings.fall_max_points, _EXPLAINED * scatter_of(group))
    passed = fall <= limit
    told = f"The greatest fall is {fall:.1f} points, vessel {worst.name} at {time:g} h"
    more = "." if passed else (
        ": released drug does not come back. Degradation, adsorption, precipitation or a mistyped value."
    )  # fmt: skip
    return Check(
        "cumulative release does not fall", "no falling curve", passed, told + more, fall, limit, "points",
        limit - fall, group.words, settings={"fall_max_points": f"{settings.fall_max_points:g}"},
    )  # fmt: skip


_SINK = ("concentration below a share of the solubility", "sink condition")
_BLANK = ("blank of the same medium", "blank")


def _highest(group: Group) -> float | None:
    """The highest sound concentration in µg/mL, None where only shares are known."""
    every = np.concatenate([vessel.concentration[vessel.sound] for vessel in group.vessels])
    every = every[np.isfinite(every)]
    return float(every.max()) if every.size else None


def _sink(group: Group, settings: ReleaseSettings) -> Check:
    """The medium stays far below the solubility, else it holds the release back."""
    solubility, limit = group.fact("solubility"), settings.sink_fraction_max
    most = (_highest(group) or 0.0) / solubility
    told = f"The medium holds at most {100 * most:.1f} % of its solubility ({solubility:g} µg/mL)."
    better = " Below a tenth, as it should be." if most <= _BETTER else " A tenth would be better."
    if most > limit:
        better = " The medium itself slows the release: take more medium or add a solubiliser."
    return Check(
        *_SINK, most <= limit, told + better, 100 * most, 100 * limit, "%", 100 * (limit - most),
        group.words, settings={"sink_fraction_max": f"{limit:.4g}"},
    )  # fmt: skip


def _blank_kinds(group: Group) -> set[str]:
    return {vessel.blank for vessel in group.vessels}


def _blanked(group: Group) -> Check:
    kinds = _blank_kinds(group)
    shown = {GSH_BLANK: "The GSH blank", BLANK: "The blank"}[sorted(kinds - {""})[-1]]
    why = f"{shown} of the medium was subtracted, its mean at each time."
    return Check(*_BLANK, "" not in kinds, why, group=group.words)


def run_checks(groups: Sequence[Group], prepared: Prepared, settings: ReleaseSettings) -> Iterator[Check]:
    """What the run leaves unsaid, told once: solubility, blanks, the volume at the end."""
    if not any(np.isfinite(group.fact("solubility")) for group in groups):
        why = "The solubility of the drug in the medium is not stated (solubility_ug_per_ml)."
        yield Check(*_SINK, None, why)
    bare = sorted({group.medium for group in groups if _blank_kinds(group) == {""}})
    if bare and prepared.kind != RELEASED:
        why = f"No blank vessel: what the medium shows by itself is not subtracted in {', '.join(bare)}."
        yield Check(*_BLANK, None, why)
    yield _evaporation(groups, settings)


def _evaporation(groups: Sequence[Group], settings: ReleaseSettings) -> Check:
    volumes = {vessel.facts["medium_volume"] for group in groups for vessel in group.vessels}
    known = sorted(volume for volume in volumes if np.isfinite(volume))
    rule, name, end = "the volume of medium is kept", "evaporation", settings.final_volume_ml
    if end is None or len(known) != 1:
        last = max(float(group.times[-1]) for group in groups)
        why = (
            f"The volume left after {last:g} h is not stated (final_volume_ml): medium that evaporates "
            "raises the concentration and with it the release."
        )
        return Check(rule, name, None, why)
    lost, limit = 100 * (1 - end / known[0]), settings.evaporation_max
    why = f"{lost:.1f} % of the medium was gone at the end; late values are up to {_over(lost):.1f} % high."
    asked = {"evaporation_max": f"{limit:g}"}
    return Check(rule, name, lost <= limit, why, lost, limit, "%", limit - lost, settings=asked)


def _over(lost: float) -> float:
    return 100 * (1 / (1 - lost / 100) - 1) if lost < 100 else float("inf")


def batch_words(groups: Sequence[Group]) -> tuple[str, ...]:
    """What n counts, where it is only vessels of one batch."""
    if all(group.n_is == BATCHES for group in groups):
        return ()
    some = [group.title for group in groups if group.n_is != BATCHES]
    which = "" if len(some) == len(groups) else f" ({', '.join(some[:4])})"
    return (
        f"n counts vessels of one batch{which}: the intervals have no batch-to-batch part. Repeat with "
        "carriers prepared anew, and name the batch in a column 'batch'.",
    )


def missing_non_cleavable(groups: Sequence[Group], media: Sequence[str]) -> tuple[MissingControl, ...]:
    """Without a carrier that redox cannot cleave, pH or the medium itself may do what is seen."""
    have = {group.medium for group in groups if group.role == NON_CLEAVABLE}
    bare = [medium for medium in media if medium not in have]
    if not bare:
        return ()
    return (
        MissingControl(
            f"that redox drives the release in {' and '.join(bare)}",
            "non-cleavable control carrier",
            "Run the same carrier with linkers that redox cannot cleave (role non_cleavable) in this medium.",
            {"medium": bare[0]} if len(bare) == 1 else {},
        ),
    )
