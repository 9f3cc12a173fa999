"""Long tables: round trips through other writers, and every mistake with its file, row and column."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from selenolab.core.errors import DataError, FormatRefusal, SelenolabError, SeveralErrors
from selenolab.core.format import Parsed
from selenolab.formats.headers import parse_header
from selenolab.formats.long_table import basis_of, read_table
from selenolab.formats.recognise import read_file

LOOSE = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEADER = ["compound", "Cell line", "time [h]", "dose [uM Se]", "replicate", "role", "absorbance"]
row = st.tuples(
    st.sampled_from(["SeNP", "ebselen", "Sélénite"]),
    st.sampled_from(["HepG2", "MCF-7"]),
    st.sampled_from([24.0, 48.0]),
    st.floats(min_value=0, max_value=500).map(lambda value: round(value, 3)),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["sample", "blank"]),
    st.floats(min_value=-0.1, max_value=4).map(lambda value: round(value, 4)),
)


def read(tmp_path: Path, text: str, name: str = "t.csv", **choices: object) -> Parsed:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_table(tmp_path / name, **choices)  # type: ignore[arg-type]


@LOOSE
@given(st.data())
def test_text_tables_come_back(tmp_path: Path, data: st.DataObject) -> None:
    rows = data.draw(st.lists(row, min_size=1, max_size=12))
    delimiter = data.draw(st.sampled_from("\t;,"))
    comma = data.draw(st.booleans()) and delimiter != ","
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    preamble = data.draw(
        st.sampled_from([[], [["My plate of Monday"]], [["# comment"], ["Operator", "Anna"]]])
    )

    def cell(value: object) -> str:
        text = f"{value:.4f}" if isinstance(value, float) else str(value)
        return text.replace(".", ",") if comma and isinstance(value, float) else text

    path = tmp_path / "t.txt"
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows(
            [*preamble, HEADER, *([cell(v) for v in r] for r in rows)]
        )
    parsed, _ = read_file(path)
    assert parsed.format == "long_table"
    words = ["compound", "cell_line", "time", "dose", "replicate", "role", "absorbance"]
    found = list(parsed.data[words].itertuples(index=False, name=None))
    assert found == rows
    assert parsed.units == {"time": "h", "dose": "µM"}
    assert basis_of(parsed, "dose") == "Se"
    assert parsed.data["source_row"].tolist() == [len(preamble) + 2 + n for n in range(len(rows))]
    assert any("decimal comma" in text for text in parsed.assumed) is comma


@LOOSE
@given(st.lists(row, min_size=1, max_size=8))
def test_workbooks_come_back(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    book = Workbook()
    for line in (["A title"], [], HEADER, *rows):
        book.active.append(list(line))
    book.save(tmp_path / "t.xlsx")
    parsed, _ = read_file(tmp_path / "t.xlsx")
    assert parsed.data["absorbance"].tolist() == [line[-1] for line in rows]
    assert parsed.data["replicate"].tolist() == [line[4] for line in rows]
    assert parsed.data["source_row"].iloc[0] == 4
    assert any("A title" in note for note in parsed.notes)


def test_pandas_writes_what_we_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"well": ["A1", "A2"], "dose [nM]": [0.5, 1e-9], "replicate": [1, 2]})
    for name, write in (("p.csv", frame.to_csv), ("p.xlsx", frame.to_excel)):
        write(tmp_path / name, index=False)
        parsed, _ = read_file(tmp_path / name)
        assert parsed.data["dose"].tolist() == [0.5, 1e-9]
        assert parsed.data["replicate"].tolist() == ["1", "2"]
        assert "dose_flag" not in parsed.data


def test_flags_and_bounds(tmp_path: Path) -> None:
    parsed = read(tmp_path, "well,value [µM]\nA1,<0.5\nA2,OVRFLW\nA3,\nA4,BQL\nA5,>64\nA6,saturated\nA7,3\n")
    flags = parsed.data["value_flag"].tolist()
    assert flags == ["<0.5", ">range: OVRFLW", "missing", "<LOQ", ">64", "saturated", ""]
    values = parsed.data["value"]
    assert values.iloc[[0, 4, 6]].tolist() == [0.5, 64, 3]
    assert values.isna().tolist() == [False, True, True, True, False, True, False]


@pytest.mark.parametrize("word", ["NaN", "inf", "-Infinity", "-", "n/a", "#DIV/0!", "abc", "0.5 AU", "1e999"])
def test_no_number_names_file_row_and_column(tmp_path: Path, word: str) -> None:
    with pytest.raises(DataError, match=r"t\.csv: row 4, column 'absorbance'") as told:
        read(tmp_path, f"well,absorbance\nA1,0.1\n\nA2,{word}\nA3,0.3\n")
    assert f"'{word}'" in str(told.value)


def test_missing_words_may_be_allowed(tmp_path: Path) -> None:
    parsed = read(tmp_path, "well,absorbance\nA1,0.1\nA2,n/a\n", may_miss={"absorbance"})
    assert parsed.data["absorbance_flag"].tolist() == ["", "missing"]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    with pytest.raises(SeveralErrors) as told:
        read(tmp_path, "well,dose [µM],absorbance\nA1,NaN,0.1\nA2,2,inf\nA3,3,0.2\n")
    assert [line.split(":")[1] for line in str(told.value).splitlines()] == [
        " row 2, column 'dose [µM]'",
        " row 3, column 'absorbance'",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("well\tdose [µM]\nA1\t1,234\nA2\t2,345\n", "'1,234' may have"),
        ("well;dose [µM];od\nA1;1.234;0,5\nA2;2.345;0,6\n", "'1.234' may have"),
        ("well,dose [µM],DOSE [nM]\nA1,1,2\n", "the same word 'dose'"),
        ("well,dose [µM],absorbance\nA1,1,5,0,5\n", "has no header above it"),
        ("well,[µM],absorbance\nA1,1,0.5\n", "a unit and no word"),
        ("1,2,3\n4,5,6\n", "header row"),
        ("well dose\nA1 5\n", "not cut by tab, semicolon or comma"),
    ],
)
def test_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SelenolabError) as told:
        read(tmp_path, text)
    assert words in str(told.value)
    assert "t.csv" in str(told.value)
    assert "\n" not in str(told.value)


def test_thousands_are_read_where_the_column_proves_them(tmp_path: Path) -> None:
    parsed = read(tmp_path, "well\tdose [µM]\nA1\t1,234\nA2\t2,345.5\n")
    assert parsed.data["dose"].tolist() == [1234, 2345.5]
    assert any("thousands" in text for text in parsed.assumed)


def test_semicolons_speak_for_a_decimal_comma(tmp_path: Path) -> None:
    parsed = read(tmp_path, "well;dose [µM]\nA1;1,234\nA2;2,345\n")
    assert parsed.data["dose"].tolist() == [1.234, 2.345]
    assert any("decimal comma" in text for text in parsed.assumed)


def test_sheets_with_one_header_are_joined_and_others_said(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "day 1"
    for number, sheet in enumerate([book.active, book.create_sheet("day 2")]):
        sheet.append(["well", "dose [µM]"])
        sheet.append(["A1", number + 0.5])
    book.create_sheet("other").append(["x", "y [h]"])
    book["other"].append(["a", 1])
    book.save(tmp_path / "b.xlsx")
    parsed = read_table(tmp_path / "b.xlsx")
    assert parsed.data["record"].tolist() == ["day 1", "day 2"]
    assert parsed.data["dose"].tolist() == [0.5, 1.5]
    assert any("other" in note for note in parsed.notes)


def test_a_date_that_excel_made_of_a_dose_is_told(tmp_path: Path) -> None:
    import datetime

    book = Workbook()
    book.active.append(["well", "dose [µM]"])
    book.active.append(["A1", datetime.date(2024, 2, 1)])
    book.save(tmp_path / "d.xlsx")
    with pytest.raises(DataError, match="row 2, column 'dose"):
        read_table(tmp_path / "d.xlsx")


def test_fifty_thousand_rows_are_quick(tmp_path: Path) -> None:
    import time

    lines = "".join(f"P1,A1,{n / 7:.5f},{n % 3}\n" for n in range(50_000))
    (tmp_path / "big.csv").write_text("plate,well,absorbance,dose [µM]\n" + lines)
    start = time.process_time()
    parsed = read_table(tmp_path / "big.csv")
    assert len(parsed.data) == 50_000
    assert time.process_time() - start < 5


def test_refusal_is_the_readers_own(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("\n\n")
    with pytest.raises(FormatRefusal, match="holds no cells"):
        read_table(tmp_path / "x.csv")


PROSE = """THE SOFTWARE LICENSE
Permission is granted, free of charge, to any person, subject to the terms,
provided that the notice, the list of conditions, and this text are kept.
In no event shall the authors, holders, or others be liable, whatever the cause,
for damages, losses, or claims, in contract, tort, or otherwise, arising from it.
"""


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "Data:   y, x, w\n  1.5  2.5\n  3.5  4.5\n  5.5  6.5\n",
        "def read(path: Path, name: str) -> Data:\n    return Data(path, name, [1, 2])\n\nx = read(a, b)\n",
        '{"dose": [1, 2], "well": "A1"}',
    ],
)
def test_prose_code_and_json_are_no_tables(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.txt").write_text(text)
    with pytest.raises(FormatRefusal, match="Refused as unknown"):
        read_file(tmp_path / "x.txt")


SHARED = Path(__file__).parents[3] / "shared" / "data"
REAL = [
    "viability/drc/spinach.csv",
    "viability/gr/input1.tsv",
    "pk/theoph.csv",
    "synergy/musyc/potency_1.csv",
]


@pytest.mark.skipif(not SHARED.exists(), reason="shared data is absent")
@pytest.mark.parametrize("name", REAL)
def test_real_tables_are_what_pandas_reads(name: str) -> None:
    parsed, _ = read_file(SHARED / name)
    frame = pd.read_csv(SHARED / name, sep=None, engine="python")
    assert len(parsed.data) == len(frame)
    for column in frame.select_dtypes("number"):
        ours = parsed.data[parse_header(column).word]
        assert ours.astype(float).tolist() == frame[column].astype(float).tolist(), column


@pytest.mark.skipif(not SHARED.exists(), reason="shared data is absent")
def test_real_texts_of_other_kinds_are_no_tables() -> None:
    texts = [
        *SHARED.rglob("LICENSE*.txt"),
        *SHARED.rglob("*.nbib"),
        *(SHARED / "viability" / "nist").glob("*.dat"),
    ]
    assert texts
    for text in texts:
        with pytest.raises(FormatRefusal, match="unknown"):
            read_file(text)
