"""References in the order in which a text cites them, as a numbered list and as BibTeX."""

import re
from collections.abc import Iterable

from selenolab.core.reference import Reference, Sentence
from selenolab.core.study import Result, StudyResult

LATEX = str.maketrans({"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}"})
INITIALS = re.compile(r"^(?P<family>[^\d,;]+?) (?P<given>[A-Z]{1,4})$")


def cited(outcome: StudyResult) -> tuple[Reference, ...]:
    """Every work that the methods text cites, once, in its order."""
    found: dict[str, Reference] = {}
    for sentence in all_sentences(outcome):
        for work in sentence.cites:
            found.setdefault(work.key, work)
    return tuple(found.values())


def all_sentences(outcome: StudyResult) -> list[Sentence]:
    """The methods sentences of all runs, then of all comparisons."""
    runs = [s for one in outcome.results if isinstance(one, Result) for s in one.analysis.methods]
    return runs + [sentence for compared in outcome.compared for sentence in compared.methods]


def link(work: Reference) -> str:
    """Where the work can be found, "" where there is no address.

    Examples
    --------
    >>> link(Reference("doi:10.1000/1", "A B", "T", "J", 2001))
    'https://doi.org/10.1000/1'
    """
    scheme, _, rest = work.key.partition(":")
    if scheme == "url":
        return rest if rest.startswith(("https://", "http://")) else ""
    return {"doi": f"https://doi.org/{rest}", "pmid": f"https://pubmed.ncbi.nlm.nih.gov/{rest}/"}.get(
        scheme, ""
    )


def shown_key(work: Reference) -> str:
    """The identifier as a list of references prints it."""
    scheme, _, rest = work.key.partition(":")
    return f"{scheme}:{rest}" if scheme == "doi" else f"{scheme.upper()} {rest}"


def reference_line(work: Reference) -> str:
    """One line of the list of references, without its identifier."""
    ended = work.title if work.title.endswith((".", "?", "!")) else f"{work.title}."
    return f"{work.authors}. {ended} {work.where} ({work.year})."


def bibtex(works: Iterable[Reference]) -> str:
    """The works as BibTeX, with keys of first author and year."""
    entries: list[str] = []
    taken: set[str] = set()
    for work in works:
        key = _key(work, taken)
        taken.add(key)
        entries.append(_entry(work, key))
    return "\n".join(entries) if entries else "% No work is cited.\n"


def _key(work: Reference, taken: set[str]) -> str:
    family = re.sub(r"\W", "", re.split(r"[\s,;]", work.authors.strip())[0]) or "anonymous"
    base = f"{family.lower()}{work.year}"
    return next(
        f"{base}{end}" for end in ["", *"bcdefghijklmnopqrstuvwxyz", work.key] if f"{base}{end}" not in taken
    )


def _entry(work: Reference, key: str) -> str:
    scheme, _, rest = work.key.partition(":")
    kind = {"doi": "article", "pmid": "article", "isbn": "book"}.get(scheme, "misc")
    place = {"article": "journal", "book": "publisher"}.get(kind, "howpublished")
    fields = {"author": _authors(work.authors), "title": f"{{{_latex(work.title)}}}"}
    fields |= {place: _latex(work.where), "year": str(work.year)}
    fields |= {scheme: rest if scheme in {"doi", "url"} else _latex(rest)}
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{kind}{{{key},\n{lines}}}\n"


def _authors(authors: str) -> str:
    """BibTeX names: family name, then initials; a list in another style is kept as one name."""
    parts = [part.strip() for part in re.split(r";|,", authors) if part.strip()]
    others = parts[-1].endswith("et al.") or parts[-1] == "et al" if parts else False
    named = [part.removesuffix("et al.").removesuffix("et al").strip() for part in parts]
    matches = [INITIALS.match(part) for part in named if part]
    if not matches or any(match is None for match in matches):
        return f"{{{_latex(authors)}}}"
    names = [f"{_latex(m['family'])}, {' '.join(f'{c}.' for c in m['given'])}" for m in matches if m]
    return " and ".join([*names, *(["others"] if others else [])])


def _latex(text: str) -> str:
    return text.replace("\\", "").translate(LATEX)
