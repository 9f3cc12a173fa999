"""Presets from YAML: names, paths, and one line for every mistake."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from selenolab.core.errors import StudyError
from selenolab.formats.plate_presets import load_preset, shipped


class Kit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    wavelength_nm: float = 412.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bca.yaml").write_text("title: Protein\nwavelength_nm: 562\n", encoding="utf-8")
    return tmp_path


def test_a_preset_is_found_by_name_and_by_path(folder: Path) -> None:
    assert shipped(folder) == ("bca",)
    assert load_preset("bca", folder, Kit).wavelength_nm == 562
    assert load_preset(str(folder / "bca.yaml"), Path("nowhere"), Kit).title == "Protein"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: [1", "Unable to read it as YAML"),
        ("- 1", "Expected a mapping"),
        ("titel: x", "titel: Extra inputs are not permitted. Did you mean title?"),
        ("title: x\nwavelength_nm: blue", "wavelength_nm: Input should be a valid number"),
        ("!!python/object/apply:os.system ['true']", "Unable to read it as YAML"),
    ],
)
def test_every_mistake_is_one_line(folder: Path, text: str, told: str) -> None:
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load_preset(str(folder / "own.yaml"), folder, Kit)
    assert told in str(error.value)
    assert "own.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_unknown_presets_are_named(folder: Path) -> None:
    with pytest.raises(StudyError, match=r"Unknown preset 'bcaa'\. Did you mean bca"):
        load_preset("bcaa", folder, Kit)
    with pytest.raises(StudyError, match=r"preset own\.yaml: Unable to find the file"):
        load_preset("own.yaml", folder, Kit)
