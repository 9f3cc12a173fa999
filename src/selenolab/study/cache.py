"""Results that were computed before, by a digest of all that they rest on."""

import contextlib
import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenolab.study.freeze import thaw

MOST_BYTES = 4_000_000_000
MARK = b"sha256 "


@dataclass(frozen=True, slots=True)
class Found:
    """What the cache had: `thing` or, where there was none, None and a word if something was wrong."""

    thing: Any
    word: str = ""


def cache_folder() -> Path:
    """$SELENOLAB_CACHE, else the platform's place for caches."""
    own = os.environ.get("SELENOLAB_CACHE")
    if own:
        return Path(own)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "selenolab"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "selenolab" / "Cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "selenolab"


def _place(folder: Path, key: str) -> Path:
    return folder / key[:2] / f"{key}.frozen"


def look_up(folder: Path, key: str) -> Found:
    """The thing kept under `key`. An entry that is damaged is ignored with a word."""
    place = _place(folder, key)
    try:
        data = place.read_bytes()
    except FileNotFoundError:
        return Found(None)
    except OSError as error:
        return Found(None, f"the cache cannot be read ({error.strerror})")
    digest, _, body = data.removeprefix(MARK).partition(b"\n")
    if hashlib.sha256(body).hexdigest().encode() != digest:
        return Found(None, f"a damaged entry of the cache was ignored ({place.name[:12]})")
    try:
        thing = thaw(body)
    except Exception:  # noqa: BLE001 - whatever is wrong with an old entry, it is computed anew
        return Found(None, f"an unreadable entry of the cache was ignored ({place.name[:12]})")
    with contextlib.suppress(OSError):  # a read-only cache still serves
        os.utime(place)  # used lately: the last to be swept
    return Found(thing)


def keep(folder: Path, key: str, body: bytes) -> str:
    """Keep a frozen thing under `key`; the word says why not where the place does not allow it."""
    place = _place(folder, key)
    temporary = ""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".part", delete=False) as file:
            temporary = file.name
            file.write(MARK + hashlib.sha256(body).hexdigest().encode() + b"\n")
            file.write(body)
        Path(temporary).replace(place)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        return f"the cache cannot be written ({error.strerror})"
    return ""


def sweep(folder: Path, most: int = MOST_BYTES) -> int:
    """Remove what was not used for longest until at most `most` bytes are left; how many went."""
    entries = []
    for path in folder.glob("??/*"):
        try:
            entries.append((path.stat().st_mtime, path.stat().st_size, path))
        except OSError:
            continue  # another process was faster
    left, gone = sum(size for _, size, _ in entries), 0
    for _, size, path in sorted(entries):
        if left <= most:
            break
        path.unlink(missing_ok=True)
        left, gone = left - size, gone + 1
    return gone
