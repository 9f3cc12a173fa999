"""Workers: in this process or in others, and gone when they should be."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from selenolab.study.order import in_order
from selenolab.study.plan import load_study
from selenolab.study.pool import KILLED, Pool, fitting_workers
from selenolab.study.run import compute


def test_there_are_never_more_workers_than_jobs_or_cores():
    assert fitting_workers(8, 3) == 3
    assert fitting_workers(1, 3) == 1
    assert fitting_workers(None, 1) == 1
    assert 1 <= fitting_workers(None, 100) <= (os.cpu_count() or 1)


def test_small_studies_start_no_process(study, monkeypatch):
    def refuse(_):
        raise AssertionError("a process was started")

    monkeypatch.setattr(Pool, "_pool", refuse)
    results = compute(load_study(study)).results
    assert [result.run.name for result in results] == in_order({"one": [], "two": ["one"], "sum": ["one"]})


def test_a_worker_that_the_system_kills_is_said(study):
    text = study.read_text(encoding="utf-8")
    take = "inputs: {factor: {from: runs.one.endpoints.slope, group: {compound: x}}}"
    text = text.replace(take, "seed: 1").replace("settings: {factor: 2}", "settings: {seconds: 60}")
    study.write_text(text, encoding="utf-8")

    def kill(event):
        if event.what == "finished":
            import multiprocessing

            for child in multiprocessing.active_children():
                child.kill()

    outcome = compute(load_study(study), workers=2, progress=kill, cache=False)
    assert KILLED in {getattr(result, "message", "") for result in outcome.results}


@pytest.mark.slow
def test_a_plain_script_without_a_guard_may_use_workers(study, toy_environment, tmp_path):
    script = tmp_path / "plain.py"
    script.write_text(
        "from pathlib import Path\n"
        "from selenolab.study.plan import load_study\n"
        "from selenolab.study.folder import run_study\n"
        "open('ran.txt', 'a').write('x')\n"
        f"outcome = run_study(load_study(Path({str(study)!r})), workers=2)\n"
        "assert len(outcome.results) == 3\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)], env=toy_environment, cwd=tmp_path, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ran.txt").read_text() == "x"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_workers_end_with_a_process_that_was_killed(study, toy_environment):
    text = study.read_text(encoding="utf-8")
    take = "inputs: {factor: {from: runs.one.endpoints.slope, group: {compound: x}}}"
    text = text.replace(take, "seed: 1").replace("settings: {factor: 2}", "settings: {seconds: 300}")
    study.write_text(text, encoding="utf-8")
    mark = f"mark-{os.getpid()}-{time.time_ns()}"
    script = Path(__file__).with_name("toys") / "run_toy_study.py"
    process = subprocess.Popen(
        [sys.executable, str(script), str(study), "2"],
        env={**toy_environment, "TOY_MARK": mark},
        stdout=subprocess.PIPE,
    )
    kept = Path(toy_environment["SELENOLAB_CACHE"])
    _wait(lambda: list(kept.glob("*/*.frozen")))  # a worker has ended a run; the other one sleeps
    assert len(_marked(mark)) >= 3
    process.kill()
    process.communicate()
    _wait(lambda: not _marked(mark))


def _marked(mark):
    """Processes with `mark` in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def _wait(until, seconds=120):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)
