"""Initial rates: windows by rule, lag, depletion, bubbles and the detector's limit, against a known truth."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selenolab.core.errors import DataError
from selenolab.fit.rate import initial_rate
from selenolab.fit.rate_decline import fit_decline
from selenolab.fit.rate_integrated import product_at
from selenolab.fit.rate_noise import autocorrelation, described
from selenolab.fit.rate_result import RateRule

SPEC = importlib.util.spec_from_file_location(
    "kinetics_truth", Path(__file__).parents[1] / "generators" / "kinetics_truth.py"
)
truth = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(truth)

T = np.arange(0.0, 20.5, 0.5)


def test_a_straight_trace_is_one_window():
    found = initial_rate(T, 0.1 + 0.02 * T)
    assert found.slope == pytest.approx(0.02, rel=1e-9)
    assert (found.start, found.end, found.lag, found.fall) == (0.0, 20.0, 0.0, 0.0)
    assert found.used.all()


def test_a_falling_signal_gives_a_positive_rate():
    found = initial_rate(T, 1.2 - 0.03 * T, RateRule(direction=-1))
    assert found.slope == pytest.approx(0.03, rel=1e-9)
    assert found.curve[-1] == pytest.approx(0.6, abs=1e-6)


def test_depletion_is_found_and_mended_by_the_integrated_law():
    signal = 0.1 + np.real(product_at(T, 0.05, 0.8, 1.0)) + np.random.default_rng(0).normal(0, 5e-4, T.size)
    found = initial_rate(T, signal)
    assert found.method in ("integrated", "first order")
    assert found.slope == pytest.approx(0.05, rel=0.03)
    assert found.fall > 0.3
    assert found.line < 0.05  # the straight window alone is too low
    assert found.end < 12


def test_the_integrated_law_solves_its_rate_equation():
    v, capacity, h = 0.07, 0.9, 0.4
    p = np.real(product_at(T, v, capacity, h))
    speed = np.gradient(p, T, edge_order=2)
    q = p / capacity
    law = v * (1 - q) * (1 + h) / (h + 1 - q)
    assert speed[2:-2] == pytest.approx(law[2:-2], rel=0.02)


def test_a_lag_is_left_out():
    signal = (
        0.1 + 0.04 * (T - 1.5 * (1 - np.exp(-T / 1.5))) + np.random.default_rng(2).normal(0, 5e-4, T.size)
    )
    found = initial_rate(T, signal)
    assert 2 < found.lag < 9
    assert found.start == found.lag
    assert found.slope == pytest.approx(0.04, rel=0.02)
    assert initial_rate(T, signal, RateRule(lag=False)).lag == 0


def test_known_substrate_limits_the_straight_window():
    rule = RateRule(full_change=1.0)
    found = initial_rate(T, 0.1 + 0.02 * T, rule)
    assert found.conversion <= 0.10 + 1e-9
    assert found.end < 6


def test_a_trace_that_uses_little_of_the_substrate_is_not_bent_by_noise():
    rng = np.random.default_rng(6)
    slow = 0.1 + 0.002 * T + rng.normal(0, 0.002, (30, T.size))
    wary = RateRule(least_full_change=1.0)
    plain = np.std([initial_rate(T, one).slope for one in slow])
    known = [initial_rate(T, one, wary) for one in slow]
    assert {one.method for one in known} == {"line"}
    assert np.std([one.slope for one in known]) < 0.5 * plain


def test_bubbles_and_spikes_are_cut_and_said():
    rng = np.random.default_rng(3)
    signal = 0.1 + 0.02 * T + rng.normal(0, 5e-4, T.size)
    signal[10] += 0.3
    signal[20:23] += 0.1
    found = initial_rate(T, signal)
    assert [k for k, why in enumerate(found.cut) if why] == [10, 20, 21, 22]
    assert found.slope == pytest.approx(0.02, rel=0.01)
    assert "4 readings of a bubble" in found.notes[0]


def test_a_jump_that_stays_parts_the_trace():
    signal = 0.1 + 0.02 * T + np.random.default_rng(4).normal(0, 5e-4, T.size)
    signal[12:] += 0.2
    found = initial_rate(T, signal)
    assert found.slope == pytest.approx(0.02, rel=0.02)
    assert found.start == T[12]


def test_readings_at_the_detectors_limit_are_cut():
    signal = np.minimum(0.1 + 0.2 * T, 3.0)
    found = initial_rate(T, signal, RateRule(limit=3.0))
    assert found.slope == pytest.approx(0.2, rel=1e-6)
    assert sum(bool(why) for why in found.cut) == int((0.1 + 0.2 * T >= 3.0).sum())


def test_two_readings_are_a_slope_without_an_error():
    found = initial_rate([0.0, 10.0], [0.1, 0.3])
    assert (found.slope, found.se, found.method) == (pytest.approx(0.02), None, "two reads")


@pytest.mark.parametrize(
    ("time", "signal", "told"),
    [
        ([0.0, 1.0, 1.0], [0.1, 0.2, 0.3], "times that increase, found 1 after 1"),
        ([0.0, 2.0, 1.0], [0.1, 0.2, 0.3], "times that increase"),
        ([0.0], [0.1], "at least two readings"),
        ([0.0, 1.0], [0.1, np.nan], "found 1 of 2 \\(no number\\)"),
    ],
)
def test_what_is_no_trace_is_refused(time, signal, told):
    with pytest.raises(DataError, match=told):
        initial_rate(time, signal)


@given(scale=st.floats(1e-3, 1e4), span=st.floats(1e-2, 1e3), seed=st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_units_of_signal_and_time_change_the_rate_only_by_their_factor(scale, span, seed):
    trace = truth.trace(seed, points=25, minutes=12, lag=0.0, bubbles=0)
    plain = initial_rate(trace.time, trace.signal)
    other = initial_rate(trace.time * span, trace.signal * scale)
    assert other.slope == pytest.approx(plain.slope * scale / span, rel=1e-3)


def test_the_error_of_a_slope_allows_for_noise_that_remembers():
    rng = np.random.default_rng(5)
    white, coloured = [], []
    for _ in range(60):
        noise = truth.coloured(rng, 60, 1.0, 0.6)
        design = np.column_stack([np.ones(60), np.arange(60.0)])
        left = noise - design @ np.linalg.lstsq(design, noise, rcond=None)[0]
        white.append(described(design, left, 0.0).cov[1, 1])
        coloured.append(described(design, left).cov[1, 1])
    true = (
        np.linalg.pinv(design)
        @ (0.6 ** np.abs(np.subtract.outer(range(60), range(60))))
        @ np.linalg.pinv(design).T
    )
    assert np.mean(coloured) == pytest.approx(true[1, 1], rel=0.35)
    assert np.mean(white) < 0.5 * true[1, 1]
    assert autocorrelation(rng.normal(size=400), 2) < 0.2


def test_a_decline_without_noise_is_exact():
    found = fit_decline(T, 0.1 + 0.05 * (1 - np.exp(-0.08 * T)) / 0.08)
    assert found.v == pytest.approx(0.05, rel=1e-4)
    assert found.k == pytest.approx(0.08, rel=1e-2)


def test_rates_of_a_few_truths_lie_within_three_percent():
    wrong = []
    for seed in range(8):
        trace = truth.trace(seed, noise=0.001)
        wrong.append(initial_rate(trace.time, trace.signal).slope / trace.rate - 1)
    assert np.mean(np.abs(wrong)) < 0.015
    assert np.max(np.abs(wrong)) < 0.04


@pytest.mark.slow
def test_rates_lie_within_two_percent_over_many_truths():
    """Lag, depletion, coloured noise and bubbles as drawn, 60 seeds."""
    wrong = []
    for seed in range(60):
        trace = truth.trace(seed)
        wrong.append(100 * (initial_rate(trace.time, trace.signal).slope / trace.rate - 1))
    size = np.abs(wrong)
    assert size.mean() < 2
    assert np.median(size) < 1
    assert abs(np.mean(wrong)) < 0.5
    assert (size < 2).mean() >= 0.85


@pytest.mark.parametrize(("tau", "noise"), [(1.0, 0.002), (2.0, 0.002), (2.0, 0.001)])
def test_a_lag_too_faint_to_be_fitted_never_makes_its_slow_start_the_rate(tau, noise):
    """A rate of 0.02 after a lag under noise: no trace of 40 may read below three quarters of it."""
    draw, t = np.random.default_rng(7), np.linspace(0, 10, 21)
    clean = 0.1 + 0.02 * (t - tau * (1 - np.exp(-t / tau)))
    found = [initial_rate(t, clean + noise * draw.normal(size=t.size)).slope / 0.02 for _ in range(40)]
    assert min(found) > 0.75
    assert 0.94 < float(np.mean(found)) < 1.02
