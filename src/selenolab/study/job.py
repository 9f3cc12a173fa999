"""One run from its door to its result: read or simulate, flag, analyse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from selenolab.core.assay import Assay, Reading, Sheet
from selenolab.core.compound import Basis
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError, StudyError
from selenolab.core.estimate import Endpoint
from selenolab.core.format import InputFile
from selenolab.core.study import Bench, Exclusion, InputDigest, Provenance, Result, Run, RunFile, Virtual
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import formats, read_file
from selenolab.shelf import assays, models
from selenolab.simulate.reference import simulate
from selenolab.stats.noise import observe
from selenolab.study.compounds import refuse_ambiguous
from selenolab.study.digests import file_digest, versions
from selenolab.study.exclude import exclude
from selenolab.study.model_values import assumed_values, outside_values
from selenolab.study.simulated import as_simulated


@dataclass(frozen=True, slots=True)
class Job:
    """All that one run needs. `inputs` holds the sha256 by path that the key was made from.

    `compounds` gives the basis of the doses by the study's names of the compounds.
    """

    run: Run
    key: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Table | Endpoint] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()
    compounds: Mapping[str, Basis] = field(default_factory=dict)


def perform(job: Job) -> Result:
    """The result of a run. Errors of the user's input come out as they are."""
    run, assay = job.run, assays[job.run.assay]
    if isinstance(run.door, Bench):
        reading, inputs = _read(job, run.door, assay)
    else:
        reading, inputs = _simulate(run, run.door, assay), ()
    dataset = exclude(state_basis(reading.dataset, job.compounds), job.exclusions)
    refuse_ambiguous(_compounds_in(dataset, run.name), frozenset(job.compounds))
    analysis = assay.analyse(dataset, run.settings, run.seed, dict(job.taken))
    analysis = replace(analysis, warnings=(*reading.warnings, *analysis.warnings))
    door: Literal["bench", "virtual"] = "bench" if isinstance(run.door, Bench) else "virtual"
    if door == "virtual":
        analysis = as_simulated(analysis)
    provenance = Provenance(door, inputs, reading.assumed, versions(), job.key)
    return Result(run, _without_bulk(dataset), analysis, provenance)


def _without_bulk(dataset: Dataset) -> Dataset:
    """The dataset without tables that have a row an event: the instrument's files keep those."""
    kept = {name: table for name, table in dataset.tables.items() if not table.schema.bulk}
    return dataset if len(kept) == len(dataset.tables) else replace(dataset, tables=kept)


def _read(job: Job, door: Bench, assay: Assay) -> tuple[Reading, tuple[InputDigest, ...]]:
    sheet, told, sheet_notes = _sheet(job, door)
    files = [_file(job, file, assay) for file in door.files]
    _refuse_copies(files)
    evidence = {known.name: str(known.evidence) for known in (*formats().values(), *assay.bench.formats)}
    digests = [
        InputDigest(file.name, file.sha256, file.parsed.format, file.role, evidence[file.parsed.format])
        for file in files
    ]
    reading = assay.bench.read(files, sheet, job.run.settings)
    notes = [f"{file.name}: {note}" for file in files for note in file.parsed.assumed]
    assumed = tuple(dict.fromkeys((*sheet_notes, *notes, *reading.assumed)))
    return replace(reading, assumed=assumed), (*digests, *told)


def _file(job: Job, file: RunFile, assay: Assay) -> InputFile:
    parsed, sha256 = read_file(file.path, assay.bench.formats, file.facts.get("format", ""))
    _refuse_changed(job, file.path, sha256)
    if file.role == "sample" and (reason := assay.bench.suits(parsed)):
        raise DataError(
            f"{file.name}: Assay {assay.name} cannot use this file: {reason}. "
            f"It was read as {parsed.format}; 'selenolab inspect' shows what is in it."
        )
    return InputFile(file.path, file.name, file.role, sha256, parsed, file.facts)


def _refuse_copies(files: Sequence[InputFile]) -> None:
    """The same bytes twice are one measurement: counted as two they would narrow every interval."""
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        before = seen.setdefault((file.sha256, file.role), file.name)
        if before != file.name:
            raise StudyError(f"{file.name}: The file is a copy of {before}, byte for byte. Leave one out.")


def _refuse_changed(job: Job, path: Path, sha256: str) -> None:
    if job.inputs.get(str(path), sha256) != sha256:
        raise StudyError(f"{path.name}: The file changed while the study ran. Run it again.")


def _sheet(job: Job, door: Bench) -> tuple[Sheet | None, tuple[InputDigest, ...], tuple[str, ...]]:
    """The sheet of a run, its digest, and what had to be assumed to read it."""
    path = door.sheet
    if not isinstance(path, Path):
        return path, (), ()
    parsed = read_plate_map(path)
    sha256 = file_digest(path)
    _refuse_changed(job, path, sha256)
    basis = next((value for key, value in parsed.metadata.items() if key.endswith(".basis")), "")
    frame = parsed.data
    if basis and "basis" not in frame:
        frame = frame.assign(basis=basis)
    notes = tuple(f"{path.name}: {note}" for note in parsed.assumed)
    digest = InputDigest(path.name, sha256, parsed.format, "sheet", "")
    return Sheet(path.name, frame, parsed.units), (digest,), notes


def _simulate(run: Run, door: Virtual, assay: Assay) -> Reading:
    virtual = assay.virtual
    if virtual is None:
        raise StudyError(f"runs.{run.name}: Assay {run.assay} has no virtual door: give it files.")
    model = models[door.model]
    design = virtual.design(run.settings)
    states = simulate(model, design, door.overrides, dose_unit(design, run.settings))
    expected = virtual.expect(states, design, run.settings)
    dataset = observe(expected, virtual.noise(expected, run.settings), run.seed)
    return Reading(
        dataset,
        assumed=tuple(assumed_values(model, door.overrides, design)),
        warnings=tuple(outside_values(model, door.overrides, design)),
    )


def dose_unit(design: pd.DataFrame, settings: Any) -> str:
    """The unit of a design's doses: its column `dose_unit`, its attribute, or the setting; "" if none."""
    if "dose_unit" in design:
        units = sorted(set(design["dose_unit"].astype(str)))
        if len(units) > 1:
            raise StudyError(f"The design has doses in {' and '.join(units)}. Expected one unit.")
        return units[0]
    told = design.attrs.get("units", {}).get("dose") or getattr(settings, "dose_unit", "")
    return str(told or "")


def state_basis(dataset: Dataset, compounds: Mapping[str, Basis]) -> Dataset:
    """`dataset` with the study's basis of every compound where a table has room for it and none is stated.

    Raises
    ------
    StudyError
        where a file states another basis than the study.
    """
    stated = {name: basis for name, basis in compounds.items() if basis is not Basis.NOT_STATED}
    tables = {name: _with_basis(table, stated) for name, table in dataset.tables.items()}
    return replace(dataset, tables=tables) if stated else dataset


def _with_basis(table: Table, stated: Mapping[str, Basis]) -> Table:
    words = {column.word for column in table.schema.columns}
    if not {"basis", "compound"} <= words or "compound" not in table.frame:
        return table
    empty = pd.Series("", index=table.frame.index)
    old = table.frame["basis"].fillna("").astype(str) if "basis" in table.frame else empty
    found = []
    for compound, basis in zip(table.frame["compound"].astype(str), old, strict=True):
        mine = stated.get(compound)
        if mine and basis not in {"", str(Basis.NOT_STATED), str(mine)}:
            raise StudyError(
                f"compounds.{compound}.basis: The study says '{mine}', the data say '{basis}'. "
                "Mend one of them."
            )
        found.append(str(mine) if mine else basis or str(Basis.NOT_STATED))
    return replace(table, frame=table.frame.assign(basis=found))


def _compounds_in(dataset: Dataset, run: str) -> dict[str, str]:
    """The names in the `compound` columns, with where they stand."""
    names: dict[str, str] = {}
    for table in dataset.tables.values():
        if "compound" in table.frame:
            for name in table.frame["compound"].dropna().astype(str).unique():
                names.setdefault(name, f"runs.{run}, table {table.schema.name}")
    return {name: where for name, where in names.items() if name}
