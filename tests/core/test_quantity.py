"""One word, one meaning."""

import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.quantity import load_vocabulary, look_up, merge, vocabulary


def test_every_core_word_says_what_it_means():
    for word, quantity in vocabulary().items():
        assert quantity.word == word
        assert quantity.meaning
        assert quantity.low < quantity.high
        assert quantity.kind != "number" or quantity.unit


def test_a_word_with_two_meanings_is_an_error(tmp_path):
    own = tmp_path / "vocabulary.toml"
    own.write_text('[absorbance]\nunit = "mAU"\nmeaning = "in thousandths"\n', encoding="utf-8")
    with pytest.raises(DataError, match="'absorbance' has two meanings"):
        merge(vocabulary(), load_vocabulary(own))
    with pytest.raises(DataError, match="two meanings"):
        vocabulary(tmp_path)


def test_a_members_own_word_is_merged(tmp_path):
    own = tmp_path / "vocabulary.toml"
    own.write_text('[tail_dna]\nunit = "%"\nlow = 0\nhigh = 100\nmeaning = "share"\n', encoding="utf-8")
    assert vocabulary(tmp_path)["tail_dna"].high == 100


@pytest.mark.parametrize(
    "text", ["[x]\n", '[x]\nmeaning = "m"\nunti = "%"\n', '[x]\nmeaning="m"\nkind="int"\n', "[x"]
)
def test_a_bad_vocabulary_is_named(tmp_path, text):
    (tmp_path / "vocabulary.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"vocabulary\.toml"):
        load_vocabulary(tmp_path / "vocabulary.toml")


def test_an_unknown_word_is_met_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean absorbance"):
        look_up(vocabulary(), "absorbence")
