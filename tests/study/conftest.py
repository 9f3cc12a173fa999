"""Toy assays on the shelf, found by entry point in this process and in every one that it starts."""

import os
import sys
from pathlib import Path

import pytest

from selenolab import shelf

TOYS = Path(__file__).with_name("toys")
POINTS = """[selenolab.assays]
toy_slope = selenolab_toys.toy_slope
toy_total = selenolab_toys.toy_total
"""


@pytest.fixture(scope="session")
def toy_paths(tmp_path_factory):
    """Folders for PYTHONPATH: the toys, and the metadata that a package manager would write."""
    place = tmp_path_factory.mktemp("toys")
    info = place / "selenolab_toys-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: selenolab-toys\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text(POINTS)
    return [str(TOYS), str(place)]


@pytest.fixture
def toys(toy_paths, monkeypatch):
    """The toy assays by name."""
    for path in toy_paths:
        monkeypatch.syspath_prepend(path)
    for name in ("_places", "_loaded"):
        monkeypatch.setattr(shelf.assays, name, None if name == "_places" else {})
    yield shelf.assays
    for module in [name for name in sys.modules if name.startswith("selenolab_toys")]:
        del sys.modules[module]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache for this test alone."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SELENOLAB_CACHE", str(folder))
    return folder


@pytest.fixture
def toy_environment(toy_paths, tmp_path):
    """The environment of a new process that knows the toys."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([*toy_paths, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "SELENOLAB_CACHE": str(tmp_path / "cache"),
    }


def toy_file(
    folder: Path, name: str = "a.toy", slope: float = 0.1, experiments=(1, 2, 3), compounds=("x", "y")
):
    """A file of wells whose signal rises with the dose."""
    lines = ["#toy", "experiment,compound,well,dose,signal"]
    for e in experiments:
        for number, compound in enumerate(compounds):
            for i, dose in enumerate((0, 1, 2, 4)):
                signal = 0.05 + slope * (1 + number) * dose + 0.003 * ((7 * e + 3 * i + number) % 5)
                lines.append(f"{e},{compound},{'ABCDEFGH'[number]}{i + 1},{dose},{signal:.4f}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def write_study(folder: Path, text: str, name: str = "study.yaml") -> Path:
    """A study file in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


STUDY = """title: Two toys
question: How steep?
compounds:
  x: {basis: molecule, se_per_molecule: 2, molar_mass: 300}
runs:
  one:
    assay: toy_slope
    files: [a.toy]
  two:
    assay: toy_slope
    files: [{file: b.toy, role: sample, batch: 7}]
    settings: {factor: 2}
    inputs: {factor: {from: runs.one.endpoints.slope, group: {compound: x}}}
  sum:
    assay: toy_total
    files: a.toy
    settings: {at_least: 0.3}
    inputs: {slopes: {from: runs.one.tables.slopes}}
exclusions:
  - {run: one, well: A2, experiment: 1, reason: bubble}
comparisons:
  steepness: {endpoint: slope, runs: [one], by: compound, method: welch}
"""


@pytest.fixture
def make_toy():
    """See `toy_file`."""
    return toy_file


@pytest.fixture
def make_study():
    """See `write_study`."""
    return write_study


@pytest.fixture
def study_text():
    """The text of the study below."""
    return STUDY


@pytest.fixture
def study(tmp_path, toys, cache):
    """A study of three runs that need one another."""
    del toys, cache  # only there to be in place
    folder = tmp_path / "work"
    toy_file(folder, "a.toy")
    toy_file(folder, "b.toy", 0.2)
    return write_study(folder, STUDY)
