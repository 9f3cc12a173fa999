from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.report.numerals import interval_text, p_text, plain, significant

POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def back(text: str) -> float:
    """The number that a reader takes from the text."""
    number, _, power = text.replace("−", "-").partition(" × 10")
    return float(number) * 10.0 ** int(power.translate(POWERS) or 0)


@pytest.mark.parametrize(
    ("given_numbers", "told"),
    [
        ((11.82, 11.02, 12.68), ("11.8", "11.0", "12.7")),
        ((1234, 1080, 1380), ("1230", "1080", "1380")),
        ((0.3, -0.1, 0.7), ("0.30", "−0.10", "0.70")),
        ((3.0, 2.0, inf), ("3.0", "2.0", "")),
        ((3.0, -inf, inf), ("3", "", "")),
        ((5.0, 5.0, 5.0), ("5", "5", "5")),
        ((0.5, 0.0123, 300.0), ("0.50", "0.012", "300")),
        ((1.2e-5, 1.1e-5, 1.3e-5), ("1.20 × 10⁻⁵", "1.10 × 10⁻⁵", "1.30 × 10⁻⁵")),
        ((12.0, -inf, 600.0), ("12", "", "600")),
        ((290.0, 3.0, inf), ("290", "3.0", "")),
        ((88.0, -inf, 800.0), ("88", "", "800")),
        ((-0.001, -0.4, 0.4), ("0.00", "−0.40", "0.40")),
    ],
)
def test_digits_follow_the_interval(given_numbers, told):
    assert interval_text(*given_numbers) == told


@given(
    value=st.floats(1e-9, 1e9),
    down=st.floats(1e-6, 0.999),
    up=st.floats(1e-6, 50),
)
def test_rounding_stays_well_inside_the_interval(value, down, up):
    low, high = value * (1 - down), value * (1 + up)
    said = [back(text) for text in interval_text(value, low, high)]
    room = high - low
    for number, exact in zip(said, (value, low, high), strict=True):
        assert abs(number - exact) <= max(
            0.06 * room, 0.06 * abs(exact) if room > abs(exact) else 0, 6e-6 * exact
        )
    assert said[1] <= said[0] <= said[2]


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_plain_keeps_four_digits(value):
    assert back(plain(value)) == pytest.approx(value, rel=6e-4, abs=1e-300)


def test_plain_keeps_whole_numbers_whole():
    assert plain(123456.0) == "123456"
    assert plain(1000.0) == "1000"


def test_plain_refuses_what_has_no_number():
    with pytest.raises(ValueError, match="open side"):
        plain(inf)


@pytest.mark.parametrize(
    ("p", "told"),
    [
        (0.05, "p = 0.050"),
        (0.0009, "p < 0.001"),
        (0.995, "p > 0.99"),
        (0.456, "p = 0.46"),
        (0.0, "p < 0.001"),
    ],
)
def test_p_values(p, told):
    assert p_text(p) == told


def test_trailing_zeros_are_digits():
    assert significant(0.05, 2) == "0.050"
    assert significant(9.99, 2) == "10"
