"""``ro-crate-metadata.json``: what lies in the folder, what made it, what it cites.

RO-Crate 1.1, https://w3id.org/ro/crate/1.1. Identifiers are paths and fixed names. The date of
publication is left to whoever publishes: the hour of the computation stands in ``record.json`` alone,
so that two runs of one study give the same crate.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from selenolab.core.reference import Reference
from selenolab.core.study import Result, StudyResult, Virtual
from selenolab.report.citations import cited, link, shown_key
from selenolab.report.figures import Shown, figure_folders, safe_name

NAME = "ro-crate-metadata.json"
CHANGING = {"record.json", "run.log"}  # they hold times: no digest
TYPES = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".html": "text/html",
    ".md": "text/markdown",
    ".bib": "application/x-bibtex",
    ".log": "text/plain",
}
LICENCE = (
    "No licence is stated for these results: they belong to those who measured them. State one before "
    "publishing. Selenolab itself is under the Apache License 2.0."
)
Entity = dict[str, Any]


def crate_json(folder: Path, outcome: StudyResult, shown: tuple[Shown, ...], version: str) -> str:
    """The crate of all that lies in `folder`."""
    captions = {file: one.caption for one in shown for file in one.files}
    files = [_file(folder, path, captions) for path in _paths(folder)]
    graph: list[Entity] = [
        {
            "@id": NAME,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        _root(outcome, files),
        *files,
        {"@id": "#licence", "@type": "CreativeWork", "name": "Licence of the results", "text": LICENCE},
        _software(version),
        *_inputs(outcome),
        *_actions(outcome, files),
        *map(_article, cited(outcome)),
    ]
    crate = {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}
    return json.dumps(crate, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _paths(folder: Path) -> Iterator[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
    yield from sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _file(folder: Path, path: Path, captions: Mapping[str, str]) -> Entity:
    name = path.relative_to(folder).as_posix()
    entity: Entity = {"@id": quote(name), "@type": "File", "name": name}
    entity["encodingFormat"] = TYPES.get(path.suffix, "application/octet-stream")
    if name in captions:
        entity["description"] = captions[name]
    if name not in CHANGING:
        content = path.read_bytes()
        entity |= {"contentSize": str(len(content)), "sha256": sha256(content).hexdigest()}
    return entity


def _root(outcome: StudyResult, files: list[Entity]) -> Entity:
    question = outcome.study.question or "No question is stated."
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": outcome.study.title,
        "description": f"{question} Computed by Selenolab; the hour stands in record.json.",
        "license": {"@id": "#licence"},
        "hasPart": [{"@id": one["@id"]} for one in files],
        "citation": [{"@id": _identity(work)} for work in cited(outcome)],
        "mentions": [{"@id": _action_id(one)} for one in _results(outcome)],
    }


def _software(version: str) -> Entity:
    return {
        "@id": "#selenolab",
        "@type": "SoftwareApplication",
        "name": "Selenolab",
        "softwareVersion": version,
        "license": {"@id": "https://spdx.org/licenses/Apache-2.0"},
    }


def _results(outcome: StudyResult) -> list[Result]:
    return [one for one in outcome.results if isinstance(one, Result)]


def _action_id(result: Result) -> str:
    return f"#run-{quote(safe_name(result.run.name))}"


def _inputs(outcome: StudyResult) -> Iterator[Entity]:
    seen: set[str] = set()
    for result in _results(outcome):
        for one in result.provenance.inputs:
            if one.sha256 in seen:
                continue
            seen.add(one.sha256)
            yield {
                "@id": f"#sha256-{one.sha256}",
                "@type": "CreativeWork",
                "name": one.name,
                "sha256": one.sha256,
                "description": f"Input file read as {one.format} ({one.evidence}); not part of this folder.",
            }


def _actions(outcome: StudyResult, files: list[Entity]) -> Iterator[Entity]:
    folders = figure_folders(outcome)
    for result in _results(outcome):
        name, run = result.run.name, result.run
        owners = {f"tables/{name}/", f"tables/{safe_name(name)}/", f"figures/{folders[name]}/"}
        door = f"simulated with the model {run.door.model}" if isinstance(run.door, Virtual) else "measured"
        yield {
            "@id": _action_id(result),
            "@type": "CreateAction",
            "name": f"{name}: {run.assay}, {door}",
            "instrument": {"@id": "#selenolab"},
            "object": [{"@id": f"#sha256-{one.sha256}"} for one in result.provenance.inputs],
            "result": [
                {"@id": one["@id"]} for one in files if any(one["name"].startswith(o) for o in owners)
            ],
        }


def _identity(work: Reference) -> str:
    return link(work) or f"#{quote(work.key)}"


def _article(work: Reference) -> Entity:
    return {
        "@id": _identity(work),
        "@type": "ScholarlyArticle",
        "name": work.title,
        "author": work.authors,
        "isPartOf": work.where,
        "datePublished": str(work.year),
        "identifier": shown_key(work),
    }
