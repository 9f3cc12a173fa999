"""What glutathione does to a buffer, against a balance solved on a grid and against limits."""

import numpy as np
import pytest

from selenolab.assays.release.chemistry import (
    PHOSPHATE_DILUTE,
    ph_with_gsh,
    predicted_ph,
    thiolate_fraction,
)


def test_ten_millimolar_free_acid_pulls_phosphate_far_down():
    at_blood, at_endosome = predicted_ph(7.4, 10.0), predicted_ph(5.5, 10.0)
    assert 4.0 < at_blood.low < 4.4
    assert 4.6 < at_blood.high < 4.9
    assert 3.0 < at_endosome.low <= at_endosome.high < 3.3


def test_without_gsh_nothing_moves_and_more_buffer_moves_less():
    assert ph_with_gsh(7.4, 10, 0.0) == pytest.approx(7.4, abs=1e-9)
    found = [ph_with_gsh(7.4, buffer, 10.0) for buffer in (5, 10, 20, 50, 100)]
    assert found == sorted(found)
    assert found[-1] > 7.0
    assert ph_with_gsh(7.4, 10, 0.02) > 7.38


def test_the_balance_of_charges_holds_at_the_ph_found():
    """Strong ions from the buffer alone, then a scan of pH: the same zero."""

    def fractions(ph, pkas):
        h = 10.0**-ph
        terms = [1.0]
        for pka in pkas:
            terms.append(terms[-1] * 10.0**-pka / h)
        return np.array(terms) / sum(terms)

    def phosphate(ph):
        return 10.0 * fractions(ph, PHOSPHATE_DILUTE) @ np.arange(4)

    def water(ph):
        return 1e3 * (10.0**-ph - 10.0 ** (ph - 13.8))

    def gsh(ph):
        acids = sum(1 / (1 + 10 ** (pka - ph)) for pka in (2.1, 3.5, 8.8))
        return 10.0 * (1 / (1 + 10 ** (ph - 9.6)) - acids)

    strong = phosphate(7.4) - water(7.4)
    scan = np.linspace(2, 8, 600_001)
    left = [strong + water(ph) - phosphate(ph) + gsh(ph) for ph in scan[::100]]
    zero = np.interp(0.0, -np.array(left), scan[::100])
    assert ph_with_gsh(7.4, 10, 10, PHOSPHATE_DILUTE) == pytest.approx(zero, abs=1e-3)


@pytest.mark.parametrize(("ph", "percent"), [(7.4, 3.83), (5.5, 0.0501), (8.8, 50.0)])
def test_the_share_of_thiolate(ph, percent):
    assert 100 * thiolate_fraction(ph) == pytest.approx(percent, rel=2e-3)
