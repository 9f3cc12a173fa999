"""Dunnett, Tukey and Holm against tables and scipy."""

from functools import partial
from math import inf, sqrt

import numpy as np
import pytest
from scipy import stats

from selenolab.stats.simultaneous import critical_value, dunnett_loadings, dunnett_sf, holm, tukey_sf


@pytest.mark.parametrize(("k", "df", "q"), [(3, 2, 3.0), (3, 10, 3.877), (5, 4, 6.0), (8, 60, 4.0)])
def test_tukey_matches_scipy(k, df, q):
    assert tukey_sf(q, k, df) == pytest.approx(stats.studentized_range.sf(q, k, df), rel=1e-8)


@pytest.mark.parametrize(
    ("others", "df", "table"), [(1, 10, 2.228), (2, 10, 2.57), (4, 20, 2.65), (3, 60, 2.41), (2, inf, 2.21)]
)
def test_dunnett_two_sided_table(others, df, table):
    # Dunnett 1964, Biometrics 20:482, two-sided 5 % points, equal group sizes.
    loadings = dunnett_loadings(5, [5] * others)
    assert critical_value(partial(dunnett_sf, loadings=loadings, df=df), 0.95) == pytest.approx(
        table, abs=0.006
    )


def test_one_contrast_is_student():
    assert dunnett_sf(2.0, np.array([sqrt(0.5)]), 7) == pytest.approx(2 * stats.t.sf(2.0, 7), rel=1e-9)


def test_holm_matches_hand_and_keeps_order():
    assert holm([0.04, 0.01, 0.03, 0.005]).tolist() == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm([0.6, 0.5]).tolist() == [1.0, 1.0]
