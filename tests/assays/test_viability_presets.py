"""Viability reads as presets: what disturbs them, what they read, a lab's own."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from selenolab.assays.viability.missing import reduces_dye
from selenolab.assays.viability.presets import PRESETS, preset_named, resolved
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.errors import SelenolabError
from selenolab.formats.plate_presets import shipped
from selenolab.shelf import assays
from selenolab.study.run import analyse_files

EXAMPLE = assays.folder("viability") / "example.csv"
READS = ("atp", "cck_8", "mts", "mtt", "neutral_red", "resazurin", "srb", "wst_1", "xtt")


def test_all_reads_of_the_bench_are_shipped_and_sound():
    assert shipped(PRESETS) == READS
    for name in READS:
        assert preset_named(name).title


@pytest.mark.parametrize(
    ("preset", "compound", "disturbs"),
    [
        ("mtt", "L-selenocystine", True),
        ("cck_8", "GSH", True),
        ("atp", "L-selenocystine", False),
        ("atp", "SeNP", True),
        ("srb", "L-selenocystine", False),
        ("cck_8", "cisplatin", False),
    ],
)
def test_a_read_says_what_disturbs_it(preset, compound, disturbs):
    assert reduces_dye(compound, ViabilitySettings(preset=preset)) is disturbs


def test_only_reads_that_lose_the_supernatant_lose_suspension_cells():
    assert resolved(ViabilitySettings(preset="mtt")).aspirated
    assert not resolved(ViabilitySettings(preset="cck_8")).aspirated
    assert resolved(ViabilitySettings(preset="cck_8", aspirated=True)).aspirated


def test_the_read_changes_no_number_and_names_itself():
    plain = analyse_files("viability", [EXAMPLE]).analysis
    read = analyse_files("viability", [EXAMPLE], settings=ViabilitySettings(preset="cck_8")).analysis
    assert [end.outcome for end in read.endpoints] == [end.outcome for end in plain.endpoints]
    assert "WST-8" in " ".join(sentence.text for sentence in read.methods)
    assert "WST-8" not in " ".join(sentence.text for sentence in plain.methods)


def test_a_read_of_light_refuses_absorbance():
    with pytest.raises(SelenolabError, match="atp reads intensity, but the files hold absorbance"):
        analyse_files("viability", [EXAMPLE], settings=ViabilitySettings(preset="atp"))


def test_a_labs_own_read_is_a_file(tmp_path: Path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "title: Our dye\nreagent: our dye\nread: dye in the medium\naspirated: false\n", encoding="utf-8"
    )
    assert preset_named(str(own)).reagent == "our dye"
    own.write_text("title: Our dye\nreagnt: our dye\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="Did you mean reagent"):
        ViabilitySettings(preset=str(own))
    with pytest.raises(ValidationError, match="Did you mean cck_8"):
        ViabilitySettings(preset="cck8")
