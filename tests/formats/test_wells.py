"""Well names on every plate."""

import pytest

from selenolab.formats.wells import PLATES, parse_well, row_letters, row_number, smallest_plate, well_name


@pytest.mark.parametrize("wells", PLATES)
def test_every_well_of_every_plate(wells: int) -> None:
    rows, columns = PLATES[wells]
    assert rows * columns == wells
    spots = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    names = [well_name(*spot) for spot in spots]
    assert len(set(names)) == wells
    assert [parse_well(name) for name in names] == spots
    assert [parse_well(f" {name.lower()} ") for name in names] == spots
    assert smallest_plate(rows, columns) == (rows, columns)


@pytest.mark.parametrize(
    "text", ["", "A", "1", "A0", "A49", "AG1", "ZZ1", "A1B", "SPL1", "A-1", "A1.0", "Ä1"]
)
def test_no_well(text: str) -> None:
    assert parse_well(text) is None


def test_letters() -> None:
    assert [row_letters(row) for row in (1, 8, 16, 26, 27, 32)] == ["A", "H", "P", "Z", "AA", "AF"]
    assert all(row_number(row_letters(row)) == row for row in range(1, 33))
