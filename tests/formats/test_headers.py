"""Headers: the word, the unit and the basis, however they are spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.formats.headers import BASES, parse_header
from selenolab.formats.units import known_unit, normalise_unit

words = st.lists(st.sampled_from(["cell", "line", "dose", "plate", "drug", "time"]), min_size=1, max_size=3)
units = st.sampled_from(["µM", "nM", "mM", "µg/mL", "mg/mL", "ng/mL", "h", "min", "s", "%", "AU", "nm", "°C"])


@given(words, st.sampled_from([" ", "_", "  ", "-"]), st.booleans(), units, st.sampled_from(["", *BASES]))
def test_spelling_does_not_matter(parts: list[str], gap: str, shout: bool, unit: str, basis: str) -> None:
    word = gap.join(parts)
    inside = f"{unit} {basis}".strip()
    header = parse_header(f"{word.upper() if shout else word} [{inside}]")
    assert header.word == "_".join(parts)
    assert header.unit == unit
    assert header.basis == BASES.get(basis, "")
    assert parse_header(f"{word} ({inside})").unit == unit


@given(units)
def test_micro_signs_and_u_are_one(unit: str) -> None:
    for sign in ("µ", "\u03bc", "u"):
        assert normalise_unit(unit.replace("µ", sign)) == unit
    assert known_unit(unit)
    assert normalise_unit(normalise_unit(unit)) == unit


@given(st.text(max_size=30))
def test_any_text_is_a_header_of_some_kind(text: str) -> None:
    header = parse_header(text)
    assert header.text == text
    assert header.word == header.word.strip("_ ")
    assert parse_header(text) == header


@pytest.mark.parametrize(
    ("text", "word", "unit", "basis"),
    [
        ("dose [µM]", "dose", "µM", ""),
        ("Dose [uM Se]", "dose", "µM", "Se"),
        ("dose[µg/mL particle mass]", "dose", "µg/mL", "particle mass"),
        ("dose [\u03bcM drug]", "dose", "µM", "drug"),
        ("dose [µM molecule]", "dose", "µM", "molecule"),
        ("viability [%]", "viability", "%", ""),
        ("Time (hours)", "time", "h", ""),
        ("OD (mean)", "od_(mean)", "", ""),
        ("Cell Line", "cell_line", "", ""),
        ("response", "response", "", ""),
        ("dose [ug/ml]", "dose", "µg/mL", ""),
    ],
)
def test_examples(text: str, word: str, unit: str, basis: str) -> None:
    header = parse_header(text)
    assert (header.word, header.unit, header.basis) == (word, unit, basis)
