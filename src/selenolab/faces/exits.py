"""How a command ends: the exit code and the one line that explains it.

0 done; 2 the user's input; 1 our own bug, with its traceback; 130 Ctrl-C; 141 nobody reads on.
"""

import errno
import os
import re
import signal
import sys
from collections.abc import Callable

import typer

from selenolab.core.errors import SelenolabError

DONE, INPUT, STOPPED, UNREAD = 0, 2, 130, 141
USERS = {
    errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY,
    errno.ENAMETOOLONG, errno.ELOOP, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG,
}  # fmt: skip
ENDLESS = re.compile(r"\S{300,}")  # longer than any path that people use


def exit_code(command: Callable[[], object]) -> int:
    """Call `command`, tell what went wrong in one line a mistake, and give the exit code.

    Any error that is neither the user's nor the system's leaves with its traceback: it is our bug.
    """
    try:
        code = _call(command)
        sys.stdout.flush()
    except BrokenPipeError:
        _leave_pipe()
        return UNREAD
    except KeyboardInterrupt:
        code = STOPPED
    if code == STOPPED:
        # A second Ctrl-C must not tear this line apart.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Python remembers a Ctrl-C that went through text being compiled, as dataclasses and numba do, and
        # would end by the signal, not by our code. Compiling any text makes it forget.
        exec("")
        typer.echo("Stopped. What was finished is kept; nothing else was touched.", err=True)
    return code


def tell(error: BaseException) -> None:
    """One line for every mistake, on stderr."""
    label = typer.style("Error:", fg=typer.colors.RED) if sys.stderr.isatty() else "Error:"
    for line in str(error).split("\n") or [type(error).__name__]:
        typer.echo(f"{label} {printable(line)}", err=True)


def printable(line: str) -> str:
    r"""A line that may quote a hostile file: no control characters, no endless words.

    Examples
    --------
    >>> printable("a.csv: row 2: '" + "9" * 5000 + "' is no number.")[:60]
    "a.csv: row 2: '999999999999999999999999999999999999999999999"
    >>> len(printable("9" * 5000)), printable("red: \x1b[31m")
    (121, 'red: �[31m')
    """
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
    return ENDLESS.sub(lambda word: f"{word[0][:80]}…{word[0][-40:]}", shown)


def _call(command: Callable[[], object]) -> int:
    try:
        found = command()
    except SelenolabError as error:
        tell(error)
        return INPUT
    except typer.Abort:
        return STOPPED
    except SystemExit as end:
        # Typer turns a broken pipe into a plain exit; the pipe is still to be seen behind it.
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        raise
    except OSError as error:
        if not _users_file(error):
            raise
        name = printable(str(error.filename))
        typer.echo(f"Error: {name}: {error.strerror}. Check the path and its rights.", err=True)
        return INPUT
    except Exception as error:
        # A usage error of Typer: its class has moved between versions, its shape has not.
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        if not told():  # no arguments at all: the help was printed
            return DONE
        where = getattr(getattr(error, "ctx", None), "command_path", "selenolab")
        line = " ".join(told().split()).rstrip(".")
        typer.echo(f"Error: {line}. Try '{where} --help'.", err=True)
        return INPUT
    return found if isinstance(found, int) else DONE


def _users_file(error: OSError) -> bool:
    """A file that is missing, not readable, a folder, or a full disk: not a fault of the program."""
    return isinstance(error.filename, str | os.PathLike) and error.errno in USERS


def _leave_pipe() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
