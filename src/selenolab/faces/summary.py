"""What a study or an analysis gave, as text: endpoints with intervals first, then doubts."""

from collections.abc import Sequence
from pathlib import Path

from selenolab.core.analysis import Analysis
from selenolab.core.estimate import Endpoint
from selenolab.core.study import Compared, Failure, Result, StudyResult
from selenolab.faces.console import say_table
from selenolab.faces.exits import printable
from selenolab.faces.streams import say
from selenolab.report.words import check_sign, contrast_words, group_words
from selenolab.report.words import say as outcome_words
from selenolab.study.compare_words import subject

MOST_ENDPOINTS, MOST_DOUBTS = 12, 8  # a run of the summary; the report has all


def say_study(outcome: StudyResult, folder: Path) -> None:
    """Every run's endpoints and doubts, every comparison, and where the report is."""
    say(outcome.study.title)
    if outcome.study.question:
        say(outcome.study.question)
    for result in outcome.results:
        if isinstance(result, Result):
            say()
            say_result(result, MOST_ENDPOINTS, MOST_DOUBTS)
    for compared in outcome.compared:
        say()
        _say_compared(compared)
    for page in outcome.pathways:
        name = " on ".join(page.group.values()) or "the treated cells"
        say(f"\nPathway, {name}{' (simulated)' if page.virtual else ''}")
        for line in page.summary[:-1]:
            say(f"  {line}")
    say(f"\nReport: {folder / 'report.html'}")


def say_result(result: Result, endpoints: int | None = None, most_doubts: int | None = None) -> None:
    """One run: its endpoints, what failed and what cannot be concluded; at most so many lines of each."""
    simulated = ", simulated" if result.provenance.door == "virtual" else ""
    say(f"{result.run.name} ({result.run.assay}{simulated})")
    rows = [
        (end.name, group_words(end.group), outcome_words(end.outcome))
        for end in first_things_first(result.analysis.endpoints)
    ]
    if rows:
        say_table(["endpoint", "of", "value"], rows[:endpoints])
    elif result.analysis.answer:
        say(result.analysis.answer)
    if endpoints and len(rows) > endpoints:
        say(f"... and {len(rows) - endpoints} more endpoints in the report.")
    lines = doubts(result.analysis)
    for line in lines[:most_doubts]:
        say(line)
    if most_doubts and len(lines) > most_doubts:
        say(f"... and {len(lines) - most_doubts} more checks and warnings in the report.")


def first_things_first(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """The endpoints with the first kind of every group before the second: what a summary is cut to."""
    order = {name: place for place, name in enumerate(dict.fromkeys(end.name for end in endpoints))}
    return sorted(endpoints, key=lambda end: order[end.name])


def doubts(analysis: Analysis) -> list[str]:
    """What cannot be concluded, checks that did not pass, and warnings, one a line."""
    told = [
        f"Cannot conclude {gap.conclusion} because {gap.control} is missing. {gap.remedy}"
        for gap in analysis.missing_controls
    ]
    lines = list(dict.fromkeys(told))  # what every group lacks is said once
    for check in analysis.checks:
        if check.passed is not True:
            sign, word = check_sign(check)
            about = f" ({group_words(check.group)})" if check.group else ""
            lines.append(f"{sign} {check.name}{about}: {word}: {check.why}")
    return lines + [f"Warning: {warning}" for warning in analysis.warnings]


def failed_lines(outcome: StudyResult) -> list[str]:
    """One line for every mistake of every run or comparison that could not be made, naming it."""
    failures = [result for result in outcome.results if isinstance(result, Failure)]
    lines = [
        f"Error: run {failure.run.name}: {printable(line)}"
        for failure in failures
        for line in failure.message.splitlines()
    ]
    if failures:
        kept = len(outcome.results) - len(failures)
        lines.append(f"{len(failures)} of {len(outcome.results)} runs failed; {kept} kept.")
    for compared in outcome.compared:
        if compared.refusal and not compared.contrasts:  # bounds have contrasts that say so
            place = f"comparisons.{compared.comparison.name}: "
            lines.append(f"Error: {place}{printable(compared.refusal.removeprefix(place))}")
    return lines


def _say_compared(compared: Compared) -> None:
    comparison = compared.comparison
    say(f"{comparison.name}: {subject(comparison)} ({compared.method})")
    for contrast in compared.contrasts:
        say(f"  {contrast_words(contrast)}")
    if compared.refusal:
        say(f"  not given: {compared.refusal}")
    for line in compared.conclusions:
        say(f"  {line}")
    for warning in compared.warnings:
        say(f"  Warning: {warning}")
