"""A study to begin with: looks into data files, guesses the assays, writes the study and its sheets.

What is written is a draft for a person: every guess is marked, nothing that exists is touched.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from selenolab.core.assay import Assay, SheetColumn
from selenolab.core.errors import OutputError, SelenolabError, SeveralErrors, StudyError
from selenolab.core.format import Parsed
from selenolab.formats.headers import parse_header
from selenolab.formats.recognise import read_file
from selenolab.formats.sheet_writer import write_sheet
from selenolab.shelf import assays

PLACE = ("file", "plate", "well")  # where a row of a plate map belongs; written first
FILL_IN = "Fill in one row a well. Rows you do not need may be deleted; the header must stay."
FILL_IN_FILES = (
    "Fill in one row a file, or copy it for each thing that a file holds (a vessel, an image); the header "
    "must stay."
)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what to do next, one line each."""

    study: Path
    sheets: tuple[Path, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """One run to be: an assay with the files that suit it; `others` could use all of them as well."""

    assay: Assay
    files: Mapping[str, Parsed]  # by their name as the study will write it
    others: tuple[str, ...]


def write_study(files: Sequence[Path], out: Path, assay: str = "") -> Written:
    """Write a study file for `files` to `out`, with a sample sheet for every run that needs one.

    `assay` is the one to take; without it a file's usual assay is taken where several could use it.

    Raises
    ------
    OutputError
        where a file to be written exists.
    StudyError, SeveralErrors
        for files outside the study's folder, or that no assay can use: one line each.
    FormatRefusal, DataError
        for files that cannot be read.
    """
    drafts = _drafts(files, out, [assays[assay]] if assay else [assays[name] for name in assays])
    sheets = {
        draft.assay.name: out.with_name(
            f"{out.stem}-samples.xlsx" if len(drafts) == 1 else f"{out.stem}-{draft.assay.name}-samples.xlsx"
        )
        for draft in drafts
        if _needs_sheet(draft)
    }
    _refuse_existing([out, *sheets.values()])
    for draft in drafts:
        if draft.assay.name in sheets:
            _write_sheet(draft, sheets[draft.assay.name])
    out.write_text(_study_text(drafts, sheets, out), encoding="utf-8", newline="\n")
    guesses = [f"{', '.join(draft.files)}: taken for {draft.assay.name}" for draft in drafts]
    steps = [f"Fill in {path} with a spreadsheet program." for path in sheets.values()]
    lines = (*guesses, f"Wrote {out}.", *steps, f"Then: selenolab run {out}")
    return Written(out, tuple(sheets.values()), lines)


def write_assay_sheet(name: str, files: Sequence[Path], out: Path) -> Path:
    """Write the sample sheet of assay `name` for `files` to `out`; where it was written."""
    assay = assays[name]
    _refuse_existing([out])
    _check_folder(out)
    found = {path.name: _parsed(path, [assay]) for path in _each_once(files)}
    _write_sheet(Draft(assay, found, ()), out)
    return out


def _drafts(files: Sequence[Path], out: Path, known: Sequence[Assay]) -> list[Draft]:
    _check_folder(out)
    errors: list[SelenolabError] = []
    suiting: dict[str, dict[str, Parsed]] = {}
    for path in _each_once(files):
        try:
            name, parsed = _name(path, out), _parsed(path, known)
            suiting.setdefault(" ".join(_suiting(path, parsed, known)), {})[name] = parsed
        except SelenolabError as error:
            errors.append(error)
    if errors:
        raise SeveralErrors(errors)
    by_assay: dict[str, Draft] = {}
    for names, found in suiting.items():
        first, *others = names.split()
        before = by_assay.get(first)
        files_so_far = {**(before.files if before else {}), **found}
        kept = tuple(other for other in others if before is None or other in before.others)
        by_assay[first] = Draft(assays[first], files_so_far, kept)
    return list(by_assay.values())


def _suiting(path: Path, parsed: Parsed, known: Sequence[Assay]) -> list[str]:
    reasons = {assay.name: assay.bench.suits(parsed) for assay in known}
    found = [name for name, reason in reasons.items() if not reason]
    if not found:
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items()) or "there is no assay"
        raise StudyError(f"{path.name}: No assay can use this file ({told}). It was read as {parsed.format}.")
    usual = [name for name in found if parsed.kind in assays[name].bench.usual]
    if len(found) > 1 and not usual:
        raise StudyError(
            f"{path.name}: Assays {', '.join(found)} could use it. Say which: --assay {found[0]}, or another."
        )
    return [*usual, *(name for name in found if name not in usual)]


def _parsed(path: Path, known: Sequence[Assay]) -> Parsed:
    own = [one for assay in known for one in assay.bench.formats]
    return read_file(path, own)[0]


def _name(path: Path, out: Path) -> str:
    home = out.parent.resolve()
    try:
        return path.resolve().relative_to(home).as_posix()
    except ValueError:
        raise StudyError(
            f"{path}: The file lies outside {home}. Write the study beside its files: -o FOLDER/study.yaml."
        ) from None


def _each_once(files: Sequence[Path]) -> list[Path]:
    return list({path.resolve(): path for path in files}.values())


def _check_folder(out: Path) -> None:
    if not out.parent.is_dir():
        raise OutputError(f"{out}: Unable to find the folder {out.parent}. Make it first.")


def _refuse_existing(paths: Sequence[Path]) -> None:
    taken: list[SelenolabError] = [
        OutputError(f"{path} exists and is left alone. Choose another name with -o.")
        for path in paths
        if path.exists()
    ]
    if taken:
        raise SeveralErrors(taken)


def _needs_sheet(draft: Draft) -> bool:
    """Whether the files leave something unsaid that the sheet can say."""
    required = [parse_header(column.header).word for column in draft.assay.bench.sheet if column.required]
    has_sheet = bool(draft.assay.bench.sheet)
    return has_sheet and any(
        parsed.kind == "plate" or not set(required) - {*PLACE} <= {str(word) for word in parsed.data.columns}
        for parsed in draft.files.values()
    )


def _write_sheet(draft: Draft, path: Path) -> None:
    bench = draft.assay.bench
    if not bench.sheet:
        raise StudyError(f"Assay {draft.assay.name} takes no sample sheet: its files say everything.")
    own = [column for column in bench.sheet if parse_header(column.header).word not in PLACE]
    rows = [row for name, parsed in draft.files.items() for row in _rows(name, parsed)]
    wells = any(well for _, _, well in rows)
    where = PLACE if wells else PLACE[:1]
    write_sheet(
        path,
        [*where, *(column.header for column in own)],
        [row[: len(where)] for row in rows],
        {parse_header(column.header).word: column.choices for column in own if column.choices},
        [
            f"{draft.assay.title}: sample sheet",
            FILL_IN if wells else FILL_IN_FILES,
            "",
            *(_column_note(column) for column in own),
        ],
    )


def _column_note(column: SheetColumn) -> str:
    required = "required" if column.required else "optional"
    choices = f" One of: {', '.join(column.choices)}." if column.choices else ""
    return f"{column.header} ({required}): {column.meaning}.{choices}"


def _rows(name: str, parsed: Parsed) -> list[tuple[str, str, str]]:
    """File, plate and well of every well that was measured; one row for a file without wells."""
    file, data = Path(name).name, parsed.data
    if "well" not in data:
        return [(file, "", "")]
    if "plate" not in data and "plate" in parsed.records and "record" in data:
        plates = dict(zip(parsed.records["record"], parsed.records["plate"], strict=True))
        data = data.assign(plate=data["record"].map(plates))
    if "value_flag" in data:
        data = data[data["value_flag"] != "empty"]
    plate = data["plate"].fillna("").astype(str) if "plate" in data else [""] * len(data)
    return list(dict.fromkeys(zip([file] * len(data), plate, data["well"].astype(str), strict=True)))


def _study_text(drafts: Sequence[Draft], sheets: Mapping[str, Path], out: Path) -> str:
    first = drafts[0].assay.name
    steps = "mend what is marked (*)" + (", fill in the sample sheet" if sheets else "")
    head = [
        f"# A draft: {steps}, then",
        f"#   selenolab run {out.name}",
        f"title: {_quoted(drafts[0].assay.title)} # (*) what the report is headed with",
        'question: "" # (*) what it shall answer',
        "",
        "runs:",
    ]
    runs = [line for draft in drafts for line in _run_lines(draft, sheets.get(draft.assay.name))]
    tail = [
        "",
        "# Rows left out of the numbers, still shown in the figures:",
        "# exclusions:",
        f"#   - {{run: {first}, {_row_words(drafts[0])}",
        "# Groups compared, the independent experiment being the unit:",
        "# comparisons:",
        "#   groups:",
        f"#     endpoint: {_quoted(drafts[0].assay.endpoints[0].name)}",
        f"#     runs: [{first}]",
        f"#     by: {drafts[0].assay.bench.by} # a word that tells the groups apart",
        "#     method: welch",
    ]
    return "\n".join([*head, *runs, *tail]) + "\n"


def _row_words(draft: Draft) -> str:
    if any("well" in parsed.data for parsed in draft.files.values()):
        return "well: A1, reason: bubble in the well}"
    return "WORD: NAME, reason: WHY} # a word of its tables, such as vessel, time or image"


def _run_lines(draft: Draft, sheet: Path | None) -> list[str]:
    assay = draft.assay
    others = f"; could also be {', '.join(draft.others)}" if draft.others else ""
    lines = [
        f"  {assay.name}: # the run's name, yours to choose",
        f"    assay: {assay.name} # guessed{others}",
    ]
    lines += ["    files: # a file may have a role: {file: NAME, role: ROLE}"]
    lines += [f"      - {_quoted(name)} # {_seen(parsed)}" for name, parsed in draft.files.items()]
    roles = [role for role in assay.bench.roles if role.word != "sample"]
    lines += [f"      # role {role.word}: {role.meaning}" for role in roles]
    if sheet:
        lines += [f"    sheet: {_quoted(sheet.name)} # (*) fill it in"]
    return lines + _setting_lines(assay)


def _setting_lines(assay: Assay) -> list[str]:
    """The settings that nothing can stand in for, each with its meaning, to be filled in."""
    page = f"as in: selenolab show assay {assay.name}"
    if not assay.bench.asks:
        return [f"    # settings: {{}} # {page}"]
    fields = assay.settings.model_fields
    asked = [
        f"      {name}: {json.dumps(fields[name].default)} # {fields[name].description}"
        for name in assay.bench.asks
    ]
    return [f"    settings: # (*) fill in what the files do not say; {page}", *asked]


def _seen(parsed: Parsed) -> str:
    wells = f", {parsed.data['well'].nunique()} wells" if "well" in parsed.data else ""
    count = len(parsed.records)
    return f"{parsed.format}: {count} record{'s' if count != 1 else ''}{wells}"


def _quoted(text: str) -> str:
    """A YAML scalar that means `text` whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
