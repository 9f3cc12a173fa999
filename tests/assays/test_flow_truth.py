"""Many seeds: quadrants, folds and ratios near the truth, and intervals that hold what they promise."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parent))
from flow_files import SHARED, truth

pytestmark = pytest.mark.slow
PLACE = importlib.util.spec_from_file_location(
    "flow_truth_run", Path(__file__).parents[2] / "benchmarks" / "flow_truth.py"
)
benchmark = importlib.util.module_from_spec(PLACE)
PLACE.loader.exec_module(benchmark)
SEEDS = range(200, 250)
COMMAND = (sys.executable, "-c", "from selenolab.faces.cli import main; main()")
# ru_maxrss of a child would still hold the peak of the process that started it
WATCHED = """
import atexit, sys
from pathlib import Path
status = Path("/proc/self/status")
atexit.register(lambda: print(status.read_text().split("VmHWM:")[1].split()[0], file=sys.stderr))
from selenolab.faces.cli import main
main()
"""


@pytest.mark.parametrize(("panel", "most"), [("annexin", 1.0), ("dcf", 2.0), ("jc1", 2.0)])
def test_every_tube_of_fifty_studies_is_near_its_truth(panel, most):
    worst = 0.0
    for seed in SEEDS:
        tubes = benchmark.MAKERS[panel](seed)
        found = benchmark.analysed(tubes, panel).tables["tube_values"].frame.set_index("tube")
        errors = benchmark.share_errors if panel in benchmark.NAMES else benchmark.fold_errors
        worst = max(worst, *(abs(error) for _, error in errors(tubes, found, panel)))
    assert worst < most


@pytest.mark.parametrize("panel", ["annexin", "dna", "dcf", "jc1"])
def test_no_effect_is_found_in_one_study_of_twenty(panel, capsys):
    benchmark.intervals(panel, 1000, 7)
    wrong, change, mean = (float(cell) for cell in capsys.readouterr().out.split()[-3:])
    assert 3.5 < wrong < 6.5
    assert 93 < change < 97
    assert 93 < mean < 97


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_a_million_events_stay_below_a_gibibyte(tmp_path):
    events, _ = truth.annexin_events(np.array([0.8, 0.1, 0.07, 0.03]), 885_000, np.random.default_rng(1))
    tube = truth.annexin_tube("big", {"role": "sample"}, "E1", events)
    (tmp_path / tube.name).write_bytes(truth.fcs(tube))
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "analyse", "flow", str(tmp_path / tube.name), "--json"],
        capture_output=True, check=True, timeout=300,
    )  # fmt: skip
    assert b'"median fluorescence"' in done.stdout
    assert int(done.stderr.split()[-1]) < 1024 * 1024  # KiB


@pytest.mark.skipif(not SHARED.exists(), reason="shared flow data are absent")
def test_a_refusal_is_one_line_and_leaves_nothing_behind(tmp_path):
    gate = SHARED / "gates" / "gml_rect1_gate.xml"
    tube = truth.annexin_study(1, experiments=1, count=300)[0]
    (tmp_path / tube.name).write_bytes(truth.fcs(tube))
    words = ["analyse", "flow", str(tmp_path / tube.name), str(gate), "--out", str(tmp_path / "out")]
    done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "needs channel 'SSC-H'" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
