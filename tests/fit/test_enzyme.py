"""Activities, kinds of inhibition and inactivation from rates with a known truth."""

import numpy as np
import pytest

from selenolab.core.errors import DataError, StudyError
from selenolab.fit import enzyme_inactivation, enzyme_inhibition
from selenolab.fit.enzyme import (
    by_extinction,
    by_standard,
    path_length,
    per_minute,
    specific_activity,
    tight_binding,
)

S, DOSE = (grid.ravel() for grid in np.meshgrid(np.tile([20.0, 50, 100, 200, 500], 2), [0.0, 1, 3, 10]))
LAWS = {"competitive": (1 / 2, 0.0), "uncompetitive": (0.0, 1 / 2), "mixed": (1.0, 1 / 8)}


def test_two_tnb_stand_for_one_nadph():
    one = by_extinction(14150, 0.6, 1, "TNB", "TNB made")
    two = by_extinction(14150, 0.6, 2, "TNB", "NADPH oxidised")
    assert per_minute(0.03, one) == pytest.approx(0.03 / (14150 * 0.6) * 1e6)
    assert per_minute(0.03, two) == pytest.approx(per_minute(0.03, one) / 2)
    assert "2 TNB for each NADPH oxidised" in two.said


def test_counts_go_by_their_standard_curve():
    assert per_minute(500.0, by_standard(250.0, 1, "AMC")) == 2.0


def test_micromolar_a_minute_in_a_well_over_its_protein():
    assert specific_activity(2.0, 200.0, 10.0) == 40.0  # 400 pmol/min over 10 µg is 40 nmol/min/mg


@pytest.mark.parametrize(
    "call",
    [
        lambda: path_length(0.0, 32.0),
        lambda: by_extinction(-1, 1, 1, "a", "b"),
        lambda: specific_activity(1.0, 200.0, 0.0),
        lambda: by_standard(0.0, 1, "a"),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(StudyError, match="above zero"):
        call()


def test_tight_binding_halves_the_enzyme():
    """With an inhibitor of any strength half the enzyme is bound at half its concentration at least."""
    assert tight_binding(0.5, 1.0, 1e-9) == pytest.approx(0.5, abs=1e-3)
    assert tight_binding(2.0, 0.001, 2.0) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("kind", LAWS)
def test_the_kind_of_inhibition_is_told(kind):
    c, u = LAWS[kind]
    noise = np.exp(np.random.default_rng(1).normal(0, 0.03, S.size))
    found = enzyme_inhibition.fit_inhibition(
        S, DOSE, 10 * S / (80 * (1 + DOSE * c) + S * (1 + DOSE * u)) * noise
    )
    assert found.kind == kind
    best = next(law for law in found.laws if law.name == kind)
    assert best.values["km"] == pytest.approx(80, rel=0.25)


def test_what_fits_alike_is_not_told():
    few = S <= 50
    rate = 10 * S / (80 * (1 + DOSE / 2) + S) * np.exp(np.random.default_rng(2).normal(0, 0.25, S.size))
    with pytest.raises(DataError, match="three substrate"):
        enzyme_inhibition.fit_inhibition(S[few], DOSE[few], rate[few])
    flat = 10 * S / (80 + S) * np.exp(np.random.default_rng(3).normal(0, 0.05, S.size))
    found = enzyme_inhibition.fit_inhibition(S, DOSE, flat)
    assert found.kind == ""
    assert "no inhibition" in found.why or "alike" in found.why


def series(k_inact, k_i, own=0.002, noise=0.03, seed=0, doses=(0.0, 1, 2, 4, 8, 16)):
    t, i = (grid.ravel() for grid in np.meshgrid([0.0, 5, 10, 20, 40], doses))
    scatter = np.exp(np.random.default_rng(seed).normal(0, noise, t.size))
    return t, i, np.exp(-(k_inact * i / (k_i + i) + own) * t) * scatter


def test_inactivation_gives_its_constants_where_the_doses_bend():
    found = enzyme_inactivation.fit_inactivation(*series(0.1, 4.0))
    assert found.time_dependent
    assert found.ratio == pytest.approx(0.025, rel=0.15)
    assert found.k_i == pytest.approx(4.0, rel=0.35)


def test_without_a_bend_only_the_ratio_is_given():
    found = enzyme_inactivation.fit_inactivation(*series(40.0, 8000.0, seed=3, doses=(0.0, 1, 2, 4, 8)))
    assert found.time_dependent
    assert found.k_inact is None
    assert found.ratio_low < 40 / 8000 < found.ratio_high


def test_inhibition_that_does_not_grow_is_not_called_inactivation():
    t, i, _ = series(0.1, 4.0)
    told = [
        enzyme_inactivation.fit_inactivation(
            t, i, np.exp(np.random.default_rng(seed).normal(0, 0.04, t.size)) / (1 + i / 3)
        ).time_dependent
        for seed in range(40)
    ]
    assert np.mean(told) < 0.15


def test_a_design_that_cannot_tell_says_what_it_lacks():
    assert "three times" in enzyme_inactivation.lacking([0, 10], [0, 1])
    assert "two doses" in enzyme_inactivation.lacking([0, 10, 20], [0, 0, 0])
    t, i, v = series(0.1, 4.0)
    with pytest.raises(DataError, match="above zero"):
        enzyme_inactivation.fit_inactivation(t, i, -v)
