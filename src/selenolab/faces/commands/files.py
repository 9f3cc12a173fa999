"""Commands about single files: inspect, analyse."""

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[list[Path], typer.Argument(metavar="FILES...", help="Files as the instrument wrote them.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def inspect(files: Files, as_json: Json = False) -> None:
    """Say what is in FILES: format, plates, units, what was assumed, which assays could use them."""
    from selenolab.faces.inspection import inspection_json, look_at_each, say_inspection
    from selenolab.faces.streams import say

    found, rejects = look_at_each(files)
    if as_json:
        say(inspection_json(found, rejects))
    else:
        for number, one in enumerate(found):
            if number:
                say()
            say_inspection(one)
    _tell_rejects([reject.reason for reject in rejects], len(files), "Read")
    if rejects:
        raise typer.Exit(2)


def analyse(
    assay: Annotated[str, typer.Argument(metavar="ASSAY", help="An assay, as in `selenolab assays`.")],
    files: Files,
    samples: Annotated[
        Path | None, typer.Option("--samples", metavar="SHEET", help="Sample sheet or plate map (XLSX, CSV).")
    ] = None,
    roles: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="FILE=ROLE", help="What a file is for, as in blanks.csv=blank."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of the assay. May be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything drawn by lot.")] = 0,
    as_json: Json = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Also write a results folder.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Analyse nothing if one of several files is refused.")
    ] = False,
) -> None:
    """Analyse FILES with ASSAY and print the endpoints with their intervals and checks."""
    from selenolab.faces.one_analysis import Asked, read_roles
    from selenolab.faces.settings_words import read_words
    from selenolab.faces.show_analysis import analyse_batch, say_batch

    words = read_words(settings or [])
    asked = Asked(assay, tuple(files), samples, read_roles(roles or []), words, seed)
    batch = analyse_batch(asked, out, strict)
    say_batch(batch, as_json)
    _tell_rejects([reject.reason for reject in batch.rejects], len(files), "Analysed", batch.rejects_file)
    if batch.rejects:
        raise typer.Exit(2)


def _tell_rejects(reasons: list[str], total: int, done: str, file: Path | None = None) -> None:
    from selenolab.faces.exits import printable
    from selenolab.faces.streams import note

    for reason in reasons:
        note(f"Error: {printable(reason)}")
    if reasons and total > 1:
        listed = f" They are listed in {file}." if file else ""
        note(f"{done} {total - len(reasons)} of {total} files; {len(reasons)} refused.{listed}")
