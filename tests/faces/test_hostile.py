"""Hostile inputs: exit 2, one line that names the file and the place, nothing written, soon and small.

Every case is a function that prepares a folder and gives the words of the command; its line in the
table says what the message must name.
"""

import io
import json
import os
import random
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "compound,cell_line,time [h],dose [µM],replicate,plate,well,role,absorbance"
SECONDS, MEGABYTES = 5.0, 500
STUDY = "title: t\nruns:\n  one:\n    assay: viability\n    files: [good.csv]\n"
Words = list[object]
Case = Callable[[Path], Words]


def rows() -> list[str]:
    """A sound plate: three blanks, three vehicle wells, six doses in triplicate."""
    found, wells = [], iter(f"{letter}{column}" for letter in "BCDEFG" for column in range(2, 12))
    for role, dose, level in [("blank", 0, 0.05), ("vehicle", 0, 1.0)] + [
        ("sample", 2.0**k, 0.1 + 0.9 / (1 + 2.0**k / 8)) for k in range(6)
    ]:
        compound = "" if role == "blank" else "SeNP"
        for repeat in range(3):
            value = round(level + 0.01 * repeat, 4)
            found.append(f"{compound},HepG2,48,{dose:g},1,P1,{next(wells)},{role},{value}")
    return found


def table(folder: Path, lines: list[str] | None = None, header: str = HEADER, name: str = "bad.csv") -> Words:
    text = "\n".join([header, *(rows() if lines is None else lines)]) + "\n"
    (folder / name).write_text(text, encoding="utf-8")
    return ["analyse", "viability", folder / name]


def changed(folder: Path, column: str, value: str, row: int = 10) -> Words:
    """The sound plate with one cell replaced."""
    lines = [line.split(",") for line in rows()]
    lines[row][HEADER.split(",").index(column)] = value
    return table(folder, [",".join(line) for line in lines])


def raw(folder: Path, data: bytes, name: str = "bad.csv") -> Words:
    (folder / name).write_bytes(data)
    return ["analyse", "viability", folder / name]


def workbook(folder: Path, members: dict[str, bytes]) -> Words:
    """A workbook whose parts are replaced by `members`."""
    from openpyxl import Workbook

    book, plain = Workbook(), io.BytesIO()
    for line in [HEADER, *rows()]:
        book.active.append(line.split(","))
    book.save(plain)
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(folder / "bad.xlsx", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, members.get(name, old.read(name)))
    return ["analyse", "viability", folder / "bad.xlsx"]


def truncated(folder: Path) -> Words:
    workbook(folder, {})
    path = folder / "bad.xlsx"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return ["analyse", "viability", path]


def zip_bomb(folder: Path) -> Words:
    return workbook(folder, {"xl/worksheets/sheet1.xml": b" " * 150_000_000})


def xml_bomb(folder: Path) -> Words:
    entities = '<!ENTITY a "' + "lol" * 50 + '">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )  # fmt: skip
    cell = "<worksheet><sheetData><row><c t='str'><v>&i;</v></c></row></sheetData></worksheet>"
    text = f"<?xml version='1.0'?><!DOCTYPE x [{entities}]>{cell}"
    return workbook(folder, {"xl/worksheets/sheet1.xml": text.encode()})


def wrong_delimiter(folder: Path) -> Words:
    return table(folder, [row.replace(",", "|") for row in rows()], HEADER.replace(",", "|"))


def too_long_a_row(folder: Path) -> Words:
    return table(folder, [*rows()[:10], rows()[10] + ",1,2,3", *rows()[11:]])


def empty_plate(folder: Path) -> Words:
    grid = ["," + ",".join(map(str, range(1, 13))), *(letter + "," * 12 for letter in "ABCDEFGH")]
    return raw(folder, "\n".join(grid).encode())


def study(folder: Path, text: str, *more: object) -> Words:
    table(folder, name="good.csv")
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return ["run", folder / "study.yaml", "--no-cache", *more]


def two_units(folder: Path) -> Words:
    """The file says nM, the sheet of the same wells µM."""
    lines = [line.split(",") for line in rows()]
    table(folder, header=HEADER.replace("µM", "nM"))
    sheet = "\n".join(["plate,well,dose [µM]", *(f"P1,{line[6]},{line[3]}" for line in lines)])
    (folder / "sheet.csv").write_text(sheet, encoding="utf-8")
    return ["analyse", "viability", folder / "bad.csv", "--samples", folder / "sheet.csv"]


def molar_and_mass(folder: Path) -> Words:
    table(folder, name="one.csv")
    table(folder, header=HEADER.replace("µM", "µg/mL"), name="two.csv")
    return ["analyse", "viability", folder / "one.csv", folder / "two.csv"]


def swapped(folder: Path) -> Words:
    lines = [line.split(",") for line in rows()]
    return table(folder, [",".join([*li[:3], li[7], *li[4:7], li[3], li[8]]) for li in lines])


def sheet(folder: Path, text: str) -> Words:
    grid = ["," + ",".join(str(c) for c in range(1, 13))]
    grid += [letter + ",0.5" * 12 for letter in "ABCDEFGH"]
    (folder / "plate.csv").write_text("\n".join(grid) + "\n", encoding="utf-8")
    (folder / "sheet.csv").write_text(text, encoding="utf-8")
    return ["analyse", "viability", folder / "plate.csv", "--samples", folder / "sheet.csv"]


def fifo(folder: Path) -> Words:
    os.mkfifo(folder / "bad.csv")
    return ["analyse", "viability", folder / "bad.csv"]


def outside(folder: Path) -> Words:
    (folder / "in").mkdir()
    table(folder, name="out.csv")
    return study(folder / "in", STUDY.replace("good.csv", "../out.csv"))


def linked_outside(folder: Path) -> Words:
    (folder / "in").mkdir()
    table(folder, name="out.csv")
    (folder / "in" / "link.csv").symlink_to(folder / "out.csv")
    return study(folder / "in", STUDY.replace("good.csv", "link.csv"))


def occupied(folder: Path) -> Words:
    (folder / "taken").write_text("mine", encoding="utf-8")
    return study(folder, STUDY, "-o", folder / "taken")


def yaml_bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 12)]
    return "\n".join([*lines, STUDY])


def cyclic() -> str:
    run = "  {0}:\n    assay: viability\n    files: [good.csv]\n"
    run += "    inputs: {{loaded: {{from: runs.{1}.tables.t}}}}\n"
    return "title: t\nruns:\n" + run.format("one", "two") + run.format("two", "one")


def not_utf8(folder: Path) -> Words:
    words = study(folder, "")
    (folder / "study.yaml").write_bytes(b"title: \xff\xfe\n")
    return words


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


def option(*words: str) -> Case:
    return lambda folder: [*table(folder), *words]


def with_study(text: str, *more: object) -> Case:
    return lambda folder: study(folder, text, *more)


def with_raw(data: bytes, name: str = "bad.csv") -> Case:
    return lambda folder: raw(folder, data, name)


def with_cell(column: str, value: str) -> Case:
    return lambda folder: changed(folder, column, value)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
EVIL = "!!python/object/apply:os.system [ls]"
EXCLUDED = "exclusions:\n  - {run: one, well: H12, reason: bubble}\n"
GOOD_SHEET = "well,role,compound,dose [µM]\nA1,sample,SeNP,1\n"
CASES: dict[str, tuple[Case, str]] = {
    "truncated xlsx": (truncated, r"bad\.xlsx"),
    "zip bomb": (zip_bomb, r"bad\.xlsx"),
    "xml bomb in a workbook": (xml_bomb, r"bad\.xlsx"),
    "wrong delimiter": (wrong_delimiter, r"bad\.csv"),
    "NaN": (with_cell("absorbance", "NaN"), r"bad\.csv.*row 12"),
    "Infinity": (with_cell("absorbance", "inf"), r"bad\.csv.*row 12"),
    "number beyond floats": (with_cell("absorbance", "1e999"), r"bad\.csv.*row 12"),
    "five thousand digits": (with_cell("dose [µM]", "9" * 5000), r"bad\.csv.*row 12"),
    "negative OD": (with_cell("absorbance", "-3"), r"bad\.csv.*row 12"),
    "OD that is none": (with_cell("absorbance", "48000"), r"bad\.csv.*row 12"),
    "text for a number": (with_cell("absorbance", "n.d.?"), r"bad\.csv.*row 12"),
    "spreadsheet error": (with_cell("absorbance", "#DIV/0!"), r"bad\.csv.*row 12"),
    "negative dose": (with_cell("dose [µM]", "-1"), r"bad\.csv.*row 12"),
    "negative time": (with_cell("time [h]", "-48"), r"bad\.csv.*row 12"),
    "well off every plate": (with_cell("well", "ZZ99"), r"bad\.csv.*row 12"),
    "unknown role": (with_cell("role", "smaple"), r"bad\.csv.*row 12.*sample"),
    "ambiguous compound": (with_cell("compound", "SeC"), r"SeC"),
    "terminal escape": (with_cell("role", "\x1b[2Jsmaple"), r"bad\.csv"),
    "swapped columns": (swapped, r"bad\.csv"),
    "dose without unit": (lambda f: table(f, header=HEADER.replace(" [µM]", "")), r"bad\.csv.*dose \[.*\]"),
    "time without unit": (lambda f: table(f, header=HEADER.replace(" [h]", "")), r"bad\.csv.*time"),
    "unknown unit": (lambda f: table(f, header=HEADER.replace("µM", "bananas")), r"bad\.csv.*bananas"),
    "nM against µM": (two_units, r"(bad|sheet)\.csv"),
    "molar against mass": (molar_and_mass, r"(one|two)\.csv"),
    "header twice": (lambda f: table(f, header=HEADER.replace("plate", "well")), r"bad\.csv.*well"),
    "header alone": (lambda f: table(f, []), r"bad\.csv"),
    "a row too long": (too_long_a_row, r"bad\.csv.*row 12"),
    "duplicate wells": (with_cell("well", "B2"), r"bad\.csv.*B2"),
    "empty file": (with_raw(b""), r"bad\.csv"),
    "blanks only": (with_raw(b" \n\t\n" * 50), r"bad\.csv"),
    "noise": (with_raw(noise(20_000)), r"bad\.csv"),
    "unknown encoding": (with_raw(f"{HEADER}\n".encode("utf-16")[2:] + b"\x81\x8d\x8f" * 99), r"bad\.csv"),
    "NUL bytes": (with_raw("\n".join([HEADER, *rows()]).replace("HepG2", "Hep\0G2").encode()), r"bad\.csv"),
    "one endless line": (with_raw(b"1," * 10_000_000), r"bad\.csv"),
    "PDF": (with_raw(b"%PDF-1.7\n" + noise(999)), r"bad\.csv.*PDF"),
    "PNG": (with_raw(b"\x89PNG\r\n\x1a\n" + noise(999)), r"bad\.csv"),
    "locked or old Excel": (with_raw(OLE + b"\0" * 4096, "bad.xlsx"), r"bad\.xlsx"),
    "a folder for a file": (lambda f: ["analyse", "viability", f], r"Error: \S+"),
    "missing file": (lambda f: ["analyse", "viability", f / "none.csv"], r"none\.csv"),
    "a pipe that never speaks": (fifo, r"bad\.csv"),
    "endless device": (lambda f: ["analyse", "viability", "/dev/zero"], r"zero"),
    "empty plate": (empty_plate, r"bad\.csv"),
    "sheet that is missing": (option("--samples", "none.xlsx"), r"none\.xlsx"),
    "sheet with a well twice": (lambda f: sheet(f, GOOD_SHEET + "A1,sample,SeNP,2\n"), r"sheet.*A1"),
    "sheet with a well of another plate": (lambda f: sheet(f, GOOD_SHEET + "P24,sample,SeNP,2\n"), r"P24"),
    "sheet without units": (lambda f: sheet(f, GOOD_SHEET.replace(" [µM]", "")), r"dose \["),
    "unknown setting": (option("--set", "famly=LL.4"), r"--set famly: .*Did you mean family\?"),
    "setting of the wrong type": (option("--set", "level=high"), r"--set level: .*found 'high'"),
    "setting that is no number": (option("--set", "level=.nan"), r"--set level"),
    "role of no file": (option("--role", "other.csv=blank"), r"other\.csv"),
    "role of no assay": (option("--role", "bad.csv=blnk"), r"blnk.*Did you mean.*blank"),
    "path outside the study": (outside, r"study\.yaml:5: .*out\.csv"),
    "link to outside the study": (linked_outside, r"study\.yaml:5: .*link\.csv"),
    "YAML bomb": (with_study(yaml_bomb()), r"study\.yaml"),
    "YAML a thousand deep": (with_study("title: " + "[" * 100_000), r"study\.yaml"),
    "YAML that is none": (with_study("title: 'open\nruns: {"), r"study\.yaml:\d+"),
    "YAML that builds objects": (with_study(f"{STUDY}x: {EVIL}\n"), r"study\.yaml:6"),
    "key twice": (with_study(STUDY + "title: again\n"), r"study\.yaml:6.*title"),
    "study not in UTF-8": (not_utf8, r"study\.yaml"),
    "empty study": (with_study(""), r"study\.yaml"),
    "missing study": (lambda f: ["run", f / "none.yaml"], r"none\.yaml"),
    "unknown assay": (with_study(STUDY.replace("ility", "ilty")), r"study\.yaml:4: .*mean viability\?"),
    "unknown key": (with_study(STUDY.replace("files", "flies")), r"study\.yaml:5: runs\.one\.flies.*files"),
    "cyclic runs": (with_study(cyclic()), r"study\.yaml:\d+: .*circle"),
    "exclusion of nothing": (with_study(STUDY + EXCLUDED), r"H12"),
    "missing file of a study": (with_study(STUDY.replace("good.csv", "none.csv")), r"none\.csv"),
    "results where a file is": (occupied, r"taken"),
    "override of no run": (with_study(STUDY, "--set", "on.level=0.9"), r"--set on: .*Did you mean one\?"),
}  # fmt: skip


# Mistakes that are many: one line each, told together.
MANY = {"swapped columns": 21, "unknown key": 2, "cyclic runs": 3}


def tree(folder: Path) -> dict[str, int]:
    """Every path under the folder with its size, pipes and links included; locks hold nothing."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix != ".lock"]
    return {str(path.relative_to(folder)): path.lstat().st_size for path in paths}


def lines_of(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("Error: ")]


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_input_ends_with_two_and_one_line(name, call, tmp_path, monkeypatch):
    prepare, told = CASES[name]
    monkeypatch.chdir(tmp_path)
    words = prepare(tmp_path)
    before = tree(tmp_path)
    start = time.process_time()
    answer = call(*words)
    taken = time.process_time() - start
    assert answer.code == 2, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    lines = lines_of(answer.err)
    assert 1 <= len(lines) <= MANY.get(name, 1), answer.err
    assert any(re.search(told, line) for line in lines), answer.err
    assert all(len(line) < 500 for line in lines)
    assert tree(tmp_path) == before
    assert taken < SECONDS


# A process that starts small: the memory of a child begins with that of the one that made it.
MEASURE = """
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_input_is_cheap(name, tmp_path):
    """The same through a process of its own, with its processor time and its memory.

    Not the time on the wall: what else the machine does at the moment is not the input's fault.
    """
    words = [str(word) for word in CASES[name][0](tmp_path)]
    out = [] if words[0] == "run" else ["-o", str(tmp_path / "out")]
    before = tree(tmp_path)
    ours = [sys.executable, "-m", "selenolab.faces.cli", *words, *out]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *ours], cwd=tmp_path, capture_output=True, check=True, timeout=100
    )
    code, seconds, megabytes = json.loads(done.stdout)
    assert code == 2
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
    assert tree(tmp_path) == before
