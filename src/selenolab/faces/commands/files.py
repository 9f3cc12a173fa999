"""Commands about single files: inspect, analyse."""

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[list[Path], typer.Argument(metavar="FILES...", help="Files as the instrument wrote them.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def inspect(files: Files, as_json: Json = False) -> None:
    """Say what is in FILES: format, plates, units, what was assumed, which assays could use them."""
    from selenolab.faces.inspection import inspection_json, say_inspection
    from selenolab.faces.streams import note, say
    from selenolab.faces.verbs import inspect_each

    looked = inspect_each(files)
    if as_json:
        say(inspection_json(looked))
    else:
        for one in looked.read:
            say_inspection(one)
    for rejected in looked.rejects:
        note(f"Error: {rejected.reason}")
    if looked.rejects:
        if len(files) > 1:
            note(f"Read {len(looked.read)} of {len(files)} files; {len(looked.rejects)} refused.")
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
    from selenolab.faces.one_analysis import Asked, analyse_batch, say_batch
    from selenolab.faces.streams import note

    asked = Asked(assay, tuple(files), samples, tuple(roles or ()), tuple(settings or ()), seed, out, strict)
    batch = analyse_batch(asked)
    say_batch(batch, as_json=as_json)
    for rejected in batch.rejects:
        note(f"Error: {rejected.reason}")
    if batch.rejects:
        where = f" See {batch.rejects_file}." if batch.rejects_file else ""
        note(f"Analysed {len(files) - len(batch.rejects)} of {len(files)} files.{where}")
        raise typer.Exit(2)
