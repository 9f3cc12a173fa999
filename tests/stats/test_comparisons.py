"""Comparisons: against scipy and by hand; the unit of replication; properties; refusals."""

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from selenolab.core.errors import StudyError, UnknownNameError
from selenolab.stats.comparisons import compare

# Dunnett 1955 as used by scipy.stats.dunnett: blood counts, control and two drugs.
COUNTS = {
    "control": [7.40, 8.50, 7.20, 8.24, 9.84, 8.32],
    "drug A": [9.76, 8.80, 7.68, 9.36],
    "drug B": [12.80, 9.68, 12.16, 9.20, 10.55],
}


def long(samples):
    values = [v for sample in samples.values() for v in sample]
    return values, [name for name, sample in samples.items() for _ in sample]


def test_dunnett_matches_scipy():
    found = compare(*long(COUNTS), control="control")
    peer = stats.dunnett(COUNTS["drug A"], COUNTS["drug B"], control=COUNTS["control"], rng=1)
    limits = peer.confidence_interval(0.95)
    assert [row.p_adjusted for row in found.rows] == pytest.approx(peer.pvalue, abs=2e-3)
    assert [row.low for row in found.rows] == pytest.approx(limits.low, abs=0.02)
    assert [row.high for row in found.rows] == pytest.approx(limits.high, abs=0.02)
    assert "Dunnett" in found.method
    assert found.rows[0].n, found.rows[0].n_reference == (4, 6)


def test_tukey_matches_scipy():
    found = compare(*long(COUNTS))
    peer = stats.tukey_hsd(*COUNTS.values())
    limits = peer.confidence_interval(0.95)
    for row, (i, j) in zip(found.rows, [(1, 0), (2, 0), (2, 1)], strict=True):
        assert row.p_adjusted == pytest.approx(peer.pvalue[i, j], rel=1e-6)
        assert (row.low, row.high) == pytest.approx((limits.low[i, j], limits.high[i, j]), rel=1e-5)


def test_two_groups_are_welch_and_log_gives_a_ratio():
    one, two = [10.0, 14.0, 12.0], [30.0, 52.0, 41.0, 35.0]
    values, groups = long({"a": one, "b": two})
    peer = stats.ttest_ind(np.log(two), np.log(one), equal_var=False)
    row = compare(values, groups, log=True).rows[0]
    limits = peer.confidence_interval()
    assert row.p == row.p_adjusted == pytest.approx(peer.pvalue)
    assert (row.low, row.high) == pytest.approx((np.exp(limits.low), np.exp(limits.high)))


def test_paired_experiments_are_recognised():
    values, groups = [10, 12, 30, 33, 50, 53.5], ["a", "b"] * 3
    found = compare(values, groups, ["1", "1", "2", "2", "3", "3"])
    peer = stats.ttest_rel([12, 33, 53.5], [10, 30, 50])
    assert found.paired
    assert found.rows[0].p == pytest.approx(peer.pvalue)
    assert not compare(values, groups, ["1", "1", "2", "2", "3", "3"], paired=False).paired
    assert compare(values, groups, ["1", "1", "2", "2", "3", "3"], paired=False).rows[0].p > 0.5


def test_technical_repeats_do_not_enter_n():
    rng = np.random.default_rng(8)
    experiment_effect = rng.normal(0, 1, 8)
    wells = np.repeat(experiment_effect, 10) + rng.normal(0, 0.1, 80)
    groups, experiments = ["a"] * 40 + ["b"] * 40, [f"{i}" for i in np.repeat(np.arange(8), 10)]
    right, wrong = compare(wells, groups, experiments), compare(wells, groups)
    assert right.rows[0].n == 4
    assert wrong.rows[0].n == 40
    assert right.rows[0].high - right.rows[0].low > 2 * (wrong.rows[0].high - wrong.rows[0].low)
    assert "technical repeats averaged first" in right.method


def test_holm_with_welch_by_hand():
    found = compare(*long(COUNTS), method="holm")
    plain = [
        stats.ttest_ind(COUNTS[r.group], COUNTS[r.reference], equal_var=False).pvalue for r in found.rows
    ]
    assert [row.p for row in found.rows] == pytest.approx(plain)
    assert min(row.p_adjusted for row in found.rows) == pytest.approx(3 * min(plain))
    half = stats.ttest_ind(COUNTS["drug B"], COUNTS["control"], equal_var=False).confidence_interval(
        1 - 0.05 / 3
    )
    assert (found.rows[1].low, found.rows[1].high) == pytest.approx((half.low, half.high))


def test_blocked_dunnett_uses_the_experiments():
    rng = np.random.default_rng(9)
    table = rng.normal(0, 1, (4, 3)) + rng.normal(0, 30, (4, 1)) + [0, 5, 8]
    groups, experiments = ["c", "x", "y"] * 4, [str(i) for i in np.repeat(np.arange(4), 3)]
    found = compare(table.ravel(), groups, experiments, control="c")
    assert found.paired
    assert all(row.p_adjusted < 0.05 for row in found.rows)
    assert found.rows[0].df == 6
    assert found.omnibus[0].p < 0.01


def test_incomplete_experiments_take_the_mixed_model():
    rng = np.random.default_rng(10)
    experiments = ["1", "1", "2", "2", "3", "3", "4", "4", "5"]
    groups = ["a", "b", "a", "b", "a", "b", "a", "b", "a"]
    shift = {e: 10 * rng.normal() for e in "12345"}
    values = [
        shift[e] + 4 * (g == "b") + 0.5 * rng.normal() for e, g in zip(experiments, groups, strict=True)
    ]
    found = compare(values, groups, experiments)
    assert "mixed model" in found.method
    assert 2 < found.rows[0].low < 4 < found.rows[0].high < 6


def test_one_shared_experiment_is_too_little_for_a_mixed_model():
    experiments, groups = ["1", "2", "3", "3", "4", "5"], ["a", "a", "a", "b", "b", "b"]
    assert compare([1, 3, 2, 5, 8, 6], groups, experiments).method.startswith("Welch's t")


def test_no_variation_is_a_named_state():
    found = compare([1, 1, 2, 2, 3, 3], ["a", "a", "b", "b", "c", "c"], control="a")
    assert [row.state for row in found.rows] == ["zero variance"] * 2
    assert [row.p_adjusted for row in found.rows] == [None, None]
    assert (found.rows[0].low, found.rows[0].high) == (-inf, inf)
    assert found.omnibus[0].state == "zero variance"


def test_one_flat_group_does_not_stop_the_others():
    found = compare([1, 1, 2, 2, 3, 4], ["a", "a", "b", "b", "c", "c"], method="holm")
    assert [row.state for row in found.rows] == ["zero variance", "", ""]
    assert all(row.p_adjusted is not None for row in found.rows[1:])


samples = st.lists(st.integers(1, 400), min_size=2, max_size=5).map(lambda x: [v / 4 for v in x])


@settings(max_examples=50)
@given(samples, samples)
def test_swapping_groups_flips_the_sign(one, two):
    forth = compare(*long({"a": one, "b": two})).rows[0]
    back = compare(*long({"b": two, "a": one})).rows[0]
    assert forth.estimate == pytest.approx(-back.estimate)
    assert forth.low == pytest.approx(-back.high)
    assert (forth.p is None) == (back.p is None) == (forth.state == "zero variance")
    assert forth.p is None or forth.p == pytest.approx(back.p, rel=1e-9)


@settings(max_examples=50)
@given(samples, samples, st.sampled_from([0.25, 1024.0]))
def test_units_leave_ratios_and_p(one, two, factor):
    values, groups = long({"a": one, "b": two, "c": [1.0, 2.0, 4.0]})
    plain = compare(values, groups, log=True, control="a").rows
    scaled = compare(np.array(values) * factor, groups, log=True, control="a").rows
    for before, after in zip(plain, scaled, strict=True):
        assert after.estimate == pytest.approx(before.estimate, rel=1e-9)
        assert after.p_adjusted == pytest.approx(
            before.p_adjusted, rel=1e-6, abs=1e-12
        )  # c varies: never None


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"groups": ["a"] * 4}, StudyError, "at least two groups"),
        ({"groups": ["a", "a", "a", "b"]}, StudyError, r"'b' \(n = 1\)"),
        ({"experiments": ["1"] * 4}, StudyError, "Technical repeats do not count"),
        ({"control": "z"}, UnknownNameError, "Unknown control group"),
        ({"method": "anvoa"}, UnknownNameError, "Did you mean anova"),
        ({"method": "paired"}, StudyError, "some are missing"),
        ({"method": "dunnett"}, StudyError, "control group"),
        ({"method": "tukey", "control": "a"}, StudyError, "Dunnett"),
    ],
)
def test_refusals_are_named(arguments, error, text):
    given_ = {"values": [1, 2, 3, 5], "groups": ["a", "a", "b", "b"]} | arguments
    with pytest.raises(error, match=text):
        compare(**given_)
