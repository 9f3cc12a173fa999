"""`selenolab new assay|model`: names, places, and a toy that works at once."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from selenolab.core.errors import OutputError, StudyError
from selenolab.core.model_folder import load_model
from selenolab.faces.new_member import find_checkout, write_member
from selenolab.formats.recognise import read_file

ROOT = Path(__file__).parents[2]


def checkout(folder: Path) -> Path:
    (folder / "src" / "selenolab" / "assays").mkdir(parents=True)
    (folder / "src" / "selenolab" / "shelf.py").touch()
    (folder / "pyproject.toml").write_text('[project]\nname = "selenolab"\n', encoding="utf-8")
    return folder


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_inside_a_checkout_one_folder_is_made(tmp_path):
    before = files_of(checkout(tmp_path))
    deep = tmp_path / "src" / "selenolab"
    write_member("assay", "my_toy", deep)
    new = files_of(tmp_path) - before
    assert new
    assert all(name.startswith("src/selenolab/assays/my_toy/") for name in new)
    assert "src/selenolab/assays/my_toy/assay.py" in new


def test_elsewhere_it_is_a_package_with_an_entry_point(tmp_path):
    write_member("model", "my_toy", tmp_path)
    text = (tmp_path / "selenolab-my-toy" / "pyproject.toml").read_text(encoding="utf-8")
    assert '[project.entry-points."selenolab.models"]\nmy_toy = "selenolab_my_toy"' in text


def test_another_project_is_no_checkout(tmp_path):
    checkout(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\n', encoding="utf-8")
    assert find_checkout(tmp_path) is None
    assert find_checkout(ROOT / "src" / "selenolab") == ROOT


@pytest.mark.parametrize("name", ["My", "1st", "a-b", "a b", "", "a", "class", "x__y", "../up", "é_toy"])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path, name):
    with pytest.raises(StudyError, match="Expected small letters"):
        write_member("assay", name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path):
    write_member("assay", "my_toy", tmp_path)
    with pytest.raises(OutputError, match=r"selenolab-my-toy exists\. Choose another name"):
        write_member("assay", "my_toy", tmp_path)


def test_no_placeholder_is_left(tmp_path):
    for kind in ("assay", "model"):
        write_member(kind, f"my_{kind}", tmp_path)
    texts = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file()]
    assert len(texts) > 10
    assert not any("member_name" in text or "{kind}" in text for text in texts)


def test_the_toy_assay_reads_its_example_and_gives_its_means(tmp_path):
    write_member("assay", "my_toy", tmp_path)
    folder = tmp_path / "selenolab-my-toy" / "src" / "selenolab_my_toy"
    spec = importlib.util.spec_from_file_location("my_toy_assay", folder / "assay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    parsed, _ = read_file(folder / "example.csv")
    assert module.suits(parsed) == ""
    example = [module.InputFile(folder / "example.csv", "example.csv", "sample", "", parsed)]
    dataset = module.read(example, None, module.Settings()).dataset
    control, treated = module.analyse(dataset, module.Settings(), 0, {}).endpoints
    # By hand: experiments 1.00, 1.08, 0.95 and 0.50, 0.62, 0.45; t(0.975, 2) = 4.302653.
    assert control.outcome.value == pytest.approx(1.01)
    assert treated.outcome.value == pytest.approx(0.5233333)
    assert treated.outcome.high - treated.outcome.value == pytest.approx(4.302653 * 0.0504425, rel=1e-5)


def test_the_toy_model_can_be_loaded(tmp_path):
    write_member("model", "my_toy", tmp_path)
    model = load_model(tmp_path / "selenolab-my-toy" / "src" / "selenolab_my_toy")
    assert model.observables == {"free_drug": "free"}
    assert {parameter.kind for parameter in model.parameters} == {"assumed"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this checkout, as it lies on the disk."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("src", "tests", "pyproject.toml"):
        source = ROOT / name
        ignore = shutil.ignore_patterns("__pycache__", ".*_cache")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            shutil.copyfile(source, folder / name)
    return folder


def run_in(folder: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "NO_COLOR": "1"}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_new_members_of_a_checkout_pass_its_gates(copy):
    before = files_of(copy)
    for kind in ("assay", "model"):
        run_in(copy, sys.executable, "-m", "selenolab.faces.cli", "new", kind, f"my_{kind}")
    new = {name for name in files_of(copy) - before if "__pycache__" not in name}
    folders = ("src/selenolab/assays/my_assay/", "src/selenolab/models/my_model/")
    assert all(name.startswith(folders) for name in new), new
    out = run_in(copy, sys.executable, "-m", "pytest", "tests/contracts", "-q", "-k", "my_assay or my_model")
    assert "passed" in out
    run_in(copy, str(Path(sys.executable).with_name("lint-imports")))
    run_in(copy, sys.executable, "-m", "ruff", "check", *folders)
    run_in(copy, sys.executable, "-m", "ruff", "format", "--check", *folders)
    run_in(copy, sys.executable, "-m", "mypy", "src/selenolab/assays/my_assay")


@pytest.mark.slow
def test_a_package_that_is_installed_stands_on_the_shelf(tmp_path):
    write_member("assay", "outside_toy", tmp_path)
    target = tmp_path / "site"
    uv = Path(sys.executable).with_name("uv")
    run_in(
        tmp_path, str(uv), "pip", "install", "--no-deps", "--no-build-isolation", "--offline", "--python",
        sys.executable, "--target", str(target), "./selenolab-outside-toy",
    )  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": f"{target}{os.pathsep}{ROOT / 'src'}"}
    ours = [sys.executable, "-m", "selenolab.faces.cli"]
    listed = subprocess.run([*ours, "assays"], env=environment, capture_output=True, text=True, check=True)
    assert "outside_toy" in listed.stdout
    example = target / "selenolab_outside_toy" / "example.csv"
    done = subprocess.run(
        [*ours, "analyse", "outside_toy", example, "--json"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [end["name"] for end in json.loads(done.stdout)["endpoints"]] == ["mean signal"] * 2
