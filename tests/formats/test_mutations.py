"""Property: a damaged export is read or refused by name; it never breaks a reader, never gives bare NaN."""

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from selenolab.core.errors import SelenolabError
from selenolab.core.format import Parsed
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file

# fmt: off
GEN5 = (
    "Software Version\t3\nExperiment File Path:\tx\nPlate Number\tPlate 1\nDate\t1/2/2024\n\n"
    "Procedure Details\n\nPlate Type\t96 WELL PLATE\n"
    "Start Kinetic\tRuntime 0:02:00\nRead\tMTT\n\tAbsorbance Endpoint\n"
    "\tWavelengths:  570, 690\nEnd Kinetic\n\nLayout\n\t1\t2\nA\tSPL1\tSPL2\tWell ID\n\t1\t2\tConc/Dil\n\n"
    "Actual Temperature:\t37.0\n\nResults\n\t1\t2\nA\t0.8\tOVRFLW\tMTT:570\n\t0.1\t0.1\tMTT:690\n"
    "B\t0.7\t<0.1\tMTT:570\n\t0.1\t*0.2*\tMTT:690\n\nMTT:570\n\nTime\tT° MTT:570\tA1\tA2\n"
    "0:00:00\t37.0\t0.1\t0.2\n0:01:00\t37.0\t0.3\t\n0:00:00\n"
)
SOFTMAX = (
    "##BLOCKS= 2\nPlate:\tP1\t1.3\tPlateFormat\tKinetic\tFluorescence\tFALSE\tRaw\tFALSE\t2\t300\t90\t\t\t"
    "\t2\t525 525\t1\t3\t6\t485 485\tAutomatic\t515 515\t\t\t6\tMedium\t\t\t1\t2\n"
    "\tTemperature(°C)\t1\t2\t3\t\t1\t2\t3\n"
    "00:00:00\t35\t0\t1\t2\t\t0\t0\t0\n\t\t0\t1\t2\t\t0\t0\t0\n\n00:01:30\t35\t3\t4\t5\t\t1\t2\t3\n"
    "\t\t6\t7\t8\t\t1\t2\t3\n\n\t\t1\t2\t3\n\t\t.1\t.2\t.3\n~End\n"
    "Original Filename: x; Date Last Saved: 1/1/2024\n"
)
GRID = "Plate 1;570 nm\n;1;2;3\nA;0,5;0,6;OVER\nB;0,7;;1,25\n\nPlate 2\n;1;2;3\nA;0,5;0,6;0,1\n"
TABLE = (
    '# note\nplate,well,"dose [µM]",role,absorbance\n'
    '1,A1,0.5,sample,1.25\n1,A2,<1,sample,OVRFLW\n1,A3,,blank,0.1\n'
)
TEXTS = {"gen5": GEN5, "softmax_pro": SOFTMAX, "plate_grid": GRID, "long_table": TABLE}
JUNK = [
    "", "\t", "\n", ";", ",", '"', "NaN", "-", "1e400", "1,234", "µ", "\x00", "A1", "99", "Plate:", "Results",
    "[", "~End",
]
# fmt: on


def mutated(text: str, dice: random.Random) -> str:
    """Text with one to four pieces cut, doubled, swapped or replaced."""
    for _ in range(dice.randint(1, 4)):
        start = dice.randrange(len(text))
        stop = min(len(text), start + dice.choice([1, 1, 3, 10, 60]))
        piece = dice.choice([*JUNK, text[start:stop] * 2, text[stop : stop + 20]])
        text = text[:start] + piece + text[stop:] or " "
    return text


def refused_or(path: Path, reader: Callable[[Path], Parsed]) -> Parsed | None:
    """What the reader gives; None for a refusal, which must name the file."""
    try:
        return reader(path)
    except SelenolabError as error:
        if path.name not in str(error):
            raise AssertionError(f"no file in: {error}") from error
        return None


def check(path: Path) -> bool:
    """Read or refused, and whether it was read."""
    parsed = refused_or(path, lambda path: read_file(path)[0])
    if parsed is None:
        return False
    data = parsed.data
    assert len(data)
    for column in data.columns:
        if str(column).endswith("_flag") and str(column).removesuffix("_flag") in data:
            bare = data[str(column).removesuffix("_flag")].isna() & (data[column] == "")
            assert not bare.any(), column
    if parsed.kind == "plate":
        assert set(data["record"]) == set(parsed.records["record"])
        assert parsed.records["record"].is_unique
    return True


ROUNDS = [120, pytest.param(4000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("rounds", ROUNDS)
@pytest.mark.parametrize("name", TEXTS)
def test_text_mutations(name: str, rounds: int, tmp_path: Path) -> None:
    path = tmp_path / "m.txt"
    path.write_text(TEXTS[name], encoding="utf-8")
    assert read_file(path)[0].format == name
    dice = random.Random(name)
    outcomes = set()
    for number in range(rounds):
        path = tmp_path / f"m{number}.txt"
        path.write_text(mutated(TEXTS[name], dice), encoding="utf-8")
        outcomes.add(check(path))
        refused_or(path, read_plate_map)
    assert outcomes == {True, False}


@pytest.mark.parametrize("rounds", ROUNDS)
def test_workbook_mutations(rounds: int, tmp_path: Path) -> None:
    book = Workbook()
    for line in GRID.splitlines():
        book.active.append(line.split(";"))
    buffer = io.BytesIO()
    book.save(buffer)
    whole = buffer.getvalue()
    dice = random.Random(5)
    outcomes = set()
    for number in range(rounds):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        path = tmp_path / f"m{number}.xlsx"
        path.write_bytes(bytes(raw))
        outcomes.add(check(path))
    assert outcomes == {True, False}


@pytest.mark.slow
def test_every_cut_of_every_text(tmp_path: Path) -> None:
    read = 0
    for name, text in TEXTS.items():
        for size in range(1, len(text), 3):
            path = tmp_path / f"{name}{size}.txt"
            path.write_text(text[:size], encoding="utf-8")
            read += check(path)
    assert read > 50
