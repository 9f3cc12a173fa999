"""Which analysis a comparison gets: the design is looked at before any number is."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from selenolab.core.errors import StudyError, UnknownNameError
from selenolab.stats.contrasts import Family, Pair
from selenolab.stats.units import Units

Method = Literal["auto", "welch", "paired", "anova", "welch_anova", "mixed", "dunnett", "tukey", "holm"]
METHODS = ("auto", "welch", "paired", "anova", "welch_anova", "mixed", "dunnett", "tukey", "holm")


@dataclass(frozen=True, slots=True)
class Plan:
    """The error model, the rule for the family of pairs, and the pairs (group, reference)."""

    model: Literal["welch", "paired", "pooled", "blocked", "mixed"]
    family: Family
    pairs: tuple[Pair, ...]


def separated(units: Units, paired: bool | None) -> Units:
    """Take equal experiment names in different groups as different experiments when paired is False."""
    if paired is not False:
        return units
    fresh = np.arange(units.values.size, dtype=np.intp)
    names = tuple(
        f"{units.groups[g]}/{units.experiments[e]}"
        for g, e in zip(units.group, units.experiment, strict=True)
    )
    return Units(
        units.values, units.group, fresh, units.repeats, units.groups, names, False, units.log, units.n_is
    )


def refuse_small(units: Units, control: str | None) -> None:
    """Raise StudyError when there are fewer than two groups, or fewer than two units in one."""
    if len(units.groups) < 2:
        raise StudyError(f"Expected at least two groups to compare, found {list(units.groups)}.")
    if control is not None and control not in units.groups:
        raise UnknownNameError("control group", control, units.groups)
    small = [
        f"'{name}' (n = {units.of(i).size})" for i, name in enumerate(units.groups) if units.of(i).size < 2
    ]
    if small:
        raise StudyError(
            f"Expected n >= 2 {units.n_is} in every group, found {', '.join(small)}. "
            "Technical repeats do not count; add experiments or leave the group out."
        )


def planned(units: Units, method: str, control: str | None) -> Plan:
    """The analysis for `method`; "auto" chooses by the design. Raises StudyError when it does not fit."""
    pairs = _pairs(units, control)
    if method == "auto":
        method = _automatic(units, control)
    if method == "paired" and not units.paired:
        raise StudyError(
            "Expected every group in every experiment for a paired comparison; some are missing."
        )
    if method == "dunnett" and control is None:
        raise StudyError(
            f"Expected a control group for Dunnett's comparisons. Name one of {list(units.groups)}."
        )
    if method == "tukey" and control is not None:
        raise StudyError(
            "Expected no control for Tukey's comparisons of all pairs; use Dunnett with a control."
        )
    one: Family = "none" if len(pairs) == 1 else "holm"
    if method == "mixed":
        return Plan("mixed", one, pairs)
    if method in ("welch", "welch_anova"):
        return Plan("welch", one, pairs)
    if method in ("paired", "holm"):
        return Plan("paired" if units.paired else "welch", one, pairs)
    many: Family = "tukey" if control is None else "dunnett"
    return Plan("blocked" if units.paired else "pooled", many if len(pairs) > 1 else "none", pairs)


def _automatic(units: Units, control: str | None) -> str:
    if not units.paired and _linked(units):
        return "mixed"
    if len(units.groups) == 2:
        return "paired" if units.paired else "welch"
    return "dunnett" if control is not None else "tukey"


def _linked(units: Units) -> bool:
    """Whether experiments share groups enough for a mixed model: something is left beside both."""
    design = np.hstack(
        [np.eye(len(units.groups))[units.group], np.eye(len(units.experiments))[units.experiment]]
    )
    return bool(np.linalg.matrix_rank(design) < units.values.size)


def _pairs(units: Units, control: str | None) -> tuple[Pair, ...]:
    """Group and reference: against the control, else every later group against every earlier one."""
    k = len(units.groups)
    if control is not None:
        reference = units.groups.index(control)
        return tuple((i, reference) for i in range(k) if i != reference)
    return tuple((j, i) for i in range(k) for j in range(i + 1, k))


def told(units: Units, plan: Plan) -> str:
    """The method in words."""
    scale = "logarithms (ratios of geometric means)" if units.log else "means"
    repeats = "; technical repeats averaged first" if (units.repeats > 1).any() else ""
    return f"{_MODELS[plan.model]}{_FAMILIES[plan.family]} on {scale}{repeats}"


_MODELS = {
    "welch": "Welch's t",
    "paired": "paired t within experiments",
    "pooled": "one-way ANOVA, pooled variance",
    "blocked": "ANOVA within experiments (randomised blocks)",
    "mixed": "linear mixed model, experiment as random effect (REML, Kenward-Roger)",
}
_FAMILIES = {"none": "", "holm": ", Holm", "dunnett": ", Dunnett", "tukey": ", Tukey-Kramer"}
INTERVALS = {
    "none": "one comparison",
    "holm": "Bonferroni simultaneous intervals; p adjusted by Holm's steps",
    "dunnett": "simultaneous intervals (Dunnett)",
    "tukey": "simultaneous intervals (Tukey-Kramer)",
}
