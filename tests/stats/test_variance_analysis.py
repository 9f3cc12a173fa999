"""Analysis of variance against scipy, hand-worked tables and limits."""

import numpy as np
import pytest
from scipy import stats

from selenolab.core.errors import StudyError
from selenolab.stats.variance_analysis import blocked, one_way, two_way, welch_one_way

# R's PlantGrowth: one-way F(2, 27) = 4.8461, p = 0.01591; Welch F(2, 17.128) = 5.181, p = 0.01739.
CTRL = [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14]
TRT1 = [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69]
TRT2 = [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26]


def test_plant_growth_classic():
    found = one_way([CTRL, TRT1, TRT2])
    assert (round(found.statistic, 4), round(found.p, 5)) == (4.8461, 0.01591)
    assert found.effect == pytest.approx(0.2641, abs=1e-4)
    assert 0 <= found.low < found.effect < found.high < 1


def test_plant_growth_welch():
    found = welch_one_way([CTRL, TRT1, TRT2])
    assert (round(found.statistic, 3), round(found.df[1], 3), round(found.p, 5)) == (5.181, 17.128, 0.01739)


def test_two_groups_are_a_t_test():
    assert one_way([CTRL, TRT1]).p == pytest.approx(stats.ttest_ind(CTRL, TRT1).pvalue)
    assert welch_one_way([CTRL, TRT1]).p == pytest.approx(stats.ttest_ind(CTRL, TRT1, equal_var=False).pvalue)
    pairs = np.column_stack([CTRL, TRT1])
    assert blocked(pairs).p == pytest.approx(stats.ttest_rel(CTRL, TRT1).pvalue)


def test_two_way_balanced_by_hand():
    # cells (a, b): 1,3 | 5,7 || 2,4 | 12,14: SS_A = 32, SS_B = 98, SS_AB = 18, SS_E = 8, df 1, 1, 1, 4
    values, a, b = [1, 3, 5, 7, 2, 4, 12, 14], ["x"] * 4 + ["y"] * 4, ["p", "p", "q", "q"] * 2
    first, second, cross = two_way(values, a, b)
    assert [t.statistic for t in (first, second, cross)] == pytest.approx([16.0, 49.0, 9.0])
    assert first.effect == pytest.approx(0.8)
    assert cross.p == pytest.approx(stats.f.sf(9, 1, 4))


def test_two_way_unbalanced_is_type_two():
    rng = np.random.default_rng(4)
    a, b = rng.choice(["x", "y"], 30), rng.choice(["p", "q", "r"], 30)
    y = rng.normal(size=30) + (a == "y")

    def rss(*columns):
        x = np.column_stack([np.ones(30), *columns])
        return float(np.sum((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2))

    da, db = [(a == "y") * 1.0], [(b == "q") * 1.0, (b == "r") * 1.0]
    full = rss(*da, *db, da[0] * db[0], da[0] * db[1])
    wanted = (rss(*db) - rss(*da, *db)) / (full / 24)
    assert two_way(y, list(a), list(b))[0].statistic == pytest.approx(wanted)


def test_blocks_take_the_experiments_out():
    rng = np.random.default_rng(5)
    shift = np.repeat([0.0, 50.0, -30.0], 4)
    y = rng.normal(size=12) + shift + np.tile([0, 0, 3, 3], 3)
    a, b, blocks = ["x", "x", "y", "y"] * 3, ["p", "q"] * 6, list(np.repeat(["1", "2", "3"], 4))
    assert two_way(y, a, b)[0].p > 0.5
    assert two_way(y, a, b, blocks)[0].p < 0.01


@pytest.mark.parametrize("test", [one_way, welch_one_way])
def test_no_variation_is_named(test):
    found = test([[1.0, 1.0], [2.0, 2.0]])
    assert found.state == "zero variance"
    assert found.p is None


def test_refusals_are_named():
    with pytest.raises(StudyError, match="at least two groups"):
        one_way([[1.0, 2.0]])
    with pytest.raises(StudyError, match="every combination"):
        two_way([1, 2, 3, 4, 5, 6], ["x", "x", "y", "y", "x", "y"], ["p", "q", "p", "p", "p", "p"])
    with pytest.raises(StudyError, match="repeats"):
        two_way([1, 2, 3, 4], ["x", "x", "y", "y"], ["p", "q", "p", "q"])


@pytest.mark.slow
def test_the_effect_interval_covers():
    rng, k, n = np.random.default_rng(6), 3, 8
    shifts = np.array([0.0, 0.0, 1.2])
    truth = np.var(shifts) / (np.var(shifts) + 1)
    found = [one_way(list(rng.normal(size=(k, n)) + shifts[:, None])) for _ in range(1500)]
    assert 0.935 < np.mean([f.low <= truth <= f.high for f in found]) < 0.965


@pytest.mark.slow
def test_two_way_false_positives_with_experiments_as_blocks():
    """2 x 3 combinations in four experiments that differ by much more than the combinations."""
    rng, hits = np.random.default_rng(4), np.zeros(3)
    cells = [(a, b, str(e)) for e in range(4) for a in "xy" for b in "pqr"]
    a, b, e = (list(part) for part in zip(*cells, strict=True))
    for _ in range(2000):
        values = rng.normal(0, 1, 24) + np.repeat(rng.normal(0, 5, 4), 6)
        hits += [term.p < 0.05 for term in two_way(values, a, b, e)]
    assert np.all(hits / 2000 > 0.035)
    assert np.all(hits / 2000 < 0.066)  # 5 % within three standard errors
