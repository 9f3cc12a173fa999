"""``results.xlsx``: endpoints, checks, comparisons, every table, provenance. Bytes repeat."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from selenolab.core.check import Check
from selenolab.core.dataset import Table
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, Verdict
from selenolab.core.study import Failure, Result, StudyResult
from selenolab.report.methods import versions_of
from selenolab.report.pathway_rows import PATHWAY_HEAD, pathway_rows
from selenolab.report.value_table import header, tables_of
from selenolab.report.words import check_sign, group_words, say, selenium_words

Row = list[Any]
EPOCH = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the first day that a zip can hold
MOST_CELLS = 300_000  # of one sheet; longer tables are in the CSV and Parquet files
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
ESTIMATE_HEAD = [
    "value",
    "low",
    "high",
    "level",
    "unit",
    "censored",
    "category",
    "n",
    "n is",
    "method",
    "why absent",
]
VIRTUAL_FILL = PatternFill("solid", fgColor="FFF5E8")


def workbook_bytes(outcome: StudyResult) -> bytes:
    """The workbook. Numbers are numbers, a bound is its value and a sign, text is never a formula."""
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "Selenolab", outcome.study.title
    book.properties.created = book.properties.modified = EPOCH
    taken: set[str] = set()
    for title, head, rows in _sheets(outcome):
        _write_sheet(book, _sheet_name(title, taken), head, rows)
    return _same_bytes(book)


def _sheets(outcome: StudyResult) -> Iterator[tuple[str, Row, Iterable[Row]]]:
    keys = list(dict.fromkeys(k for r in _results(outcome) for e in r.analysis.endpoints for k in e.group))
    head: Row = ["run", "origin", "endpoint", *keys, *ESTIMATE_HEAD, "as Se", "warnings", "in words"]
    yield "Summary", head, _summary(outcome, keys)
    yield "Checks", _CHECK_HEAD, _checks(outcome)
    yield "Comparisons", _COMPARISON_HEAD, _comparisons(outcome)
    if outcome.pathways:
        yield "Pathway", PATHWAY_HEAD, pathway_rows(outcome)
    yield "Not concluded", ["run", "conclusion", "control", "what to add", "group"], _missing(outcome)
    for result in _results(outcome):
        for name, table in tables_of(result):
            yield f"{result.run.name} {name}", *_table(result, name, table)
    yield (
        "Provenance",
        ["run", "what", "name", "value", "role", "format", "reader's evidence"],
        _provenance(outcome),
    )


def _results(outcome: StudyResult) -> list[Result]:
    return [one for one in outcome.results if isinstance(one, Result)]


def _summary(outcome: StudyResult, keys: list[str]) -> Iterator[Row]:
    for result in _results(outcome):
        for endpoint in result.analysis.endpoints:
            yield _endpoint_row(result, endpoint, keys, outcome)


def _endpoint_row(result: Result, endpoint: Endpoint, keys: list[str], outcome: StudyResult) -> Row:
    start = [
        result.run.name,
        result.provenance.door,
        endpoint.name,
        *(endpoint.group.get(k, "") for k in keys),
    ]
    end = [selenium_words(endpoint, outcome.study), "; ".join(endpoint.warnings), say(endpoint.outcome)]
    return [*start, *_outcome_cells(endpoint.outcome), *end]


def _outcome_cells(outcome: Outcome) -> Row:
    """The cells under ESTIMATE_HEAD; an open side is an empty cell."""
    match outcome:
        case Estimate():
            value = [
                outcome.value,
                outcome.low,
                outcome.high,
                outcome.level,
                outcome.unit,
                outcome.censored or "",
            ]
            return [*value, "", outcome.n, outcome.n_is, outcome.method, ""]
        case Verdict():
            return [*[None] * 4, "", "", outcome.category, outcome.n, outcome.n_is, outcome.method, ""]
        case Absent():
            return [*[None] * 4, outcome.unit, "", "", None, "", outcome.method, outcome.why]


_CHECK_HEAD: Row = [
    *("run", "origin", "check", "rule", "group", "endpoint", "verdict"),
    *("value", "limit", "margin", "unit", "settings", "why"),
]


def _checks(outcome: StudyResult) -> Iterator[Row]:
    for result in _results(outcome):
        for check in result.analysis.checks:
            yield [result.run.name, result.provenance.door, *_check_cells(check)]
    for compared in outcome.compared:
        for check in compared.checks:
            yield [f"comparison {compared.comparison.name}", "", *_check_cells(check)]


def _check_cells(check: Check) -> Row:
    names = [check.name, check.rule, group_words(check.group), check.endpoint, check_sign(check)[1]]
    settings = ", ".join(f"{word} = {value}" for word, value in check.settings.items())
    return [*names, check.value, check.limit, check.margin, check.unit, settings, check.why]


_COMPARISON_HEAD: Row = [
    *("comparison", "endpoint", "by", "left", "right"),
    *ESTIMATE_HEAD,
    *("p", "p adjusted", "method", "refusal"),
]


def _comparisons(outcome: StudyResult) -> Iterator[Row]:
    for compared in outcome.compared:
        start = [compared.comparison.name, compared.comparison.endpoint, compared.comparison.by]
        if compared.refusal:
            yield [
                *start,
                "",
                "",
                *[None] * len(ESTIMATE_HEAD),
                None,
                None,
                compared.method,
                compared.refusal,
            ]
        for one in compared.contrasts:
            cells = _outcome_cells(one.effect)
            yield [*start, one.left, one.right, *cells, one.p, one.p_adjusted, compared.method, ""]


def _missing(outcome: StudyResult) -> Iterator[Row]:
    for one in outcome.results:
        if isinstance(one, Failure):
            yield [one.run.name, "anything: the run was stopped", "", one.message, ""]
            continue
        for missing in one.analysis.missing_controls:
            group = group_words(missing.group)
            yield [one.run.name, missing.conclusion, missing.control, missing.remedy, group]


def _table(result: Result, name: str, table: Table) -> tuple[Row, Iterator[Row]]:
    frame = table.frame
    head: Row = [header(table, str(word)) for word in frame.columns]
    most = max(MOST_CELLS // max(len(head), 1), 1)
    return [*head, "origin"], _table_rows(result, name, table, most)


def _table_rows(result: Result, name: str, table: Table, most: int) -> Iterator[Row]:
    frame, door = table.frame, result.provenance.door
    if "origin" in frame.columns:
        frame = frame.drop(columns="origin")
    for values in frame.head(most).itertuples(index=False, name=None):
        yield [*values, door]
    if len(frame) > most:
        yield [f"First {most} of {len(frame)} rows. All: tables/{result.run.name}/{name}.csv"]


def _provenance(outcome: StudyResult) -> Iterator[Row]:
    for result in _results(outcome):
        name, made = result.run.name, result.provenance
        yield [name, "origin", "door", made.door]
        yield [name, "seed", "seed", result.run.seed]
        yield [name, "key", "SHA-256", made.key]
        for one in made.inputs:
            yield [name, "input", one.name, one.sha256, one.role, one.format, one.evidence]
        settings: Mapping[str, Any] = result.run.settings.model_dump(mode="json")
        yield from ([name, "setting", word, str(value)] for word, value in settings.items())
        yield from ([name, "version", package, version] for package, version in versions_of(made))
        yield from ([name, "assumed", "", text] for text in made.assumed)
    for exclusion in outcome.study.exclusions:
        yield [exclusion.run, "exclusion", group_words(exclusion.where), exclusion.reason]


def _write_sheet(book: Workbook, name: str, head: Row, rows: Iterable[Row]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, title in enumerate(head, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = min(max(len(str(title)) + 3, 11), 40)
    sheet.append([_cell(sheet, title, bold=True) for title in head])
    origin = head.index("origin") if "origin" in head else -1
    for row in rows:
        simulated = 0 <= origin < len(row) and row[origin] == "virtual"
        sheet.append([_cell(sheet, value, simulated=simulated) for value in row])


def _cell(sheet: Any, value: Any, bold: bool = False, simulated: bool = False) -> Any:
    """A cell; what is no finite number becomes text, and text never a formula."""
    value = _plain_value(value)
    if value is None or (not bold and not simulated and not isinstance(value, str)):
        return value
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font, cell.alignment = Font(bold=True), Alignment(vertical="top")
    if simulated:
        cell.fill = VIRTUAL_FILL
    return cell


def _plain_value(value: Any) -> Any:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    if value is None or value != value:
        return None
    return FORBIDDEN.sub("", str(value))[:32_000]


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel allows and that no other sheet has."""
    clean = re.sub(r"[\[\]:*?/\\]", "-", title).strip("'") or "sheet"
    name, number = clean[:31], 1
    while name.lower() in taken:
        number += 1
        name = f"{clean[: 31 - len(str(number)) - 1]} {number}"
    taken.add(name.lower())
    return name


def _same_bytes(book: Workbook) -> bytes:
    """The saved book without the hour of its making."""
    raw, fixed = BytesIO(), BytesIO()
    book.save(raw)
    with ZipFile(raw) as source, ZipFile(fixed, "w", ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = MODIFIED.sub(
                    rb"\g<1>" + EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<2>", content
                )
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o600 << 16
            target.writestr(info, content)
    return fixed.getvalue()
