"""docs/study-file.md names every key of a study file, and its example is one."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "study-file.md").read_text(encoding="utf-8")

card = pytest.importorskip("selenolab.study.card", reason="study files are not there yet")


def test_the_example_has_no_mistake_that_its_own_text_can_show(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    path = tmp_path / "study.yaml"
    path.write_text(example, encoding="utf-8")
    read = card.read_card(path)
    assert read.mistakes.found == []
    assert set(read.runs) == {"hepg2", "l02"}
    assert read.runs["hepg2"].files[2].role == "drug_blank"


@pytest.mark.parametrize("part", ["HeadCard", "CompoundCard", "RunCard", "ExclusionCard", "ComparisonCard"])
def test_every_key_has_a_row(part: str) -> None:
    keys = set(getattr(card, part).model_fields)
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))
    assert keys - rows == set()


def test_no_row_stands_for_a_key_that_is_gone() -> None:
    parts = [card.HeadCard, card.CompoundCard, card.RunCard, card.ExclusionCard, card.ComparisonCard]
    rows = set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))
    assert rows - {key for part in parts for key in part.model_fields} == set()


@pytest.mark.parametrize("word", ["molecule", "Se", "particle mass", "drug"])
def test_every_basis_is_named(word: str) -> None:
    assert f"`{word}`" in PAGE


def test_the_method_of_the_example_is_known() -> None:
    methods = pytest.importorskip("selenolab.study.comparison_methods", reason="not there yet").METHODS
    assert set(re.findall(r"method: (\w+)", PAGE)) <= set(methods)


def test_the_endpoint_of_the_example_is_one_of_the_assay() -> None:
    assays = pytest.importorskip("selenolab.shelf").assays
    if "viability" not in assays:
        pytest.skip("viability is not there yet")
    (endpoint,) = re.findall(r"endpoint: (.+)", PAGE)
    assert endpoint in {spec.name for spec in assays["viability"].endpoints}
