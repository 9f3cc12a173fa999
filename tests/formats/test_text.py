"""Encodings: the same text whatever its bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.errors import FormatRefusal
from selenolab.formats.text import decode, read_text

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
table = st.text(st.sampled_from("abcXYZ0123456789 ,.;\t\nµ°é"), min_size=8, max_size=200)


@given(table, st.sampled_from(ENCODINGS))
def test_unicode_is_found(text: str, encoding: str) -> None:
    text = f"dose [nM]\t{text}"
    assert decode(text.encode(encoding), "x.txt").text == text


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_western_bytes(encoding: str) -> None:
    text = "dose [µM]\t37 °C\tMüller\n"
    assert decode(text.encode(encoding), "x.txt").text == text


def test_line_ends_are_one() -> None:
    assert decode(b"a\r\nb\rc\nd", "x.txt").text == "a\nb\nc\nd"


@pytest.mark.parametrize(
    "raw", [b"\x00\x01\x02" * 99, b"PK\x03\x04rest", b"\xff\xfe\x41\x00\x00\xd8\x41\x00"]
)
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(FormatRefusal, match=r"x\.bin"):
        decode(raw, "x.bin")


def test_a_cut_head_still_decodes() -> None:
    raw = ("a\tµ" * 1000).encode()
    assert decode(raw[:-1], "x", partial=True).encoding == "utf-8"
    assert decode("a\tb".encode("utf-16")[:-1], "x", partial=True).text == "a\t"


def test_reading_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes("µM".encode("utf-16"))
    assert read_text(path).text == "µM"
    assert read_text(path).encoding == "utf-16"
