"""The bootstrap against scipy and in its ugly cases."""

import numpy as np
import pytest
from scipy import stats

from selenolab.core.errors import StudyError
from selenolab.stats.bootstrap import bootstrap

SAMPLE = np.random.default_rng(1).lognormal(1, 0.8, 30)


@pytest.mark.parametrize(("kind", "peer"), [("percentile", "percentile"), ("bca", "BCa")])
def test_limits_match_scipy(kind, peer):
    found = bootstrap(SAMPLE, lambda x: float(np.mean(x)), seed=2, draws=8000, kind=kind)
    wanted = stats.bootstrap((SAMPLE,), np.mean, n_resamples=8000, method=peer, rng=3).confidence_interval
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), rel=0.02)


def test_a_seed_repeats_itself():
    one, two = (bootstrap(SAMPLE, lambda x: float(np.median(x)), seed=5) for _ in range(2))
    assert one == two
    assert bootstrap(SAMPLE, lambda x: float(np.median(x)), seed=6) != one


def test_a_constant_sample_has_no_width():
    found = bootstrap([3.0, 3.0, 3.0], lambda x: float(np.mean(x)), seed=0)
    assert (found.low, found.high) == (3.0, 3.0)


def test_refusals_are_named():
    with pytest.raises(StudyError, match="at least 100"):
        bootstrap(SAMPLE, lambda x: float(np.mean(x)), seed=0, draws=10)
    with pytest.raises(StudyError, match="finite statistic"):
        bootstrap(SAMPLE, lambda _: float("nan"), seed=0)
