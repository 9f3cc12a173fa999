"""Sample sheets and plate maps: a long table, or grids with an attribute a block, to one row a well."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from selenolab.core.errors import DataError, FormatRefusal, SeveralErrors
from selenolab.core.format import Parsed
from selenolab.formats.blocks import Block, labelled_blocks, text_of, words_above
from selenolab.formats.headers import Header, parse_header
from selenolab.formats.long_table import read_table
from selenolab.formats.name_words import NAMES
from selenolab.formats.number_column import column_mark, file_mark, looks_numeric, plain, to_numbers
from selenolab.formats.sheets import Sheets, read_sheets
from selenolab.formats.wells import PLATES, parse_well, row_letters, well_name
from selenolab.formats.workbook import Cell, Sheet

TITLE = "plate map"


@dataclass(frozen=True, slots=True)
class Entry:
    """One filled cell of a grid: the well it stands for, and where it stands."""

    plate: str
    well: tuple[int, int]
    cell: Cell
    place: str


def read_plate_map(path: Path, wells: int | None = None) -> Parsed:
    """The sample sheet or plate map at `path`, one row a well (or a sample, where no wells are named).

    A workbook or text file with plate-shaped blocks is read as grids: the attribute is the corner
    cell of a block, else the line above it, else the sheet's name (``dose (µM)``: Excel allows no
    square brackets there); a line or sheet name with the word "plate" names the plate. Otherwise the
    file is a long table with a column ``well``.

    Parameters
    ----------
    path : xlsx, csv, tsv or txt.
    wells : wells of the plate (6 to 1536), to refuse wells outside it; None = only by the grid itself.

    Returns
    -------
    Parsed of kind "table", format "plate_map": `data` has ``plate`` (missing = every plate), ``well``,
    ``row``, ``column``, ``place`` (where it is written) and a column an attribute, with units and
    ``<word>.basis`` as :func:`selenolab.formats.long_table.read_table` gives them.

    Raises
    ------
    FormatRefusal, DataError, SeveralErrors
    """
    found = read_sheets(path)
    blocks = [(sheet, block) for sheet in found.sheets for block in labelled_blocks(sheet.rows)]
    if blocks:
        return _grids(found, blocks, wells)
    return _long(read_table(path), path.name, wells)


def _long(parsed: Parsed, name: str, wells: int | None) -> Parsed:
    """A long table with its wells checked and spelt one way."""
    data = _without_empty_wells(parsed.data)
    data["place"] = pd.Series([f"{name}: row {row}" for row in data["source_row"]], dtype="string")
    assumed = list(parsed.assumed)
    if "well" in data.columns:
        spots = _checked_wells(data, wells)
        data["well"] = pd.Series([well_name(*spot) for spot in spots], dtype="string")
        data["row"] = pd.Series([row for row, _ in spots], dtype="int64")
        data["column"] = pd.Series([column for _, column in spots], dtype="int64")
        if "plate" not in data.columns:
            data["plate"] = pd.Series([pd.NA] * len(data), dtype="string")
            assumed.append("no column 'plate': the map holds for every plate")
        plates = data["plate"].fillna("").astype(str)
        if "file" in data.columns:  # several files may hold a plate of the same name
            plates = (data["file"].fillna("").astype(str) + " " + plates).str.strip()
        _check_repeats(zip(plates, data["well"], data["place"], strict=True))
    return replace(parsed, format="plate_map", data=data, assumed=tuple(assumed))


def _without_empty_wells(data: pd.DataFrame) -> pd.DataFrame:
    """A copy; without the columns of wells and plates where none is filled in, but other words are."""
    if "well" not in data.columns or data["well"].notna().any():
        return data.copy()
    said = [word for word in data.columns if word not in ("record", "source_row", "file", "plate", "well")]
    if not any(data[word].notna().any() for word in said):
        return data.copy()
    empty = [word for word in ("plate", "well") if word in data.columns and data[word].isna().all()]
    return data.drop(columns=empty)


def _checked_wells(data: pd.DataFrame, wells: int | None) -> list[tuple[int, int]]:
    spots: list[tuple[int, int]] = []
    errors: list[DataError] = []
    for text, place in zip(data["well"].fillna(""), data["place"], strict=True):
        spot = parse_well(text)
        if spot is None:
            errors.append(DataError(f"{place}: Unknown well '{text}'. Write it like A1 or H12."))
        elif outside := _outside(spot, wells):
            errors.append(DataError(f"{place}: Well {text} {outside}."))
        spots.append(spot or (0, 0))
    _raise(errors)
    return spots


def _outside(spot: tuple[int, int], wells: int | None) -> str:
    if wells is None:
        return ""
    shape = PLATES[wells]
    if spot[0] <= shape[0] and spot[1] <= shape[1]:
        return ""
    return f"is outside a plate of {wells} wells (A1 to {well_name(*shape)})"


def _check_repeats(wells: Iterable[tuple[str, str, str]]) -> None:
    seen: dict[tuple[str, str], str] = {}
    errors: list[DataError] = []
    for plate, well, place in wells:
        before = seen.setdefault((plate, well), place)
        if before != place:
            where = f"plate {plate}, well {well}" if plate else f"well {well}"
            errors.append(DataError(f"{place}: The {where} stands already at {before}. Keep one of them."))
    _raise(errors)


def _raise(errors: Sequence[DataError]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        more = [DataError(f"... and {len(errors) - 20} more.")] if len(errors) > 20 else []
        raise SeveralErrors([*errors[:20], *more])


def _grids(found: Sheets, blocks: Sequence[tuple[Sheet, Block]], wells: int | None) -> Parsed:
    entries: dict[Header, list[Entry]] = {}
    before: dict[str, tuple[int, int, int, str]] = {}
    for sheet, block in blocks:
        start, top, end, name = before.get(sheet.name, (0, -1, 0, ""))
        start = start if block.top == top else end  # blocks side by side share the lines above them
        header, plate = _caption(sheet, start, block)
        plate = plate or name  # a plate's name holds for the blocks below it
        before[sheet.name] = start, block.top, max(end, block.end), plate
        _check_block(found, sheet, block, wells)
        same = next((known for known in entries if known.word == header.word), header)
        if (same.unit, same.basis) != (header.unit, header.basis):
            both = f"'{same.text}' and '{header.text}'"
            raise DataError(f"{_place(found, sheet, block.top, block.left)}: {both} differ in unit. Use one.")
        entries.setdefault(same, []).extend(_entries(found, sheet, block, plate))
    keys = {(entry.plate, entry.well): entry.place for filled in entries.values() for entry in filled}
    ordered = sorted(keys, key=lambda key: (key[0], key[1]))
    if not ordered:
        raise FormatRefusal(TITLE, found.name, "all its grids are empty", "Fill the wells in use.")
    data = pd.DataFrame(
        {
            "plate": pd.Series([plate or None for plate, _ in ordered], dtype="string"),
            "well": pd.Series([well_name(*well) for _, well in ordered], dtype="string"),
            "row": pd.Series([well[0] for _, well in ordered], dtype="int64"),
            "column": pd.Series([well[1] for _, well in ordered], dtype="int64"),
            "place": pd.Series([keys[key] for key in ordered], dtype="string"),
        }
    )
    assumed = [] if data["plate"].notna().all() else ["no plate is named: the map holds for every plate"]
    columns = _attributes(found, entries, ordered, assumed)
    return Parsed(
        format="plate_map",
        kind="table",
        records=pd.DataFrame({"record": [Path(found.name).stem], "n_rows": [len(data)]}),
        data=data.assign(**columns),
        units={header.word: header.unit for header in entries if header.unit},
        assumed=tuple(assumed),
        metadata={f"{h.word}.basis": h.basis for h in entries if h.basis}
        | {f"{h.word}.header": h.text for h in entries},
    )


def _caption(sheet: Sheet, start: int, block: Block) -> tuple[Header, str]:
    """The attribute and the plate that the words around a block name."""
    above = words_above(sheet.rows, start, block)
    words = [text for text in (*above, block.corner.strip()) if text and text not in ("<>", "Well")]
    plates = [text for text in words if _names_plate(text)]
    named = [text for text in words if not _names_plate(text)]
    plate = plates[-1] if plates else sheet.name if _names_plate(sheet.name) else ""
    attribute = named[-1] if named else "" if _names_plate(sheet.name) else sheet.name
    return parse_header(attribute or "sample"), plate


def _names_plate(text: str) -> bool:
    return "plate" in text.casefold() and "[" not in text


def _place(found: Sheets, sheet: Sheet, index: int, column: int) -> str:
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    row = sheet.lines[index] if sheet.lines else index + 1
    return f"{found.name}: {f'sheet {sheet.name}, ' if sheet.name else ''}cell {letters}{row}"


def _check_block(found: Sheets, sheet: Sheet, block: Block, wells: int | None) -> None:
    """Nothing may stand right of the last column number; no row or column outside the plate."""
    width = len(block.columns)
    if block.stray is not None:
        where = _place(found, sheet, block.stray, block.left - 1)
        raise DataError(
            f"{where}: The row does not continue the plate's letters. Give every attribute its own block."
        )
    for index in range(block.top + 1, block.end):
        end = len(sheet.rows[index]) if block.span is None else min(block.span[1], len(sheet.rows[index]))
        for place in range(block.left + width, end):
            if sheet.rows[index][place] != "":
                where = _place(found, sheet, index, place)
                text = text_of(sheet.rows[index][place])
                raise DataError(f"{where}: '{text}' stands outside the plate's columns. Move or delete it.")
    last = max(block.cells), block.columns[-1]
    shape = PLATES[wells] if wells else next((s for s in PLATES.values() if s[1] >= last[1]), (32, 48))
    if not wells and last[1] not in {columns for _, columns in PLATES.values()}:
        return
    if last[0] > shape[0] or last[1] > shape[1]:
        where = _place(found, sheet, block.end - 1, block.left - 1)
        size = f"{shape[0] * shape[1]} wells (rows A-{row_letters(shape[0])})"
        raise DataError(f"{where}: Well {well_name(*last)} is outside a plate of {size}. Correct the label.")


def _entries(found: Sheets, sheet: Sheet, block: Block, plate: str) -> Iterator[Entry]:
    for offset, (row, cells) in enumerate(block.cells.items(), start=block.top + 1):
        for place, (column, cell) in enumerate(zip(block.columns, cells, strict=True), start=block.left):
            if cell != "":
                yield Entry(plate, (row, column), cell, _place(found, sheet, offset, place))


def _attributes(
    found: Sheets,
    entries: Mapping[Header, Sequence[Entry]],
    ordered: Sequence[tuple[str, tuple[int, int]]],
    assumed: list[str],
) -> dict[str, pd.Series]:
    """A column a header over the wells in order."""
    numeric = {
        header: bool(header.unit) or (header.word not in NAMES and looks_numeric([e.cell for e in filled]))
        for header, filled in entries.items()
    }
    numbered = [[entry.cell for entry in entries[header]] for header in entries if numeric[header]]
    mark = file_mark(numbered, found.delimiter == ";")
    columns: dict[str, pd.Series] = {}
    errors: list[DataError] = []
    for header, filled in entries.items():
        _check_repeats((e.plate, f"{well_name(*e.well)} ({header.word})", e.place) for e in filled)
        by_key = {(entry.plate, entry.well): entry for entry in filled}
        cells = [by_key[key].cell if key in by_key else "" for key in ordered]
        if not numeric[header]:
            columns[header.word] = pd.Series([text_of(cell) or None for cell in cells], dtype="string")
            continue
        own = column_mark(cells, mark, plain([c for c in cells if c != ""]) is not None)
        if own == "":
            reason = f"numbers of '{header.text}' may have a decimal or a thousands separator"
            raise FormatRefusal(TITLE, found.name, reason, "Write numbers with a decimal point.")
        if own == ",":
            assumed.append(f"'{header.text}': decimal comma")
        places = [by_key[key].place if key in by_key else "" for key in ordered]
        numbers = to_numbers(cells, own, places, header.text, False, errors)
        columns[header.word] = pd.Series(numbers.values, dtype="float64")
        if any(numbers.flags):
            columns[f"{header.word}_flag"] = pd.Series(numbers.flags, dtype="string")
    _raise(errors)
    return columns
