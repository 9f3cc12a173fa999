"""Where text goes: results to stdout, everything beside them to stderr; UTF-8 whatever the locale."""

import io
import sys

import typer


def speak_utf8() -> None:
    """Make stdout and stderr UTF-8, so that µ does not end a run under LANG=C."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


def say(text: str = "") -> None:
    """A line of results."""
    typer.echo(text)


def note(text: str) -> None:
    """A line beside the results: a warning, a place, a time."""
    typer.echo(text, err=True)
