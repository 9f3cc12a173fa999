"""Flow Cytometry Standard 2.0 to 3.2 and list-mode files (lmd): events as one column a channel.

Numbers are scaled once, by the published rules: log amplification $PnE, else division by the gain $PnG,
$TIMESTEP for time (doi:10.1002/cyto.a.20825). A file with two data sets (the 10-bit and the high-resolution
numbers of the same events, as Beckman Coulter writes them) gives the second.
"""

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.fcs_data import find_data, read_events
from selenolab.formats.fcs_layout import read_layout, whole
from selenolab.formats.fcs_text import TITLE, Section, read_section, refusal
from selenolab.formats.text import check_file

MOST_FILE = 4 * 2**30
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TRAILER = 8  # bytes of the checksum that may follow the last segment


def recognise(head: Head) -> float:
    """By the letters FCS and a version."""
    return 0.99 if re.match(rb"FCS\d\.\d", head.first) else 0.0


def read(path: Path) -> Parsed:
    """The events of a file and what its keywords say; see the module for what is scaled.

    `records` has one row: record, file, version, data_set, events, cytometer, date (ISO where the year has
    four digits), begin, end, tube. `data` has one column a channel, float32 where that holds the file's
    numbers exactly, else float64. The checksum and the ANALYSIS segment are not read.

    Raises
    ------
    FormatRefusal
        for whatever keeps the events from being read with certainty; the reason stands in one line.
    """
    size = check_file(path, TITLE, MOST_FILE)
    with path.open("rb") as raw:
        section, number, notes = _chosen(raw, path, size)
        layout = read_layout(path, section.known)
        place = find_data(path, section, layout, size)
        events = read_events(raw, path, place)
    said = (*notes, *section.notes, *layout.notes, *place.notes)
    data = pd.DataFrame(events, copy=False)
    units = {one.name: "s" for one in layout.columns if one.step}
    records = pd.DataFrame([_record(path, section, number, place.events)])
    return Parsed("fcs", "population", records, data, units, notes=said, metadata=dict(section.text))


def _chosen(raw: BinaryIO, path: Path, size: int) -> tuple[Section, int, list[str]]:
    """The data set to read: the only one, or the second of two."""
    first = read_section(raw, path, 0, size)
    onward = _next(path, first, size)
    if onward == 0:
        return first, 1, []
    if onward >= size - _TRAILER:
        return first, 1, [f"$NEXTDATA {onward} is the end of the file; no other data set follows"]
    second = read_section(raw, path, onward, size)
    if _next(path, second, size) != 0:
        raise refusal(path, "it holds more than two data sets", "Export every tube into a file of its own.")
    note = "the file holds two data sets; the second is used"
    counts = [section.known.get("$TOT", "").strip() for section in (first, second)]
    if counts[0] != counts[1]:
        note += f" (the first has {counts[0]} events, the second {counts[1]})"
    return second, 2, [note]


def _next(path: Path, section: Section, size: int) -> int:
    """The first byte of the next data set; 0 where there is none."""
    if not section.known.get("$NEXTDATA", "").strip():
        return 0
    step = whole(path, section.known, "$NEXTDATA")
    place = section.start + step
    if step == 0 or (section.start and place >= size - _TRAILER):
        return 0
    if place > size:
        raise refusal(path, f"the file is cut short: another data set begins at byte {place} of {size}")
    if step <= section.text_last:
        raise refusal(path, f"its $NEXTDATA is {step}, inside its own data set")
    return place


def _record(path: Path, section: Section, number: int, events: int) -> dict[str, object]:
    known = section.known
    tube = known.get("TUBE NAME", "") or known.get("$SMNO", "") or known.get("SAMPLE ID", "")
    return {
        "record": path.stem if path.suffix.lower() in (".fcs", ".lmd") else path.name,
        "file": path.name,
        "version": section.version,
        "data_set": np.int64(number),
        "events": np.int64(events),
        "cytometer": known.get("$CYT", ""),
        "date": _date(known.get("$DATE", "")),
        "begin": known.get("$BTIM", ""),
        "end": known.get("$ETIM", ""),
        "tube": tube,
    }


def _date(written: str) -> str:
    """ISO where day, month and a year of four digits can be told; else as written.

    Examples
    --------
    >>> _date("02-MAR-2015"), _date("08-Sep-06")
    ('2015-03-02', '08-Sep-06')
    """
    found = re.fullmatch(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})", written.strip())
    if not found or found.group(2).lower() not in _MONTHS:
        return written
    return f"{found.group(3)}-{_MONTHS.index(found.group(2).lower()) + 1:02d}-{int(found.group(1)):02d}"


format = Format(  # noqa: A001 - the contract's word
    name="fcs",
    title=TITLE,
    kind="population",
    evidence=Evidence.REAL_FILE,
    proof="files of BD and Stratedigm, event by event as FlowIO 1.4 reads them, and one of Cytek in 24 bits",
    extensions=(".fcs", ".lmd"),
    recognise=recognise,
    read=read,
)
