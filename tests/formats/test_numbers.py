"""Numbers in any locale: property (round trip), and the cases where nothing may be guessed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.formats.numbers import decimal_mark, flagged, is_number, to_number, well_reading

finite = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False)


@given(st.lists(finite.filter(lambda value: value == 0 or abs(value) >= 1e-4), min_size=1, max_size=30))
def test_a_locale_never_changes_a_number(values: list[float]) -> None:
    pointed = [f"{value:.6f}" for value in values]
    commas = [text.replace(".", ",") for text in pointed]
    assert decimal_mark(pointed) == "."
    assert decimal_mark(commas) == ","
    assert [to_number(text, ",") for text in commas] == [to_number(text, ".") for text in pointed]
    assert [to_number(text, ".") for text in pointed] == [float(text) for text in pointed]


@given(st.integers(min_value=1000, max_value=10**12), st.integers(min_value=0, max_value=99))
def test_thousands_separators_with_a_decimal_are_clear(whole: int, cents: int) -> None:
    english, german = f"{whole:,}.{cents:02d}", f"{whole:,}".replace(",", ".") + f",{cents:02d}"
    want = float(f"{whole}.{cents:02d}")
    assert to_number(english, decimal_mark([english])) == want
    assert to_number(german, decimal_mark([german])) == want
    assert to_number(f"{whole:,}".replace(",", "\u202f"), ".") == whole


@given(st.text(max_size=12))
def test_no_text_becomes_nan_or_infinity(text: str) -> None:
    for mark in (".", ",", "each"):
        value = to_number(text, mark)  # type: ignore[arg-type]  # the marks are the words of the type
        assert value is None or math.isfinite(value)
        reading = well_reading(text, mark)  # type: ignore[arg-type]
        assert reading.flag or math.isfinite(reading.value)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1,234"], ""),
        (["12,345", "1,000"], ""),
        (["1,234", "0,5"], ","),
        (["1,234", "1,234,567"], "."),
        (["1,234", "12.5"], "."),
        (["0,123"], ","),
        (["1234,567"], ","),
        (["1.234.567"], ","),
        (["3.337", "2.100"], "."),
        (["0,02", "0.03"], "each"),
        (["0,02", "0.03", "1.234"], ""),
        (["5", "7"], "."),
        ([], "."),
    ],
)
def test_decimal_mark(cells: list[str], mark: str) -> None:
    assert decimal_mark(cells) == mark


@pytest.mark.parametrize(
    ("text", "value", "flag"),
    [
        ("OVRFLW", math.nan, ">range: OVRFLW"),
        ("*****", math.nan, "no number: *****"),
        ("", math.nan, "empty"),
        ("<0.000", 0.0, "<0.000"),
        (">209.845", 209.845, ">209.845"),
        ("<LOQ", math.nan, "<LOQ"),
        ("BQL", math.nan, "<LOQ"),
        ("saturated", math.nan, "saturated"),
        ("*0.356*", math.nan, "excluded: masked in the reader's software (0.356)"),
        ("MISSED", math.nan, "not measured: MISSED"),
        ("NaN", math.nan, "no number: NaN"),
        (float("inf"), math.nan, "no number: inf"),
        ("-0.000", 0.0, ""),
    ],
)
def test_wells_without_a_number_are_flagged(text: str, value: float, flag: str) -> None:
    reading = well_reading(text)
    assert reading.flag == flag
    assert reading.value == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1_000", "0x1F", "1 2", "1e", "٣", "12,34,5", "1.2.3", "-", ""]
)
def test_what_is_no_number(text: str) -> None:
    assert to_number(text) is None
    assert not is_number(text) or text == "12,34,5"
    assert flagged(text) is None
