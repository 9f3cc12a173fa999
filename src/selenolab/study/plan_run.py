"""One run of a study file as a plan: its assay, its door, its settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from selenolab.core.assay import Assay, AssaySettings, Sheet, VirtualDoor
from selenolab.core.errors import StudyError, UnknownNameError
from selenolab.core.model import Model
from selenolab.core.study import Bench, Run, RunFile, Take, Virtual
from selenolab.formats.headers import parse_header
from selenolab.formats.recognise import formats
from selenolab.shelf import assays, models
from selenolab.study.card import FileCard, RunCard, StudyCard, tell
from selenolab.study.document import Where
from selenolab.study.places import inside, matching


@dataclass(frozen=True, slots=True)
class Plans:
    """Runs under construction. `names` are all of the file, also those that could not be planned."""

    names: tuple[str, ...]
    assays: dict[str, Assay] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    takes: dict[str, tuple[Take, ...]] = field(default_factory=dict)


def plan_runs(card: StudyCard) -> Plans:
    """All runs of the card; what is wrong with them is noted there."""
    told = card.document.plain.get("runs")
    plans = Plans(tuple(told) if isinstance(told, dict) else ())
    for name, run in card.runs.items():
        assay = _assay(card, name, run)
        settings = _settings(card, name, run, assay) if assay else None
        door = _door(card, name, run, assay, settings)
        if assay is None:
            continue
        plans.assays[name] = assay
        if settings is not None and door is not None:
            plans.runs[name] = Run(name, run.assay, door, settings, seed=run.seed)
    return plans


def _assay(card: StudyCard, name: str, run: RunCard) -> Assay | None:
    try:
        return assays[run.assay]
    except UnknownNameError as error:
        card.mistakes.add(("runs", name, "assay"), str(error))
        return None


def _settings(card: StudyCard, name: str, run: RunCard, assay: Assay) -> AssaySettings | None:
    try:
        return assay.settings.model_validate(run.settings)
    except ValidationError as error:
        for mistake in error.errors():
            where = ("runs", name, "settings", *mistake["loc"])
            card.mistakes.add(where, tell(mistake, assay.settings))
        return None


def _door(
    card: StudyCard, name: str, run: RunCard, assay: Assay | None, settings: AssaySettings | None
) -> Bench | Virtual | None:
    where: Where = ("runs", name)
    if run.model and run.files:
        card.mistakes.add((*where, "model"), "A run has files or a model, not both. Make two runs of them.")
    elif run.model:
        return _virtual(card, name, run, assay, settings)
    elif run.files:
        return _bench(card, name, run, assay)
    elif not {(*where, "files"), (*where, "model")} & card.broken:
        card.mistakes.add(where, "Expected 'files' (of an instrument) or a 'model' (to simulate). Add one.")
    return None


def _bench(card: StudyCard, name: str, run: RunCard, assay: Assay | None) -> Bench:
    files = tuple(
        found
        for index, told in enumerate(run.files)
        for one in _spelt_out(card, ("runs", name, "files", index), told)
        if (found := _file(card, ("runs", name, "files", index), one, assay))
    )
    for twice in {file.path for file in files if [f.path for f in files].count(file.path) > 1}:
        card.mistakes.add(("runs", name, "files"), f"'{twice.name}' is given twice. Name every file once.")
    roles = {file.role for file in files}
    known = {role.word for role in assay.bench.roles} if assay else set()
    for role in assay.bench.roles if assay else ():
        told = roles <= known and len(files) >= len(run.files)  # a misspelt role is told by itself
        if role.required and role.word not in roles and told:
            card.mistakes.add(
                ("runs", name, "files"), f"{run.assay} needs a file with role: {role.word} ({role.meaning})."
            )
    if run.overrides:
        card.mistakes.add(("runs", name, "overrides"), "Only a run with a model has overrides. Remove them.")
    return Bench(files, _sheet(card, name, run))


def _spelt_out(card: StudyCard, where: Where, told: FileCard) -> list[FileCard]:
    """The files that a name with * or ? stands for, in the order of their names; else the file itself."""
    if not set(told.file) & set("*?"):
        return [told]
    try:
        return [
            told.model_copy(update={"file": name}) for name in matching(card.document.path.parent, told.file)
        ]
    except StudyError as error:
        card.mistakes.add(where, str(error))
        return []


def _file(card: StudyCard, where: Where, told: FileCard, assay: Assay | None) -> RunFile | None:
    facts = {key: str(value) for key, value in (told.model_extra or {}).items()}
    if assay:
        _look_up(card, (*where, "role"), "role", told.role, {role.word for role in assay.bench.roles})
        if "format" in facts:
            known = {*formats(), *(own.name for own in assay.bench.formats)}
            _look_up(card, (*where, "format"), "format", facts["format"], known)
    try:
        return RunFile(inside(card.document.path.parent, told.file), told.file, told.role, facts)
    except StudyError as error:
        card.mistakes.add(where, str(error))
        return None


def _look_up(card: StudyCard, where: Where, kind: str, name: str, known: set[str]) -> None:
    if name not in known:
        card.mistakes.add(where, str(UnknownNameError(kind, name, known)))


def _sheet(card: StudyCard, name: str, run: RunCard) -> Path | Sheet | None:
    own = run.sheet is not None
    told, where = (run.sheet, ("runs", name, "sheet")) if own else (card.head.samples, ("samples",))
    if told is None:
        return None
    try:
        return inside(card.document.path.parent, told) if isinstance(told, str) else inline_sheet(told)
    except StudyError as error:
        if own or name == next(iter(card.runs)):  # the study-wide sheet is told once
            card.mistakes.add(where, str(error))
        return None


def inline_sheet(rows: list[dict[str, Any]]) -> Sheet:
    """Rows that stand in the study file itself as a sheet; a basis in a header becomes its column.

    Examples
    --------
    >>> inline_sheet([{"well": "A1", "dose [µM Se]": 4}]).frame.to_dict("records")
    [{'well': 'A1', 'dose': 4, 'basis': 'Se'}]
    """
    headers = [parse_header(text) for text in dict.fromkeys(key for row in rows for key in row)]
    words = [header.word for header in headers]
    for word in words:
        if words.count(word) > 1:
            raise StudyError(f"'{word}' occurs twice as a column. Name it once.")
    frame = pd.DataFrame({header.word: [row.get(header.text) for row in rows] for header in headers})
    basis = next((header.basis for header in headers if header.basis), "")
    if basis and "basis" not in frame:
        frame["basis"] = basis
    return Sheet("samples", frame, {header.word: header.unit for header in headers if header.unit})


def _virtual(
    card: StudyCard, name: str, run: RunCard, assay: Assay | None, settings: AssaySettings | None
) -> Virtual | None:
    where: Where = ("runs", name)
    if assay and assay.virtual is None:
        card.mistakes.add((*where, "model"), f"Assay {run.assay} has no virtual door: give it files.")
        return None
    try:
        model = models[run.model]
    except UnknownNameError as error:
        card.mistakes.add((*where, "model"), str(error))
        return None
    if assay and assay.virtual:
        for misfit in _misfits(assay.virtual, assay.name, model, settings):
            card.mistakes.add((*where, "model"), misfit)
    set_by_design = _set_by_design(assay, model)
    for parameter in run.overrides:
        known_parameters = {own.name for own in model.parameters}
        _look_up(card, (*where, "overrides", parameter), "parameter", parameter, known_parameters)
        if parameter in set_by_design:
            card.mistakes.add(
                (*where, "overrides", parameter),
                f"{run.assay} sets '{parameter}' of model {run.model} itself ({set_by_design[parameter]}). "
                f"Remove the override; the settings of {run.assay} say what it is.",
            )
    return Virtual(run.model, dict(run.overrides))


def _misfits(door: VirtualDoor, assay: str, model: Model, settings: AssaySettings | None) -> Iterator[str]:
    """What the assay's virtual door asks and the model does not offer, one line each."""
    chosen = door.needs_for is not None and settings is not None
    needs = door.needs_for(settings) if door.needs_for and chosen else door.needs
    asked = (
        ("does not show", "measures", "shows", needs, model.observables),
        ("does not take the input", "sets", "takes", door.inputs, model.inputs),
        ("does not know the action", "does", "knows", door.actions, model.actions),
    )
    for lacks, does, offers, words, offered in asked:
        for word in words:
            if word not in offered:
                known = ", ".join(sorted(offered)) or "none"
                yield f"Model {model.name} {lacks} '{word}', which {assay} {does}. It {offers} {known}."


def _set_by_design(assay: Assay | None, model: Model) -> dict[str, str]:
    """What the assay's design sets, by parameter of the model."""
    inputs = assay.virtual.inputs if assay and assay.virtual else ()
    return {model.inputs[word]: word for word in inputs if word in model.inputs} | {model.doses: "dose"}
