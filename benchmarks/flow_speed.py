"""Compensation, logicle and gates on 10⁶ events x 16 channels, beside FlowKit; memory; ten tubes.

    python benchmarks/flow_speed.py [--flowkit PYTHON] [--events N] [--repeats N] [--tubes N] [--json FILE]

PYTHON is an interpreter that has FlowKit (a virtual environment of its own serves); without it only our
figures are shown. Both read the same made-up FCS file, with its $SPILLOVER of 16 channels, and the same
GatingML file: two polygons, two rectangles, two ellipsoids (one in three dimensions) in compensated
logicle channels. Each side runs in its own process, one after the other, and reports the best of its repeats:

- views: all 16 channels compensated and seen through a logicle, from events in memory;
- gates: the six gates, from raw events in memory (compensation and transforms of their own included).

What both find is compared: every transformed value of every 50th event, every gate event by event. Memory is
the peak of the process that reads one tube and does all of it, the imports included. The tubes are read and
worked one after the other in one process. Hold the machine still with ``flock /tmp/selenolab-bench.lock``.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

CHANNELS = tuple(f"D{index + 1}-A" for index in range(16))
TOP, WIDTH, DECADES = 262_144.0, 0.5, 4.5
CHECKED = 50  # every so many events are compared
SPACE = "http://www.isac-net.org/std/Gating-ML/v2.0"


def spill() -> np.ndarray:
    """A made-up spillover matrix of 16 channels."""
    matrix = np.random.default_rng(1).uniform(0, 0.08, (16, 16))
    np.fill_diagonal(matrix, 1.0)
    return matrix


def write_tube(path: Path, events: int) -> None:
    """An FCS 3.1 file of two populations, dark and stained, with detector noise around 0."""
    rng = np.random.default_rng(2)
    true = rng.lognormal(6.5, 1.2, (events, 16)).astype(np.float32)
    true[rng.random((events, 16)) < 0.5] *= 0.02
    seen = (true @ spill().astype(np.float32) + rng.normal(0, 60, (events, 16))).astype("<f4")
    words = {"$MODE": "L", "$DATATYPE": "F", "$BYTEORD": "1,2,3,4", "$NEXTDATA": "0", "$PAR": "16"}
    words |= {"$TOT": str(events), "$BEGINSTEXT": "0", "$ENDSTEXT": "0"}
    words |= {"$BEGINANALYSIS": "0", "$ENDANALYSIS": "0"}
    for index, name in enumerate(CHANNELS):
        words |= {f"$P{index + 1}{key}": value for key, value in
                  {"N": name, "B": "32", "R": "262144", "E": "0,0"}.items()}  # fmt: skip
    words["$SPILLOVER"] = ",".join(["16", *CHANNELS, *(f"{one:.9g}" for one in spill().ravel())])
    data = seen.tobytes()
    begin = 8192
    words |= {"$BEGINDATA": str(begin), "$ENDDATA": str(begin + len(data) - 1)}
    text = ("|" + "|".join(f"{key}|{value}" for key, value in words.items()) + "|").encode()
    last = begin + len(data) - 1
    said = (begin, last) if last <= 99_999_999 else (0, 0)
    head = b"FCS3.1    " + b"".join(f"{one:>8}".encode() for one in (256, 255 + len(text), *said, 0, 0))
    path.write_bytes((head.ljust(256) + text).ljust(begin) + data)


def write_gates(path: Path) -> None:
    """Six gates in compensated logicle channels."""
    gates = [
        _gate(
            "Polygon", "P1", (0, 1), _vertices([(0.1, 0.1), (0.6, 0.15), (0.7, 0.6), (0.4, 0.8), (0.1, 0.5)])
        ),
        _gate(
            "Polygon", "P2", (2, 3), _vertices([(0.2, 0.1), (0.9, 0.5), (0.3, 0.9), (0.7, 0.2), (0.1, 0.6)])
        ),
        _gate("Rectangle", "R1", (4, 5), "", (0.2, 0.7)),
        _gate("Rectangle", "R2", (6, 7), "", (0.1, 0.45)),
        _gate("Ellipsoid", "E1", (8, 9), _ellipsoid(2)),
        _gate("Ellipsoid", "E2", (10, 11, 12), _ellipsoid(3)),
    ]
    logicle = (
        f'<transforms:transformation transforms:id="L"><transforms:logicle transforms:T="{TOP:g}" '
        f'transforms:W="{WIDTH}" transforms:M="{DECADES}" transforms:A="0"/></transforms:transformation>'
    )
    spaces = f'xmlns:gating="{SPACE}/gating" xmlns:data-type="{SPACE}/datatypes"'
    spaces += f' xmlns:transforms="{SPACE}/transformations"'
    path.write_text(
        f'<?xml version="1.0"?>\n<gating:Gating-ML {spaces}>{logicle}{"".join(gates)}</gating:Gating-ML>'
    )


def _gate(kind: str, name: str, channels: tuple[int, ...], inside: str, span: tuple[float, ...] = ()) -> str:
    bounds = f' gating:min="{span[0]}" gating:max="{span[1]}"' if span else ""
    dimensions = "".join(
        f'<gating:dimension gating:compensation-ref="FCS" gating:transformation-ref="L"{bounds}>'
        f'<data-type:fcs-dimension data-type:name="{CHANNELS[index]}"/></gating:dimension>'
        for index in channels
    )
    return f'<gating:{kind}Gate gating:id="{name}">{dimensions}{inside}</gating:{kind}Gate>'


def _coordinates(values: tuple[float, ...]) -> str:
    return "".join(f'<gating:coordinate data-type:value="{value}"/>' for value in values)


def _vertices(points: list[tuple[float, float]]) -> str:
    return "".join(f"<gating:vertex>{_coordinates(point)}</gating:vertex>" for point in points)


def _ellipsoid(number: int) -> str:
    rows = "".join(
        "<gating:row>"
        + "".join(f'<gating:entry data-type:value="{0.03 if i == j else 0.008}"/>' for j in range(number))
        + "</gating:row>"
        for i in range(number)
    )
    mean = f"<gating:mean>{_coordinates((0.4,) * number)}</gating:mean>"
    matrix = f"<gating:covarianceMatrix>{rows}</gating:covarianceMatrix>"
    return f'{mean}{matrix}<gating:distanceSquare data-type:value="1"/>'


def best(work: Callable[[], Any], repeats: int) -> tuple[list[float], Any]:
    """Least wall and least processor time [s] of `repeats` runs, and what the last gave."""
    walls, used, out = [], [], None
    for _ in range(repeats):
        out = None
        start, spent = time.perf_counter(), time.process_time()
        out = work()
        walls.append(time.perf_counter() - start)
        used.append(time.process_time() - spent)
    return [min(walls), min(used)], out


def peak() -> float:
    """The most memory that this process has held [MiB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(folder: Path, repeats: int) -> dict[str, Any]:
    """Our times and results; saves what is compared."""
    from selenolab.core.gate import Transform
    from selenolab.cytometry.compensation import compensate
    from selenolab.cytometry.events import events_of
    from selenolab.cytometry.gating import apply_gates
    from selenolab.cytometry.transforms import transform
    from selenolab.formats import fcs, gating_ml
    from selenolab.formats.fcs_spillover import spillover

    imported = peak()
    reading, parsed = best(lambda: fcs.read(folder / "tube.fcs"), repeats)
    events, matrix = events_of(parsed.data), spillover(parsed)
    tree = gating_ml.read(folder / "gates.xml").document
    spec = Transform("logicle", {"T": TOP, "W": WIDTH, "M": DECADES, "A": 0.0})

    def views() -> dict[str, np.ndarray]:
        return {name: transform(spec, values) for name, values in compensate(events, matrix).items()}

    few = {name: values[:100] for name, values in events.items()}
    apply_gates(tree, few, matrix)  # loads the compiled code
    comparing, seen = best(views, repeats)
    gating, masks = best(lambda: apply_gates(tree, events, matrix), repeats)
    np.save(folder / "ours_seen.npy", np.array([seen[name][::CHECKED] for name in CHANNELS]))
    np.savez(folder / "ours_masks.npz", **masks)
    told = {"read": reading, "views": comparing, "gates": gating, "peak": peak(), "imported": imported}
    return {**told, "versions": {"numpy": np.__version__}}


def theirs(folder: Path, repeats: int) -> dict[str, Any]:
    """FlowKit's times and results, by its documented way."""
    import flowkit

    reading, sample = best(lambda: flowkit.Sample(folder / "tube.fcs", sample_id="tube"), repeats)
    logicle = (
        flowkit.transforms.LogicleTransform if hasattr(flowkit, "transforms") else flowkit.LogicleTransform
    )
    shown = logicle(param_t=TOP, param_w=WIDTH, param_m=DECADES, param_a=0)

    def views() -> np.ndarray:
        sample.apply_compensation(sample.metadata["spillover"])
        sample.apply_transform(dict.fromkeys(CHANNELS, shown))
        return np.asarray(sample.get_events(source="xform"))

    comparing, seen = best(views, repeats)
    np.save(folder / "their_seen.npy", seen[::CHECKED].T)
    del seen
    fresh = flowkit.Sample(folder / "tube.fcs", sample_id="tube")
    session = flowkit.Session(gating_strategy=str(folder / "gates.xml"), fcs_samples=fresh)
    gating, _ = best(lambda: session.analyze_samples(use_mp=False), repeats)
    masks = {name: session.get_gate_membership("tube", name) for name, _ in session.get_gate_ids()}
    np.savez(folder / "their_masks.npz", **masks)
    names = ("flowkit", "flowutils", "flowio", "numpy")
    told = {"read": reading, "views": comparing, "gates": gating, "peak": peak()}
    return {**told, "versions": {name: version(name) for name in names}}


def several(folder: Path, tubes: int) -> dict[str, Any]:
    """Wall time of each of `tubes` tubes, read and worked one after the other, and the peak of memory."""
    from selenolab.core.gate import Transform
    from selenolab.cytometry.compensation import compensate
    from selenolab.cytometry.events import events_of
    from selenolab.cytometry.gating import apply_gates
    from selenolab.cytometry.transforms import transform
    from selenolab.formats import fcs, gating_ml
    from selenolab.formats.fcs_spillover import spillover

    tree = gating_ml.read(folder / "gates.xml").document
    spec = Transform("logicle", {"T": TOP, "W": WIDTH, "M": DECADES, "A": 0.0})
    walls, used, peaks, counts = [], [], [], {}
    for _ in range(tubes + 1):  # the first loads the compiled code and is not counted
        start, spent = time.perf_counter(), time.process_time()
        parsed = fcs.read(folder / "tube.fcs")
        events, matrix = events_of(parsed.data), spillover(parsed)
        seen = {name: transform(spec, values) for name, values in compensate(events, matrix).items()}
        counts = {name: int(mask.sum()) for name, mask in apply_gates(tree, events, matrix).items()}
        walls.append(time.perf_counter() - start)
        used.append(time.process_time() - spent)
        peaks.append(peak())
        del parsed, events, seen
    told = {"peak_of_one": peaks[0], "peak": peaks[-1], "counts": counts}
    return {**told, "walls": walls[1:], "used": used[1:]}


def run_part(python: str, part: str, folder: Path, number: int) -> dict[str, Any]:
    """A part in a process of its own."""
    command = [python, __file__, "--part", part, "--folder", str(folder), "--repeats", str(number)]
    answer = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONWARNINGS": "ignore"}
    )
    if answer.returncode:
        sys.exit(f"{part}: {answer.stderr[-2000:]}")
    return json.loads(answer.stdout.splitlines()[-1])


def compare(folder: Path) -> dict[str, Any]:
    """How far both are apart: transformed values, and events of each gate that differ."""
    apart = np.abs(np.load(folder / "ours_seen.npy") - np.load(folder / "their_seen.npy")).max()
    mine, other = np.load(folder / "ours_masks.npz"), np.load(folder / "their_masks.npz")
    gates = {
        name: {"inside": int(mine[name].sum()), "differ": int((mine[name] != other[name]).sum())}
        for name in mine.files
    }
    return {"transformed": float(apart), "gates": gates}


def main() -> None:
    """Run all parts and print what was found."""
    parser = argparse.ArgumentParser(description="Speed and memory of flow cytometry beside FlowKit.")
    parser.add_argument("--flowkit", default="", help="an interpreter that has FlowKit")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--tubes", type=int, default=10)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--part", choices=("ours", "theirs", "several"))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.part:
        part = {"ours": ours, "theirs": theirs, "several": several}[asked.part]
        print(json.dumps(part(asked.folder, asked.repeats)))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        write_tube(folder / "tube.fcs", asked.events)
        write_gates(folder / "gates.xml")
        found = {"ours": run_part(sys.executable, "ours", folder, asked.repeats)}
        if asked.flowkit:
            found["theirs"] = run_part(asked.flowkit, "theirs", folder, asked.repeats)
            found["apart"] = compare(folder)
        found["tubes"] = run_part(sys.executable, "several", folder, asked.tubes)
    tell(found, asked.events)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2))


def tell(found: dict[str, Any], events: int) -> None:
    """The table."""
    mine, other = found["ours"], found.get("theirs")
    print(f"{events:,} events x 16 channels; seconds, least of the repeats: ours, FlowKit's, ratio")
    for index, clock in enumerate(("wall", "processor")):
        for word in ("read", "views", "gates"):
            _line(f"{word}, {clock}", mine[word][index], other and other[word][index])
        sums = [one["views"][index] + one["gates"][index] for one in (mine, other) if one]
        _line(f"views + gates, {clock}", sums[0], sums[1] if other else None)
    if other:
        print(f"  versions {other['versions']}")
        print(f"  apart: transformed {found['apart']['transformed']:.2e}; gates {found['apart']['gates']}")
        print(f"  peak of FlowKit {other['peak']:.0f} MiB")
    print(f"  peak of one tube {mine['peak']:.0f} MiB, of it imports {mine['imported']:.0f}")
    for clock in ("walls", "used"):
        times = found["tubes"][clock]
        each = " ".join(f"{one:.2f}" for one in times)
        print(f"  {len(times)} tubes, {clock}: {sum(times):.2f} s ({each})")
    tubes = found["tubes"]
    print(f"  peak after one {tubes['peak_of_one']:.0f}, after all {tubes['peak']:.0f} MiB")


def _line(name: str, mine: float, other: float | None) -> None:
    beside = f" {other:8.3f} {other / mine:6.1f} x" if other else ""
    print(f"  {name:24} {mine:8.3f}{beside}")


if __name__ == "__main__":
    main()
