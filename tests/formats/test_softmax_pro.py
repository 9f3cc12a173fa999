"""SoftMax Pro exports with known content, in the variants that the shared files do not show."""

from pathlib import Path

import pytest

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

WELLS = "\t".join(f"{row}{column}" for row in "AB" for column in (1, 2, 3))
HEAD = (
    "##BLOCKS= 1\nPlate:\tP1\t1.3\t{layout}\t{kind}\tAbsorbance\t{data}\tFALSE\t1\t\t\t\t\t\t"
    "{n}\t{waves} \t1\t3\t6\t1\t2\n"
)


def head(layout: str = "PlateFormat", kind: str = "Endpoint", data: str = "Raw", waves: str = "570") -> str:
    return HEAD.format(layout=layout, kind=kind, data=data, n=len(waves.split()), waves=waves)


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Parsed:
    (tmp_path / "s.txt").write_text(text, encoding=encoding)
    parsed, _ = read_file(tmp_path / "s.txt")
    assert parsed.format == "softmax_pro"
    return parsed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_wells_as_columns_two_wavelengths(tmp_path: Path, encoding: str) -> None:
    body = f"\tTemperature(°C)\t{WELLS}\n\t37.0\t1\t2\t3\t4\t5\t6\n\n\t37.0\t.1\t.2\t.3\t.4\t.5\t.6\n\n~End\n"
    parsed = read(tmp_path, head("TimeFormat", waves="570 690") + body, encoding)
    assert parsed.records["wavelength"].tolist() == [570, 690]
    assert parsed.data["well"].tolist()[:6] == WELLS.split("\t")
    assert parsed.data["value"].tolist() == [1, 2, 3, 4, 5, 6, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert parsed.records["temperature"].tolist() == [37, 37]


def test_wells_as_columns_over_time(tmp_path: Path) -> None:
    body = f"Time\tTemperature(°C)\t{WELLS}\n0:00\t37\t1\t2\t3\t4\t5\t6\n1:30\t37\t2\t3\t4\t5\t6\t7\n\n~End\n"
    parsed = read(tmp_path, head("TimeFormat", "Kinetic") + body)
    well = parsed.data[parsed.data["well"] == "B3"]
    assert well["time"].tolist() == [0, 90]
    assert well["value"].tolist() == [6, 7]


def test_spectrum(tmp_path: Path) -> None:
    block = "{}\t25\t{}\t2\t3\n\t\t4\t5\t6\n\n"
    body = "\tTemperature(°C)\t1\t2\t3\n" + block.format("400.00", 1) + block.format("410.00", 7) + "~End\n"
    parsed = read(tmp_path, head(kind="Spectrum") + body)
    well = parsed.data[parsed.data["well"] == "A1"]
    assert parsed.records["read_kind"].tolist() == ["spectrum"]
    assert well["wavelength"].tolist() == [400, 410]
    assert well["value"].tolist() == [1, 7]


def test_reduced_plates_beside_raw_ones_are_said(tmp_path: Path) -> None:
    body = "\tTemperature(°C)\t1\t2\t3\n\t25\t1\t2\t3\n\t\t4\t5\t6\n\n~End\n"
    both = head() + body + head(data="Reduced").split("\n", 1)[1].replace("P1", "P2") + body
    parsed = read(tmp_path, both)
    assert parsed.records["plate"].tolist() == ["P1"]
    assert any("P2" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (head(kind="Well Scan"), "line 2.*'Well Scan' reads hold several points"),
        (head(data="Reduced"), "no plate with raw values"),
        (
            head() + "\tTemperature(°C)\t1\t2\t3\n\t25\t1\t2\t3\n~End\n",
            "a block of 1 rows where the header says 2",
        ),
        (head() + "\tTemperature(°C)\t1\t2\n\t25\t1\t2\n", "column numbers"),
        (head() + "\tTemperature(°C)\t1\t2\t3\n~End\n", "no values"),
        (head(kind="Kinetic") + "\tT\t1\t2\t3\nx\t25\t1\t2\t3\n\t\t4\t5\t6\n", "'x' is no time"),
        (head("TimeFormat") + "\tT\tA1\tA2\n\t25\t1\t2\n", "2 wells in the header where 6"),
        (head() + "\tT\t1\t2\t3\n\t25\t1,234\t1,5\t1.5\n\t\t1\t1\t1\n", "1,234 may be"),
        ("##BLOCKS= 0\nNote:\n~End\n", "no plate with raw values"),
    ],
)
def test_refused_by_name(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FormatRefusal, match=f"(?s)SoftMax Pro.*{reason}|{reason}") as refusal:
        read(tmp_path, text)
    assert refusal.value.format == "SoftMax Pro text export"
