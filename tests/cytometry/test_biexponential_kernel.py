"""The table against the root that it stands for, at every size of value."""

import numpy as np
import pytest

from selenolab.cytometry.biexponential import Curve, hyperlog, logicle, slope
from selenolab.cytometry.biexponential_kernel import curve, root, roots, scaled, unscaled

CURVES = {"logicle": logicle(262_144.0, 0.7, 4.5, 0.3), "steep": logicle(1.0, 0.0, 9.0, 0.0),
          "hyperlog": hyperlog(10_000.0, 1.0, 4.0, 0.5)}  # fmt: skip


@pytest.mark.parametrize("name", CURVES)
def test_the_table_is_the_root(name: str) -> None:
    made: Curve = CURVES[name]
    values = np.concatenate([[0.0], np.geomspace(1e-9, 1e12, 4000)])
    solved = roots(values, made.coefficients)
    np.testing.assert_allclose(
        scaled(values, made.coefficients, made.table, made.shift), solved, atol=1e-12, rtol=0
    )
    mirrored = scaled(-values, made.coefficients, made.table, made.shift)
    np.testing.assert_allclose(mirrored, 2 * made.coefficients[6] - solved, atol=1e-12, rtol=0)


@pytest.mark.parametrize("name", CURVES)
def test_the_root_is_where_the_curve_has_the_value(name: str) -> None:
    p = CURVES[name].coefficients
    for value in (0.0, 1e-3, 1.0, 1e3, 1e8):
        assert curve(root(value, p), p) == pytest.approx(value, rel=1e-11, abs=1e-9)
    assert unscaled(np.array([p[6]]), p)[0] == pytest.approx(0.0, abs=1e-9)


def test_what_is_no_number_stays_none() -> None:
    made = CURVES["logicle"]
    shown = scaled(np.array([np.nan, np.inf, -np.inf]), made.coefficients, made.table, made.shift)
    assert np.isnan(shown[0])
    assert shown[1] == np.inf
    assert shown[2] == -np.inf


def test_blocks_join() -> None:
    made = CURVES["logicle"]
    values = np.random.default_rng(1).normal(0, 1e4, 1000)
    one = [scaled(values[i : i + 1], made.coefficients, made.table, made.shift)[0] for i in range(1000)]
    np.testing.assert_array_equal(scaled(values, made.coefficients, made.table, made.shift), one)


@pytest.mark.parametrize("w", [0.0, 1e-6, 0.1, 0.5])
def test_the_slope_makes_the_middle_straight(w: float) -> None:
    d = slope(10.0, w)
    assert 2 * np.log(d / 10.0) + w * (10.0 + d) == pytest.approx(0.0, abs=1e-12)
