"""Milliseconds a plate-reader file, recognising included, on the shared vendor exports.

Run as ``flock /tmp/selenolab-bench.lock python benchmarks/plate_readers.py [FOLDER]``. Where allotropy
is importable its time stands beside ours.
"""

import contextlib
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from selenolab.core.errors import SelenolabError
from selenolab.formats.inspect import as_json, inspect_file
from selenolab.formats.recognise import read_file
from selenolab.formats.sheets import _read_sheets

REPEATS = 15
PLATES = Path(__file__).parents[2] / "shared" / "data" / "viability" / "plates"
VENDORS = {"gen5": "AGILENT_GEN5", "softmax_pro": "MOLDEV_SOFTMAX_PRO", "skanit": "THERMO_SKANIT"}


def milliseconds(task: Callable[[Path], object], path: Path, repeats: int = REPEATS) -> float:
    """Median wall time of a task on a file; a refusal counts as done."""
    times = []
    for _ in range(repeats):
        _read_sheets.cache_clear()
        start = time.perf_counter()
        with contextlib.suppress(SelenolabError):
            task(path)
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times)


def allotropy_task(vendor: str) -> Callable[[Path], object] | None:
    """The peer's reader for a vendor, None where it is not installed."""
    if importlib.util.find_spec("allotropy") is None:
        return None
    from allotropy.parser_factory import Vendor
    from allotropy.to_allotrope import allotrope_from_file

    return lambda path: allotrope_from_file(str(path), Vendor[VENDORS[vendor]])


def main() -> None:
    """Print one line a file and the medians."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PLATES
    files = sorted(path for path in folder.glob("*/*") if path.suffix in (".txt", ".xlsx"))
    start = time.perf_counter()
    read_file(files[0])
    print(f"first file, imports of readers included: {1e3 * (time.perf_counter() - start):.1f} ms")
    ours, inspected, peers = [], [], []
    for path in files:
        ours.append(milliseconds(read_file, path))
        inspected.append(milliseconds(lambda p: as_json(inspect_file(p)), path))
        line = f"{ours[-1]:8.2f} ms read {inspected[-1]:8.2f} ms inspect"
        peer = allotropy_task(path.parent.name)
        if peer is not None and path.with_suffix(".json").exists():
            peers.append(milliseconds(peer, path, 3))
            line += f" {peers[-1]:8.0f} ms allotropy"
        print(f"{line}  {path.parent.name}/{path.name}")
    print(
        f"median {statistics.median(ours):.2f} ms read, {statistics.median(inspected):.2f} ms inspect, ",
        end="",
    )
    print(f"slowest {max(ours):.2f} and {max(inspected):.2f} ms, {len(files)} files")
    if peers:
        print(f"median of allotropy {statistics.median(peers):.0f} ms")


if __name__ == "__main__":
    main()
