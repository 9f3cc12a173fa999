"""The product of a matrix and events against numpy's, for every remainder of its blocks."""

import numpy as np
import pytest

from selenolab.cytometry.compensation_kernel import mixed


@pytest.mark.parametrize("channels", [1, 2, 4, 5, 7, 16])
@pytest.mark.parametrize("events", [1, 1023, 1024, 2500])
def test_the_product_is_that_of_numpy(channels: int, events: int) -> None:
    rng = np.random.default_rng(channels * events)
    matrix, seen = rng.normal(size=(channels, channels)), rng.normal(size=(channels, events + 3))
    out = np.full((channels, events + 3), np.nan)
    mixed(matrix, seen, out, events)
    np.testing.assert_allclose(out[:, :events], matrix @ seen[:, :events], rtol=1e-12, atol=1e-12)
    assert np.isnan(out[:, events:]).all()
