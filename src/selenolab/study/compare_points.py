"""The independent units that a comparison is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from selenolab.core.analysis import UnitValue
from selenolab.core.errors import StudyError, did_you_mean
from selenolab.core.study import Comparison, Failure, Result
from selenolab.study.comparison_methods import INTERACTION
from selenolab.study.exclude import matches

_TOLD = 12  # values of a word that a message names
N_IS = "independent experiments"
NONE = "none"  # no perturbation


@dataclass(frozen=True, slots=True)
class Point:
    """One unit of a comparison, with the run that it comes from and the words of its group."""

    unit: UnitValue
    run: str
    words: tuple[str, ...]
    virtual: bool

    @property
    def name(self) -> str:
        """The group as it is printed."""
        return ", ".join(self.words)


def gather(comparison: Comparison, results: Sequence[Result | Failure]) -> list[Point]:
    """The units that a comparison is made of, in the order of runs and groups.

    Raises
    ------
    StudyError
        where a run failed, no unit fits, or a group lacks the word to compare by.
    """
    words = comparison.by.split(", ")
    found: list[Point] = []
    seen: dict[str, list[str]] = {}
    for result in results:
        if result.run.name not in comparison.runs:
            continue
        if isinstance(result, Failure):
            raise StudyError(f"comparisons.{comparison.name}: Needs run {result.run.name}, which failed.")
        for unit in result.analysis.units:
            if unit.endpoint != comparison.endpoint:
                continue
            group = {**_unperturbed(comparison), **unit.group, "run": result.run.name}
            for word, text in group.items():
                seen.setdefault(word, []).append(text)
            if set(words) <= set(group) and _within(group, comparison):
                virtual = result.provenance.door == "virtual"
                named = tuple(group[word] for word in words)
                found.append(Point(unit, result.run.name, named, virtual))
    if not found:
        raise StudyError(_nothing(comparison, words, seen))
    return found


def _unperturbed(comparison: Comparison) -> dict[str, str]:
    """What a group without the second word of an interaction has: none of it was added."""
    return {comparison.by.split(", ")[1]: NONE} if comparison.method == INTERACTION else {}


def _within(group: dict[str, str], comparison: Comparison) -> bool:
    """Whether the group is in the part that is compared; an untreated control has no compound to name."""
    control = comparison.control and group.get(comparison.by.split(", ")[0]) == comparison.control
    return all(
        bool(matches(pd.Series([group[word]], dtype=object), value)[0]) if word in group else control
        for word, value in comparison.within.items()
    )


def _nothing(comparison: Comparison, words: list[str], seen: Mapping[str, Sequence[str]]) -> str:
    strange = [word for word in (*words, *comparison.within) if word not in seen]
    if seen and strange:
        hint = f"No group has the word '{strange[0]}'. {did_you_mean(strange[0], seen)}"
    else:
        hint = f"Runs {', '.join(comparison.runs)} give no unit values of it that fit 'within'."
        for word in comparison.within:
            known = list(dict.fromkeys(seen.get(word, ())))
            more = " ..." if len(known) > _TOLD else ""
            hint += f" Its {word} is {', '.join(known[:_TOLD])}{more}." if known else ""
    return f"comparisons.{comparison.name}: Unable to compare '{comparison.endpoint}'. {hint}"


def experiment(point: Point) -> str:
    """What makes two units the same experiment: the name within a run; runs never share one."""
    return f"{point.run}/{point.unit.unit_id}"


def refuse_mixed(points: Sequence[Point]) -> None:
    """Raise where units differ in unit or scale, or a group holds bench and simulated ones."""
    units = {(point.unit.unit, point.unit.scale) for point in points}
    if len(units) > 1:
        told = " and ".join(sorted(f"{unit or '1'} ({scale})" for unit, scale in units))
        raise StudyError(f"Expected one unit and scale to compare, found {told}. Bring the runs to one unit.")
    doors = {point.virtual for point in points}
    if len(doors) > 1 and any(
        len({p.virtual for p in points if p.name == name}) > 1 for name in {p.name for p in points}
    ):
        raise StudyError(
            "A group mixes bench and simulated units: simulated experiments are no replicates. "
            "Compare by: run."
        )


def pooling_warnings(points: Sequence[Point], comparison: Comparison) -> tuple[str, ...]:
    """What a reader should know of the groups: simulated units, words that were pooled."""
    told = []
    if any(point.virtual for point in points):
        told.append("Some of the units are simulated: n and p say nothing about the bench.")
    free = {word for point in points for word in point.unit.group} - set(comparison.by.split(", "))
    for word in sorted(free - set(comparison.within)):
        for name in dict.fromkeys(point.name for point in points):
            values = {point.unit.group.get(word, "") for point in points if point.name == name}
            if len(values) > 1:
                shown = ", ".join(sorted(values)[:5])
                told.append(f"{name} pools {word} {shown}: fix it with 'within' if it matters.")
    return tuple(told)
