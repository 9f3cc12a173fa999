"""What the vessels are asked: mass balance, no falling curve, sink, evaporation, batches."""

from collections.abc import Iterator, Sequence

import numpy as np

from selenolab.assays.release.groups import BATCHES, Group
from selenolab.assays.release.schema import BLANK, GSH_BLANK, RELEASED
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.vessels import Prepared, Vessel
from selenolab.core.check import Check, MissingControl

_BETTER = 0.1  # of the solubility: perfect sink


def group_checks(group: Group, prepared: Prepared, settings: ReleaseSettings) -> Iterator[Check]:
    """All checks of one group."""
    yield _mass(group, settings)
    yield _falling(group, settings)
    yield _sink(group, settings)
    if prepared.kind != RELEASED:
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
    told = f"The most is {most:.1f} %, vessel {vessel} at {time:g} h"
    more = "." if most <= 100 else "; shares above 100 % are shown as they are."
    if most > limit:
        more = ": more than was in the bag. Check loaded drug, dilution, volumes and the correction."
    return Check(
        "released share", name, most <= limit, told + more, most, limit, "%", limit - most, group.words,
        settings={"released_max": f"{limit:g}"},
    )  # fmt: skip


def fall_of(vessel: Vessel) -> tuple[float, float]:
    """The greatest fall below an earlier value in points, and the time it is seen at [h]."""
    values, times = vessel.released[vessel.sound], vessel.time[vessel.sound]
    if values.size < 2:
        return 0.0, float(times[0]) if times.size else 0.0
    falls = np.maximum.accumulate(values) - values
    place = int(falls.argmax())
    return float(falls[place]), float(times[place])


def _falling(group: Group, settings: ReleaseSettings) -> Check:
    worst = max(group.vessels, key=lambda vessel: (fall_of(vessel)[0], vessel.name))
    fall, time = fall_of(worst)
    limit = settings.fall_max_points
    passed = fall <= limit
    told = f"The greatest fall is {fall:.1f} points, vessel {worst.name} at {time:g} h"
    more = "." if passed else (
        ": released drug does not come back. Degradation, adsorption, precipitation or a mistyped value."
    )  # fmt: skip
    return Check(
        "cumulative release does not fall", "no falling curve", passed, told + more, fall, limit, "points",
        limit - fall, group.words, settings={"fall_max_points": f"{limit:g}"},
    )  # fmt: skip


def _sink(group: Group, settings: ReleaseSettings) -> Check:
    """The medium stays far below the solubility, else it holds the release back."""
    rule, name = "concentration below a share of the solubility", "sink condition"
    solubility = group.fact("solubility")
    found = [vessel.concentration[vessel.sound] for vessel in group.vessels]
    every = np.concatenate(found) if found else np.zeros(0)
    every = every[np.isfinite(every)]
    if not np.isfinite(solubility) or not every.size:
        why = "the solubility in the medium" if every.size else "the concentration in the medium"
        return Check(rule, name, None, f"Not known: {why} is not stated.", group=group.words)
    most = float(every.max()) / solubility
    limit = settings.sink_fraction_max
    better = " Below a tenth, as it should be." if most <= _BETTER else " A tenth would be better."
    told = f"The medium holds at most {100 * most:.1f} % of its solubility ({solubility:g} µg/mL)."
    if most > limit:
        better = " The medium itself slows the release: take more medium or add a solubiliser."
    return Check(
        rule, name, most <= limit, told + better, 100 * most, 100 * limit, "%", 100 * (limit - most),
        group.words, settings={"sink_fraction_max": f"{limit:.4g}"},
    )  # fmt: skip


def _blanked(group: Group) -> Check:
    kinds = {vessel.blank for vessel in group.vessels}
    rule, name = "blank of the same medium", "blank"
    if kinds == {""}:
        why = "No blank vessel of this medium: what medium and carrier show by themselves is not subtracted."
        return Check(rule, name, None, why, group=group.words)
    shown = {GSH_BLANK: "the GSH blank", BLANK: "the blank"}[sorted(kinds - {""})[-1]]
    why = f"{shown[:1].upper() + shown[1:]} of the medium was subtracted, its mean at each time."
    return Check(rule, name, "" not in kinds, why, group=group.words)


def run_checks(groups: Sequence[Group], settings: ReleaseSettings) -> Iterator[Check]:
    """Checks of the whole run: evaporation."""
    volumes = {vessel.facts["medium_volume"] for group in groups for vessel in group.vessels}
    known = sorted(volume for volume in volumes if np.isfinite(volume))
    rule, name = "the volume of medium is kept", "evaporation"
    end = settings.final_volume_ml
    if end is None or len(known) != 1:
        last = max(float(group.times[-1]) for group in groups if group.times.size)
        why = (
            f"The volume left after {last:g} h is not stated (final_volume_ml): medium that evaporates "
            "raises "
            "the concentration and with it the release."
        )
        yield Check(rule, name, None, why)
        return
    lost = 100 * (1 - end / known[0])
    limit = settings.evaporation_max
    why = (
        f"{lost:.1f} % of the medium was gone at the end; late values are up to {_over(lost):.1f} % too high."
    )
    yield Check(
        rule,
        name,
        lost <= limit,
        why,
        lost,
        limit,
        "%",
        limit - lost,
        settings={"evaporation_max": f"{limit:g}"},
    )


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
        "carriers "
        "prepared anew, and name the batch in a column 'batch'.",
    )


def missing_non_cleavable(groups: Sequence[Group], gsh_media: Sequence[str]) -> tuple[MissingControl, ...]:
    """Without a carrier that redox cannot cleave, pH or GSH itself may do what is seen."""
    bare = [
        medium
        for medium in gsh_media
        if not any(group.role == "non_cleavable" and group.medium == medium for group in groups)
    ]
    return tuple(
        MissingControl(
            "that redox cleavage drives the release",
            "non-cleavable control carrier",
            "Run the same carrier with linkers that redox cannot cleave (role non_cleavable) in this medium.",
            {"medium": medium},
        )
        for medium in bare
    )
