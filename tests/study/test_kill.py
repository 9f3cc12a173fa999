"""Processes that end at a bad moment, and processes that meet."""

import hashlib
import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from selenolab.study.folder import default_folder, run_study
from selenolab.study.plan import load_study

SCRIPT = Path(__file__).with_name("toys") / "run_toy_study.py"
KILLS = 20


def start(study, environment, workers=1, *more):
    """A process that runs the study; it is past its imports when this returns."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(study), str(workers), *more],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline().startswith("go"), process.stderr.read()
    return process


def whole(study, environment):
    process = start(study, environment)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return contents(default_folder(study))


def whole_here(study):
    """The same in this process, which has its imports behind it."""
    import run_toy_study

    run_study(load_study(study), workers=1, finish=run_toy_study.finish)
    return contents(default_folder(study))


def contents(folder):
    """Every file's bytes but the log's, the record without its one changing field."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "run.log"
    }
    record = json.loads(found["record.json"])
    record.pop("when")
    found["record.json"] = json.dumps(record).encode()
    return found


def differing(left, right):
    return sorted(name for name in {*left, *right} if left.get(name) != right.get(name))


@pytest.mark.slow
def test_a_run_killed_at_any_moment_leaves_the_old_or_the_new(study, toy_environment):
    cache, out = Path(toy_environment["SELENOLAB_CACHE"]), default_folder(study)
    second = study.read_text(encoding="utf-8").replace("factor: 2}", "factor: 3}")
    old = whole(study, toy_environment)
    shutil.copytree(out, out.parent / "kept")
    study.write_text(second, encoding="utf-8")
    shutil.rmtree(cache)
    began = time.perf_counter()
    process = start(study, toy_environment)
    ready = time.perf_counter()
    process.communicate(timeout=120)
    work = time.perf_counter() - ready
    new = contents(out)
    assert new != old
    draw, seen = random.Random(20), {"old": 0, "new": 0}
    for number in range(KILLS):
        shutil.rmtree(out)
        shutil.copytree(out.parent / "kept", out)
        shutil.rmtree(cache, ignore_errors=True)
        process = start(study, toy_environment, 2 if number % 5 == 4 else 1)
        time.sleep(draw.uniform(0, 1.05 * work))
        process.kill()
        process.communicate(timeout=60)
        left = contents(out)
        assert [] in (differing(left, old), differing(left, new)), f"kill {number}: a mixed folder"
        seen["old" if left == old else "new"] += 1
        again = whole(study, toy_environment) if number % 5 == 4 else whole_here(study)
        assert differing(again, new) == [], f"kill {number}: another result after a rerun"
        assert not list(out.parent.glob(".*"))
    told = f"{KILLS} kills within {work:.2f} s of work ({ready - began:.1f} s of imports): {seen}"
    assert seen["old"] >= 5, told


@pytest.mark.slow
def test_two_processes_cannot_write_one_folder(study, toy_environment):
    first = start(study, toy_environment, 1, "wait")
    second = start(study, toy_environment, 1, "wait")
    for process in (first, second):
        process.stdin.write("\n")
        process.stdin.flush()
    ends = {process.communicate(timeout=120)[1] for process in (first, second)}
    codes = sorted(process.returncode for process in (first, second))
    assert codes in ([0, 0], [0, 2])  # one after the other, or one refused
    if codes == [0, 2]:
        assert any("Another run is writing this folder" in told for told in ends)
    out = default_folder(study)
    for line in (out / "manifest.sha256").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert {f"figure{n}.svg" for n in range(30)} <= set(contents(out))
