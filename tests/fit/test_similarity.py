"""f1 and f2: the published numbers, the regulators' rules, and the bootstrap."""

from math import log10
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.similarity import SELECTS, compare, f1, f2, selected, variance_adjusted
from selenolab.fit.similarity_bootstrap import bootstrap_f2

SHAH = Path(__file__).parents[2].parent / "shared" / "data" / "release" / "dissolution_ref_and_tests.csv"
needs_shared = pytest.mark.skipif(not SHAH.is_file(), reason="the release data of ../shared/data are absent")


def product(name: str) -> np.ndarray:
    table = pd.read_csv(SHAH)
    return table[table["product"] == name].filter(like="unit").to_numpy()


MINUTES = [30, 60, 90, 180]


@needs_shared
@pytest.mark.parametrize(("name", "published"), [("test1", 60.0299), ("test2", 51.0820), ("test3", 51.194)])
def test_published_f2_with_all_points(name: str, published: float) -> None:
    found = compare(MINUTES, product("ref"), product(name), points="all", unit="min")
    assert found.f2 == pytest.approx(published, abs=5e-4 if name == "test3" else 5e-5)
    reference, test = product("ref").mean(1), product(name).mean(1)
    by_hand = 50 * log10(100 / (1 + sum((reference - test) ** 2) / 4) ** 0.5)
    assert found.f2 == pytest.approx(by_hand, abs=1e-10)
    assert found.unmet == ()
    assert found.times.tolist() == MINUTES
    assert found.f1 == pytest.approx(100 * sum(abs(reference - test)) / sum(reference))


@needs_shared
def test_the_rules_take_other_times_and_shift_f2() -> None:
    values = {
        rule: compare(MINUTES, product("ref"), product("test2"), points=rule, unit="min") for rule in SELECTS
    }
    assert values["EMA"].times.tolist() == [30, 60, 90]  # the test passes 85 % at 90 min
    assert values["FDA"].times.tolist() == values["WHO"].times.tolist() == MINUTES
    assert abs(values["EMA"].f2 - values["FDA"].f2) > 1


def test_each_rule_selects_what_it_says() -> None:
    t = [0, 10, 20, 30, 40, 50]
    reference, test = [0, 40, 70, 86, 92, 95], [0, 50, 87, 90, 95, 97]
    assert selected(t, reference, test, "EMA").tolist() == [1, 2]
    assert selected(t, reference, test, "FDA").tolist() == [1, 2, 3]
    assert selected(t, test, reference, "FDA").tolist() == [1, 2, 3]
    assert selected(t, reference, test, "WHO").tolist() == [1, 2, 3]
    assert selected(t, test, reference, "WHO").tolist() == [1, 2]
    assert selected(t, reference, test, "all").tolist() == [1, 2, 3, 4, 5]
    assert selected(t[:3], [0, 40, 70], [0, 50, 80], "EMA").tolist() == [1, 2]


def steady(means: list[float], vessels: int = 12, cv: float = 2.0, seed: int = 0) -> np.ndarray:
    z = np.random.default_rng(seed).standard_normal((len(means), vessels))
    z = (z - z.mean(1, keepdims=True)) / z.std(1, ddof=1, keepdims=True)
    return np.asarray(means)[:, None] * (1 + cv / 100 * z)


def test_conditions_met_say_nothing() -> None:
    found = compare([15, 30, 45, 60], steady([30, 55, 70, 80]), steady([33, 57, 73, 82], seed=1), unit="min")
    assert found.unmet == ()
    assert not found.not_needed
    assert found.f2 > 70


def test_conditions_not_met_are_named_one_by_one() -> None:
    few = compare([15, 30], steady([30, 90], 3), steady([35, 92], 6, seed=1), unit="min", points="FDA")
    assert few.unmet == (
        "2 times selected: fewer than 3",
        "3 vessels of the reference and 6 of the test: fewer than 12",
    )
    wild = steady([30, 55, 70, 80], cv=15.0)
    late = compare([10, 20, 40, 60], steady([30, 55, 70, 80]), wild, unit="min", points="EMA")
    assert [said.split(":")[0] for said in late.unmet] == [
        f"the test varies by 15.0 % at {t} min" for t in (20, 40, 60)
    ]
    early = compare([5, 15, 40, 60], steady([30, 55, 70, 80]), wild, unit="min", points="FDA")
    assert len(early.unmet) == 2  # 15 min is early for the FDA
    single = compare([15, 30, 45], [30, 55, 70], [33, 57, 73], unit="min")
    assert "one vessel of the test: its variation is not known" in single.unmet
    assert single.expected_f2 is None


def test_fast_products_need_no_f2_and_hours_are_minutes() -> None:
    r, s = steady([60, 90, 97]), steady([62, 93, 98], seed=1)
    assert compare([5, 15, 30], r, s, unit="min").not_needed
    assert not compare([10, 20, 30], r, s, unit="min").not_needed
    assert compare([5 / 60, 0.25, 0.5], r, s, unit="h").not_needed


def test_bias_correction_takes_the_variance_of_the_means_away() -> None:
    """The corrected mean squared difference is unbiased; the plain one is too large."""
    rng = np.random.default_rng(5)
    truth_r, truth_t = np.array([30.0, 60, 80]), np.array([42.0, 71, 90])
    plain, corrected = [], []
    for _ in range(3000):
        r = truth_r[:, None] + 8 * rng.standard_normal((3, 6))
        s = truth_t[:, None] + 8 * rng.standard_normal((3, 6))
        value, unbiased = f2(r.mean(1), s.mean(1)), variance_adjusted(r, s)[1]
        plain.append(10 ** ((100 - value) / 25) - 1)
        corrected.append(np.nan if unbiased is None else 10 ** ((100 - unbiased) / 25) - 1)
    squares = np.mean((truth_r - truth_t) ** 2)
    assert np.mean(plain) == pytest.approx(squares + 2 * 64 / 6, rel=0.03)
    assert np.mean(np.isnan(corrected)) < 0.005
    assert np.nanmean(corrected) == pytest.approx(squares, rel=0.03)


@needs_shared
def test_bootstrap_of_the_published_products() -> None:
    found = bootstrap_f2(MINUTES, product("ref"), product("test1"), seed=1, unit="min", draws=2000)
    again = bootstrap_f2(MINUTES, product("ref"), product("test1"), seed=1, unit="min", draws=2000)
    assert found.bca == again.bca
    assert found.f2 == pytest.approx(60.0299, abs=5e-5)
    assert found.percentile[0] < found.f2 < found.percentile[1]
    assert found.bca[0] > 50
    assert found.similar
    assert found.verdict.startswith("similar: lower 90 % bound 5")
    assert not found.descriptive
    close = bootstrap_f2(MINUTES, product("ref"), product("test3"), seed=1, unit="min", draws=2000)
    assert not close.similar
    assert close.verdict.startswith("similarity not shown: lower 90 % bound 4")


def test_bootstrap_of_few_or_equal_vessels() -> None:
    table = np.repeat([[30.0], [60.0], [80.0]], 3, axis=1)
    same = bootstrap_f2([1, 2, 3], table, table, seed=1, unit="h", draws=200)
    assert same.bca == same.percentile == (100.0, 100.0)
    assert same.descriptive
    assert same.verdict.endswith("(descriptive: fewer than 12 vessels)")
    for options, said in (({"draws": 10}, "10 draws"), ({"level": 90}, "level 90")):
        with pytest.raises(DataError, match=said):
            bootstrap_f2([1, 2, 3], table, table, seed=1, unit="h", **options)
    with pytest.raises(DataError, match="at least 2 of each"):
        bootstrap_f2([1, 2, 3], table[:, :1], table, seed=1, unit="h")


@pytest.mark.slow
def test_lower_limit_of_the_bootstrap_stays_below_the_true_f2() -> None:
    truth_r, truth_t = np.array([30.0, 60, 80, 90]), np.array([38.0, 69, 86, 93])
    truth, inside, below = f2(truth_r, truth_t), [], []
    rng = np.random.default_rng(2)
    for seed in range(300):
        r, s = (mean[:, None] + 5 * rng.standard_normal((4, 12)) for mean in (truth_r, truth_t))
        found = bootstrap_f2([1, 2, 3, 4], r, s, seed=seed, unit="h", draws=1000)
        inside.append(found.bca[0] <= truth <= found.bca[1])
        below.append(found.percentile[0] <= truth)
    assert 0.80 <= np.mean(inside) <= 0.94
    assert 0.94 <= np.mean(below) <= 0.995


@pytest.mark.parametrize(
    ("reference", "test", "said"),
    [([1.0], [1.0, 2.0], "two of the same times"), ([np.nan], [1.0], "finite"), ([], [], "two of the same")],
)
def test_nonsense_is_named(reference: list[float], test: list[float], said: str) -> None:
    with pytest.raises(DataError, match=said):
        f2(reference, test)
    with pytest.raises(DataError, match="releases nothing"):
        f1([0.0], [1.0])
    with pytest.raises(UnknownNameError, match="EMA"):
        selected([1, 2], [1, 2], [1, 2], "EMEA")
    with pytest.raises(DataError, match="none twice"):
        selected([1, 1], [1, 2], [1, 2])
    with pytest.raises(DataError, match="expected min or h"):
        compare([1, 2], [1, 2], [1, 2], unit="d")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="missing values in the test"):
        compare([1, 2], [1, 2], [1, np.nan], unit="h")
    with pytest.raises(DataError, match="no time after 0"):
        compare([0], [0], [0], unit="h")
    with pytest.raises(DataError, match="times x vessels"):
        compare([1, 2, 3], [1, 2], [1, 2], unit="h")


profiles = st.lists(st.tuples(st.floats(0, 110), st.floats(0, 110)), min_size=3, max_size=8)


@settings(max_examples=80, deadline=None)
@given(profiles, st.integers(0, 1000))
def test_f2_is_symmetric_full_for_equals_and_blind_to_order_and_unit(
    pairs: list[tuple[float, float]], seed: int
) -> None:
    r, s = (np.array(side) for side in zip(*pairs, strict=True))
    t = np.arange(1.0, r.size + 1)
    assert f2(r, s) == f2(s, r)
    assert f2(r, r) == 100.0
    order = np.random.default_rng(seed).permutation(t.size)
    for rule in SELECTS:
        if not r[selected(t, r, s, rule)].sum() > 1e-9:  # a reference that releases nothing is refused
            continue
        base = compare(t, r, s, points=rule, unit="h")
        assert compare(t[order], r[order], s[order], points=rule, unit="h").f2 == pytest.approx(base.f2)
        assert compare(60 * t, r, s, points=rule, unit="min").f2 == base.f2
        assert compare(60 * t, r, s, points=rule, unit="min").unmet == base.unmet
