"""Words that the data do not carry: redox without an agent, sustained without release, a mechanism."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.estimate import Absent, Verdict

SPEC = importlib.util.spec_from_file_location("release_arms", Path(__file__).with_name("release_arms.py"))
arms_of_runs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(arms_of_runs)
PBS, GSH, FAST, SLOW = (getattr(arms_of_runs, name) for name in ("PBS", "GSH", "FAST", "SLOW"))
arm, analyse, of, sample, data = (
    getattr(arms_of_runs, name) for name in ("arm", "analyse", "of", "sample", "data")
)
ACID = {"ph": 4.5, "gsh": 10.0}


def pair(medium, carrier, control, plain=SLOW, **words):
    """Carrier and non-cleavable control in PBS and in `medium`."""
    return (
        arm("sample", PBS, SLOW),
        arm("non_cleavable", PBS, plain, carrier="CC-NP"),
        arm("sample", medium, carrier, **words),
        arm("non_cleavable", medium, control, carrier="CC-NP", **words),
    )


def trigger(found, medium):
    outcome = sample(found, "trigger", medium=medium).outcome
    assert isinstance(outcome, Verdict)
    return outcome


def test_nothing_is_redox_in_a_medium_without_an_agent():
    found = trigger(analyse(*pair("acetate", FAST, SLOW, ph=5.5)), "acetate")
    assert found.category == "acid, not redox"
    assert "nothing in acetate is known to reduce or oxidise" in found.why
    salt = trigger(analyse(*pair("5 M salt", FAST, SLOW, ph=7.4), reference_medium=PBS), "5 M salt")
    assert salt.category == "not redox"


def test_gsh_at_another_ph_is_not_called_redox_without_a_plain_medium_of_that_ph():
    found = trigger(analyse(*pair(GSH, FAST, SLOW, **ACID)), GSH)
    assert found.category == "undecided"
    assert "the pH is 4.50 against 7.40" in found.why


@pytest.mark.parametrize(("in_acid", "category"), [(SLOW, "redox"), (FAST, "acid, not redox")])
def test_a_plain_medium_of_that_ph_tells_acid_from_agent(in_acid, category):
    found = analyse(*pair(GSH, FAST, SLOW, **ACID), arm("sample", "acid", in_acid, ph=4.5))
    assert trigger(found, GSH).category == category


def test_acid_that_opens_the_control_as_well_is_acid():
    found = trigger(analyse(*pair(GSH, FAST, FAST, **ACID)), GSH)
    assert found.category == "acid, not redox"


def test_a_control_that_has_let_go_of_everything_in_buffer_decides_nothing():
    found = trigger(analyse(*pair(GSH, FAST, FAST, plain=FAST, gsh=10.0)), GSH)
    assert found.category == "undecided"
    assert "cannot rise as far" in found.why


def test_a_control_without_its_own_reference_says_what_it_is_held_against():
    arms = [
        one
        for one in pair(GSH, FAST, FAST, gsh=10.0)
        if not (one["carrier"] + one["medium"] == "CC-NPPBS").all()
    ]
    assert "above the cleavable carrier in PBS" in trigger(analyse(*arms), GSH).why


def kind(found):
    (one,) = of(found, "release against the bag")
    return one.outcome


def test_a_carrier_that_releases_nothing_is_not_called_sustained():
    found = analyse(arm("sample", PBS, lambda t: 0.0), arm("free_drug", PBS, data.free_drug(0.6)))
    assert isinstance(kind(found), Absent)
    assert "lost as well as held back" in kind(found).why


def test_a_bound_on_t50_does_not_say_that_the_drug_is_still_in_the_carrier():
    found = analyse(arm("sample", PBS, SLOW), arm("free_drug", PBS, data.free_drug(0.6)))
    assert "or not at all, if it is lost" in kind(found).why


def test_a_fit_that_does_not_describe_the_data_says_nothing_of_sustained_release():
    burst = arm("sample", PBS, lambda t: 50 + SLOW(t) / 2)
    found = analyse(burst, arm("free_drug", PBS, data.free_drug(0.6)))
    assert isinstance(kind(found), Absent)
    lost = analyse(arm("sample", PBS, lambda t: 0.7 * FAST(t)), *free_drug_lost())
    assert "of a fit that does not describe the data" in lost.answer


def free_drug_lost():
    return (arm("free_drug", PBS, lambda t: 70 * (1 - np.exp(-0.6 * t))),)


def test_free_drug_that_is_not_found_again_is_said():
    def check(**words):
        found = analyse(arm("sample", PBS, lambda t: 0.7 * FAST(t)), *free_drug_lost(), **words)
        (one,) = [c for c in found.checks if c.name == "recovery of the free drug"]
        return one, sample(found, "t50 of the carrier").outcome.value

    failed, wrong = check()
    assert failed.passed is False
    assert "levels off at 70 %" in failed.why
    passed, right = check(recovery="control")
    assert passed.passed is True
    assert right == pytest.approx(np.log(2) / 0.1, rel=0.05)
    assert wrong > 2 * right


def test_the_exponent_is_no_proof_of_a_mechanism_and_a_burst_no_diffusion():
    (burst,) = of(analyse(arm("sample", PBS, lambda t: 30 + SLOW(t) / 5)), "Korsmeyer-Peppas exponent")
    assert burst.outcome.high < 0.43 * 0.75
    assert "a burst or a wide spread of sizes, slower than Fickian diffusion." in burst.warnings[0]
    assert "the delay of the bag raises the exponent" in burst.warnings[0]


def test_vessels_sampled_at_other_times_still_count():
    odd = arm("sample", PBS, FAST, 1, batch="late").assign(experiment="")
    late = odd.assign(time=odd["time"] * 1.1)
    found = analyse(arm("sample", PBS, FAST, 3), late)
    (share,) = of(found, "released at the last time")
    assert (share.group["time"], share.outcome.n) == ("48 h", 3)
    for name in ("mean release time", "dissolution efficiency"):
        assert sample(found, name).outcome.n == 4


def test_what_was_corrected_before_and_what_here_are_both_said():
    before = arm("sample", GSH, FAST, gsh=10.0).assign(replacement="already corrected")
    found = analyse(arm("sample", PBS, SLOW), before)
    assert "were corrected for the aliquots" in found.methods[0].text
    assert "those that came already corrected were taken as supplied" in found.methods[0].text


def test_batches_held_against_one_batch_are_said():
    batches = [arm("sample", GSH, FAST, 2, gsh=10.0, batch=name, seed=ord(name)) for name in "abc"]
    found = analyse(*batches, arm("sample", PBS, SLOW, 4, batch="a"))
    ratio = sample(found, "redox selectivity", time="24 h")
    assert (ratio.outcome.n, ratio.outcome.n_is) == (3, "independent experiments")
    assert (
        "SeSe-NP in PBS is of one batch: its variation between batches is not in the interval"
        in ratio.warnings
    )


def test_the_control_of_the_verdict_is_named():
    assert "the non-cleavable control CC-NP" in trigger(analyse(*pair(GSH, FAST, SLOW, gsh=10.0)), GSH).why


def quantified(rows, limit):
    """Rows with what lies below `limit` [µg/mL] flagged."""
    below = rows["medium_concentration"] < limit
    return rows.assign(medium_concentration_flag=np.where(below, "<LOQ", ""))


def test_a_reference_below_the_loq_bounds_the_ratio_and_the_next_time_decides():
    arms = [quantified(one, 0.3) for one in pair(GSH, FAST, SLOW, gsh=10.0)]
    found = analyse(*arms, loq_ug_per_ml=0.3)
    ratio = sample(found, "redox selectivity", time="24 h").outcome
    assert ratio.censored == ">"
    assert 5 < ratio.value < 89.1 / 9.1
    assert "> 8." in found.answer
    assert trigger(found, GSH).category == "redox"
    assert "at 48 h" in trigger(found, GSH).why
    table = found.tables["selectivity"].frame
    assert (table.loc[table["ratio"].isna(), "ratio_high"].isna()).all()


def test_the_answer_tells_the_time_of_a_ratio_that_is_not_that_of_the_share():
    early = [
        one[one["time"] != 24] if one["medium"].eq(PBS).all() else one
        for one in pair(GSH, FAST, SLOW, gsh=10.0)
    ]
    assert "of the release in PBS at 48 h" in analyse(*early).answer


def test_release_below_none_fails_its_check():
    def check(shift):
        rows = arm("sample", PBS, SLOW)
        found = analyse(rows.assign(medium_concentration=rows["medium_concentration"] + shift))
        (one,) = [c for c in found.checks if c.name == "no release below zero"]
        return one

    assert check(0.0).passed is True
    failed = check(-0.3)
    assert failed.passed is False
    assert "Check the blank, the intercept" in failed.why
