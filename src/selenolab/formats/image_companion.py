"""The text file that a JEOL scanning microscope writes beside an image: a scale for people, no hidden input.

A run knows its files by digest. A file beside them is not among them, so its scale is told and not used.
"""

import re
from pathlib import Path

from selenolab.formats.pixel_size import decimal, implausible, length_text, to_nm

_MOST = 65_536  # bytes
_LINE = re.compile(r"^\${1,2}(\S+)\s+(.+?)\s*$", re.MULTILINE)
_LENGTH = re.compile(r"([\d.,]+)\s*(\D+)")


def companion_note(path: Path) -> tuple[str, ...]:
    """A line that tells the scale in the text file of the same name beside `path`; none without one."""
    beside = next((one for end in (".txt", ".TXT") if (one := path.with_suffix(end)).is_file()), None)
    if beside is None or beside == path or beside.stat().st_size > _MOST:
        return ()
    told = dict(_LINE.findall(beside.read_text(encoding="latin-1")))
    bar, marker = decimal(told.get("SM_MICRON_BAR")), _LENGTH.match(told.get("SM_MICRON_MARKER", ""))
    length = to_nm(decimal(marker[1]), marker[2]) if marker else None
    if length is None or not bar > 0 or implausible(length / bar, 1000):
        return ()
    return (
        f"{beside.name} beside it says that a bar of {bar:g} pixels is {length_text(length)}, so a pixel is "
        f"{length / bar:.4g} nm. A file that is no input is not used: state this pixel size",
    )
