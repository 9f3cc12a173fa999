"""Commands about the shelves: assays, models, sources, show."""

from typing import Annotated

import typer

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="As `selenolab assays` or `selenolab models` lists it.")
]

show = typer.Typer(no_args_is_help=True, help="Show one assay, model or pathway in full.")


def assays() -> None:
    """List the assays."""
    _list("assays")


def models() -> None:
    """List the models."""
    _list("models")


def sources() -> None:
    """List the sources of literature and labels."""
    _list("sources")


@show.command("assay")
def show_assay(name: Name) -> None:
    """What an assay takes and gives: settings, roles, sheet columns, endpoints, references."""
    from selenolab.faces.member_page import say_assay

    say_assay(name)


@show.command("model")
def show_model(name: Name) -> None:
    """What a model describes: observables, parameters with kind and source, limits."""
    from selenolab.faces.member_page import say_model

    say_model(name)


@show.command("pathway")
def show_pathway(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A pathway that comes with Selenolab.")
    ] = "selenocystine",
) -> None:
    """A published mechanism as a file: events, arrows, sources; a pattern for one of your own."""
    from selenolab.evidence.pathway import pathway_text
    from selenolab.faces.streams import say

    say(pathway_text(name))


def _list(kind: str) -> None:
    from selenolab.faces.member_page import say_shelf

    say_shelf(kind)
