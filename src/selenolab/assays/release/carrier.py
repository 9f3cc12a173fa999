"""The carrier's own release: the bag taken off by the free-drug control."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log

from selenolab.assays.release.curve_times import counted_as
from selenolab.assays.release.groups import Group, sound_rows
from selenolab.assays.release.schema import FREE
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import last_common, share_at
from selenolab.core.check import Check, MissingControl
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict
from selenolab.fit.membrane import MembraneFit, fit_membrane

CARRIER_T50, K_M, KIND = "t50 of the carrier", "k_m", "release against the bag"
DESCRIBES = "describes the data"
SUSTAINED, BAG = "sustained", "not told from the bag"


@dataclass(frozen=True, slots=True)
class Deconvolved:
    """The joint fit of a group, the control it rests on, and why there is none."""

    group: Group
    control: Group | None
    fit: MembraneFit | None
    why: str = ""


def deconvolve(group: Group, groups: Sequence[Group], settings: ReleaseSettings) -> Deconvolved:
    """The joint fit of carrier and membrane, its curve that of `carrier_family`."""
    controls = [other for other in groups if other.role == FREE]
    if not controls:
        return Deconvolved(group, None, None, "the free-drug control is missing")
    control = next((other for other in controls if other.medium == group.medium), controls[0])
    try:
        fit = _fit(group, control, settings)
    except DataError as error:
        return Deconvolved(group, control, None, str(error))
    return Deconvolved(group, control, fit)


def _fit(group: Group, control: Group, settings: ReleaseSettings) -> MembraneFit:
    """Weibull unless the settings say otherwise: a family taken by the look of the fit loses coverage."""
    return fit_membrane(
        sound_rows(group),
        sound_rows(control),
        settings.carrier_family,
        level=settings.level,
        hold_up=_hold_up(group, settings),
        recovery=settings.recovery,
    )


def _hold_up(group: Group, settings: ReleaseSettings) -> float:
    """The share of the drug that stays in the bag at equilibrium."""
    medium = group.fact("medium_volume")
    if settings.bag_volume_ml is None or not medium > 0:
        return 0.0
    return settings.bag_volume_ml / (settings.bag_volume_ml + medium)


def carrier_endpoints(found: Deconvolved) -> Iterator[Endpoint]:
    """t50 of the carrier, the membrane's k_m, and whether the carrier or the bag is slow."""
    words = found.group.words
    if found.fit is None or found.control is None:
        why = f"cannot be told from the bag's own delay: {found.why}"
        yield Endpoint(CARRIER_T50, words, Absent(why, "h"))
        return
    fit = found.fit
    remarks = tuple(dict.fromkeys((*fit.reasons, *_other_medium(found))))
    yield Endpoint(CARRIER_T50, words, counted_as(fit.t50, found.group.n_is), remarks)
    yield Endpoint(K_M, words, counted_as(fit.k_m, found.control.n_is))
    if nothing_seen(found.group, fit.level):
        nothing = "no release is seen: the drug may be lost as well as held back"
        yield Endpoint(KIND, words, Absent(nothing))
        return
    yield Endpoint(KIND, words, kind_of(fit, found.group.n_is))


def nothing_seen(group: Group, level: float) -> bool:
    """Whether the release at the last common time cannot be told from zero."""
    share = share_at(group, last_common(group), level)
    return not isinstance(share, Estimate) or share.censored == "<" or (share.n > 1 and share.low <= 0)


def _other_medium(found: Deconvolved) -> tuple[str, ...]:
    assert found.control is not None
    if found.control.medium == found.group.medium:
        return ()
    return (
        f"the free-drug control was run in {found.control.medium}: the bag is taken to pass the drug alike "
        f"in {found.group.medium}",
    )


def kind_of(fit: MembraneFit, n_is: str) -> Outcome:
    """Sustained where the carrier is surely slower than the bag, else not told from it."""
    rate = fit.k_m
    if not isinstance(rate, Estimate) or not isinstance(fit.t50, Estimate):
        return Absent("the joint fit does not tell carrier and bag apart")
    wrong = [check.found for check in fit.checks if check.name.endswith(DESCRIBES) and not check.passed]
    if wrong:
        return Absent(f"{wrong[0]}: it says nothing of carrier against bag")
    bag, slowest = log(2) / rate.value, log(2) / rate.low if rate.low > 0 else inf
    told = f"free drug passes the bag with a half-time of {bag:.3g} h"
    n, method = fit.t50.n, "lower limit of the carrier's t50 against ln 2 / lower limit of k_m of the bag"
    if isfinite(fit.t50.low) and fit.t50.low > slowest and fit.t50.censored != "<":
        late = " or not at all, if it is lost" if fit.t50.censored == ">" else ""
        return Verdict(SUSTAINED, f"{told}; half of the drug leaves the carrier later{late}", method, n, n_is)
    return Verdict(BAG, f"{told}; the carrier is not slower beyond its interval", method, n, n_is)


def carrier_checks(found: Deconvolved) -> Iterator[Check]:
    """What the joint fit rests on."""
    if found.fit is None:
        return
    again = _recovered(found.fit)
    if again is not None:
        rule = "free drug is found again"
        yield Check(rule, "recovery of the free drug", *again, group=found.group.words, endpoint=CARRIER_T50)
    for check in found.fit.checks:
        text = check.found[:1].upper() + check.found[1:]
        passed = None if "too few" in check.found else check.passed
        yield Check(
            "joint fit of carrier and bag",
            check.name,
            passed,
            f"{text}.",
            group=found.group.words,
            endpoint=CARRIER_T50,
        )


_FOUND_LEAST = 90.0  # % of the free drug


def _recovered(fit: MembraneFit) -> tuple[bool, str] | None:
    """Whether the free drug is found again; None where the control does not tell."""
    most = fit.parameters["control Fmax"]
    if not isinstance(most, Estimate) or not isfinite(most.high):
        return None
    told = (
        f"The control levels off at {most.value:.0f} % ({most.low:.0f} to {most.high:.0f}) of the free drug"
    )
    if most.high >= _FOUND_LEAST:
        return True, f"{told}."
    if fit.layout.recovery == "control":
        return True, f"{told}; the carrier's drug is taken to be found as far (recovery: control)."
    return False, (
        f"{told}: the rest is lost on bag and vessel, decays, or was never in. If the carrier's drug fares "
        "alike, set recovery to 'control'."
    )


def missing_free_drug(groups: Sequence[Group]) -> tuple[MissingControl, ...]:
    """Without free drug in the same bag nobody knows whether the carrier or the bag is slow."""
    if any(group.role == FREE for group in groups):
        return ()
    return (
        MissingControl(
            "sustained release",
            "free-drug control",
            "Follow the same amount of free drug in the same bag and medium, at the same times (role "
            "free_drug).",
        ),
    )
