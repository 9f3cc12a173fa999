"""What a study or an analysis gave, as text: endpoints with intervals first, then doubts."""

from collections.abc import Sequence
from pathlib import Path

from selenolab.core.analysis import Analysis
from selenolab.core.study import Compared, Failure, Result, StudyResult
from selenolab.faces.console import say_table
from selenolab.faces.exits import printable
from selenolab.faces.streams import say
from selenolab.report.words import check_sign, contrast_words, group_words
from selenolab.report.words import say as outcome_words

MOST_WARNINGS = 5  # of one analysis; the report and the JSON have all


def say_study(outcome: StudyResult, folder: Path) -> None:
    """Every run's endpoints and doubts, every comparison, and where the report is."""
    say(outcome.study.title)
    if outcome.study.question:
        say(outcome.study.question)
    for result in outcome.results:
        if isinstance(result, Result):
            say()
            say_result(result)
    for compared in outcome.compared:
        say()
        _say_compared(compared)
    say(f"\nReport: {folder / 'report.html'}")


def say_result(result: Result) -> None:
    """One run: its answer, its endpoints, what failed and what cannot be concluded."""
    simulated = ", simulated" if result.provenance.door == "virtual" else ""
    heading = f"{result.run.name} ({result.run.assay}{simulated})"
    analysis = result.analysis
    say(f"{heading}: {analysis.answer}" if analysis.answer else heading)
    rows = [(end.name, group_words(end.group), outcome_words(end.outcome)) for end in analysis.endpoints]
    if rows:
        say_table(["endpoint", "of", "value"], rows)
    for line in doubts(analysis):
        say(line)


def doubts(analysis: Analysis) -> list[str]:
    """Checks that did not pass, missing controls and the first warnings, one a line."""
    lines = []
    for check in analysis.checks:
        if check.passed is not True:
            sign, word = check_sign(check)
            about = f" ({group_words(check.group)})" if check.group else ""
            lines.append(f"{sign} {check.name}{about}: {word}: {check.why}")
    lines += [
        f"Cannot conclude {gap.conclusion} because {gap.control} is missing. {gap.remedy}"
        for gap in analysis.missing_controls
    ]
    return lines + _few([f"Warning: {warning}" for warning in analysis.warnings])


def failed_lines(outcome: StudyResult) -> list[str]:
    """One line for every mistake of every run that could not be made, naming the run."""
    failures = [result for result in outcome.results if isinstance(result, Failure)]
    lines = [
        f"Error: run {failure.run.name}: {printable(line)}"
        for failure in failures
        for line in failure.message.splitlines()
    ]
    if failures:
        kept = len(outcome.results) - len(failures)
        lines.append(f"{len(failures)} of {len(outcome.results)} runs failed; {kept} kept.")
    return lines


def _say_compared(compared: Compared) -> None:
    comparison = compared.comparison
    say(f"{comparison.name}: {comparison.endpoint} by {comparison.by} ({compared.method})")
    for contrast in compared.contrasts:
        say(f"  {contrast_words(contrast)}")
    if compared.refusal:
        say(f"  not given: {compared.refusal}")


def _few(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MOST_WARNINGS:
        return list(lines)
    return [*lines[:MOST_WARNINGS], f"... and {len(lines) - MOST_WARNINGS} more warnings; see --json."]
