"""Hostile: every bad file is one line of the user's error, within 5 s and 500 MB."""

import io
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.formats.recognise import read_file
from selenolab.formats.workbook import read_workbook

SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)


def workbook_bytes() -> bytes:
    """A sound workbook with one 96-well plate."""
    book = Workbook()
    sheet = book.active
    sheet.append(["", *range(1, 13)])
    for letter in "ABCDEFGH":
        sheet.append([letter, *[0.5] * 12])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_sheet(path: Path, xml: bytes, lie: int | None = None) -> None:
    """A workbook whose only sheet is `xml`; `lie` is the size that the zip directory claims."""
    with zipfile.ZipFile(io.BytesIO(workbook_bytes())) as source, zipfile.ZipFile(path, "w") as target:
        for item in source.infolist():
            data = xml if item.filename == "xl/worksheets/sheet1.xml" else source.read(item)
            target.writestr(item.filename, data, zipfile.ZIP_DEFLATED, 1)
    if lie is not None:
        raw = bytearray(path.read_bytes())
        true = struct.pack("<I", len(xml))
        raw = raw.replace(true, struct.pack("<I", lie))
        path.write_bytes(bytes(raw))


def zip_bomb(path: Path) -> None:
    with_sheet(path, SHEET.format("<row/>" * 15_000_000).encode())


def zip_bomb_that_lies(path: Path) -> None:
    with_sheet(path, SHEET.format("<row/>" * 3_000_000).encode(), lie=1000)


def overlapping_zip_bomb(path: Path) -> None:
    """Many directory entries that share one compressed kernel."""
    kernel = b"\0" * 5_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(kernel) + packer.flush()
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, zlib.crc32(kernel), len(packed), len(kernel), 1, 0
    )
    body, directory = local + b"a" + packed, b""
    names = ["xl/workbook.xml", *(f"f{number}" for number in range(200))]
    for name in names:
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, zlib.crc32(kernel), len(packed),
            len(kernel), len(name), 0, 0, 0, 0, 0, 0,
        ) + name.encode()  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(body), 0)
    path.write_bytes(body + directory + end)


def monster_box(path: Path) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with_sheet(path, SHEET.format(cells).encode())


def entities(path: Path) -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with_sheet(path, (f'<!DOCTYPE x [<!ENTITY l0 "lol">{bomb}]>' + SHEET.format("&l9;")).encode())


def external_entity(path: Path) -> None:
    declared = '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    with_sheet(path, (declared + SHEET.format("<row><c><v>&file;</v></c></row>")).encode())


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def by_hand(path: Path, sheet: str, shared: str) -> None:
    """A workbook written part by part, with shared texts."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": SHEET.format(sheet),
        "xl/sharedStrings.xml": f"<sst {MAIN}>{shared}</sst>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text if text.startswith("<?xml") else f'<?xml version="1.0"?>{text}')


def text_bomb(path: Path) -> None:
    """Few bytes: one long text that a hundred thousand cells point to."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100_001))
    by_hand(path, cells, f"<si><t>{'x' * 30_000}</t></si>")


def placeless_box(path: Path) -> None:
    """A huge box of cells that do not say where they are."""
    first, last = "<row><c><v>1</v></c></row>", f"<row>{'<c><v>1</v></c>' * 16_000}</row>"
    with_sheet(path, SHEET.format(first + "<row/>" * 20_000 + last).encode())


def truncated(path: Path) -> None:
    whole = workbook_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def corrupted(path: Path) -> None:
    raw = bytearray(workbook_bytes())
    for place in range(200, 2000, 3):
        raw[place] ^= 0x5A
    path.write_bytes(bytes(raw))


def broken_xml(path: Path) -> None:
    with_sheet(path, b"<worksheet><sheetData><row><c><v>1</v></c>")


def only_blanks(path: Path) -> None:
    Workbook().save(path)


def zip_of_text(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")


def bytes_of(content: bytes) -> Callable[[Path], None]:
    """A writer of fixed bytes."""
    return lambda path: path.write_bytes(content) and None


def text_of(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    """A writer of fixed text."""
    return bytes_of(content.encode(encoding))


GRID = "\t1\t2\t3\nA\t0.1\t0.2\t0.3\nB\t0.4\t0.5\t0.6\n"
# name of the file -> (writer, a word that the message must hold)
HOSTILE: dict[str, tuple[Callable[[Path], None], str]] = {
    "zip_bomb.xlsx": (zip_bomb, "unpack to"),
    "lying_bomb.xlsx": (zip_bomb_that_lies, "larger than it says"),
    "overlap_bomb.xlsx": (overlapping_zip_bomb, "unpack to"),
    "monster_box.xlsx": (monster_box, "1048576 rows"),
    "placeless.xlsx": (placeless_box, "20002 rows x 16000 columns"),
    "text_bomb.xlsx": (text_bomb, "MB of text"),
    "entities.xlsx": (entities, "entities"),
    "external_entity.xlsx": (external_entity, "entities"),
    "truncated.xlsx": (truncated, "damaged"),
    "corrupted.xlsx": (corrupted, "damaged"),
    "broken_xml.xlsx": (broken_xml, ""),
    "blank.xlsx": (only_blanks, "no sheet holds anything"),
    "zip.xlsx": (zip_of_text, "without a workbook"),
    "empty.csv": (bytes_of(b""), "empty"),
    "blanks.txt": (text_of("\n \n\t\n"), "blanks"),
    "rubbish.txt": (bytes_of(bytes(range(256)) * 64), "binary"),
    "nul.csv": (bytes_of(b"\0" * 5000), "binary"),
    "page.xls": (text_of("<html><table><tr><td>1</td></tr></table></html>"), "HTML page"),
    "old.xls": (bytes_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096), "save it again as .xlsx"),
    "picture.csv": (bytes_of(b"\x89PNG\r\n\x1a\n" + b"\0" * 100), "PNG"),
    "paper.txt": (bytes_of(b"%PDF-1.7\n" + b"x" * 100), "PDF"),
    "damaged.txt": (bytes_of(b"\xff\xfe" + "plate\t1".encode("utf-16-le") + b"\x00\xd8\x00"), ""),
    "pipes.csv": (text_of("well|absorbance\nA1|0.5\nA2|0.6\n"), "no plate or table"),
    "nan.csv": (text_of("well,absorbance\nA1,0.5\nA2,NaN\n"), "row 3, column 'absorbance'"),
    "infinity.csv": (text_of("well,absorbance\nA1,0.5\nA2,Infinity\n"), "row 3, column 'absorbance'"),
    "overflow.csv": (text_of("well,absorbance\nA1,0.5\nA2,1e999\n"), "row 3, column 'absorbance'"),
    "dash.csv": (text_of("well,absorbance\nA1,0.5\nA2,-\n"), "row 3, column 'absorbance'"),
    "thousands.tsv": (text_of("well\tdose [µM]\nA1\t1,234\nA2\t2,345\n"), "1,234"),
    "twice.csv": (text_of("well,dose [µM],Dose [µM],absorbance\nA1,1,1,0.5\n"), "same word"),
    "ragged.csv": (text_of("well,dose [µM],absorbance\nA1,1,5,0,5\nA2,2,0,7\n"), "no header above"),
    "unit_in_cell.csv": (text_of("well,dose [µM],absorbance\nA1,1 nM,0.5\nA2,2,0.5\n"), "unit in the header"),
    "header_only.csv": (text_of("well,dose [µM],absorbance\n"), ""),
    "quote.csv": (text_of('well,absorbance\nA1,"' + "x" * 300_000), ""),
    "layout.csv": (text_of(GRID.replace("0.", "sample ")), "words"),
    "gen5_cut.txt": (text_of("Software Version\t3\nExperiment File Path:\tx\n"), "no results"),
    "softmax_cut.txt": (text_of("##BLOCKS= 1\nPlate:\tP\t1.3\tPlateFormat\n"), "line 2"),
}

MEASURE = """
import json, sys, time
from pathlib import Path
from selenolab.core.errors import SelenolabError
from selenolab.formats.recognise import read_file
for name in sys.argv[1:]:
    start = time.perf_counter()
    try:
        read_file(Path(name))
        told = ""
    except SelenolabError as error:
        told = str(error)
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps([name, told, time.perf_counter() - start, peak]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (write, _) in HOSTILE.items():
        write(folder / name)
    return folder


@pytest.fixture(scope="module")
def measured(folder: Path) -> dict[str, tuple[str, float, float]]:
    """Message, seconds and peak memory [MB] of every hostile file, read in one fresh process."""
    paths = [str(folder / name) for name in HOSTILE]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *paths], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {Path(name).name: (told, seconds, peak) for name, told, seconds, peak in rows}


@pytest.mark.parametrize("name", HOSTILE)
def test_is_told_in_one_line(name: str, measured: dict[str, tuple[str, float, float]]) -> None:
    told, seconds, peak = measured[name]
    assert told, f"{name} was read"
    assert "\n" not in told
    assert name in told
    assert HOSTILE[name][1] in told
    assert seconds < 5
    assert peak < 500


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for path, word in (
        (tmp_path, "folder"),
        (tmp_path / "none.csv", "no such file"),
        (tmp_path / "pipe.csv", "regular"),
    ):
        with pytest.raises(FormatRefusal, match=word):
            read_file(path)


def test_a_sound_workbook_passes_the_guard(tmp_path: Path) -> None:
    path = tmp_path / "sound.xlsx"
    path.write_bytes(workbook_bytes())
    (sheet,) = read_workbook(path)
    assert sheet.rows[0][1:4] == (1.0, 2.0, 3.0)


def test_shared_texts_are_read(tmp_path: Path) -> None:
    path = tmp_path / "shared.xlsx"
    by_hand(
        path, '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>2.5</v></c></row>', "<si><t>dose</t></si>"
    )
    assert read_workbook(path)[0].rows == (("dose", 2.5),)


def test_truncation_anywhere_is_told(tmp_path: Path) -> None:
    whole = workbook_bytes()
    path = tmp_path / "cut.xlsx"
    for size in range(1, len(whole), 397):
        path.write_bytes(whole[:size])
        start = time.perf_counter()
        with pytest.raises(SelenolabError) as told:
            read_file(path)
        assert "cut.xlsx" in str(told.value)
        assert time.perf_counter() - start < 5
