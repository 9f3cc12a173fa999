"""What media are to the release assay: plain, reducing or oxidising by name, and which is the reference."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import DataError

SPEC = importlib.util.spec_from_file_location("release_arms", Path(__file__).with_name("release_arms.py"))
arms_of_runs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(arms_of_runs)
PBS = arms_of_runs.PBS
GSH = arms_of_runs.GSH
FAST = arms_of_runs.FAST
SLOW = arms_of_runs.SLOW
arm = arms_of_runs.arm
analyse = arms_of_runs.analyse
of = arms_of_runs.of
sample = arms_of_runs.sample


@pytest.mark.parametrize(
    "plain", ["PBS without GSH", "GSH-free buffer", "PBS, no glutathione", "PBS, 0 mM GSH"]
)
def test_a_name_that_denies_gsh_is_a_plain_medium(plain):
    arms = (arm("sample", plain, SLOW, gsh=np.nan), arm("sample", "PBS, 10 mM GSH", FAST, gsh=np.nan))
    found = analyse(*arms)
    assert sample(found, "redox selectivity", time="24 h").group["reference"] == plain
    assert len(of(found, "thiolate fraction")) == 1


def test_another_reductant_is_no_reference():
    unknown = {"ph": np.nan, "gsh": np.nan}
    found = analyse(arm("sample", "10 mM DTT", FAST, **unknown), arm("sample", PBS, SLOW, **unknown))
    (f2,) = of(found, "similarity factor f2")
    assert (f2.group["medium"], f2.group["reference"]) == ("10 mM DTT", PBS)


def test_media_equally_fit_to_be_the_reference_are_not_chosen_from():
    arms = [arm("sample", name, SLOW, ph=np.nan) for name in ("acetate", PBS)]
    found = analyse(*arms, arm("sample", GSH, FAST, ph=np.nan, gsh=10.0))
    assert not of(found, "redox selectivity")
    assert not of(found, "trigger")
    assert any("PBS and acetate are equally fit to be it. Set reference_medium" in w for w in found.warnings)
    told = analyse(*arms, arm("sample", GSH, FAST, ph=np.nan, gsh=10.0), reference_medium=PBS)
    assert {e.group["reference"] for e in of(told, "redox selectivity")} == {PBS}


def test_without_a_plain_medium_it_is_said_that_nothing_is_compared():
    found = analyse(arm("sample", "20 µM GSH", SLOW, gsh=0.02), arm("sample", GSH, FAST, gsh=10.0))
    assert any("no medium without GSH, H2O2 or the like was run" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("word", "values"), [("gsh", (0.0, 10.0)), ("ph", (7.4, 5.5)), ("h2o2", (0.0, 33.0))]
)
def test_one_name_for_two_media_is_refused(word, values):
    arms = [
        arm("sample", "buffer", SLOW, batch=str(value)).assign(**{word: value, "experiment": ""})
        for value in values
    ]
    with pytest.raises(DataError, match="these are different media"):
        analyse(*arms)
