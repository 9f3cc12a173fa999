"""What the release assay concludes and what it refuses to: controls, selectivity, acid or redox, batches."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.core.errors import StudyError
from selenolab.core.estimate import Absent, Estimate, Verdict

SPEC = importlib.util.spec_from_file_location("release_arms", Path(__file__).with_name("release_arms.py"))
arms_of_runs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(arms_of_runs)
PBS = arms_of_runs.PBS
GSH = arms_of_runs.GSH
ACID = arms_of_runs.ACID
FAST = arms_of_runs.FAST
SLOW = arms_of_runs.SLOW
arm = arms_of_runs.arm
analyse = arms_of_runs.analyse
of = arms_of_runs.of
sample = arms_of_runs.sample
everything = arms_of_runs.everything
data = arms_of_runs.data
CURVES = {"Weibull": {}, "first order": {"carrier_family": "first order"}}


def test_without_free_drug_nothing_is_called_sustained():
    found = analyse(arm("sample", PBS, SLOW))
    (missing,) = [c for c in found.missing_controls if c.control == "free-drug control"]
    assert missing.conclusion == "sustained release"
    assert isinstance(sample(found, "t50 of the carrier").outcome, Absent)
    assert not of(found, "release against the bag")
    assert "sustained" not in everything(found)


def test_with_free_drug_the_bag_is_taken_off():
    found = analyse(
        arm("sample", GSH, FAST, 6, gsh=10.0), arm("free_drug", GSH, data.free_drug(0.6), gsh=10.0)
    )
    t50, k_m = (sample(found, name).outcome for name in ("t50 of the carrier", "k_m"))
    assert t50.low <= np.log(2) / 0.1 <= t50.high
    assert k_m.low <= 0.6 <= k_m.high
    apparent = sample(found, "t50 (apparent)").outcome
    assert apparent.low > t50.high
    assert sample(found, "release against the bag").outcome.category == "sustained"


def test_the_carriers_curve_is_chosen_before_and_not_by_the_look_of_the_fit():
    arms = (arm("sample", PBS, FAST, 6), arm("free_drug", PBS, data.free_drug(0.6)))
    found = {family: analyse(*arms, **words) for family, words in CURVES.items()}
    for family, one in found.items():
        assert any(check.name == f"{family} describes the data" for check in one.checks)
        assert any(f"own release ({family}) was fitted" in text.text for text in one.methods)
        t50 = sample(one, "t50 of the carrier").outcome
        assert t50.low <= np.log(2) / 0.1 <= t50.high
    wide, narrow = (sample(one, "t50 of the carrier").outcome for one in found.values())
    assert narrow.high - narrow.low < wide.high - wide.low


def test_the_volume_of_the_bag_makes_the_carrier_faster():
    arms = (
        arm("sample", GSH, FAST, 6, gsh=10.0),
        arm("free_drug", GSH, data.free_drug(0.6), gsh=10.0),
    )
    plain, bag = (
        sample(analyse(*arms, **words), "t50 of the carrier").outcome for words in ({}, {"bag_volume_ml": 2})
    )
    assert bag.value < plain.value
    control = sample(analyse(*arms, recovery="control"), "t50 of the carrier").outcome
    assert control.value == pytest.approx(plain.value, rel=0.05)


def test_a_carrier_as_fast_as_free_drug_is_not_called_sustained():
    found = analyse(
        arm("sample", PBS, data.through_bag(20.0, 0.6)), arm("free_drug", PBS, data.free_drug(0.6))
    )
    kind = of(found, "release against the bag")
    assert not [e for e in kind if isinstance(e.outcome, Verdict) and e.outcome.category == "sustained"]


def test_selectivity_without_a_measured_ph_is_marked_and_the_prediction_is_told():
    found = analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, ph=np.nan, gsh=10.0))
    ratio = sample(found, "redox selectivity", time="24 h")
    assert isinstance(ratio.outcome, Estimate)
    assert any("not interpretable without the measured pH" in text for text in ratio.warnings)
    assert "not interpretable without the measured pH" in found.answer
    (check,) = [c for c in found.checks if c.name == "pH of the GSH medium"]
    assert check.passed is False
    assert "from pH 7.4 to 4.2 to 4.8" in check.why
    (share,) = of(found, "thiolate fraction")
    assert isinstance(share.outcome, Absent)


def test_a_measured_ph_gives_the_thiolate_and_a_ph_apart_is_said():
    found = analyse(arm("sample", PBS, SLOW, ph=7.4), arm("sample", GSH, FAST, ph=5.5, gsh=10.0))
    (share,) = of(found, "thiolate fraction")
    assert share.outcome.category == "0.05 %"
    ratio = sample(found, "redox selectivity", time="24 h")
    assert any("the pH differs" in text for text in ratio.warnings)
    level = analyse(arm("sample", PBS, SLOW, ph=7.4), arm("sample", GSH, FAST, ph=7.4, gsh=10.0))
    assert of(level, "thiolate fraction")[0].outcome.category == "3.8 %"
    assert not sample(level, "redox selectivity", time="24 h").warnings


def test_the_ratio_is_that_of_the_truth():
    found = analyse(arm("sample", PBS, SLOW, 6), arm("sample", GSH, FAST, 6, gsh=10.0))
    ratio = sample(found, "redox selectivity", time="24 h").outcome
    assert ratio.low <= FAST(24) / SLOW(24) <= ratio.high
    assert ratio.unit == "ratio"


def test_a_gsh_blank_is_asked_for_until_it_is_there():
    bare = analyse(arm("sample", GSH, FAST, gsh=10.0))
    assert "GSH blank" in [c.control for c in bare.missing_controls]
    blank = arm("gsh_blank", GSH, lambda at: 0.0, 2, gsh=10.0)
    assert "GSH blank" not in [
        c.control for c in analyse(arm("sample", GSH, FAST, gsh=10.0), blank).missing_controls
    ]


def test_gsh_that_oxidises_and_its_place_in_cells_are_said():
    found = analyse(arm("sample", GSH, FAST, gsh=10.0))
    (kept,) = [c for c in found.checks if c.name == "GSH kept"]
    assert kept.passed is None
    assert "48 h" in kept.why
    assert any("plasma holds 2 to 20 µM" in text for text in found.warnings)


@pytest.mark.parametrize(
    ("control_in_medium", "medium", "ph", "gsh", "category"),
    [
        (FAST, ACID, 5.5, 0.0, "acid, not redox"),
        (FAST, GSH, 7.4, 10.0, "not redox"),
        (SLOW, GSH, 7.4, 10.0, "redox"),
    ],
)
def test_a_non_cleavable_control_tells_acid_from_redox(control_in_medium, medium, ph, gsh, category):
    found = analyse(
        arm("sample", PBS, SLOW),
        arm("sample", medium, FAST, ph=ph, gsh=gsh),
        arm("non_cleavable", PBS, SLOW, carrier="CC-NP"),
        arm("non_cleavable", medium, control_in_medium, ph=ph, gsh=gsh, carrier="CC-NP"),
    )
    assert sample(found, "trigger", medium=medium).outcome.category == category
    assert f"trigger: {category}" in found.answer


def test_without_that_control_the_trigger_is_undecided_and_it_is_asked_for():
    found = analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, gsh=10.0))
    assert sample(found, "trigger").outcome.category == "undecided"
    assert "non-cleavable control carrier" in [c.control for c in found.missing_controls]


def test_a_medium_that_does_nothing_triggers_nothing():
    found = analyse(arm("sample", PBS, SLOW, seed=1), arm("sample", GSH, SLOW, gsh=10.0, seed=2))
    assert sample(found, "trigger").outcome.category == "no trigger seen"


def test_batches_are_the_unit_where_they_are_named():
    arms = [arm("sample", PBS, FAST, 3, batch=name, seed=place) for place, name in enumerate("abc")]
    found = analyse(*arms)
    share = sample(found, "released", time="24 h").outcome
    assert (share.n, share.n_is) == (3, "independent experiments")
    assert sample(found, "t50 (apparent)").outcome.n_is == "independent experiments"
    assert not any("one batch" in text for text in found.warnings)
    alone = analyse(arms[0])
    assert sample(alone, "released", time="24 h").outcome.n_is == "vessels"
    assert any("no batch-to-batch part" in text for text in alone.warnings)


def test_units_are_what_comparisons_are_made_of():
    found = analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, gsh=10.0))
    units = [u for u in found.units if u.endpoint == "released" and u.group["time"] == "24 h"]
    assert sorted(u.group["medium"] for u in units) == [GSH] * 3 + [PBS] * 3
    assert {u.unit_is for u in units} == {"vessels"}
    late = [u for u in found.units if u.endpoint == "t50 (apparent)" and u.group["medium"] == PBS]
    assert {(u.censored, u.value) for u in late} == {(">", 48.0)}


def test_f2_names_its_rule_and_is_descriptive_for_few_vessels():
    found = analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, gsh=10.0), f2_points="all")
    f2 = sample(found, "similarity factor f2")
    assert "all common times" in f2.outcome.method
    assert any("Descriptive" in text for text in f2.warnings)
    by_rule = analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, gsh=10.0), f2_rule="FDA")
    assert "FDA rule" in sample(by_rule, "similarity factor f2").outcome.method


def test_the_sink_is_judged_where_the_solubility_is_known():
    rows = arm("sample", PBS, FAST).assign(solubility=5.0)
    (check,) = [c for c in analyse(rows).checks if c.name == "sink condition"]
    assert check.passed is False
    rows["solubility"] = 60.0
    (check,) = [c for c in analyse(rows).checks if c.name == "sink condition"]
    assert check.passed is True
    assert "Below a tenth" in check.why


def test_medium_that_evaporated_fails_its_check():
    found = analyse(arm("sample", PBS, FAST), final_volume_ml=45.0)
    (check,) = [c for c in found.checks if c.name == "evaporation"]
    assert check.passed is False
    assert check.value == pytest.approx(10.0)


def test_an_unknown_reference_medium_is_named():
    with pytest.raises(StudyError, match="Unknown medium 'PBSS'"):
        analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, gsh=10.0), reference_medium="PBSS")


def test_higuchi_and_korsmeyer_peppas_rest_on_sixty_percent_unless_told():
    (plain,) = of(analyse(arm("sample", GSH, FAST, 4, gsh=10.0)), "Korsmeyer-Peppas exponent")
    (whole,) = of(analyse(arm("sample", GSH, FAST, 4, gsh=10.0), kp_max=100), "Korsmeyer-Peppas exponent")
    assert whole.outcome.value < plain.outcome.value
    assert any("up to 60 %" in text for text in plain.warnings)
    assert any("For a sphere" in text for text in plain.warnings)


def test_every_usual_model_may_be_asked_for():
    from selenolab.assays.release.settings import MODELS, ModelName
    from selenolab.fit.release_models import MODELS as KNOWN
    from selenolab.fit.release_models import USUAL

    assert MODELS == USUAL
    assert set(ModelName.__args__) == set(KNOWN)
    found = analyse(arm("sample", PBS, FAST), models=MODELS)
    assert sample(found, "best model").outcome.category in {name.replace("_", " ") for name in USUAL}
    assert set(found.tables["fits"].frame["model"]) == set(USUAL)


def test_the_answer_survives_json():
    from selenolab.study.record import endpoint_json

    found = analyse(arm("sample", PBS, SLOW), arm("sample", GSH, FAST, ph=np.nan, gsh=10.0))
    text = json.dumps([endpoint_json(e) for e in found.endpoints], allow_nan=False)
    assert "not interpretable" in text


def test_a_group_whose_values_are_all_flagged_is_said_and_left_out():
    lost = arm("sample", GSH, FAST, gsh=10.0).assign(medium_concentration_flag="excluded: wrong bag")
    found = analyse(arm("sample", PBS, SLOW).assign(medium_concentration_flag=""), lost)
    assert any("No value is left of SeSe-NP in 10 mM GSH" in text for text in found.warnings)
    assert not of(found, "released", medium=GSH)


def test_a_burst_at_time_zero_is_allowed():
    rows = arm("sample", PBS, FAST)
    zero = rows[rows["time"] == 0.5].assign(time=0.0, medium_concentration=0.3)
    rows = pd.concat([rows.assign(medium_concentration=rows["medium_concentration"] + 0.3), zero])
    found = analyse(rows, burst_time_h=0)
    assert sample(found, "burst").outcome.value == pytest.approx(10.0)
    assert isinstance(sample(found, "best model").outcome, Verdict)


def test_weights_change_the_fit_and_are_named():
    rows = [arm("sample", PBS, FAST, 6, sd=0.1)]
    plain, weighted = analyse(*rows), analyse(*rows, weighting="1/sd2")
    one, other = (a.tables["fits"].frame.iloc[0]["value"] for a in (plain, weighted))
    assert one != other
    assert any("weighted by 1 / SD²" in sentence.text for sentence in weighted.methods)


def test_no_ratio_anywhere_still_gives_a_report():
    """Three vessels that scatter about zero without GSH: no ratio at any time, and no drawing of ratios."""
    found = analyse(arm("sample", PBS, lambda at: 0.0, sd=0.1), arm("sample", GSH, FAST, gsh=10.0))
    assert isinstance(sample(found, "redox selectivity", time="24 h").outcome, Absent)
    assert not [drawing for drawing in found.drawings if drawing.name.startswith("selectivity")]
    assert found.tables["selectivity"].frame["ratio"].isna().all()
