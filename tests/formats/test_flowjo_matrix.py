"""FlowJo's matrices, as XML and as text, and damaged ones."""

import random
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.format import Parsed
from selenolab.core.gate import Spillover
from selenolab.formats.recognise import read_file

SPACES = (
    ' xmlns:gating="http://www.isac-net.org/std/Gating-ML/v2.0/gating"'
    ' xmlns:transforms="http://www.isac-net.org/std/Gating-ML/v2.0/transformations"'
    ' xmlns:data-type="http://www.isac-net.org/std/Gating-ML/v2.0/datatypes"'
)
CELLS = {"FITC-A": {"PE-A": "0.25", "FITC-A": "1"}, "PE-A": {"FITC-A": "0.01", "PE-A": "1.0"}}
PERCENT = {"FITC-A": "1", "PE-A": "100"}
EXPECTED = np.array([[1, 0.25], [0.01, 1]])


def xml(spaces: str = SPACES, cells: dict[str, dict[str, str]] = CELLS) -> str:
    rows = "".join(
        f'<transforms:spillover data-type:parameter="{row}" userProvidedCompInfix="Comp-{row}">'
        + "".join(
            f'<transforms:coefficient data-type:parameter="{column}" transforms:value="{value}"/>'
            for column, value in columns.items()
        )
        + "</transforms:spillover>"
        for row, columns in cells.items()
    )
    names = "".join(f'<data-type:parameter data-type:name="{name}"/>' for name in cells)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gating:gatingML{spaces}>'
        f'<transforms:spilloverMatrix spectral="0" prefix="Comp-" name="day 3" suffix="">'
        f"<data-type:parameters>{names}</data-type:parameters>{rows}"
        "</transforms:spilloverMatrix></gating:gatingML>\n"
    )


TEXTS = {
    "xml": xml(),
    "xml without its name spaces": xml(spaces=""),
    "xml in %": xml(
        cells={"FITC-A": {"FITC-A": "100", "PE-A": "25"}, "PE-A": {"FITC-A": "1", "PE-A": "100"}}
    ),
    "old text": "day 3\n<\t>\nFITC-A\tPE-A\n1\t0.25\n0.01\t1\n",
    "old text in Windows' lines": "day 3\r\n<Comp-\t>\r\nFITC-A\tPE-A\t\r\n1.0\t.25\t\r\n1e-2\t1.0\t\r\n",
    "table with row names": ",FITC-A,PE-A\nFITC-A,1,0.25\nPE-A,0.01,1\n",
    "table without": "FITC-A,PE-A\n1,0.25\n0.01,1\n",
}


def parsed(tmp_path: Path, text: str) -> Parsed:
    path = tmp_path / "a.mtx"
    path.write_bytes(text.encode("utf-8"))
    found, _ = read_file(path)
    assert found.format == "flowjo_matrix"
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_every_kind_of_file(name: str, tmp_path: Path) -> None:
    found = parsed(tmp_path, TEXTS[name])
    spillover = found.document
    assert isinstance(spillover, Spillover)
    assert found.kind == "document"
    assert spillover.channels == ("FITC-A", "PE-A")
    np.testing.assert_allclose(spillover.matrix, EXPECTED, rtol=1e-15)
    assert spillover.name == ("" if name.startswith("table") else "day 3")
    assert spillover.origin.startswith("FlowJo matrix a.mtx")
    assert found.data["channel"].tolist() == ["FITC-A", "PE-A"]


WRONG = {
    "hole": (xml(cells={"FITC-A": {"FITC-A": "1"}, "PE-A": CELLS["PE-A"]}),
             "the share of FITC-A in PE-A is missing"),
    "word": (TEXTS["xml"].replace('"0.25"', '"much"'), "the share of FITC-A in PE-A is missing or no number"),
    "spectral": (xml(cells={"FITC-A": {"FITC-A": "1", "PE-A": "0.1"}}), "a spectral or a cut matrix"),
    "no rows": (xml(cells={}), "0 rows"),
    "cut": (TEXTS["xml"][:-60], "the XML is damaged"),
    "entities": (TEXTS["xml"].replace("?>\n", '?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n'), "document type"),
    "short row": (TEXTS["old text"].replace("0.01\t1", "0.01"), "above 2 rows of [1, 2]"),
    "missing row": (TEXTS["old text"].replace("0.01\t1\n", ""), "above 1 rows"),
    "twice": (TEXTS["old text"].replace("FITC", "PE"), "a channel stands twice"),
    "nothing": ("day 3\n<\t>\n", "no line of channel names"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    text, word = WRONG[name]
    with pytest.raises(FormatRefusal, match=r"^a\.mtx: Refused as FlowJo matrix: [^\n]*$") as told:
        parsed(tmp_path, text)
    assert word in str(told.value)


def test_a_table_of_measurements_is_no_matrix(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("dose,absorbance\n1,0.2\n0.5,0.3\n")
    assert read_file(path)[0].format == "long_table"


@pytest.mark.parametrize("rounds", [150, pytest.param(3000, marks=pytest.mark.slow)])
def test_mutations_are_read_or_refused(rounds: int, tmp_path: Path) -> None:
    dice, outcomes = random.Random(2), set()
    path = tmp_path / "m.mtx"
    for _ in range(rounds):
        raw = bytearray(dice.choice(list(TEXTS.values())).encode())
        for _ in range(dice.randint(1, 5)):
            raw[dice.randrange(len(raw))] = dice.choice([9, 10, 34, 44, 60, 62, 0, dice.randrange(256)])
        path.write_bytes(bytes(raw))
        try:
            read_file(path)
            outcomes.add("read")
        except SelenolabError as error:
            outcomes.add("refused")
            if path.name not in str(error):
                raise AssertionError(str(error)) from error
    assert outcomes == {"read", "refused"}
