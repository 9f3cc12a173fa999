"""A million events of sixteen channels stay below a gibibyte, imports and all."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = """
import sys
from pathlib import Path
from selenolab.core.gate import Spillover, Transform
from selenolab.cytometry.compensation import compensate
from selenolab.cytometry.events import events_of
from selenolab.cytometry.transforms import transform
from selenolab.formats.fcs import read
import numpy as np

events = events_of(read(Path(sys.argv[1])).data)
names = tuple(events)
matrix = np.eye(len(names)) + 0.01
spec = Transform("logicle", {"T": 262144.0, "W": 0.5, "M": 4.5, "A": 0.0})
clean = compensate(events, Spillover(names, matrix, ""))
seen = {name: transform(spec, values) for name, values in clean.items()}
# ru_maxrss would still hold the peak of the process that started this one
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
print(len(seen[names[0]]), peak)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
@pytest.mark.parametrize("kind", ["I", "F"])
def test_the_peak_of_memory(kind: str, tmp_path: Path) -> None:
    path, events = tmp_path / "big.fcs", 1_000_000
    bits, amplified = ("16", "4,1") if kind == "I" else ("32", "0,0")
    words = {"$MODE": "L", "$DATATYPE": kind, "$BYTEORD": "1,2,3,4", "$PAR": "16", "$TOT": str(events)}
    for index in range(1, 17):
        words |= {f"$P{index}N": f"C{index}", f"$P{index}B": bits, f"$P{index}E": amplified}
        words[f"$P{index}R"] = "1024"
    row = np.arange(1024 * 16).reshape(1024, 16) % 1024
    data = np.resize(row, (events, 16)).astype("<u2" if kind == "I" else "<f4").tobytes()
    begin, last = 4096, 4095 + len(data)
    text = "|" + "|".join(f"{name}|{value}" for name, value in words.items()) + "|"
    offsets = (256, 255 + len(text), begin, last, 0, 0)
    head = b"FCS2.0    " + b"".join(f"{one:>8}".encode() for one in offsets)
    path.write_bytes((head.ljust(256) + text.encode()).ljust(begin) + data)
    command = [sys.executable, "-c", SCRIPT, str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    read, peak = (int(word) for word in answer.stdout.split())
    assert read == events
    assert peak < 1024
