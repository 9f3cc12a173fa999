"""Column headers such as ``dose [µM Se]`` taken apart: the word, the unit, the basis."""

import re
from dataclasses import dataclass

from selenolab.formats.units import known_unit, normalise_unit

BASES = {
    "molecule": "molecule", "compound": "molecule",
    "se": "Se", "selenium": "Se",
    "particle mass": "particle mass", "particle": "particle mass", "particles": "particle mass",
    "drug": "drug",
}  # fmt: skip
_SQUARE = re.compile(r"^(.*?)\s*\[([^\[\]]*)\]\s*$", re.DOTALL)
_ROUND = re.compile(r"^(.*?)\s*\(([^()]*)\)\s*$", re.DOTALL)
_GAPS = re.compile(r"[\s_\-./]+")


@dataclass(frozen=True, slots=True)
class Header:
    """A header taken apart. `unit` and `basis` are "" where none is written; `text` is as written."""

    word: str
    unit: str
    basis: str
    text: str


def normalise_word(text: str) -> str:
    """A word as the vocabulary spells it: lower case, gaps as underscores.

    Examples
    --------
    >>> normalise_word(" Cell  line "), normalise_word("cell_line"), normalise_word("Drug-Blank")
    ('cell_line', 'cell_line', 'drug_blank')
    """
    return _GAPS.sub("_", text.strip().replace("\u03bc", "µ").casefold()).strip("_")


def split_basis(text: str) -> tuple[str, str]:
    """Unit and basis of what stands in the brackets.

    Examples
    --------
    >>> split_basis("uM Se"), split_basis("µg/mL particle mass"), split_basis("nM")
    (('µM', 'Se'), ('µg/mL', 'particle mass'), ('nM', ''))
    """
    words = text.strip().split()
    for size in (2, 1):
        basis = BASES.get(" ".join(words[-size:]).casefold()) if len(words) > size else None
        if basis:
            return normalise_unit(" ".join(words[:-size])), basis
    return normalise_unit(" ".join(words)), ""


def parse_header(text: str) -> Header:
    """A column header as word, unit and basis.

    The unit stands in square brackets, or in round ones if it is a known unit: ``(mean)`` belongs
    to the word. ``u`` and both micro signs become µ (U+00B5).

    Examples
    --------
    >>> parse_header("dose [µM Se]")
    Header(word='dose', unit='µM', basis='Se', text='dose [µM Se]')
    >>> parse_header("Cell line").word, parse_header("time (h)").unit, parse_header("OD (mean)").word
    ('cell_line', 'h', 'od_(mean)')
    """
    if match := _SQUARE.match(text):
        unit, basis = split_basis(match[2])
        return Header(normalise_word(match[1]), unit, basis, text)
    if match := _ROUND.match(text):
        unit, basis = split_basis(match[2])
        if known_unit(unit):
            return Header(normalise_word(match[1]), unit, basis, text)
    return Header(normalise_word(text), "", "", text)
