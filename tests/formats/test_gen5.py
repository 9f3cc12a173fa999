"""Gen5 exports with known content, in the variants that the shared files do not show."""

import math
from pathlib import Path

import pytest

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

HEADER = (
    "\n\nSoftware Version\t3.12.08\n\n\n\nExperiment File Path:\tx.xpt\nProtocol File Path:\tx.prt\n\n\n\n"
    "Plate Number\t{plate}\nDate\t1/2/2024\nTime\t9:00:04 PM\nReader Type:\tSynergy H1\n\n"
    "Procedure Details\n\nPlate Type\t96 WELL PLATE\n{procedure}\n"
)
MTT = "Read\tMTT\n\tAbsorbance Endpoint\n\tFull Plate\n\tWavelengths:  570, 690\n\tRead Speed: Normal\n"
RESULTS = "\nResults\n\t1\t2\nA\t0.812\t0.799\tMTT:570\n\t0.041\t0.042\tMTT:690\n\t0.771\t0.757\tDelta\n"


def read(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "g.txt") -> Parsed:
    (tmp_path / name).write_text(text, encoding=encoding)
    parsed, _ = read_file(tmp_path / name)
    assert parsed.format == "gen5"
    return parsed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_two_wavelengths_in_any_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    text = (HEADER.format(plate="Plaque é", procedure=MTT) + RESULTS).replace("\n", end)
    (tmp_path / "g.txt").write_bytes(text.encode(encoding))
    parsed, _ = read_file(tmp_path / "g.txt")
    assert parsed.records["wavelength"].tolist() == [570, 690]
    assert parsed.records["label"].tolist() == ["MTT:570", "MTT:690"]
    assert parsed.data["value"].tolist() == [0.812, 0.799, 0.041, 0.042]
    assert any("Delta" in note for note in parsed.notes)
    assert parsed.records.loc[0, ["rows", "columns", "plate"]].tolist() == [8, 12, "Plaque é"]


def test_decimal_comma(tmp_path: Path) -> None:
    parsed = read(tmp_path, HEADER.format(plate="1", procedure=MTT) + RESULTS.replace("0.", "0,"))
    assert parsed.data["value"].tolist() == [0.812, 0.799, 0.041, 0.042]


def test_thousands_that_may_be_decimals_are_refused(tmp_path: Path) -> None:
    results = "\nResults\n\t1\t2\nA\t1,812\t1,799\tMTT:570\n"
    with pytest.raises(FormatRefusal, match=r"Gen5.*1,234 may be"):
        read(tmp_path, HEADER.format(plate="1", procedure=MTT) + results)


def test_unnumbered_reads_are_matched(tmp_path: Path) -> None:
    procedure = "Read\tAbsorbance Endpoint\n\tFull Plate\n\tWavelengths:  490\n"
    results = "\nResults\n\t1\t2\nA\t0.5\t*****\tRead 1:490\n\t0.4\t0.4\tBlank Read 1:490\n"
    parsed = read(tmp_path, HEADER.format(plate="1", procedure=procedure) + results)
    assert parsed.data["value"].iloc[0] == 0.5
    assert math.isnan(parsed.data["value"].iloc[1])
    assert parsed.data["value_flag"].iloc[1] == "no number: *****"
    assert len(parsed.records) == 1


def test_without_a_procedure_the_assumption_is_said(tmp_path: Path) -> None:
    text = HEADER.format(plate="1", procedure="").replace(
        "Procedure Details\n\nPlate Type\t96 WELL PLATE\n", ""
    )
    parsed = read(tmp_path, text + "\nResults\n\t1\t2\nA\t0.5\t0.6\t570\n\t0.4\t0.5\tBlank 570\n")
    assert parsed.records["signal"].tolist() == ["unknown"]
    assert parsed.records["wavelength"].tolist() == [570]
    assert any("taken as wavelengths" in text for text in parsed.assumed)
    assert "value" not in parsed.units


def test_the_barcode_in_the_name_names_the_only_plate(tmp_path: Path) -> None:
    text = HEADER.format(plate="Plate 1", procedure=MTT) + RESULTS
    assert read(tmp_path, text, name="010203_040506_SN77_x.txt").records["plate"].tolist() == ["SN77"] * 2
    two = text + HEADER.format(plate="Plate 2", procedure=MTT) + RESULTS
    plates = read(tmp_path, two, name="010203_040506_SN77_y.txt").records["plate"].tolist()
    assert plates == ["Plate 1", "Plate 1", "Plate 2", "Plate 2"]


@pytest.mark.parametrize(
    ("procedure", "results", "reason"),
    [
        (
            "Read\tscan\n\tAbsorbance Area Scan\n\tWavelengths:  570\n",
            "\nResults\n\t1\nA\t0.5\tMean [scan]\n",
            "area scan",
        ),
        (MTT, "\nResults\n\t1\t2\nA\t0.5\t0.6\tBlank MTT:570\n", "none of its blocks"),
        (MTT, "\nResults\n\t1\t2\nA\t0.5\n", "1 values under 2 columns"),
        (MTT, "\nMTT:570\n\nTime\tA1\tA2\n0:00:00\t1\t2\nsoon\t1\t2\n", "'soon' is no time"),
        (MTT, "", "no results"),
    ],
)
def test_refused_by_name(tmp_path: Path, procedure: str, results: str, reason: str) -> None:
    with pytest.raises(FormatRefusal, match=f"Gen5 text export.*{reason}"):
        read(tmp_path, HEADER.format(plate="Plate 1", procedure=procedure) + results)
