"""Writes the pages that are made from the program itself: commands, members of the shelves, tutorials.

`commands.md` is kept in the repository, and a test fails when it no longer says what `--help` says.
The members' pages are their own READMEs, the tutorials are the studies under `studies/` (their README,
then the study file as CI runs it); both are written into `docs/members/` for one build.
"""

import importlib
import importlib.util
import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

DOCS = Path(__file__).parent
STUDIES = DOCS.parent / "studies"
MEMBERS = DOCS / "members"
SHELVES = {"assays": "Assays", "models": "Models", "sources": "Sources"}
README = "README.md"

COMMANDS_HEAD = """# Commands

This page is written by `make docs` from the program's own help.

Exit codes: 0 done; 1 a bug of ours; 2 something in the input, said in one line; 130 stopped by Ctrl-C.
"""


def commands_page(app: Any) -> str:
    """The page of all commands of a Typer application."""
    sections = [_section(path, command) for path, command in _walk("selenolab", typer.main.get_command(app))]
    return "\n".join([COMMANDS_HEAD, *sections]).rstrip() + "\n"


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it, in the order of `--help`, hidden ones left out."""
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        if not child.hidden:
            yield from _walk(f"{path} {name}", child)


def _section(path: str, command: Any) -> str:
    context = command.context_class(command, info_name=path)
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    usage = " ".join([path, "[OPTIONS]", *(one for one in arguments if one)])
    lines = [f"## {path}", "", inspect.cleandoc(command.help or "").split("\f")[0].rstrip(), ""]
    lines += ["```text", usage, "```", ""]
    rows = [_row(one) for one in command.get_params(context) if not getattr(one, "hidden", False)]
    rows = [row for row in rows if not row.startswith("| `--help`")]
    if rows:
        lines += ["| argument or option | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _argument(parameter: Any) -> str:
    """How an argument stands in the line of usage; "" for one that is not shown."""
    if getattr(parameter, "hidden", False):
        return ""
    word = parameter.metavar or parameter.name.upper()
    if parameter.nargs != 1 and not word.endswith("..."):
        word += "..."
    return word if parameter.required else f"[{word}]"


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{parameter.metavar or parameter.name.upper()}`"
    else:
        words = [*parameter.opts, *parameter.secondary_opts]
        name = ", ".join(f"`{word}`" for word in words)
    meaning = " ".join((parameter.help or "").split())
    if isinstance(parameter.default, (int, float, str)) and not isinstance(parameter.default, bool):
        meaning = f"{meaning} Default: `{parameter.default}`.".strip()
    return f"| {name} | {meaning.replace('|', chr(92) + '|')} |"


def cli_app() -> Any:
    """The Typer application of the command line."""
    return importlib.import_module("selenolab.faces.cli").app


def write_members() -> None:
    """Write the members' pages, from their READMEs and what they can answer, and one list a shelf."""
    shelf = importlib.import_module("selenolab.shelf")
    shutil.rmtree(MEMBERS, ignore_errors=True)
    for kind, title in SHELVES.items():
        members = getattr(shelf, kind)
        folder = MEMBERS / kind
        folder.mkdir(parents=True)
        for name in members:
            page = (members.folder(name) / README).read_text(encoding="utf-8").rstrip()
            page += answers(members[name]) if kind == "assays" else ""
            (folder / f"{name}.md").write_text(page + "\n", encoding="utf-8")
        page = _list_page(kind, title, list(members), "Each page is the member's own README.")
        (MEMBERS / f"{kind}.md").write_text(page, encoding="utf-8")


def answers(assay: Any) -> str:
    """What an assay can put into its JSON: endpoints with their units, tables with their columns."""
    lines = ["", "", "## In the JSON", "", "| endpoint | unit | meaning |", "|---|---|---|"]
    lines += [f"| `{one.name}` | {one.unit or '-'} | {one.meaning} |" for one in assay.endpoints]
    if assay.gives:
        lines += ["", "| table | columns |", "|---|---|"]
    for name, schema in assay.gives.items():
        lines.append(f"| `{name}` | {', '.join(column.word for column in schema.columns)} |")
    return "\n".join(lines)


def write_tutorials(studies: Path = STUDIES, target: Path = MEMBERS) -> None:
    """One page for each study that has a README: the README, then the study file itself."""
    folder = target / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.parent.name for path in studies.glob("*/README.md"))
    for name in names:
        readme = (studies / name / README).read_text(encoding="utf-8").rstrip()
        study = (studies / name / "study.yaml").read_text(encoding="utf-8").rstrip()
        page = f"{readme}\n\n## The study file\n\n```yaml\n{study}\n```\n"
        (folder / f"{name}.md").write_text(page, encoding="utf-8")
    page = _list_page("studies", "Tutorials", names, "Each tutorial is a study that CI runs.")
    (target / "studies.md").write_text(page, encoding="utf-8")


def _list_page(kind: str, title: str, names: list[str], remark: str) -> str:
    lines = [f"# {title}", ""]
    if not names:
        return "\n".join([*lines, f"There are no {kind} in this version.", ""])
    lines += [remark, "", "```{toctree}", ":maxdepth: 1", ""]
    return "\n".join([*lines, *(f"{kind}/{name}" for name in names), "```", ""])


def main() -> None:
    """Write all generated pages."""
    write_members()
    write_tutorials()
    if importlib.util.find_spec("selenolab.faces.cli"):
        (DOCS / "commands.md").write_text(commands_page(cli_app()), encoding="utf-8")


if __name__ == "__main__":
    main()
