"""What each part of the page shows: rows and sections, still without markup."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from selenolab.core.check import Check
from selenolab.core.estimate import Absent, Endpoint
from selenolab.core.study import (
    Compared,
    Exclusion,
    Failure,
    InputDigest,
    Provenance,
    Result,
    StudyResult,
    Virtual,
)
from selenolab.report.endpoint_rows import EndpointRow, EndpointTable, endpoint_table
from selenolab.report.figures import Shown, figure_folders, simulated_words
from selenolab.report.methods import versions_of
from selenolab.report.value_table import ValueTable, value_tables
from selenolab.report.words import check_sign, group_words

HEADLINES = 16  # rows of the first table, all runs together
VERDICTS = ("passed", "failed", "undecidable")


@dataclass(frozen=True, slots=True)
class Headline:
    """A row of the first table. `checks` counts by verdict: word, sign, how many, names of the bad ones."""

    run: str
    simulated: bool
    row: EndpointRow
    checks: tuple[tuple[str, str, int, str], ...]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Something that cannot be concluded, where, and what would help."""

    place: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class RunSection:
    """A run as the page shows it; a run that was stopped has only its `failure`."""

    name: str
    assay: str
    anchor: str
    failure: str = ""
    simulated: str = ""
    answer: str = ""
    model: str = ""
    seed: int = 0
    figures: tuple[Shown, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    keys: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    warnings: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    tables: tuple[ValueTable, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, str], ...] = ()
    provenance: Provenance | None = None


def run_sections(folder: Path, outcome: StudyResult, shown: Sequence[Shown]) -> tuple[RunSection, ...]:
    """One section a run, in the order of the study file."""
    return tuple(
        _section(folder, outcome, one, number, shown) for number, one in enumerate(outcome.results, 1)
    )


def _section(
    folder: Path, outcome: StudyResult, one: Result | Failure, number: int, shown: Sequence[Shown]
) -> RunSection:
    run, anchor = one.run, f"run-{number}"
    if isinstance(one, Failure):
        return RunSection(run.name, run.assay, anchor, failure=one.message)
    analysis = one.analysis
    return RunSection(
        name=run.name,
        assay=run.assay,
        anchor=anchor,
        simulated=simulated_words(one),
        answer=analysis.answer,
        model=_model_words(run.door) if isinstance(run.door, Virtual) else "",
        seed=run.seed,
        figures=tuple(figure for figure in shown if figure.owner == figure_folders(outcome)[run.name]),
        endpoints=analysis.endpoints,
        keys=tuple(dict.fromkeys(key for endpoint in analysis.endpoints for key in endpoint.group)),
        checks=tuple(sorted(analysis.checks, key=_bad_first)),
        warnings=analysis.warnings,
        assumed=one.provenance.assumed,
        exclusions=tuple(x for x in outcome.study.exclusions if x.run == run.name),
        tables=value_tables(folder, one),
        settings=tuple((word, str(value)) for word, value in run.settings.model_dump(mode="json").items()),
        versions=tuple(versions_of(one.provenance)),
        provenance=one.provenance,
    )


def _bad_first(check: Check) -> int:
    return {False: 0, None: 1, True: 2}[check.passed]


def _model_words(door: Virtual) -> str:
    changed = ", ".join(f"{word} = {value:g}" for word, value in sorted(door.overrides.items()))
    return f"{door.model} with {changed}" if changed else door.model


def headlines(outcome: StudyResult) -> tuple[EndpointTable, tuple[Headline, ...], int]:
    """The main endpoints with what they share, their rows, and how many more there are.

    An assay names its most important endpoint first: of every run the first two names are taken,
    with what the comparisons ask for; the rows are shared out fairly among the runs, the treated
    before the untreated and the highest dose first.
    """
    results = [one for one in outcome.results if isinstance(one, Result)]
    wanted = [_main_endpoints(one, outcome) for one in results]
    shares = fair_shares([len(endpoints) for endpoints in wanted])
    main = [
        (one, endpoint)
        for one, endpoints, share in zip(results, wanted, shares, strict=True)
        for endpoint in endpoints[:share]
    ]
    table = endpoint_table([endpoint for _, endpoint in main], outcome.study)
    rows = tuple(
        Headline(one.run.name, bool(simulated_words(one)), row, _verdicts(endpoint, one.analysis.checks))
        for (one, endpoint), row in zip(main, table.rows, strict=True)
    )
    return table, rows, sum(len(one.analysis.endpoints) for one in results) - len(rows)


def fair_shares(needs: Sequence[int]) -> list[int]:
    """Rows for each run: what a small run leaves goes to the larger ones; at least two each."""
    shares = [min(need, 2) for need in needs]
    while sum(shares) < HEADLINES and any(s < n for s, n in zip(shares, needs, strict=True)):
        for number, need in enumerate(needs):
            if shares[number] < need and sum(shares) < HEADLINES:
                shares[number] += 1
    return shares


def _main_endpoints(result: Result, outcome: StudyResult) -> list[Endpoint]:
    asked = [c.comparison.endpoint for c in outcome.compared if result.run.name in c.comparison.runs]
    names = list(dict.fromkeys(endpoint.name for endpoint in result.analysis.endpoints))
    wanted = {*names[:2], *(name for name in asked if name in names)}
    found = [endpoint for endpoint in result.analysis.endpoints if endpoint.name in wanted]
    return sorted(found, key=lambda endpoint: -_dose(endpoint))  # those without a dose keep their order


def _dose(endpoint: Endpoint) -> float:
    """The dose of a group as a number; 0 where the group names none."""
    told = re.match(r"[\d.]+(?:e[+-]?\d+)?", endpoint.group.get("dose", ""))
    return float(told[0]) if told else 0.0


def bears_on(check: Check, endpoint: Endpoint) -> bool:
    """Whether a check is about this endpoint: it names it, or shares its group; no word of it may differ.

    A check without a group is about the whole run, and an endpoint without one rests on all of it.
    """
    shared = check.group.keys() & endpoint.group.keys()
    if not check.endpoint and check.group and endpoint.group and not shared:
        return False
    return check.endpoint in ("", endpoint.name) and all(check.group[k] == endpoint.group[k] for k in shared)


def _verdicts(endpoint: Endpoint, checks: Sequence[Check]) -> tuple[tuple[str, str, int, str], ...]:
    mine = [check for check in checks if bears_on(check, endpoint)]
    rows = []
    for verdict in VERDICTS:
        found = [check for check in mine if check_sign(check)[1] == verdict]
        if found:
            names = "" if verdict == "passed" else ", ".join(dict.fromkeys(check.name for check in found))
            rows.append((verdict, check_sign(found[0])[0], len(found), names))
    return tuple(rows)


def open_questions(outcome: StudyResult) -> tuple[OpenQuestion, ...]:
    """Missing controls, failed runs, refused comparisons and absent endpoints, each with its reason."""
    found: list[OpenQuestion] = []
    for one in outcome.results:
        if isinstance(one, Failure):
            found.append(OpenQuestion(one.run.name, f"this run was stopped. {one.message}"))
        else:
            found += _missing(one)
    for compared in outcome.compared:
        found += _uncompared(compared)
    return _merged(found)


def _merged(found: Sequence[OpenQuestion]) -> tuple[OpenQuestion, ...]:
    """What several runs leave open in the same words is said once, with all their names."""
    places: dict[tuple[str, str], list[str]] = {}
    for one in found:
        places.setdefault((one.text, one.remedy), []).append(one.place)
    return tuple(OpenQuestion(", ".join(dict.fromkeys(names)), *key) for key, names in places.items())


def _missing(result: Result) -> list[OpenQuestion]:
    name = result.run.name
    found = []
    for missing in result.analysis.missing_controls:
        place = f"{name} ({group_words(missing.group)})" if missing.group else name
        text = f"cannot conclude {missing.conclusion} because the control {missing.control} is missing."
        found.append(OpenQuestion(place, text, missing.remedy))
    for why, endpoints in _absent(result).items():
        names = "; ".join(_named(endpoint) for endpoint in endpoints[:6])
        more = f" and {len(endpoints) - 6} more" if len(endpoints) > 6 else ""
        found.append(OpenQuestion(name, f"{names}{more} not given: {why}"))
    return found


def _absent(result: Result) -> Mapping[str, list[Endpoint]]:
    found: dict[str, list[Endpoint]] = {}
    for endpoint in result.analysis.endpoints:
        if isinstance(endpoint.outcome, Absent):
            found.setdefault(endpoint.outcome.why, []).append(endpoint)
    return found


def _named(endpoint: Endpoint) -> str:
    group = group_words(endpoint.group)
    return f"{endpoint.name} ({group})" if group else endpoint.name


def _uncompared(compared: Compared) -> list[OpenQuestion]:
    place = f"Comparison {compared.comparison.name}"
    found = [OpenQuestion(place, compared.refusal)] if compared.refusal else []
    for contrast in compared.contrasts:
        if isinstance(contrast.effect, Absent):
            text = f"{contrast.left} against {contrast.right} not given: {contrast.effect.why}"
            found.append(OpenQuestion(place, text))
    return found


def is_experimental(found: InputDigest) -> bool:
    """Whether the file's reader rests on a specification alone."""
    return found.evidence.startswith("specification only") or "experimental" in found.evidence


def simulated_banner(sections: Sequence[RunSection]) -> str:
    """What the head of the page says when some runs are simulated."""
    names = [section.name for section in sections if section.simulated]
    if not names:
        return ""
    verb = "is" if len(names) == 1 else "are"
    said = f"{', '.join(names)} {verb} computed from a model and not measured."
    its = "its" if len(names) == 1 else "their"
    return (
        f"{said} Every figure and table of {'it' if len(names) == 1 else 'them'} is marked; {its} intervals "
        "show simulated scatter only, not how sure the model is."
    )
