"""Commands that write a beginning: new study, sheet, assay, model."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Write a beginning: a study, a sheet, an assay, a model.")

From = Annotated[
    list[Path], typer.Option("--from", metavar="FILES...", help="Data files; more may follow the first.")
]
More = Annotated[list[Path] | None, typer.Argument(metavar="[FILES...]", hidden=True)]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and underscores.")]
Apart = Annotated[bool, typer.Option("--package", help="Write a separate package, even inside a checkout.")]


@app.command("study")
def study(
    files: From,
    more: More = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The study file to write.")] = Path(
        "study.yaml"
    ),
    assay: Annotated[
        str,
        typer.Option("--assay", metavar="NAME", help="The assay to take, where several could use a file."),
    ] = "",
) -> None:
    """Look into data files and write a study and a plate map to fill in; nothing is overwritten."""
    from selenolab.faces.streams import say
    from selenolab.study.new import write_study

    written = write_study([*files, *(more or [])], out, assay)
    for line in written.lines:
        say(line)


@app.command("sheet")
def sheet(
    assay: Annotated[str, typer.Argument(metavar="ASSAY", help="An assay, as in `selenolab assays`.")],
    files: From,
    more: More = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The sheet to write.")] = Path(
        "plate_map.xlsx"
    ),
) -> None:
    """Write a sample sheet or plate map of ASSAY for data files, to fill in with a spreadsheet program."""
    from selenolab.faces.streams import say
    from selenolab.study.new import write_assay_sheet

    say(f"Fill in {write_assay_sheet(assay, [*files, *(more or [])], out)}")


@app.command("assay")
def new_assay(name: Name, apart: Apart = False) -> None:
    """Write a small assay that works: into a checkout when run inside one, else as a package."""
    _member("assay", name, apart)


@app.command("model")
def new_model(name: Name, apart: Apart = False) -> None:
    """Write a small model that works: into a checkout when run inside one, else as a package."""
    _member("model", name, apart)


def _member(kind: str, name: str, apart: bool) -> None:
    from selenolab.faces.new_member import write_member
    from selenolab.faces.streams import say

    for line in write_member(kind, name, Path.cwd(), apart=apart):
        say(line)
