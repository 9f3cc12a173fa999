"""FCS: what headers, TEXT and writers get wrong is mended and said, or refused by name, never zero events."""

import random
import re
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

_SPEC = spec_from_file_location("fcs_bytes", Path(__file__).with_name("fcs_bytes.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
laid = module_from_spec(_SPEC)
sys.modules["fcs_bytes"] = laid
_SPEC.loader.exec_module(laid)

RNG = np.random.default_rng(4)
COUNTS = [RNG.integers(0, 1024, 50), RNG.integers(0, 1024, 50), RNG.integers(0, 1024, 50)]
FLOATS = [RNG.normal(0, 1e4, 50).astype(np.float32), RNG.lognormal(5, 2, 50).astype(np.float32)]
Words = dict[str, str]


def parsed(tmp_path: Path, raw: bytes) -> Parsed:
    path = tmp_path / "a.fcs"
    path.write_bytes(raw)
    return read_file(path)[0]


MENDED: dict[str, tuple[dict[str, object], str]] = {
    "sound": ({}, ""),
    "FCS 2.0 knows only its header": ({"version": "2.0"}, ""),
    "a header of zeros, as above 99,999,999 bytes": ({"header": "zero"}, ""),
    "the header lies, TEXT does not": ({"header": "wrong"}, "DATA: HEADER"),
    "the end is one too high": ({"end": 1}, "1 byte longer"),
    "the end is one too low": ({"end": -1}, "1 byte shorter"),
    "the end is the begin": ({"enddata": lambda begin: begin}, "its length is taken of $TOT"),
    "the end is before the begin": ({"enddata": lambda _: 0}, "its length is taken of $TOT"),
    "TEXT begins one later than said": ({"text_begin": -1}, ""),
    "TEXT begins one earlier than said": ({"text_begin": 1}, ""),
    "TEXT ends one earlier than said": ({"text_end": 1}, ""),
    "TEXT ends one later than said": ({"text_end": -1}, ""),
    "a checksum follows": ({"tail": b"0000ABCD"}, ""),
    "$TOT is missing": ({"drop": ("$TOT",)}, "$TOT is missing; 50 events"),
    "$MODE is missing": ({"drop": ("$MODE",)}, "$MODE is missing"),
    "DATA is padded by less than an event": ({"end": 3, "tail": b"\0" * 3}, "3 bytes longer"),
    "form feeds delimit": ({"delimiter": "\x0c"}, ""),
    "spaces delimit": ({"delimiter": "|"}, ""),
}


@pytest.mark.parametrize("name", MENDED)
def test_what_can_be_mended_is_mended_and_said(name: str, tmp_path: Path) -> None:
    how, word = MENDED[name]
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, **how))
    np.testing.assert_array_equal(found.data.to_numpy(), np.array(COUNTS).T)
    assert word in " ".join(found.notes)
    assert bool(word) == bool(found.notes)


def test_numbers_of_ten_bits_in_two_bytes(tmp_path: Path) -> None:
    data = laid.data_bytes(COUNTS, ["I"] * 3, [16] * 3, "<")
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, bits=[10] * 3, data=data))
    np.testing.assert_array_equal(found.data.to_numpy(), np.array(COUNTS).T)
    assert found.notes == ("numbers of fewer bits are stored in whole bytes",)


def test_escaped_delimiters_and_empty_values(tmp_path: Path) -> None:
    words = {"path": "a/b/c", "Comment": "", "$SRC": "", "$OP": "who/"}
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, words))
    assert {key: found.metadata[key] for key in words} == words
    assert len(found.data) == 50


def test_a_supplemental_text_adds_keywords(tmp_path: Path) -> None:
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, supplement={"$P2S": "CD4", "$CYT": "other"}))
    assert found.metadata["$P2S"] == "CD4"
    assert found.records["cytometer"].tolist() == ["Mill"]


def test_a_keyword_that_stands_twice_is_said(tmp_path: Path) -> None:
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, {"$cyt": "other"}))
    assert "stands in two spellings; the first is used" in found.notes[0]


def test_next_data_at_the_end_of_the_file_is_none(tmp_path: Path) -> None:
    raw = laid.fcs_bytes(COUNTS, {"$NEXTDATA": "0" * 12})
    raw = raw.replace(b"$NEXTDATA/000000000000/", b"$NEXTDATA/%012d/" % len(raw))
    assert "no other data set follows" in parsed(tmp_path, raw).notes[0]


def test_an_analysis_segment_is_left_alone(tmp_path: Path) -> None:
    raw = bytearray(laid.fcs_bytes(COUNTS))
    raw[42:58] = b"     600     999"
    assert len(parsed(tmp_path, bytes(raw)).data) == 50


def three_sets() -> bytes:
    one = laid.fcs_bytes(COUNTS, {"$NEXTDATA": "0" * 12})
    two = one.replace(b"$NEXTDATA/000000000000/", b"$NEXTDATA/%012d/" % len(one))
    return two + two + one


def of(words: Words | None = None, columns: list[np.ndarray] = COUNTS, **how: object) -> bytes:
    return laid.fcs_bytes(columns, words, **how)


def spoilt(value: float) -> list[np.ndarray]:
    column = FLOATS[0].copy()
    column[16] = value
    return [FLOATS[1], column]


WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "FCS 1.0": (lambda: of(version="1.0"), "version 1.0"),
    "ASCII": (lambda: of({"$DATATYPE": "A"}), "ASCII"),
    "histogram": (lambda: of({"$MODE": "U"}), "only list mode"),
    "unknown type": (lambda: of({"$DATATYPE": "X"}), "$DATATYPE is 'X'"),
    "no type": (lambda: of(drop=("$DATATYPE",)), "$DATATYPE is missing"),
    "no byte order": (lambda: of(drop=("$BYTEORD",)), "$BYTEORD is missing"),
    "odd byte order": (lambda: of(byteord="3,4,1,2"), "$BYTEORD is '3,4,1,2'"),
    "no channels": (lambda: of({"$PAR": "0"}), "0 channels"),
    "no width": (lambda: of(drop=("$P2B",)), "$P2B is missing"),
    "width of words": (lambda: of({"$P2B": "wide"}), "$P2B is 'wide'"),
    "width of a float": (lambda: of({"$P1B": "16"}, FLOATS, kind="F"), "have 32 bits"),
    "width of 65": (lambda: of({"$P1B": "65"}), "1 to 64 bits"),
    "same names": (lambda: of({"$P2N": "C1"}), "several channels are called C1"),
    "no events": (lambda: of({"$TOT": "0"}), "0 events"),
    "empty": (lambda: of(columns=[np.array([], int)] * 3), "0 events"),
    "empty and no $TOT": (lambda: of(columns=[np.array([], int)] * 3, drop=("$TOT",)), "$TOT is missing"),
    "too many events": (lambda: of({"$TOT": "60"}), "room for 50 events, and $TOT says 60"),
    "too few events": (lambda: of({"$TOT": "40"}), "room for 50 events, and $TOT says 40"),
    "both offsets wrong": (lambda: of(begin=500, end=500), "cut short"),
    "DATA over TEXT": (lambda: of(begin=-60, end=-60), "over TEXT"),
    "no place": (lambda: of(header="zero", version="2.0"), "nothing says where DATA lies"),
    "third data set": (three_sets, "more than two data sets"),
    "second data set cut": (lambda: of({"$NEXTDATA": "999999"}), "another data set begins"),
    "next inside": (lambda: of({"$NEXTDATA": "300"}), "inside its own data set"),
    "NaN": (lambda: of(columns=spoilt(np.nan), kind="F"), "event 17 of C2 is nan, not a number"),
    "infinite": (lambda: of(columns=spoilt(-np.inf), kind="F"), "event 17 of C2 is -inf"),
    "log without range": (lambda: of({"$P1E": "4,1", "$P1R": "0"}), "has no range"),
    "log past all numbers": (lambda: of({"$P1E": "90,1", "$P1R": "1"}), "larger than any number"),
    "gain past all numbers": (lambda: of({"$P1G": "1e-307"}, FLOATS, kind="F"), "larger than any number"),
    "$PnE of words": (lambda: of({"$P1E": "four"}), "$P1E is 'four'"),
    "negative gain": (lambda: of({"$P1G": "-2"}), "negative or absurd"),
    "gain of words": (lambda: of({"$P1G": "much"}), "$P1G is 'much'"),
    "negative time step": (lambda: of({"$TIMESTEP": "-1"}, names=["Time", "a", "b"]), "$TIMESTEP is -1"),
    "offsets of letters": (lambda: of()[:26] + b"    oops" + of()[34:], "where an offset of DATA"),
    "TEXT before itself": (lambda: of()[:10] + b"     900     300" + of()[26:], "TEXT goes from byte 900"),
    "no delimiter": (lambda: of(text_begin=3), "not with a delimiter"),
    "supplement outside": (lambda: of({"$BEGINSTEXT": "10", "$ENDSTEXT": "99999999"}, in_text=False),
                           "supplemental TEXT"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    make, word = WRONG[name]
    with pytest.raises(FormatRefusal, match=r"^a\.fcs: Refused as FCS flow cytometry file: [^\n]*$") as told:
        parsed(tmp_path, make())
    assert word in str(told.value)


def test_two_places_that_both_fit_are_refused(tmp_path: Path) -> None:
    raw = laid.fcs_bytes(COUNTS, tail=b"\0" * 40)
    begin = int(raw[26:34])
    shifted = raw[:26] + f"{begin + 6:>8}{begin + 305:>8}".encode() + raw[42:]
    with pytest.raises(FormatRefusal, match=r"two places of DATA fit \$TOT: HEADER"):
        parsed(tmp_path, shifted)


def outcome(path: Path) -> str:
    """Read or refused; a refusal names the file in one line, what is read is sound."""
    try:
        found = read_file(path)[0]
    except SelenolabError as error:
        if path.name not in str(error) or "\n" in str(error):
            raise AssertionError(str(error)) from error
        return "refused"
    assert len(found.data) == found.records["events"].iloc[0] > 0
    assert np.isfinite(found.data.to_numpy(np.float64)).all()
    return "read"


SOUND = {
    "integers": laid.fcs_bytes(COUNTS, {"$P1E": "4,1"}),
    "floats": laid.fcs_bytes(FLOATS, {"$P1G": "3"}, kind="F", supplement={"$P1S": "CD4"}),
    "bits": laid.fcs_bytes(COUNTS, bits=[10, 11, 12], order=">", version="2.0"),
    "two": laid.two_sets(laid.fcs_bytes(COUNTS, {"$NEXTDATA": "0" * 12}), COUNTS),
}


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_every_cut_is_refused(name: str, step: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.fcs"
    # a file that ends where its second data set should begin is one that writes $NEXTDATA so; it is said
    first = re.search(rb"NEXTDATA/0*([1-9][0-9]*)/", SOUND[name])
    whole = int(first.group(1)) if first else len(SOUND[name])
    for size in range(6, len(SOUND[name]), step):
        path.write_bytes(SOUND[name][:size])
        if whole <= size <= whole + 8:
            assert "no other data set follows" in read_file(path)[0].notes[0]
        else:
            assert outcome(path) == "refused", size


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("rounds", [120, pytest.param(5000, marks=pytest.mark.slow)])
def test_flipped_bytes_are_read_or_refused(name: str, rounds: int, tmp_path: Path) -> None:
    whole, dice, outcomes = SOUND[name], random.Random(name), set()
    path = tmp_path / "m.fcs"
    for _ in range(rounds):
        raw = bytearray(whole)
        reach = dice.choice([58, 700, len(raw)])
        for _ in range(dice.randint(1, 4)):
            raw[dice.randrange(3, min(reach, len(raw)))] = dice.choice(
                [0, 32, 47, 48, 49, 57, 255, dice.randrange(256)]
            )
        path.write_bytes(bytes(raw))
        outcomes.add(outcome(path))
    assert outcomes == {"read", "refused"}
