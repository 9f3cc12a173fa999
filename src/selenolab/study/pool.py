"""Runs side by side: ready ones go to processes, and nothing of a finished one is lost."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from selenolab.core.errors import SelenolabError
from selenolab.study.freeze import freeze
from selenolab.study.job import Job, perform

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


def _ignore_interrupt() -> None:
    """Ctrl-C reaches all processes of a terminal: the first one decides, and ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Pool:
    """At most `workers` jobs at a time; one worker means this process itself."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
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
        alone = not self._running and len(self._waiting) == 1
        if self.workers == 1 or (alone and self._executor is None):
            yield work(self._waiting.pop(0))
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

    def _start(self) -> None:
        while self._waiting and len(self._running) < self.workers:
            job = self._waiting.pop(0)
            self._running[self._pool().submit(work, job)] = job.run.name

    def _pool(self) -> ProcessPoolExecutor:
        if self._executor is None:
            before = set(multiprocessing.active_children())
            self._executor = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), _ignore_interrupt
            )
            self._before = before
        return self._executor

    def _kill(self) -> None:
        """End our processes at once: a long fit must not hold up Ctrl-C."""
        if self._executor is None:
            return
        for child in set(multiprocessing.active_children()) - self._before:
            child.kill()
        self._executor.shutdown(wait=False, cancel_futures=True)


def fitting_workers(wanted: int | None, jobs: int) -> int:
    """As many workers as there are jobs and cores, or as wanted."""
    return max(1, min(wanted or os.cpu_count() or 1, jobs))


Progress = Callable[..., None]
