"""A study is run: what was computed before is taken from the cache, the rest goes to processes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from selenolab.core.assay import AssaySettings, Sheet
from selenolab.core.dataset import ArrayRef, Table
from selenolab.core.errors import SelenolabError, StudyError
from selenolab.core.estimate import Endpoint
from selenolab.core.study import Bench, Failure, Result, Run, RunFile, Study, StudyResult
from selenolab.shelf import assays
from selenolab.study.cache import cache_folder, keep, look_up, sweep
from selenolab.study.compare import compare_all
from selenolab.study.digests import input_digests, run_key
from selenolab.study.freeze import freeze, thaw
from selenolab.study.job import Job, perform
from selenolab.study.pathways import pathway_pages
from selenolab.study.pool import Pool, fitting_workers

What = Literal["started", "finished", "reused", "failed", "compared", "note"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to a run. `done` of `total` runs have ended; `words` say what else there is."""

    what: What
    run: str
    done: int
    total: int
    seconds: float = 0.0
    words: str = ""


Progress = Callable[[Event], None]
SMALL = 5_000_000  # bytes


def silent(event: Event) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class _State:
    study: Study
    cache: Path | None
    progress: Progress
    ended: dict[str, Result | Failure] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)  # run -> key
    asked: set[str] = field(default_factory=set)

    def tell(self, what: What, run: str, seconds: float = 0.0, words: str = "") -> None:
        self.progress(Event(what, run, len(self.ended), len(self.study.runs), seconds, words))


def compute(
    study: Study,
    workers: int | None = None,
    progress: Progress = silent,
    cache: Path | bool = True,
) -> StudyResult:
    """Everything that `study` gives, without writing a run folder.

    A run that the user's input stops becomes a Failure, and so do those that take from it; all others
    are kept. KeyboardInterrupt ends the workers at once and propagates; what was finished is in the
    cache.

    Parameters
    ----------
    workers : processes at most; 1 computes in this one; None takes what fits runs and cores.
    progress : called with an `Event` whenever a run starts or ends.
    cache : folder of earlier results; True for the usual one, False for none.
    """
    state = _State(study, _cache(cache), progress)
    probe = workers is None and all(map(_is_small, study.runs))
    with Pool(fitting_workers(workers, len(study.runs)), probe) as pool:
        while len(state.ended) < len(study.runs):
            while _take_ready(state, pool):
                pass
            if pool:
                for done in pool.finished():
                    _end(state, done.name, done.body, done.message, done.seconds)
    results = tuple(state.ended[run.name] for run in study.runs)
    if state.cache:
        sweep(state.cache)
    start = perf_counter()
    compared = compare_all(study, results)
    if compared:
        words = f"{len(compared)} comparison{'s' if len(compared) > 1 else ''}"
        state.tell("compared", "", perf_counter() - start, words)
    return StudyResult(study, results, compared, pathway_pages(study, results))


def _cache(cache: Path | bool) -> Path | None:
    if isinstance(cache, bool):
        return cache_folder() if cache else None
    return cache


def _is_small(run: Run) -> bool:
    """Whether the files of a run are small enough to expect an answer within seconds."""
    files = run.door.files if isinstance(run.door, Bench) else ()
    return sum(file.path.stat().st_size for file in files if file.path.is_file()) < SMALL


def _take_ready(state: _State, pool: Pool) -> bool:
    """Reuse, fail or submit the runs whose sources have all ended; whether any ended at once."""
    moved = False
    for run in state.study.runs:
        if run.name in state.asked or any(take.run not in state.ended for take in run.takes):
            continue
        state.asked.add(run.name)
        state.tell("started", run.name)
        try:
            job = _job(state, run)
        except SelenolabError as error:
            state.ended[run.name] = Failure(run, str(error))
            state.tell("failed", run.name, words=str(error))
            moved = True
            continue
        if _reuse(state, job):
            moved = True
        else:
            state.bodies[run.name] = job.key
            pool.submit(job)
    return moved


def _job(state: _State, run: Run) -> Job:
    taken = take(run, state.ended)
    digests = {port: hashlib.sha256(freeze(thing)).hexdigest() for port, thing in taken.items()}
    exclusions = tuple(own for own in state.study.exclusions if own.run == run.name)
    inputs = input_digests(run)
    bases = {name: str(basis) for name, basis in state.study.basis.items()}
    key = run_key(run, inputs, digests, exclusions, bases)
    return Job(run, key, inputs, taken, exclusions, state.study.basis)


def take(run: Run, ended: Mapping[str, Result | Failure]) -> dict[str, Table | Endpoint]:
    """What `run` takes from runs that have ended, by port.

    Raises
    ------
    StudyError
        where the other run failed, or does not hold exactly one such thing.
    """
    found: dict[str, Table | Endpoint] = {}
    for wanted in run.takes:
        source = ended[wanted.run]
        place = f"runs.{run.name}.inputs.{wanted.port}"
        if isinstance(source, Failure):
            raise StudyError(f"{place}: Needs run {wanted.run}, which failed. Mend that one first.")
        if wanted.kind == "tables":
            if wanted.name not in source.analysis.tables:
                raise StudyError(f"{place}: Run {wanted.run} gave no table '{wanted.name}'.")
            found[wanted.port] = source.analysis.tables[wanted.name]
        else:
            found[wanted.port] = _endpoint(place, source, wanted.name, wanted.group)
    return found


def _endpoint(place: str, source: Result, name: str, group: Mapping[str, str]) -> Endpoint:
    named = [own for own in source.analysis.endpoints if own.name == name]
    fits = [own for own in named if all(own.group.get(word) == value for word, value in group.items())]
    if len(fits) == 1:
        return fits[0]
    groups = "; ".join(", ".join(f"{w}: {v}" for w, v in own.group.items()) for own in (fits or named))
    raise StudyError(
        f"{place}: Expected exactly one endpoint '{name}' in run {source.run.name}, found {len(fits)}. "
        f"Say which with group: {{...}}. There are: {groups or 'none'}."
    )


def _reuse(state: _State, job: Job) -> bool:
    if state.cache is None:
        return False
    start = perf_counter()
    found = look_up(state.cache, job.key)
    if found.word:
        state.tell("note", job.run.name, words=found.word)
    if found.thing is None or not _still_there(found.thing, job):
        return False
    state.ended[job.run.name] = Result(job.run, *found.thing)
    state.tell("reused", job.run.name, perf_counter() - start)
    return True


def _still_there(thing: Any, job: Job) -> bool:
    """Whether the images that a kept dataset points to are the files of this run."""
    references = [array for array in thing[0].arrays.values() if isinstance(array, ArrayRef)]
    return all(str(reference.path) in job.inputs for reference in references)


def _end(state: _State, name: str, body: bytes, message: str, seconds: float) -> None:
    run = next(run for run in state.study.runs if run.name == name)
    if message:
        state.ended[name] = Failure(run, message)
        state.tell("failed", name, seconds, message)
        return
    word = keep(state.cache, state.bodies[name], body) if state.cache else ""
    state.ended[name] = Result(run, *thaw(body))
    state.tell("finished", name, seconds, word)


def analyse_files(
    assay: str,
    files: Sequence[Path | RunFile],
    sheet: Path | Sheet | None = None,
    settings: AssaySettings | None = None,
    seed: int = 0,
) -> Result:
    """What one assay says of some files, without a study.

    Parameters
    ----------
    files : paths (taken as samples) or files with their roles and facts.
    settings : None takes the assay's own.

    Raises
    ------
    SelenolabError
        for whatever is wrong with the input; nothing was written then.
    """
    chosen = settings if settings is not None else assays[assay].settings()
    given = tuple(file if isinstance(file, RunFile) else RunFile(file, file.name, "sample") for file in files)
    return analyse_run(Run(assay, assay, Bench(given, sheet), chosen, seed=seed))


def analyse_run(run: Run) -> Result:
    """What one run gives by itself. Errors of the user's input come out as they are."""
    inputs = input_digests(run)
    return perform(Job(run, run_key(run, inputs, {}, (), {}), inputs))
