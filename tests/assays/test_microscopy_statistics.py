"""Weighted sizes, the bias of the edge, and intervals over images, against truths known in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.assays.microscopy.checks import lognormal_distance
from selenolab.assays.microscopy.edge import edge_weights
from selenolab.assays.microscopy.histogram import class_width, size_classes
from selenolab.assays.microscopy.moments import (
    coefficient_of_variation,
    effective_number,
    log_moments,
    mean,
    moment_mean,
    quantile,
    span,
    standard_deviation,
)
from selenolab.assays.microscopy.uncertainty import of_moment, of_quantile, of_share, smooth

SIZES = st.lists(st.floats(0.5, 500), min_size=2, max_size=40).map(np.array)


def test_equal_weights_give_the_plain_statistics():
    d = np.array([8.0, 10, 11, 15, 20, 22.5])
    w = np.full(6, 3.0)
    assert mean(d, w) == pytest.approx(d.mean())
    assert standard_deviation(d, w) == pytest.approx(d.std(ddof=1))
    assert coefficient_of_variation(d, w) == pytest.approx(100 * d.std(ddof=1) / d.mean())
    assert quantile(0.3)(d, w) == pytest.approx(np.quantile(d, 0.3, method="hazen"))
    assert span(d, w) == pytest.approx(
        np.subtract(*np.quantile(d, [0.9, 0.1], method="hazen")) / np.quantile(d, 0.5, method="hazen")
    )
    assert moment_mean(2)(d, w) == pytest.approx((d**3).sum() / (d**2).sum())
    assert moment_mean(6)(d, w) == pytest.approx((d**7).sum() / (d**6).sum())
    assert effective_number(w) == pytest.approx(6)


def test_whole_weights_count_as_repeats():
    d, w = np.array([10.0, 14, 30]), np.array([1.0, 4, 2])
    long = np.repeat(d, w.astype(int))
    for statistic in (mean, moment_mean(2), moment_mean(6)):
        assert statistic(d, w) == pytest.approx(statistic(long, np.ones(7)))


def test_moments_of_a_lognormal_sample_are_those_of_its_distribution():
    d = np.random.default_rng(3).lognormal(3, 0.2, 400_000)
    w = np.ones(len(d))
    assert log_moments(d, w) == pytest.approx((3, 0.2), rel=0.01)
    for power in (2, 6):
        assert moment_mean(power)(d, w) == pytest.approx(np.exp(3 + (power + 0.5) * 0.04), rel=0.01)
    assert lognormal_distance(d[:4000], w[:4000]) < 0.03
    assert lognormal_distance(np.where(d < 20, d, 3 * d)[:4000], w[:4000]) > 0.1


@given(SIZES, st.floats(0.01, 1000))
def test_the_unit_of_length_only_scales_the_sizes(d, factor):
    w = np.linspace(1, 2, len(d))
    for statistic in (mean, quantile(0.5), moment_mean(6), standard_deviation):
        assert statistic(factor * d, w) == pytest.approx(
            factor * statistic(d, w), rel=1e-6, abs=1e-6 * factor
        )
        assert statistic(d[::-1], w[::-1]) == pytest.approx(statistic(d, w), rel=1e-9, abs=1e-9)


@given(SIZES)
def test_classes_hold_every_particle_once(d):
    found = size_classes(d, np.ones(len(d)))
    assert found["particles"].sum() == len(d)
    assert found["share"].sum() == pytest.approx(100)
    assert found["cumulative"].iloc[-1] == pytest.approx(100)
    assert found["from"].iloc[0] <= d.min() <= d.max() <= found["to"].iloc[-1] + 1e-9
    assert len(found) <= 42


@pytest.mark.parametrize("reach", [0.0, 0.3, 7.0, 4000.0])
def test_the_width_of_a_class_is_a_round_number(reach):
    width = class_width(10 + reach * np.linspace(0, 1, 50))
    assert width / 10 ** np.floor(np.log10(width) + 1e-9) == pytest.approx(
        round(width / 10 ** np.floor(np.log10(width) + 1e-9))
    )


# --- the edge ---


def thrown(rng, n, frame, sizes):
    """Discs thrown at random over a plane wider than the frame; those that lie wholly inside it."""
    reach = sizes.max()
    x, y = (rng.uniform(-reach, side + reach, n) for side in frame)
    inside = (
        (x - sizes / 2 > 0) & (x + sizes / 2 < frame[0]) & (y - sizes / 2 > 0) & (y + sizes / 2 < frame[1])
    )
    return sizes[inside]


def test_leaving_out_the_edge_biases_the_size_and_the_weights_take_it_away():
    rng, frame = np.random.default_rng(11), (400.0, 300.0)
    sizes = rng.lognormal(np.log(60) - 0.125, 0.5, 400_000)
    sizes = np.minimum(sizes, 200)
    whole = thrown(rng, len(sizes), frame, sizes)
    plain = whole.mean() / sizes.mean() - 1
    weight = edge_weights(whole, *(np.array([side]) for side in frame))
    assert plain < -0.08  # the bias is there
    assert mean(whole, weight) / sizes.mean() == pytest.approx(1, abs=0.006)
    assert quantile(0.9)(whole, weight) / np.quantile(sizes, 0.9) == pytest.approx(1, abs=0.01)
    assert quantile(0.9)(whole, np.ones(len(whole))) / np.quantile(sizes, 0.9) < 0.93


def test_images_of_different_frames_join_in_one_population():
    rng = np.random.default_rng(12)
    sizes = np.minimum(rng.lognormal(np.log(40) - 0.08, 0.4, 200_000), 140)
    frames = ((200.0, 150.0), (600.0, 500.0))
    counted = []
    for wide, high in frames:  # one density: a plane's share of particles is that of its area
        area = (wide + 2 * sizes.max()) * (high + 2 * sizes.max())
        own = rng.choice(sizes, int(0.2 * area))
        counted.append(thrown(rng, len(own), (wide, high), np.append(own[:-1], sizes.max())))
    whole = np.concatenate(counted)
    weight = edge_weights(whole, np.array([200.0, 600.0]), np.array([150.0, 500.0]))
    assert mean(whole, weight) / sizes.mean() == pytest.approx(1, abs=0.01)
    assert whole.mean() / sizes.mean() < 0.97


def test_a_particle_as_large_as_the_frame_does_not_rule_alone():
    weight = edge_weights(np.array([10.0, 100.0]), np.array([100.0]), np.array([100.0]))
    assert np.isfinite(weight).all()
    assert weight.mean() == pytest.approx(1)


# --- intervals ---


def clusters(k=4, n=30, seed=0):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(k), n)
    return rng.lognormal(3 + rng.normal(0, 0.05, k)[unit], 0.2), np.ones(k * n), unit


def test_an_interval_holds_its_value_and_does_not_hang_on_order_or_unit():
    d, w, unit = clusters()
    turn = np.random.default_rng(1).permutation(len(d))
    for interval in (
        lambda *a: smooth(mean, *a),
        lambda *a: of_quantile(0.5, *a),
        lambda *a: of_moment(moment_mean(6), 6, *a),
    ):
        found, turned, scaled = (
            interval(d, w, unit, 0.95), interval(d[turn], w, unit[turn], 0.95), interval(7 * d, w, unit, 0.95)
        )  # fmt: skip
        assert found.low < found.value < found.high
        assert (turned.low, turned.high) == pytest.approx((found.low, found.high))
        assert (scaled.low, scaled.high) == pytest.approx((7 * found.low, 7 * found.high))


def test_repeating_particles_within_images_does_not_narrow_the_interval():
    d, w, unit = clusters()
    once = smooth(mean, d, w, unit, 0.95)
    thrice = smooth(mean, np.tile(d, 3), np.tile(w, 3), np.tile(unit, 3), 0.95)
    assert thrice.high - thrice.low == pytest.approx(once.high - once.low, rel=1e-9)


def test_a_mean_of_equal_images_has_the_t_interval_of_their_means():
    d, w, unit = clusters(k=5, n=2000)
    found = smooth(mean, d, w, unit, 0.95)
    means = np.array([d[unit == k].mean() for k in range(5)])
    half = 2.776445 * means.std(ddof=1) / np.sqrt(5)
    assert found.value == pytest.approx(means.mean())
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.05)


def test_one_image_leaves_the_interval_open():
    d, w, unit = clusters(k=1)
    for found in (smooth(mean, d, w, unit, 0.95), of_quantile(0.5, d, w, unit, 0.95)):
        assert (found.low, found.high) == (-np.inf, np.inf)


def test_images_that_agree_on_nothing_leave_the_interval_open():
    d, unit = np.array([1.0, 1.1, 90.0, 95.0]), np.array([0, 0, 1, 1])
    found = smooth(mean, d, np.ones(4), unit, 0.95)
    assert (found.value, found.low, found.high) == (pytest.approx(46.775), -np.inf, np.inf)


def test_a_quantile_beyond_the_sizes_seen_is_open():
    d, w, unit = clusters(k=3, n=3)
    found = of_quantile(0.99, d, w, unit, 0.95)
    assert found.high == np.inf


def test_shares_have_intervals_within_their_bounds():
    _, w, unit = clusters()
    hit = (np.arange(len(w)) % 7 == 0).astype(float)
    found = of_share(hit, w, unit, 0.95)
    assert 0 < found.low < found.value < found.high < 100
    assert found.value == pytest.approx(100 * hit.mean())
    none = of_share(0 * hit, w, unit, 0.95)
    assert (none.low, none.value) == (0, 0)
    assert 0 < none.high < 10
    assert of_share(1 + 0 * hit, w, unit, 0.95).value == 100
