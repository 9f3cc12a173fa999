from dataclasses import replace
from math import inf

import pytest

from selenolab.core.check import Check
from selenolab.core.compound import Basis, identify
from selenolab.core.estimate import Absent, Endpoint, Estimate, Verdict, at_least, at_most
from selenolab.core.study import Contrast
from selenolab.report.words import (
    as_selenium,
    check_sign,
    compared_answers,
    contrast_words,
    number_words,
    say,
    selenium_words,
)

N = "independent experiments"


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (
            Estimate(11.82, 11.02, 12.68, "µM", "t", 3, N),
            "11.8 µM (95 % CI 11.0–12.7; n = 3 independent experiments)",
        ),
        (at_least(64, "µM", "t", 3, N), "> 64 µM (n = 3 independent experiments)"),
        (at_most(0.5, "µM", "t", 1, N), "< 0.5 µM (n = 1 independent experiment)"),
        (
            Estimate(12.4, 10.1, inf, "µM", "t", 3, N),
            "12.4 µM (95 % CI from 10.1, not bounded above by these data; n = 3 independent experiments)",
        ),
        (
            Estimate(12.4, -inf, 15.1, "µM", "t", 3, N, 0.9),
            "12.4 µM (90 % CI to 15.1, not bounded below by these data; n = 3 independent experiments)",
        ),
        (
            Estimate(12.4, -inf, inf, "1", "t", 2, "wells of 1 experiment"),
            "12.4 (95 % CI not bounded by these data; n = 2 wells of 1 experiment)",
        ),
        (
            Estimate(-0.4, -0.9, 0.1, "ratio", "t", 3, N),
            "ratio −0.4 (95 % CI −0.9 to 0.1; n = 3 independent experiments)",
        ),
        (
            Verdict("trigonal", "Two peaks.", "rules", 1, N),
            "trigonal (n = 1 independent experiment): Two peaks.",
        ),
        (Absent("The curve is flat."), "not given: The curve is flat."),
    ],
)
def test_say(outcome, said):
    assert say(outcome) == said


def test_a_number_beyond_the_doses_is_a_bound_and_nothing_more():
    said = say(at_least(64, "µM", "t", 3, N))
    assert "CI" not in said
    assert "inf" not in said


def test_a_check_has_a_sign_and_a_word():
    signs = [check_sign(Check("r", "n", passed, "why")) for passed in (True, False, None)]
    assert signs == [("✓", "passed"), ("✗", "failed"), ("?", "undecidable")]


def test_a_check_without_a_number_says_nothing_like_nan():
    assert number_words(None, "µM") == "–"
    assert number_words(float("nan"), "µM") == "not a number"
    assert number_words(inf, "µM") == "unbounded"


def test_effect_first_p_second():
    ratio = Estimate(2.03, 1.52, 2.72, "ratio", "Welch", 3, N)
    said = contrast_words(Contrast("MCF-7", "HepG2", ratio, 0.0312, 0.0002))
    assert said.index("ratio 2.0") < said.index("p = 0.031") < said.index("adjusted p < 0.001")


def test_the_head_of_the_report_says_what_was_compared(outcome):
    said = compared_answers(outcome)
    made = [one for compared in outcome.compared for one in compared.contrasts]
    assert len(said) == min(len(made), 4 * len(outcome.compared))
    assert said[0].startswith(outcome.compared[0].comparison.endpoint)
    assert made[0].left in said[0]


def test_compound_and_selenium_side_by_side(outcome):
    endpoint = outcome.results[0].analysis.endpoints[0]
    said = selenium_words(endpoint, outcome.study)
    assert said == "= 23.6 µM Se (95 % CI 22.0–25.4), 2 Se per molecule of L-selenocystine"
    bound = replace(endpoint, outcome=at_least(64, "µM", "t", 3, N))
    assert selenium_words(bound, outcome.study).startswith("> 128 µM Se")


def test_selenium_is_never_guessed(outcome):
    endpoint = outcome.results[0].analysis.endpoints[0]
    particle = Endpoint("relative IC50", {"compound": "SeNP"}, endpoint.outcome)
    mass = replace(endpoint, outcome=replace(endpoint.outcome, unit="µg/mL"))
    unknown = replace(outcome.study, basis={})
    as_se = replace(outcome.study, basis={"selenocystine": Basis.SELENIUM})
    assert as_selenium(particle, outcome.study) is None
    assert as_selenium(mass, outcome.study) is None
    assert as_selenium(endpoint, unknown) is None
    assert as_selenium(endpoint, as_se) is None
    assert identify("SeNP").se_per_molecule is None


def test_what_is_measured_in_micromolar_is_not_selenium(outcome):
    amount = Estimate(145.0, 136.0, 154.0, "µM", "mean", 3, "independent experiments")
    group = {"compound": "selenocystine", "dose": "8 µM"}
    assert as_selenium(Endpoint("relative IC50", {"compound": "selenocystine"}, amount), outcome.study)
    assert as_selenium(Endpoint("total glutathione", group, amount), outcome.study) is None
