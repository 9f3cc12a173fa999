"""Every error a user can cause. Each says what was found, what was expected, and what to do.

The command line prints these as one line each and exits with 2; any other exception is our own bug
and keeps its traceback.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class SelenolabError(Exception):
    """Base of all errors caused by input. ``str(error)`` is what the user reads."""


class DataError(SelenolabError):
    """A file or table does not hold what its schema promises. Names the file and the row or field."""


class StudyError(SelenolabError):
    """A study file, a sheet or a setting asks for something that cannot be done."""


class OutputError(SelenolabError):
    """The place where results should go cannot be used (occupied, not writable, being written)."""


class MissingExtraError(SelenolabError):
    """An optional dependency is needed; the message holds the install line."""


class FormatRefusal(SelenolabError):  # noqa: N818 - "refusal" is the field's word for a named non-read
    """A file that is recognised (or not) and deliberately not read.

    Parameters
    ----------
    format : the format's name as on the shelf, or "unknown".
    file : the file's name as the user wrote it.
    reason : what was found, in one sentence part.
    remedy : what the user can do.
    where : row, sheet or block inside the file, if known.
    """

    def __init__(self, format: str, file: str, reason: str, remedy: str, where: str = "") -> None:  # noqa: A002 - the field's word
        self.format, self.file, self.reason, self.remedy, self.where = format, file, reason, remedy, where
        place = f"{file}: {where}" if where else file
        super().__init__(f"{place}: Refused as {format}: {reason}. {remedy}")


class UnknownNameError(SelenolabError):
    """A name that is on no shelf, with the nearest ones that are."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        super().__init__(f"Unknown {kind} '{name}'. {did_you_mean(name, self.known)}")


class SeveralErrors(SelenolabError):  # noqa: N818 - it is a set of errors, told together
    """All mistakes of one input, told at once: one line each."""

    def __init__(self, errors: Sequence[SelenolabError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'Did you mean X?' for the nearest of `known`, else the list of what is known.

    Examples
    --------
    >>> did_you_mean("viabilty", ["viability", "release"])
    'Did you mean viability?'
    >>> did_you_mean("xyz", ["viability", "release"])
    'Known: release, viability.'
    """
    options = sorted(known)
    lowered = {option.lower(): option for option in options}
    near = [lowered[hit] for hit in get_close_matches(name.lower(), lowered, n=3, cutoff=0.6)]
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"Known: {', '.join(options)}." if options else "None is known."
