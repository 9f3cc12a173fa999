"""Comparisons by interaction: what was needed for an effect, where the perturbation was run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp, isfinite

import pandas as pd

from selenolab.core.drawing import Axis, Caption, DotPlot
from selenolab.core.errors import SelenolabError, StudyError, did_you_mean
from selenolab.core.estimate import Absent, Estimate, Outcome
from selenolab.core.reference import Sentence
from selenolab.core.study import Compared, Comparison, Contrast
from selenolab.stats.experiments import Change
from selenolab.stats.interaction import Interaction, interaction, verdict
from selenolab.stats.simultaneous import holm
from selenolab.study.compare_points import N_IS, NONE, Point, experiment, pooling_warnings, refuse_mixed
from selenolab.study.compare_words import subject, within

THIOLS = r"\bnac\b|acetylcystein|\bgsh\b|glutathion|\bdtt\b|dithiothreitol|mercapto|thiol|cysteamin"
METHOD = "interaction of treatment and perturbation over independent experiments"
DESIGN = ("arm", "basis", "cell_line", "compound", "dose", "role", "time")
Cells = Mapping[tuple[str, str], Mapping[str, Sequence[float]]]  # (level, arm) -> experiment -> values


def interactions(comparison: Comparison, points: Sequence[Point]) -> Compared:
    """How each perturbation changes the effect of each treatment, and what that lets one say.

    Raises
    ------
    StudyError
        Bounds among the values, no untreated control, or no perturbation that was run.
    """
    refuse_mixed(points)
    if bounded := next((point for point in points if point.unit.censored), None):
        raise StudyError(
            f"{bounded.name} is only a bound, and bounds have no interaction. Use another endpoint."
        )
    cells = _cells(points)
    levels = [level for level in dict.fromkeys(words[0] for words in cells) if level != comparison.control]
    arms = [arm for arm in dict.fromkeys(words[1] for words in cells) if arm != NONE]
    _refuse(comparison, cells, levels, arms)
    pairs = [
        (level, arm) for level in levels for arm in arms if (level, arm) in cells and (level, NONE) in cells
    ]
    if not pairs:
        raise StudyError("No treatment was run both with and without the perturbation. Add the missing arm.")
    found = {pair: _one(comparison, cells, pair, points[0]) for pair in pairs}
    made = [one for one in found.values() if isinstance(one, Interaction)]
    adjusted = iter(holm([one.p for one in made if one.p is not None]).tolist())
    contrasts = tuple(_contrast(pair, one, points[0], adjusted) for pair, one in found.items())
    after = dict(zip(found, (contrast.p_adjusted for contrast in contrasts), strict=True))
    said = tuple(
        f"{pair[0]}, {pair[1]}: {verdict(one, pair[1], p_adjusted=after[pair])}"
        for pair, one in found.items()
        if isinstance(one, Interaction)
    )
    text = (
        f"{subject(comparison)}: the effect of each treatment against its own untreated control was compared "
        f"without and with the perturbation ({METHOD}); p was adjusted by Holm's steps."
    )
    return Compared(
        comparison, contrasts, f"{METHOD}; each interval by itself", (), pooling_warnings(points, comparison),
        _draw(comparison, points, found), (Sentence(text),), "", (*said, *_thiols(arms, said)),
    )  # fmt: skip


def _thiols(arms: Sequence[str], said: Sequence[str]) -> tuple[str, ...]:
    """What a thiol in the medium does to a selenium compound before any cell is reached."""
    thiols = [arm for arm in arms if re.search(THIOLS, arm, re.IGNORECASE)]
    if not said or not thiols:
        return ()
    return (
        f"{', '.join(thiols)}: a thiol in the medium may react with the compound itself (it reduces and "
        "binds diselenides) and keep it out of the cells. That oxidants are needed is shown by catalase, or "
        "by a thiol that was washed away before the compound.",
    )


def _cells(points: Sequence[Point]) -> Cells:
    cells: dict[tuple[str, str], dict[str, list[float]]] = {}
    for point in points:
        cell = cells.setdefault((point.words[0], point.words[1]), {})
        cell.setdefault(experiment(point), []).append(point.unit.value)
    return cells


def _refuse(comparison: Comparison, cells: Cells, levels: Sequence[str], arms: Sequence[str]) -> None:
    first, second = comparison.by.split(", ")
    if not arms:
        if second not in DESIGN:
            raise StudyError(f"No group has the word '{second}'. {did_you_mean(second, DESIGN)}")
        raise StudyError(
            f"Nothing was perturbed: every group has {second} {NONE}. "
            f"Cannot conclude what the effect needs because no {second} was run."
        )
    if (comparison.control, NONE) not in cells:
        known = ", ".join(dict.fromkeys(words[0] for words in cells))
        raise StudyError(f"No group has the control {first} '{comparison.control}'. The groups have {known}.")
    if not levels:
        raise StudyError(f"Every group has the control {first} '{comparison.control}': nothing was treated.")


def _one(comparison: Comparison, cells: Cells, pair: tuple[str, str], first: Point) -> Interaction | Absent:
    level, arm = pair
    control = comparison.control
    if (control, arm) not in cells:
        return Absent(f"{arm} was not run on untreated cells ({control})", "", METHOD)
    try:
        return interaction(
            cells[control, NONE], cells[level, NONE], cells[control, arm], cells[pair],
            "points" if first.unit.unit == "%" else first.unit.unit, first.unit.scale,
        )  # fmt: skip
    except SelenolabError as error:
        return Absent(str(error), "", METHOD)


def _contrast(
    pair: tuple[str, str], found: Interaction | Absent, first: Point, adjusted: Iterator[float]
) -> Contrast:
    level, arm = pair
    if isinstance(found, Absent):
        return Contrast(f"{level}, {arm}", level, found, None, None)
    unit = "ratio of ratios" if first.unit.scale == "log" else found.estimate.unit
    effect: Outcome = replace(found.estimate, unit=unit)
    p_adjusted = None if found.p is None else next(adjusted)
    return Contrast(f"{level}, {arm}", level, effect, found.p, p_adjusted)


def _draw(
    comparison: Comparison, points: Sequence[Point], found: Mapping[tuple[str, str], Interaction | Absent]
) -> DotPlot:
    """The effects of every treatment without and with each perturbation, one dot an experiment."""
    log = points[0].unit.scale == "log"
    effects: dict[str, Change] = {}
    for (level, arm), one in found.items():
        if isinstance(one, Interaction):
            effects |= {level: one.without, f"{level}, {arm}": one.perturbed}
    dots = [(name, exp(v) if log else v) for name, own in effects.items() for v in own.pairs.tolist()]
    bars = [
        (name, *_bar(own.estimate)) for name, own in effects.items() if isinstance(own.estimate, Estimate)
    ]
    unit = "percentage points" if points[0].unit.unit == "%" else points[0].unit.unit
    what = "ratio to" if log else "difference from"
    text = f"Effect on {comparison.endpoint}{within(comparison)}, without and with the perturbation."
    return DotPlot(
        comparison.name,
        f"{comparison.endpoint}: effect with and without the perturbation",
        Caption(text, f"every dot is one of the {N_IS}", "mean and 95 % confidence interval", METHOD),
        Axis(f"{comparison.endpoint}, {what} the untreated", "" if log else unit, log),
        pd.DataFrame(dots, columns=["category", "value"]),
        pd.DataFrame(bars, columns=["category", "value", "low", "high"]),
    )


def _bar(effect: Estimate) -> tuple[float, float, float]:
    """Value and limits to draw; open limits are not drawn."""
    if not (isfinite(effect.low) and isfinite(effect.high)):
        return effect.value, effect.value, effect.value
    return effect.value, effect.low, effect.high
