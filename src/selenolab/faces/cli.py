"""The command line: parse, call one verb, show. Science is imported inside the commands.

Nothing imported at the top of this file, or of the files it imports, may pull in numpy, pandas or
pydantic: `selenolab --help` must answer at once.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from selenolab.faces.commands import files, members, new, studies
from selenolab.faces.exits import exit_code
from selenolab.faces.streams import say, speak_utf8

app = typer.Typer(
    name="selenolab",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from selenolab import __version__

        say(f"selenolab {__version__}")
        raise typer.Exit


@app.callback()
def face(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """From raw bench files to one report on selenium redox medicine. Research use only."""


app.command("demo")(studies.demo)
app.command("run")(studies.run)
app.command("inspect")(files.inspect)
app.command("analyse")(files.analyse)
app.command("assays")(members.assays)
app.command("models")(members.models)
app.command("sources")(members.sources)
app.add_typer(members.show, name="show")
app.add_typer(new.app, name="new")
app.command("diff")(studies.diff)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; leaves by SystemExit with the exit code."""
    speak_utf8()
    words = list(sys.argv[1:] if arguments is None else arguments)
    raise SystemExit(exit_code(lambda: app(words, prog_name="selenolab", standalone_mode=False)))


if __name__ == "__main__":
    main()
