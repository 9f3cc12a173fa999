"""What a study gave as JSON: the record of a run folder, and one analysis by itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from selenolab.core.check import Check, MissingControl
from selenolab.core.compound import Compound
from selenolab.core.estimate import Endpoint
from selenolab.core.study import (
    Bench,
    Compared,
    Contrast,
    Exclusion,
    Failure,
    InputDigest,
    Result,
    Run,
    Study,
    StudyResult,
    Take,
)
from selenolab.study.digests import file_digest, versions
from selenolab.study.outcome_json import number, outcome_json
from selenolab.study.pathway_record import pathway_json
from selenolab.study.tables import Written, tables_of

ANALYSIS = "selenolab/analysis/1"
RECORD = "selenolab/record/1"


def analysis_json(result: Result, tables: Sequence[Written] = ()) -> dict[str, Any]:
    """One analysis as the command line prints it with --json; see docs/schemas/analysis.schema.json.

    `tables` are those that were written; without them every table is named with path null. No number
    is NaN or infinite: an open side, or what cannot be given, is null.
    """
    analysis, run = result.analysis, result.run
    paths = {table.name: table.path for table in tables}
    return {
        "schema": ANALYSIS,
        "version": result.provenance.versions["selenolab"],
        "assay": run.assay,
        "settings": run.settings.model_dump(mode="json"),
        "seed": run.seed,
        "endpoints": [endpoint_json(endpoint) for endpoint in analysis.endpoints],
        "checks": [check_json(check) for check in analysis.checks],
        "missing_controls": [_missing(control) for control in analysis.missing_controls],
        "warnings": list(analysis.warnings),
        "tables": [
            {"name": name, "rows": len(table.frame), "path": paths.get(name)}
            for name, table in tables_of(result).items()
        ],
        "inputs": [
            {"name": own.name, "sha256": own.sha256, "format": own.format, "role": own.role}
            for own in result.provenance.inputs
        ],
    }


def endpoint_json(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint. The reason of a verdict or of an absent value is the first of its warnings."""
    told = outcome_json(endpoint.outcome)
    why = told.pop("why")
    warnings = [*([why] if why else []), *endpoint.warnings]
    return {"name": endpoint.name, "group": dict(endpoint.group), **told, "warnings": warnings}


def check_json(check: Check) -> dict[str, Any]:
    """A check with what it rests on."""
    return {
        "rule": check.rule,
        "name": check.name,
        "group": dict(check.group),
        "endpoint": check.endpoint,
        "passed": None if check.passed is None else bool(check.passed),
        "value": number(check.value),
        "limit": number(check.limit),
        "unit": check.unit,
        "margin": number(check.margin),
        "settings": dict(check.settings),
        "why": check.why,
    }


def _missing(control: MissingControl) -> dict[str, Any]:
    return {
        "conclusion": control.conclusion,
        "control": control.control,
        "remedy": control.remedy,
        "group": dict(control.group),
    }


def record_json(outcome: StudyResult, tables: Mapping[str, Sequence[Written]]) -> dict[str, Any]:
    """The record of a study; see docs/schemas/record.schema.json. Only `when` differs between equal runs."""
    study = outcome.study
    return {
        "schema": RECORD,
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "study": _study(study),
        "runs": [
            _run(outcome, result, tables.get(result.run.name, ()))
            for result in outcome.results
            if isinstance(result, Result)
        ],
        "failures": [
            {"run": failure.run.name, "assay": failure.run.assay, "message": failure.message}
            for failure in outcome.results
            if isinstance(failure, Failure)
        ],
        "comparisons": [_compared(compared) for compared in outcome.compared],
        "pathways": [pathway_json(page) for page in outcome.pathways],
    }


def _study(study: Study) -> dict[str, Any]:
    return {
        "file": study.path.name,
        "sha256": file_digest(study.path) if study.path.is_file() else None,
        "title": study.title,
        "question": study.question,
        "compounds": [
            _compound(name, compound, str(study.basis.get(name, "not stated")))
            for name, compound in study.compounds.items()
        ],
    }


def _compound(name: str, compound: Compound, basis: str) -> dict[str, Any]:
    return {
        "name": name,
        "identity": compound.name,
        "inchikey": compound.inchikey or None,
        "basis": basis,
        "molar_mass": compound.molar_mass,
        "se_per_molecule": compound.se_per_molecule,
    }


def _run(outcome: StudyResult, result: Result, tables: Sequence[Written]) -> dict[str, Any]:
    run, provenance = result.run, result.provenance
    exclusions = [_exclusion(own) for own in outcome.study.exclusions if own.run == run.name]
    return {
        "name": run.name,
        "door": provenance.door,
        **_door(run),
        "takes": [_take(take) for take in run.takes],
        "assumed": list(provenance.assumed),
        "exclusions": exclusions,
        "key": provenance.key,
        "versions": dict(provenance.versions),
        "evidence": [_evidence(own) for own in provenance.inputs],
        "answer": result.analysis.answer,
        "analysis": analysis_json(result, tables),
    }


def _door(run: Run) -> dict[str, Any]:
    if isinstance(run.door, Bench):
        facts = [{"name": file.name, "facts": dict(file.facts)} for file in run.door.files if file.facts]
        return {"model": None, "overrides": {}, "facts": facts}
    return {"model": run.door.model, "overrides": dict(run.door.overrides), "facts": []}


def _evidence(own: InputDigest) -> dict[str, Any]:
    return {"name": own.name, "format": own.format, "evidence": own.evidence}


def _take(take: Take) -> dict[str, Any]:
    return {"port": take.port, "from": f"runs.{take.run}.{take.kind}.{take.name}", "group": dict(take.group)}


def _exclusion(exclusion: Exclusion) -> dict[str, Any]:
    return {"where": dict(exclusion.where), "reason": exclusion.reason}


def _compared(compared: Compared) -> dict[str, Any]:
    asked = compared.comparison
    return {
        "name": asked.name,
        "endpoint": asked.endpoint,
        "runs": list(asked.runs),
        "by": asked.by,
        "within": dict(asked.within),
        "control": asked.control or None,
        "asked": asked.method,
        "method": compared.method,
        "contrasts": [_contrast(contrast) for contrast in compared.contrasts],
        "checks": [check_json(check) for check in compared.checks],
        "warnings": list(compared.warnings),
        "refusal": compared.refusal or None,
        "conclusions": list(compared.conclusions),
    }


def _contrast(contrast: Contrast) -> dict[str, Any]:
    told = outcome_json(contrast.effect)
    why = told.pop("why")
    return {
        "left": contrast.left,
        "right": contrast.right,
        "effect": {**told, "why": why or None},
        "p": number(contrast.p),
        "p_adjusted": number(contrast.p_adjusted),
    }
