"""The shipped pathway is whole, and a pathway of one's own is refused with the place of its mistake."""

import csv
from pathlib import Path

import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.evidence.pathway import named_pathway, pathway_from, read_pathway, same_line, shipped

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
TINY = """
title = "T"
compounds = ["X"]
[sources]
a = "A"
[[events]]
word = "ros"
label = "ROS"
published = "up"
sources = ["a"]
rank = 1
column = 0
row = 0
[[edges]]
source = "ros"
target = "ros"
sign = "+"
"""


def test_the_shipped_pathway_names_all_that_the_guide_prints() -> None:
    pathway = named_pathway("selenocystine")
    words = {event.word: event.published for event in pathway.events}
    asked = {"ros", "mitochondrial_potential", "bax_bcl_2", "caspase_9", "caspase_3", "parp_cleavage"}
    asked |= {"dna_damage", "p53_ps15", "p21", "p27", "cyclin_a", "cyclin_d1", "cyclin_d3", "cdk4", "cdk6"}
    asked |= {"p_akt", "p_erk", "s_phase", "annexin"}
    assert asked <= set(words)
    for word in ("p_jnk", "p_p38", "bax_bcl_2", "caspase_8", "sub_g1", "gsh", "cytochrome_c"):
        assert words[word] == "not stated"  # the guide prints no sign, or does not name it
    assert [event.rank for event in pathway.events] == sorted(event.rank for event in pathway.events)
    assert len({(event.column, event.row) for event in pathway.events}) == len(pathway.events)


def test_signs_of_death_are_the_cause_of_nothing() -> None:
    starts = {edge.source for edge in named_pathway("selenocystine").edges}
    assert not starts & {"annexin", "sub_g1", "parp_cleavage", "viability"}


def test_its_sources_are_those_of_the_guide() -> None:
    if not SEEDS.is_dir():
        pytest.skip("the source documents are not here")
    with (SEEDS / "references.csv").open(encoding="utf-8") as file:
        printed = {
            row["number"]: row["reference_as_printed"]
            for row in csv.DictReader(file)
            if row["seed_file"].startswith("001")
        }
    for key, text in named_pathway("selenocystine").sources.items():
        if key.startswith("ref") and "without title" not in text:
            title = text.split(": ", 1)[1].split(", doi")[0]
            assert title in printed[key.removeprefix("ref")]


def test_an_unknown_name_lists_those_that_are_shipped() -> None:
    with pytest.raises(UnknownNameError, match="selenocystine"):
        named_pathway("selenocystin")
    assert "selenocystine" in shipped()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "T"', "", "'title' is missing"),
        ("rank = 1", 'rank = "1"', "event ros: Expected rank as int"),
        ('published = "up"', 'published = "upp"', "Unknown direction 'upp'"),
        ('sources = ["a"]', 'sources = ["b"]', "Unknown source 'b'"),
        ('sources = ["a"]', "", "needs a source"),
        ('target = "ros"', 'target = "rot"', "Unknown event 'rot'"),
        ('sign = "+"', 'sign = "x"', "Expected sign"),
        ("row = 0", "row = 0\nrow = 1", "Unable to read the pathway"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TINY.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=says) as told:
        read_pathway(path)
    assert str(told.value).startswith("mine.toml:")


def test_an_event_may_stand_once() -> None:
    part = TINY[TINY.index("[[events]]") : TINY.index("[[edges]]")]
    with pytest.raises(DataError, match="'ros' is there twice"):
        pathway_from(TINY.replace("[[edges]]", part + "[[edges]]"), "tiny", "tiny.toml")


def test_lines_are_told_apart_by_letters_and_digits() -> None:
    assert same_line("HL60", "HL-60")
    assert not same_line("HepG2", "HepG2.2.15")
