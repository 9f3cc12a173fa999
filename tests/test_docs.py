"""Pages that are made from the program say what the program says."""

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[1] / "docs"

needs_command_line = pytest.mark.skipif(
    not importlib.util.find_spec("selenolab.faces.cli"), reason="the command line is not there yet"
)


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """docs/generate.py, which is a script and not part of the package."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@needs_command_line
def test_the_page_of_commands_is_not_stale(generate: ModuleType) -> None:
    kept = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert kept == generate.commands_page(generate.cli_app()), "run make docs and commit docs/commands.md"


@needs_command_line
def test_every_command_and_option_says_what_it_is(generate: ModuleType) -> None:
    page = generate.commands_page(generate.cli_app())
    assert page.count("\n## selenolab ") >= 8
    assert [line for line in page.splitlines() if line.endswith("|  |")] == []
    assert "\n\n\n```text" not in page


def test_a_page_of_commands_shows_usage_arguments_and_defaults(generate: ModuleType) -> None:
    typer = pytest.importorskip("typer")
    app = typer.Typer()

    @app.command()
    def weigh(tablet: str, times: int = typer.Option(3, help="Weighings | repeats.")) -> None:
        """Weigh a tablet."""

    @app.command(hidden=True)
    def secret() -> None:
        """Not for the page."""

    page = generate.commands_page(app)
    assert "## selenolab weigh\n\nWeigh a tablet.\n" in page
    assert "| `--times` | Weighings \\| repeats. Default: `3`. |" in page
    assert "secret" not in page


def test_a_tutorial_is_the_readme_and_the_study_as_it_runs(generate: ModuleType, tmp_path: Path) -> None:
    study = tmp_path / "studies" / "first"
    study.mkdir(parents=True)
    (study / "README.md").write_text("# The first study\n\nWhat it is for.\n", encoding="utf-8")
    (study / "study.yaml").write_text("title: First\n", encoding="utf-8")
    generate.write_tutorials(tmp_path / "studies", tmp_path / "pages")
    page = (tmp_path / "pages" / "studies" / "first.md").read_text(encoding="utf-8")
    assert page.startswith("# The first study\n")
    assert "```yaml\ntitle: First\n```" in page
    assert "studies/first" in (tmp_path / "pages" / "studies.md").read_text(encoding="utf-8")


def test_every_page_is_reachable() -> None:
    listed = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    assert [page for page in sorted(pages) if f"\n{page}" not in listed] == []


def test_the_page_of_json_names_every_field_of_the_schema() -> None:
    schema = json.loads((DOCS / "schemas" / "analysis.schema.json").read_text(encoding="utf-8"))
    page = (DOCS / "json.md").read_text(encoding="utf-8")
    fields = [*schema["properties"], *schema["$defs"]["endpoint"]["properties"]]
    assert [field for field in fields if f"`{field}`" not in page] == []


def test_the_pages_of_assays_name_all_that_stands_in_their_json(generate: ModuleType) -> None:
    assays = importlib.import_module("selenolab.shelf").assays
    for name in assays:
        page = generate.answers(assays[name])
        assert [one.name for one in assays[name].endpoints if f"| `{one.name}` |" not in page] == []
        assert [table for table in assays[name].gives if f"| `{table}` |" not in page] == []
