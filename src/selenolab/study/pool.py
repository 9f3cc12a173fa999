"""Runs side by side: ready ones go to processes, and nothing of a finished one is lost."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from selenolab.core.errors import SelenolabError
from selenolab.study.freeze import freeze
from selenolab.study.job import Job, perform

STARTUP = 3.0  # seconds that a process needs to import the program, about
KILLED = (
    "The process that computed this run was ended by the system, most often for want of memory. "
    "Free some, or use one worker."
)


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a job: its frozen result, or the message of what stopped it."""

    name: str
    body: bytes = b""
    message: str = ""
    seconds: float = 0.0


def work(job: Job) -> Done:
    """Perform a job; errors of the user's input become messages, our own bugs are raised."""
    start = perf_counter()
    try:
        result = perform(job)
    except SelenolabError as error:
        return Done(job.run.name, message=str(error), seconds=perf_counter() - start)
    body = freeze((result.dataset, result.analysis, result.provenance))
    return Done(job.run.name, body, seconds=perf_counter() - start)


def _context() -> Any:
    """A server that has imported the program once and forks, where there is one; else fresh processes."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@contextmanager
def _without_main() -> Iterator[None]:
    """New processes do not run the user's script again: they need nothing of it.

    So ``selenolab.run("study.yaml")`` works in a script without the usual guard around it.
    """
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    for name in kept:
        setattr(main, name, None)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)


def _begin() -> None:
    """A new worker: Ctrl-C reaches all processes of a terminal, but the first one decides for all.

    A worker whose first process was killed would wait for work for ever: it watches, and ends too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Pool:
    """At most `workers` jobs at a time; one worker means this process itself.

    With `probe` jobs are done in this process as long as the others would end sooner than a new
    process starts.
    """

    def __init__(self, workers: int, probe: bool = False) -> None:
        self.workers, self._probe = workers, probe
        self._seconds: list[float] = []
        self._waiting: list[Job] = []
        self._running: dict[Future[Done], str] = {}
        self._executor: ProcessPoolExecutor | None = None
        self._children: list[Any] = []

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._kill()
        elif self._executor:
            self._executor.shutdown()

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._waiting.append(job)

    def __bool__(self) -> bool:
        return bool(self._waiting or self._running)

    def finished(self) -> Iterator[Done]:
        """The jobs that ended since the last call; waits for at least one."""
        if self._executor is None and self._here():
            done = work(self._waiting.pop(0))
            self._seconds.append(done.seconds)
            yield done
            return
        self._start()
        ended, _ = wait(self._running, return_when=FIRST_COMPLETED)
        for future in ended:
            name = self._running.pop(future)
            try:
                yield future.result()
            except BrokenProcessPool:
                self._executor = None
                yield Done(name, message=KILLED)

    def _here(self) -> bool:
        """Whether the next job is better done in this process."""
        if self.workers == 1 or len(self._waiting) == 1:
            return True
        mean = sum(self._seconds) / max(1, len(self._seconds))
        return self._probe and mean * len(self._waiting) < STARTUP

    def _start(self) -> None:
        while self._waiting and len(self._running) < self.workers:
            job = self._waiting[0]
            try:
                with _without_main():
                    self._running[self._pool().submit(work, job)] = job.run.name
            except BrokenProcessPool:  # its processes are gone: the job goes to new ones, later
                self._executor = None
                if not self._running:
                    continue
                return
            self._waiting.pop(0)

    def _pool(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._before = set(multiprocessing.active_children())
            self._executor = ProcessPoolExecutor(self.workers, _context(), _begin)
        return self._executor

    def _kill(self) -> None:
        """End our processes at once: a long fit must not hold up Ctrl-C."""
        if self._executor is None:
            return
        children = set(multiprocessing.active_children()) - self._before
        for child in children:
            child.kill()
        self._executor.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.join(5)


def fitting_workers(wanted: int | None, jobs: int) -> int:
    """As many workers as there are jobs and cores, or as wanted."""
    return max(1, min(wanted or os.cpu_count() or 1, jobs))
