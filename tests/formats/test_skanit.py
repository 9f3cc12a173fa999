"""SkanIt workbooks with known content, in the variants that the shared files do not show."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

TOP = [["Measurement results"], ["x.skax"], ["8/23/2024 3:02:30 PM"], [" "]]


def block(corner: str, *values: object) -> list[list[object]]:
    return [[corner, 1, 2], ["A", *values], [" "]]


def read(tmp_path: Path, **sheets: list[list[object]]) -> Parsed:
    book = Workbook()
    book.remove(book.active)
    for name, rows in {**sheets, "Session information": [["Session information"]]}.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "s.xlsx")
    parsed, _ = read_file(tmp_path / "s.xlsx")
    assert parsed.format == "skanit"
    return parsed


def test_raw_blocks_only_with_their_samples(tmp_path: Path) -> None:
    rows = [
        *TOP, ["Absorbance 1"], ["Wavelength: 570 nm"], ["Plate 1"], *block("Abs", 0.5, "OVER"),
        *block("Sample", "Blank1", "Un1"), ["Wavelength: 690 nm"], ["Plate 1"], *block("Abs", 0.25, None),
    ]  # fmt: skip
    calculated = [*TOP, ["Blank Subtraction 1"], ["Plate 1"], *block("Blank subtracted", 0.1, 0.2)]
    parsed = read(tmp_path, Absorbance_1=rows, Blank=calculated)
    assert parsed.records["wavelength"].tolist() == [570, 690]
    assert parsed.data["value_flag"].tolist() == ["", ">range: OVER", "", "empty"]
    assert parsed.data["sample"].tolist()[:2] == ["Blank1", "Un1"]
    assert any("Blank subtracted" in note for note in parsed.notes)


def test_fluorescence_has_two_wavelengths(tmp_path: Path) -> None:
    lines = [["Excitation wavelength: 485 nm"], ["Emission wavelength: 535 nm"]]
    parsed = read(tmp_path, Fluo=[*TOP, ["Fluorescence 1"], *lines, ["Plate 1"], *block("RFU", 10, 20)])
    assert parsed.records.loc[0, ["signal", "wavelength", "emission", "unit"]].tolist() == [
        "fluorescence",
        485,
        535,
        "RFU",
    ]


def test_calculated_blocks_alone_are_refused(tmp_path: Path) -> None:
    rows = [*TOP, ["Blank Subtraction 1"], ["Plate 1"], *block("Blank subtracted", 0.1, 0.2)]
    with pytest.raises(FormatRefusal, match="SkanIt workbook: it holds calculated blocks only"):
        read(tmp_path, Blank=rows)
