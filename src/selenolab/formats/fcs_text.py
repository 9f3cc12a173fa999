"""HEADER and TEXT of one data set of an FCS file: where its segments lie and what its keywords say.

Sources: FCS 3.0, doi:10.1002/(SICI)1097-0320(19970601)28:2<118::AID-CYTO3>3.0.CO;2-B; FCS 3.1,
doi:10.1002/cyto.a.20825.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from selenolab.core.errors import FormatRefusal

TITLE: Final = "FCS flow cytometry file"
AGAIN: Final = "Copy or export it again."
HEADER: Final = 58  # bytes: the version and six offsets
VERSIONS: Final = ("2.0", "3.0", "3.1", "3.2")
_MOST_TEXT = 2**24  # bytes; a thousand channels need a tenth of it
_STANDARD = re.compile(
    r"\$(P\d+[A-Z]+|(BEGIN|END)(DATA|STEXT|ANALYSIS)|PAR|TOT|MODE|BYTEORD|DATATYPE|NEXTDATA|CYT|DATE|BTIM|ETIM"
    r"|FIL|SYS|SPILLOVER|TIMESTEP)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Section:
    """One data set: `start` is its first byte in the file, `data` what its header says of DATA.

    `text` keeps the keywords as written, `known` has them in capitals. `text_last` is TEXT's last byte.
    """

    start: int
    version: str
    data: tuple[int, int]
    text_last: int
    text: Mapping[str, str]
    notes: tuple[str, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)


def refusal(path: Path, reason: str, remedy: str = AGAIN, where: str = "") -> FormatRefusal:
    """A refusal of this format; always one line."""
    return FormatRefusal(TITLE, path.name, " ".join(reason.split()), remedy, where)


def read_section(raw: BinaryIO, path: Path, start: int, size: int) -> Section:
    """HEADER, TEXT and supplemental TEXT of the data set at byte `start` of a file of `size` bytes.

    Raises
    ------
    FormatRefusal
        for another version, offsets that are no numbers or lie outside, and a TEXT that cannot be cut.
    """
    head = _bytes(raw, start, HEADER)
    version = _version(path, head)
    first, last = _offset(path, head, 10, "TEXT"), _offset(path, head, 18, "TEXT")
    if not HEADER <= first < last:
        raise refusal(path, f"its header says that TEXT goes from byte {first} to {last}")
    if start + last >= size + 1:  # an end one too far is forgiven below
        raise refusal(path, f"the file is cut short: TEXT ends at byte {start + last} of {size}")
    if last - first > _MOST_TEXT:
        raise refusal(path, f"its header gives TEXT {(last - first) / 2**20:.0f} MB, more than 16 MB")
    around = _bytes(raw, start + first - 1, last - first + 3)
    text, notes = cut(path, around[1:] if _is_delimiter(around[1:3]) else _moved(path, around))
    data = (_offset(path, head, 26, "DATA"), _offset(path, head, 34, "DATA"))
    known = _capitals(text, notes)
    extra = _supplement(raw, path, start, size, known, (first, last), notes)
    for name, value in extra.items():
        if name.upper() not in known:
            text[name] = known[name.upper()] = value
    return Section(start, version, data, last, text, tuple(notes), known)


def _bytes(raw: BinaryIO, first: int, count: int) -> bytes:
    raw.seek(first)
    return raw.read(count)


def _version(path: Path, head: bytes) -> str:
    found = re.match(rb"FCS(\d\.\d)", head)
    if not found:
        raise refusal(path, f"a data set begins with {head[:6]!r}, not with FCS and its version")
    version = found.group(1).decode()
    if version not in VERSIONS:
        reason = f"it is of version {version}; read are {', '.join(VERSIONS)}"
        raise refusal(path, reason, "Export it as FCS 3.1.")
    if len(head) < HEADER - 16:
        raise refusal(path, f"the file is cut short: {len(head)} bytes do not hold a header")
    return version


def _offset(path: Path, head: bytes, place: int, segment: str) -> int:
    written = head[place : place + 8].strip(b" \0")
    if not re.fullmatch(rb"\d*", written):
        raise refusal(path, f"its header holds {written!r} where an offset of {segment} should stand")
    return int(written or b"0")


def _is_delimiter(two: bytes) -> bool:
    """A delimiter is no letter, digit or $, and a keyword follows it."""
    plain = two[:1].isalnum() or two[:1] in (b"$", b"")
    return not plain and (two[1:2].isalnum() or two[1:2] in b"$@&#_!?%<(" + bytes(range(128, 256)))


def _moved(path: Path, around: bytes) -> bytes:
    """TEXT from its delimiter where the header's offset is one too high or too low."""
    for step in (0, 2):
        if _is_delimiter(around[step : step + 2]):
            return around[step:]
    raise refusal(path, f"its TEXT begins with {around[1:5]!r}, not with a delimiter and a keyword")


def cut(path: Path, raw: bytes) -> tuple[dict[str, str], list[str]]:
    """Keywords and values of a segment that begins with its delimiter, and what was odd.

    A doubled delimiter inside a value stands for one; after a keyword it is an empty value, which the
    standard forbids and files have.
    """
    kept = raw.rstrip(b" \0\r\n\t") if raw[:1].strip(b" \0\r\n\t") else raw
    end = kept.rfind(raw[:1])
    if end <= 0:
        raise refusal(path, "its TEXT holds no keyword that ends")
    try:
        written = raw[:end].decode("utf-8")
    except UnicodeDecodeError:
        written = raw[:end].decode("latin-1")
    delimiter = written[0]
    pieces = written[1:].split(delimiter)
    pairs: dict[str, str] = {}
    notes: list[str] = []
    place = 0
    while place < len(pieces):
        name = pieces[place].strip()
        if not name:  # a stray delimiter
            place += 1
            continue
        value, place = _value(pieces, place + 1, delimiter)
        if name in pairs and pairs[name] != value:
            notes.append(f"keyword {name} stands twice; the first is used")
        pairs.setdefault(name, value)
    return pairs, notes


def _value(pieces: list[str], place: int, delimiter: str) -> tuple[str, int]:
    """The value at `place`, and the place after it."""
    value = pieces[place] if place < len(pieces) else ""
    place += 1
    if not value:
        return "", place
    while place < len(pieces) - 1 and not pieces[place] and not _STANDARD.fullmatch(pieces[place + 1]):
        value += delimiter + pieces[place + 1]
        place += 2
    return value.strip(" \0\r\n\t"), place


def _capitals(text: Mapping[str, str], notes: list[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for name, value in text.items():
        if name.upper() in known and known[name.upper()] != value:
            notes.append(f"keyword {name} stands in two spellings; the first is used")
        known.setdefault(name.upper(), value)
    return known


def _supplement(
    raw: BinaryIO,
    path: Path,
    start: int,
    size: int,
    known: Mapping[str, str],
    primary: tuple[int, int],
    notes: list[str],
) -> dict[str, str]:
    """Keywords of the supplemental TEXT; none where there is no such segment."""
    first, last = (_number(known.get(name, "")) for name in ("$BEGINSTEXT", "$ENDSTEXT"))
    if not 0 < first < last or (first, last) == primary:
        return {}
    if start + last > size or last - first > _MOST_TEXT:
        reason = f"its supplemental TEXT goes from byte {start + first} to {start + last} of {size}"
        raise refusal(path, reason)
    found = _bytes(raw, start + first, last - first + 1)
    if not _is_delimiter(found[:2]):
        notes.append("the supplemental TEXT does not begin with a delimiter and is not read")
        return {}
    text, more = cut(path, found)
    notes += more
    return text


def _number(written: str) -> int:
    return int(written) if re.fullmatch(r"[0-9]{1,18}", written := written.strip()) else 0
