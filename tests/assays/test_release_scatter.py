"""How much of a fall scatter explains: the SD of one value, without bias at three vessels too."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.release.checks import copied, scatter_of


def rows(values):
    """Released % (times, vessels) as the rows of a group."""
    times, vessels = values.shape
    frame = {"time": np.repeat(range(times), vessels), "released": values.ravel(), "below": False}
    return SimpleNamespace(rows=pd.DataFrame(frame))


@pytest.mark.parametrize("vessels", [3, 6])
def test_scatter_is_the_sd_of_one_value(vessels):
    generator = np.random.default_rng(1)
    found = [scatter_of(rows(generator.normal(50, 2, (8, vessels)))) for _ in range(300)]
    assert np.mean(found) == pytest.approx(2, rel=0.05)


def test_one_wrong_value_hardly_counts_and_one_vessel_tells_nothing():
    values = np.random.default_rng(2).normal(50, 2, (8, 4))
    plain = scatter_of(rows(values))
    values[3, 0] = 500
    assert scatter_of(rows(values)) < 1.5 * plain
    assert scatter_of(rows(values[:, :1])) == 0


def test_vessels_that_agree_to_the_last_digit_are_copies():
    def vessel(name, values):
        released = np.array(values)
        return SimpleNamespace(name=name, released=released, sound=np.ones(released.size, bool))

    own, other = [1.2, 3.4, 5.6], [1.3, 3.4, 5.6]
    group = SimpleNamespace(vessels=(vessel("A", own), vessel("B", other), vessel("C", own)), words={})
    (found,) = copied(group)
    assert found.passed is False
    assert "Vessels A and C" in found.why
    nothing = SimpleNamespace(vessels=(vessel("A", [0.0] * 3), vessel("B", [0.0] * 3)), words={})
    assert list(copied(nothing)) == []
