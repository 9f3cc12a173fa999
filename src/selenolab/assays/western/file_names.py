"""Words that the name of a file holds, by a template that the user states."""

import re
from collections.abc import Iterable
from pathlib import PurePath

WORDS = ("membrane", "protein", "exposure")
_HOLE = re.compile(r"\{([^{}]*)\}")


def words_of(template: str) -> tuple[str, ...]:
    """The words of a template; braces may be left out, as in membrane_protein.

    Raises
    ------
    ValueError
        For an unknown word, or one that stands twice.

    Examples
    --------
    >>> words_of("{membrane}_{protein}")
    ('membrane', 'protein')
    >>> told_by_name("membrane_protein", "2_p21.tif")
    {'membrane': '2', 'protein': 'p21'}
    """
    template = _braced(template)
    words = tuple(word for word in _HOLE.findall(template) if word)
    for word in words:
        if word not in WORDS:
            raise ValueError(f"'{{{word}}}' is no word of a file name. Expected {', '.join(WORDS)}")
        if words.count(word) > 1:
            raise ValueError(f"'{{{word}}}' stands twice")
    if template and not words:
        raise ValueError("Expected words of a file name, as in membrane_protein")
    return words


def _braced(template: str) -> str:
    if "{" in template:
        return template
    return re.sub("|".join(WORDS), lambda found: "{" + found[0] + "}", template)


def told_by_name(template: str, name: str) -> dict[str, str] | None:
    """What the file's name says by the template; None where it does not fit.

    Examples
    --------
    >>> told_by_name("{membrane}_{protein}", "blots/1_cleaved_caspase-3.tif")
    {'membrane': '1', 'protein': 'cleaved caspase-3'}
    """
    parts = _HOLE.split(_braced(template))
    pattern = "".join(
        re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+?)" if part else ".+?"
        for i, part in enumerate(parts)
    )
    found = re.fullmatch(pattern, PurePath(name).stem)
    return (
        {word: text.replace("_", " ").strip() for word, text in found.groupdict().items()} if found else None
    )


def membrane_in(name: str, membranes: Iterable[str]) -> str:
    """The one membrane whose name stands in the file's name as a word of its own; "" for none or several.

    Examples
    --------
    >>> membrane_in("blots/2_p21.tif", ["1", "2", "3"]), membrane_in("p21.tif", ["1", "2"])
    ('2', '')
    """
    stem = PurePath(name).stem.casefold()
    found = [
        own for own in membranes if re.search(rf"(?<![0-9a-z]){re.escape(own.casefold())}(?![0-9a-z])", stem)
    ]
    return found[0] if len(found) == 1 else ""
