"""Rich display in a notebook: nouns stay mute, `show` wraps them in something that can be seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from selenolab.core.study import Failure, Result, StudyResult
from selenolab.faces.inspection import Looked
from selenolab.faces.summary import doubts
from selenolab.report.words import contrast_words, group_words
from selenolab.report.words import say as outcome_words
from selenolab.study.compare_words import subject

CELL = "text-align: left; padding: 0.15em 1em 0.15em 0"


@dataclass(frozen=True, slots=True)
class Shown:
    """Something to look at: HTML in a notebook, text elsewhere."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def show(thing: Result | StudyResult | Looked) -> Shown:
    """`thing` as a notebook shows it: endpoints with intervals first, then what to doubt."""
    match thing:
        case Result():
            blocks = _result(thing)
        case StudyResult():
            blocks = _study(thing)
        case Looked():
            blocks = _looked(thing)
        case _:
            raise TypeError(f"Expected a result of run, analyse or inspect, found a {type(thing).__name__}.")
    return Shown("".join(block.html for block in blocks), "\n".join(block.text for block in blocks))


def _study(outcome: StudyResult) -> list[Shown]:
    blocks = [_heading(outcome.study.title)]
    if outcome.study.question:
        blocks.append(_line(outcome.study.question))
    for result in outcome.results:
        if isinstance(result, Failure):
            blocks.append(_line(f"{result.run.name} failed: {result.message}"))
        else:
            blocks += _result(result)
    for compared in outcome.compared:
        comparison = compared.comparison
        blocks.append(_heading(f"{comparison.name}: {subject(comparison)}"))
        blocks += [_line(contrast_words(contrast)) for contrast in compared.contrasts]
        blocks += [_line(f"not given: {compared.refusal}")] if compared.refusal else []
        blocks += [_line(line) for line in compared.conclusions]
    for page in outcome.pathways:
        name = " on ".join(page.group.values()) or "the treated cells"
        blocks.append(_heading(f"Pathway, {name}{' (simulated)' if page.virtual else ''}"))
        blocks += [_line(line) for line in page.summary]
    return blocks


def _result(result: Result) -> list[Shown]:
    simulated = ", simulated" if result.provenance.door == "virtual" else ""
    blocks = [_heading(f"{result.run.name} ({result.run.assay}{simulated})")]
    if result.analysis.answer:
        blocks.append(_line(result.analysis.answer))
    rows = [
        (end.name, group_words(end.group), outcome_words(end.outcome)) for end in result.analysis.endpoints
    ]
    blocks.append(_table(("endpoint", "of", "value"), rows))
    return blocks + [_line(line) for line in doubts(result.analysis)]


def _looked(looked: Looked) -> list[Shown]:
    seen = looked.inspection
    rows = [
        ("format", seen.title),
        ("kind", seen.kind),
        ("records", str(seen.n_records)),
        ("units", ", ".join(f"{word} [{unit}]" for word, unit in seen.units.items()) or "none stated"),
        *(("assumed", line) for line in seen.assumed),
        *(("note", line) for line in seen.notes),
        ("could be used by", ", ".join(name for name, why in looked.assays.items() if not why) or "none"),
    ]
    return [_heading(seen.file), _table(("what", "found"), rows)]


def _heading(text: str) -> Shown:
    return Shown(f"<h4>{escape(text)}</h4>", text)


def _line(text: str) -> Shown:
    return Shown(f"<p>{escape(text)}</p>", text)


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Shown:
    lines = list(rows)
    head = "".join(f'<th scope="col" style="{CELL}">{escape(header)}</th>' for header in headers)
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in line) + "</tr>"
        for line in lines
    )
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return Shown(html, "\n".join("  ".join(line) for line in lines))
