"""``report.html``: one file, offline, printable, readable by eye and by screen reader."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from selenolab.core.check import Check
from selenolab.core.study import Contrast, StudyResult
from selenolab.report import citations, words
from selenolab.report.endpoint_rows import (
    endpoint_table,
    interval_head,
    outcome_interval,
    outcome_n,
    shared_of,
)
from selenolab.report.figures import COMPARISONS, PATHWAYS, Shown, safe_name
from selenolab.report.methods import methods_parts
from selenolab.report.numerals import p_text
from selenolab.report.page import (
    Headline,
    headlines,
    is_experimental,
    open_questions,
    run_sections,
    simulated_banner,
)
from selenolab.report.svg import inline_svg
from selenolab.study.compare_words import subject
from selenolab.study.pathways import condition, order_words, sources_of

SHORT = 14  # characters that stay on one line
VERDICT_CLASSES = {"agrees": "passed", "disagrees": "failed"}
LIMIT, MOST = 40, 400  # rows of a table before it folds, and in the fold


def report_html(folder: Path, outcome: StudyResult, shown: Sequence[Shown], version: str) -> str:
    """The page. Everything that came from a file is escaped; it loads nothing from anywhere."""
    sections = run_sections(folder, outcome, shown)
    table, rows, more = headlines(outcome)
    page = _environment(outcome).get_template("report.html.j2")
    return page.render(
        outcome=outcome,
        study=outcome.study,
        css=Markup(_css()),
        version=version,
        runs=sections,
        long_answer=any(len(section.answer) > 160 for section in sections),
        compared_answers=words.compared_answers(outcome),
        headline=rows,
        headline_table=table,
        more=more,
        open_questions=open_questions(outcome),
        methods=methods_parts(outcome),
        works=citations.cited(outcome),
        simulated=simulated_banner(sections),
        figures_of=_finder(shown),
        figures_of_owner=lambda owner, number: [
            one for one in shown if one.owner == owner and one.name.startswith(f"{number}-")
        ],
        number_of=_numberer(shown),
        limit=LIMIT,
        most=MOST,
        endpoint_short=lambda text: len(text) <= SHORT,
    )


def _css() -> str:
    return files("selenolab.report").joinpath("templates/report.css").read_text(encoding="utf-8")


def _environment(outcome: StudyResult) -> Environment:
    environment = Environment(
        loader=PackageLoader("selenolab.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= dict(FILTERS) | {
        "endpoint_table": partial(endpoint_table, study=outcome.study),
    }
    return environment


def _finder(shown: Sequence[Shown]) -> Callable[[str, str], list[Shown]]:
    return lambda owner, name: [one for one in shown if one.owner == owner and one.name == safe_name(name)]


def _contrast_rows(contrasts: Sequence[Contrast]) -> dict[str, Any]:
    """The rows of a comparison with the heading of their intervals and what n counts."""
    shared = shared_of([one.effect for one in contrasts])
    rows = [(one, outcome_interval(one.effect, shared), outcome_n(one.effect, shared)) for one in contrasts]
    return {"rows": rows, "head": interval_head(shared), "n_is": shared.n_is}


def _p_cell(p: float | None) -> str:
    return "–" if p is None else p_text(p).removeprefix("p ").removeprefix("= ")


def _about(check: Check) -> str:
    parts = [check.endpoint, words.group_words(check.group)]
    return "; ".join(part for part in parts if part)


def _ending(text: str) -> str:
    """The file's kind in capitals."""
    head, _, tail = text.rpartition(" ")
    return f"{head} {tail.upper()}"


def _numberer(shown: Sequence[Shown]) -> Callable[[Shown], int]:
    """Figures are numbered as they stand in the page: comparisons first, then pathways."""
    order = sorted(shown, key=lambda one: (one.owner != COMPARISONS, one.owner != PATHWAYS))
    numbers = {one.files[0]: number for number, one in enumerate(order, start=1)}
    return lambda one: numbers[one.files[0]]


def _by_run(rows: Sequence[Headline]) -> list[tuple[str, list[Headline]]]:
    return [(name, list(mine)) for name, mine in groupby(rows, key=lambda row: row.run)]


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _inline(svg: bytes, prefix: str) -> Markup:
    return Markup(inline_svg(svg, prefix))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "contrast_rows": _contrast_rows,
    "subject": subject,
    "check_sign": words.check_sign,
    "check_about": _about,
    "experimental": is_experimental,
    "brief_group": words.brief_group,
    "group_words": words.group_words,
    "groupby_run": _by_run,
    "inline": _inline,
    "link": citations.link,
    "number_words": words.number_words,
    "p_cell": _p_cell,
    "reference_line": citations.reference_line,
    "sentence_case": _sentence_case,
    "shown_key": citations.shown_key,
    "upper_end": _ending,
    "condition": condition,
    "say": words.say,
    "verdict_class": lambda agreement: VERDICT_CLASSES.get(agreement, "undecidable"),
    "order_words": order_words,
    "page_sources": sources_of,
    "urlpath": quote,
    "value_words": words.value_words,
}
