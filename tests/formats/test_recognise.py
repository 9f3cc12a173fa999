"""Recognising by content: contract of every format, names of extra formats, ambiguity."""

import ast
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

import selenolab.formats as folder
from selenolab.core.errors import FormatRefusal, UnknownNameError
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.recognise import digest, formats, read_file, read_head, read_input, recognise

TABLE = "well,absorbance\nA1,0.5\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path / "t.csv"


def test_presence_is_registration() -> None:
    sources = Path(next(iter(folder.__path__))).glob("*.py")
    written = set()
    for source in sources:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        names = {
            t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
        }
        if "format" in names:
            written.add(source.stem)
    assert set(formats()) == written
    assert {"gen5", "softmax_pro", "skanit", "plate_grid", "long_table"} <= written


@pytest.mark.parametrize("name", formats())
def test_contract_of_every_format(name: str, tmp_path: Path) -> None:
    item = formats()[name]
    assert item.name == name
    assert item.proof
    assert item.extensions
    assert item.evidence in Evidence
    for content in (
        b"",
        b"\0\1\2" * 50,
        b"PK\x03\x04nonsense",
        b"just some words\nand more\n",
        b"\xff\xfe\x00",
    ):
        path = tmp_path / "x.bin"
        path.write_bytes(content)
        assert item.recognise(Head(path, len(content), content)) == 0.0


def made(name: str, score: float) -> Format:
    def read(path: Path) -> Parsed:
        return replace(formats()["long_table"].read(path), format=name)

    return Format(
        name, name.title(), "table", Evidence.SPECIFICATION, "none", (".csv",), lambda _: score, read
    )


def test_a_format_of_an_assay_is_tried_too(table: Path) -> None:
    assert recognise(table).name == "long_table"
    assert recognise(table, [made("fine", 0.99)]).name == "fine"
    assert recognise(table, [made("faint", 0.1)]).name == "long_table"
    assert read_file(table, [made("fine", 0.99)])[0].format == "fine"


def test_two_equal_formats_are_ambiguous_and_a_name_decides(table: Path) -> None:
    two = [made("first", 0.99), made("second", 0.98)]
    with pytest.raises(FormatRefusal, match="it may be First or Second"):
        recognise(table, two)
    assert read_file(table, two, "second")[0].format == "second"
    with pytest.raises(UnknownNameError, match="Did you mean second"):
        read_file(table, two, "secnd")


def test_the_digest_is_of_the_bytes(table: Path) -> None:
    assert read_file(table)[1] == digest(table) == hashlib.sha256(TABLE.encode()).hexdigest()


def test_an_input_file_keeps_name_role_and_facts(table: Path) -> None:
    found = read_input(table, "data/t.csv", "drug_blank", facts={"arm": "GSH"})
    assert (found.name, found.role, dict(found.facts)) == ("data/t.csv", "drug_blank", {"arm": "GSH"})
    assert found.sha256 == digest(table)
    assert found.parsed.format == "long_table"


def test_the_extension_does_not_matter(tmp_path: Path) -> None:
    for name in ("t.xlsx", "t.dat", "t"):
        (tmp_path / name).write_text(TABLE)
        assert recognise(tmp_path / name).name == "long_table"


def test_a_changed_file_is_read_afresh(table: Path) -> None:
    assert read_file(table)[0].data["absorbance"].tolist() == [0.5]
    table.write_text(TABLE + "A2,0.75\n")
    assert read_file(table)[0].data["absorbance"].tolist() == [0.5, 0.75]


def test_the_head_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes(b"x" * 200_000)
    head = read_head(tmp_path / "long.txt")
    assert (head.size, len(head.first)) == (200_000, 65_536)


def test_a_table_that_is_too_large_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selenolab.formats.recognise.MOST_BYTES", 2**20)
    (tmp_path / "big.csv").write_text("well,role\n" + "A1,sample\n" * 200_000)
    monkeypatch.setattr("selenolab.formats.recognise.formats", dict)
    with pytest.raises(FormatRefusal, match="2 MB, more than the 1 MB that are read"):
        recognise(tmp_path / "big.csv")
