"""Members are found by existing, here or by entry point."""

import importlib
from importlib.metadata import EntryPoint

import pytest

import selenolab.shelf
from selenolab.core.errors import DataError, UnknownNameError
from selenolab.shelf import Shelf, assays, models, whole_vocabulary


@pytest.fixture
def outsider(tmp_path, monkeypatch):
    """A package elsewhere that offers a model by entry point."""
    folder = tmp_path / "outside_model"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "model.toml").write_text("", encoding="utf-8")
    own = tmp_path / "models" / "inside"
    own.mkdir(parents=True)
    (own / "model.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(selenolab.shelf, "HERE", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()

    def offer(name, package="outside_model"):
        point = EntryPoint(name, package, "selenolab.models")
        monkeypatch.setattr(
            selenolab.shelf, "entry_points", lambda group: [point] if group == "selenolab.models" else []
        )

    offer.folder = folder
    return offer


def shelf():
    return Shelf("model", "model.toml", lambda package, folder: (package, folder))


def test_a_member_from_elsewhere_stands_beside_ours(outsider):
    outsider("outside")
    assert shelf()["outside"] == ("outside_model", outsider.folder)
    assert set(shelf()) == {"inside", "outside"}


def test_two_members_of_one_name_are_an_error(outsider):
    outsider("inside")
    with pytest.raises(DataError, match="Two models are called"):
        list(shelf())


def test_an_entry_point_that_leads_nowhere_is_named(outsider):
    (outsider.folder / "model.toml").unlink()
    outsider("outside")
    with pytest.raises(DataError, match=r"Entry point 'outside' .* outside_model/model\.toml"):
        list(shelf())


def test_an_unknown_member_is_met_with_the_nearest():
    for ask in (assays.__getitem__, assays.folder):
        with pytest.raises(UnknownNameError, match=r"Unknown assay 'viabilty'\. Did you mean viability"):
            ask("viabilty")


def test_no_word_has_two_meanings_across_members():
    assert set(whole_vocabulary()) >= {"dose", "absorbance"}


def test_a_member_is_named_as_its_folder():
    for name in assays:
        assert assays[name].name == name == assays.folder(name).name
    for name in models:
        assert models[name].name == name
