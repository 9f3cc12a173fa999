"""Plate-shaped tables of any origin: 6 to 1536 wells, several a file, with or without labels."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.blocks import Block, bare_blocks, block_shape, labelled_blocks, text_of, words_above
from selenolab.formats.numbers import Mark, is_number, to_number
from selenolab.formats.plate_records import Point, Read, Signal, gather, grid_points, marks
from selenolab.formats.sheets import Sheets, delimiter_word, read_sheets, source_row
from selenolab.formats.text import signature
from selenolab.formats.units import factor
from selenolab.formats.well_series import Table, series_points, well_tables
from selenolab.formats.workbook import Sheet, is_zip

TITLE = "plate grid"
SEARCHED = 2_000  # rows in which a grid without labels is looked for
_WAVE = re.compile(r"(?<![\d.,/])(\d{3,4})\s*nm\b", re.IGNORECASE)
_BARE_WAVE = re.compile(r"^(?:A|OD|Abs\.?)?\s*_?(\d{3,4})$", re.IGNORECASE)
_DIFFERENCE = re.compile(
    r"\d{3}\s*(?:nm)?\s*[-–−]\s*\d{3}|\bdelta\b|\bcorrected\b|\bblank(?:ed)?[ -]", re.IGNORECASE
)
_TIME = re.compile(
    r"\btime\b\s*(?:\[?(s|sec|min|h)\]?)?\s*[:=]?\s*([\d.,]+)\s*(s|sec|min|h)?\b", re.IGNORECASE
)
_PLATE = re.compile(r"\bplate\b|\bplatte\b", re.IGNORECASE)
_SIGNALS: tuple[tuple[re.Pattern[str], Signal], ...] = (
    (re.compile(r"absorb|\babs\b|\bOD|\boptical density", re.IGNORECASE), "absorbance"),
    (re.compile(r"fluoresc|\bRFU\b", re.IGNORECASE), "fluorescence"),
    (re.compile(r"luminesc|\bRLU\b", re.IGNORECASE), "luminescence"),
)


@dataclass(frozen=True, slots=True)
class Caption:
    """What the words around a block say. "" or None where they say nothing."""

    plate: str
    label: str
    signal: Signal
    wavelength: float | None
    time: float | None


@dataclass(slots=True)
class Plates:
    """Names given so far: plate -> what has been read of it (wavelength, time, label)."""

    seen: dict[str, set[tuple[float | None, float | None, str]]]
    assumed: list[str]


def recognise(head: Head) -> float:
    """Likely where a block of readings in the shape of a plate is found."""
    if signature(head.first) and not is_zip(head.first):
        return 0.0
    try:
        found = read_sheets(head.path)
    except FormatRefusal:
        return 0.0
    labelled = [block for sheet in found.sheets for block in labelled_blocks(sheet.rows)]
    if any(_filled(block) for block in labelled):
        return 0.8
    if any(True for sheet in found.sheets for _ in well_tables(sheet.rows)):
        return 0.8
    if labelled:
        return 0.35  # a layout: reading it says so
    bare = any(True for sheet in found.sheets for _ in bare_blocks(sheet.rows[:SEARCHED]))
    return 0.4 if bare else 0.0


def read(path: Path) -> Parsed:
    """All blocks of readings in the file; blocks of words (layouts) are left out and said."""
    found = read_sheets(path)
    mark = _mark(found)
    reads: list[Read] = []
    assumed: list[str] = []
    notes: list[str] = []
    plates = Plates({}, assumed)
    for sheet in found.sheets:
        reads += _sheet_reads(path.name, sheet, mark, plates, notes)
    if not reads:
        raise FormatRefusal(TITLE, path.name, _seen(found), "Name columns 1, 2, 3 ... and rows A, B, C ...")
    if delimiter_word(found):
        assumed.append(f"{found.encoding} text, cells separated by {delimiter_word(found)}")
    if mark != ".":
        assumed.append(
            "decimal comma" if mark == "," else "decimal commas and points mixed, each cell clear by itself"
        )
    if any(read.signal == "unknown" for read in reads):
        assumed.append("The file does not say what was measured: signal unknown")
    return gather("plate_grid", reads, assumed, notes)


def _seen(found: Sheets) -> str:
    if any(True for sheet in found.sheets for _ in labelled_blocks(sheet.rows)):
        return "its plates hold words, not readings: it looks like a plate map"
    return "no table in the shape of a plate was found"


def _mark(found: Sheets) -> Mark:
    cells = [
        cell
        for sheet in found.sheets
        for block in (*labelled_blocks(sheet.rows), *bare_blocks(sheet.rows))
        for line in block.cells.values()
        for cell in line
    ]
    cells += [
        cell
        for sheet in found.sheets
        for table in well_tables(sheet.rows)
        for line in table.cells
        for cell in line
    ]
    mark = marks(cells, "," if found.delimiter == ";" else "")
    if mark == "":
        written = [cell for cell in cells if isinstance(cell, str) and is_number(cell)]
        example = next((cell for cell in written if marks([cell]) == ""), written[0])
        reason = f"'{example}' may have a decimal or a thousands separator, and nothing else decides"
        raise FormatRefusal(TITLE, found.name, reason, "Use a decimal point and no thousands separator.")
    return mark


def _filled(block: Block) -> bool:
    """Whether a block holds readings: at least half of what is written are numbers or reader's flags."""
    written = [cell for line in block.cells.values() for cell in line if cell != ""]
    numbers = sum(1 for cell in written if isinstance(cell, float) or is_number(cell.strip("<>* ")))
    return numbers > 0 and numbers * 2 >= len(written)


def _sheet_reads(name: str, sheet: Sheet, mark: Mark, plates: Plates, notes: list[str]) -> Iterator[Read]:
    blocks = list(labelled_blocks(sheet.rows))
    tables = list(well_tables(sheet.rows))
    if not blocks and not tables:
        blocks = list(bare_blocks(sheet.rows))
    pending: list[tuple[Caption, Block]] = []
    after, top, end, current = 0, -1, 0, ""
    for block in blocks:
        if block.top != top:  # blocks side by side share the lines above them
            after, top = end, block.top
        end = max(end, block.end)
        caption = _caption(words_above(sheet.rows, after, block), block.corner)
        if not _filled(block):
            current = caption.plate or current
            notes.append(f"A block of words at {_row(sheet, block.top)} left out (a layout?)")
            continue
        if block.stray is not None:
            raise _stray(name, sheet, block.stray)
        current = _named(caption, current, sheet, plates)
        caption = replace(caption, plate=current)
        if not block.labelled:
            plates.assumed.append(f"{current}: no row or column labels, the first cell is taken as A1")
        if _DIFFERENCE.search(caption.label):
            notes.append(f"{current}: '{caption.label}' looks already corrected, not raw")
        pending.append((caption, block))
    yield from _block_reads(pending, mark)
    for table in tables:
        above = [" ".join(text_of(cell) for cell in row if cell != "") for row in sheet.rows[: table.top]]
        caption = _caption(above, "")
        caption = replace(caption, plate=_named(caption, current, sheet, plates))
        yield _table_read(caption, table, mark)


def _row(sheet: Sheet, index: int) -> str:
    return f"{f'sheet {sheet.name}, ' if sheet.name else ''}row {source_row(sheet, index)}"


def _named(caption: Caption, current: str, sheet: Sheet, plates: Plates) -> str:
    """The plate's name: as written, else the one before at another wavelength or time, else a new one."""
    what = (caption.wavelength, caption.time, caption.label)
    told = caption.wavelength is not None or caption.time is not None
    if caption.plate:
        name = caption.plate
        if what in plates.seen.get(name, set()):
            name = f"{sheet.name} / {name}" if sheet.name else _fresh(f"{name} again", plates)
            plates.assumed.append(f"'{caption.plate}' stands there twice: the later one is called '{name}'")
    elif current and told and _continues(plates.seen[current], what):
        name = current
    else:
        name = sheet.name if sheet.name and sheet.name not in plates.seen else _fresh("Plate", plates)
        plates.assumed.append(f"A block without a plate's name is called '{name}'")
    plates.seen.setdefault(name, set()).add(what)
    return name


def _continues(
    seen: set[tuple[float | None, float | None, str]], what: tuple[float | None, float | None, str]
) -> bool:
    """Whether a nameless block may be one more wavelength or time of the plate before it."""
    return what not in seen and all(wave is not None or time is not None for wave, time, _ in seen)


def _fresh(word: str, plates: Plates) -> str:
    return next(name for n in count(1) if (name := f"{word} {n}") not in plates.seen)


def _stray(name: str, sheet: Sheet, index: int) -> FormatRefusal:
    reason = "a row of cells follows a plate without continuing its row letters"
    remedy = "Give every reading its own block, with rows A, B, C ... (a Gen5 file: export it as text)."
    return FormatRefusal(TITLE, name, reason, remedy, _row(sheet, index))


def _caption(above: Sequence[str], corner: str) -> Caption:
    """Take in the corner cell and the text lines above a block, back to the block before."""
    words = [line.strip(" :") for line in above if line.strip(" :#")][-6:]
    corner = corner if corner not in ("<>", "", "Well", "Row") else ""
    texts = [*words, corner] if corner else words
    named = [text for text in texts if _PLATE.search(text) and len(text) <= 60]
    label = corner or next((text for text in reversed(words) if text not in named), "")
    waves = [float(wave) for text in reversed(texts) for wave in _WAVE.findall(text)]
    bare = [float(match[1]) for text in reversed(texts) if (match := _BARE_WAVE.match(text))]
    wave = next((w for w in [*waves, *bare] if 180 <= w <= 1100), None)
    if _DIFFERENCE.search(label):
        wave = None
    signal: Signal = next(
        (kind for pattern, kind in _SIGNALS for text in texts if pattern.search(text)), "unknown"
    )
    time = next((t for text in reversed(texts) if (t := _time(text)) is not None), None)
    plate = named[-1] if named else ""
    return Caption(plate, "" if label == plate or time is not None else label, signal, wave, time)


def _time(text: str) -> float | None:
    match = _TIME.search(text)
    unit = (match[3] or match[1]) if match else None
    value = to_number(match[2]) if match else None
    if value is None or not unit:
        return None
    return value * factor(unit.lower(), "s")


def _block_reads(pending: Sequence[tuple[Caption, Block]], mark: Mark) -> Iterator[Read]:
    groups: dict[tuple[object, ...], list[tuple[Caption, Block]]] = {}
    for caption, block in pending:
        key: tuple[object, ...] = (caption.plate, caption.wavelength, caption.signal)
        groups.setdefault(key if caption.time is not None else (*key, len(groups), block.top), []).append(
            (caption, block)
        )
    for items in groups.values():
        caption, block = items[0]
        points: list[Point] = []
        for item, cells in items:
            points += grid_points(cells.cells, cells.columns, mark, item.time)
        label = f"{caption.wavelength:g} nm" if caption.wavelength and not caption.label else caption.label
        yield Read(
            plate=caption.plate,
            label=label,
            read_kind="endpoint" if caption.time is None else "kinetic",
            signal=caption.signal,
            points=points,
            wavelength=caption.wavelength,
            shape=block_shape(block),
        )


def _table_read(caption: Caption, table: Table, mark: Mark) -> Read:
    return Read(
        plate=caption.plate,
        label=f"{caption.wavelength:g} nm" if caption.wavelength else caption.label,
        read_kind="kinetic" if table.axis == "time" else "spectrum",
        signal=caption.signal,
        points=series_points(table, mark),
        wavelength=caption.wavelength if table.axis == "time" else None,
    )


format = Format(  # noqa: A001 - the contract's word
    name="plate_grid",
    title="Plate-shaped table",
    kind="plate",
    evidence=Evidence.INDEPENDENT,
    proof="grids written by csv, openpyxl and pandas in several encodings and locales, read back unchanged",
    extensions=(".csv", ".tsv", ".txt", ".xlsx"),
    recognise=recognise,
    read=read,
)
