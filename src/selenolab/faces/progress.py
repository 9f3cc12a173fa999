"""How far a study is: a bar on a terminal, plain lines in a pipe; always on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from selenolab.faces.streams import note
from selenolab.study.run import Event

WORDS = {"finished": "done", "reused": "reused", "failed": "failed"}


@contextmanager
def shown_progress() -> Iterator[Callable[[Event], None]]:
    """A function that shows the events given to it, as long as the block lasts."""
    if not sys.stderr.isatty():
        yield _line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("runs", total=None)

        def show(event: Event) -> None:
            bar.update(task, description=event.run or "comparisons", completed=event.done, total=event.total)
            if event.what in {"failed", "note"}:
                bar.console.print(_text(event), markup=False, highlight=False)

        yield show


def _line(event: Event) -> None:
    alone = event.what == "failed" and event.total == 1  # its error line says it, at once
    if event.what != "started" and not alone:
        note(_text(event))


def _text(event: Event) -> str:
    """One event in a line.

    Examples
    --------
    >>> _text(Event("finished", "hepg2", 1, 3, 2.345))
    'hepg2: done in 2.3 s (1 of 3)'
    >>> _text(Event("note", "hepg2", 1, 3, words="the cache cannot be written"))
    'hepg2: the cache cannot be written'
    """
    if event.what in {"note", "compared"}:
        return f"{event.run}: {event.words}" if event.run else event.words
    word = WORDS.get(event.what, event.what)
    seconds = f" in {event.seconds:.1f} s" if event.what == "finished" else ""
    return f"{event.run}: {word}{seconds} ({event.done} of {event.total})"
