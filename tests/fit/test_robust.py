"""Stray wells: the robust curve holds where the plain one is pulled; without them both agree."""

import numpy as np
import pytest

from selenolab.fit import curve_state
from selenolab.fit.dose_response import fit_curve
from selenolab.fit.robust import robust_fit

WELLS = np.repeat(0.5 * 2.0 ** np.arange(8), 3)


def clean(seed: int) -> np.ndarray:
    return 10 + 90 / (1 + (WELLS / 6) ** 1.5) + 2 * np.random.default_rng(seed).standard_normal(24)


def errors(strays: int) -> tuple[np.ndarray, np.ndarray]:
    """|ln e - truth| of plain and robust fits over 10 plates with some wells 40 to 70 % too high."""
    plain, robust = [], []
    for seed in range(10):
        rng, y = np.random.default_rng(seed), clean(seed)
        y[rng.choice(24, strays, replace=False)] += rng.uniform(40, 70, strays)
        plain.append(abs(np.log(fit_curve(WELLS, y).values[3] / 6)))
        robust.append(abs(np.log(robust_fit(WELLS, y).values[3] / 6)))
    return np.array(plain), np.array(robust)


def test_three_stray_wells_hardly_move_it() -> None:
    plain, robust = errors(3)
    assert np.median(robust) < 0.06
    assert np.median(robust) < 0.3 * np.median(plain)
    assert np.mean(robust < 0.25) >= 0.9


def test_without_strays_it_is_nearly_as_good() -> None:
    plain, robust = errors(0)
    assert np.sqrt(np.mean(robust**2)) < 1.25 * np.sqrt(np.mean(plain**2))


def test_missing_wells_do_not_count() -> None:
    y = clean(1)
    gaps = np.where(np.arange(24) % 7 == 0, np.nan, y)
    there = ~np.isnan(gaps)
    assert robust_fit(WELLS, gaps).values == pytest.approx(robust_fit(WELLS[there], y[there]).values)


@pytest.mark.parametrize("y", [np.zeros(24), np.full(24, 80.0)], ids=["all zero", "constant"])
def test_curve_that_is_none_keeps_its_name(y: np.ndarray) -> None:
    assert robust_fit(WELLS, y).state in (curve_state.ALL_ZERO, curve_state.FLAT)
