"""Presets of plate assays: a kit as a YAML file, shipped with an assay or written by a lab."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from selenolab.core.errors import StudyError, did_you_mean
from selenolab.core.reference import Reference

P = TypeVar("P", bound=BaseModel)
_ENDINGS = (".yaml", ".yml")
_MOST = 200_000  # bytes; a preset is a page


class Cited(BaseModel):
    """A reference as a preset writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(pattern=r"^(doi|pmid|isbn|url):.+")
    authors: str
    title: str
    where: str
    year: int

    def noun(self) -> Reference:
        """The reference."""
        return Reference(self.key, self.authors, self.title, self.where, self.year)


def shipped(folder: Path) -> tuple[str, ...]:
    """Names of the presets in `folder`, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load_preset(name: str, folder: Path, model: type[P]) -> P:
    """The preset `name`: one of those in `folder`, or a path that ends in .yaml, checked by `model`.

    A relative path is looked for where the program runs.

    Raises
    ------
    StudyError
        In one line: an unknown name, a file that is not there or no YAML, every field that does not fit.
    """
    own = Path(name)
    if own.suffix.lower() not in _ENDINGS:
        known = shipped(folder)
        if name not in known:
            hint = did_you_mean(name, known)
            raise StudyError(
                f"Unknown preset '{name}'. {hint} A preset of your own is a path to a .yaml file."
            )
        own = folder / f"{name}.yaml"
    elif not own.is_file():
        raise StudyError(
            f"preset {name}: Unable to find the file (looked in {Path.cwd()}). Give its full path."
        )
    return _checked(_content(own), own.name, model)


def _content(path: Path) -> object:
    try:
        if path.stat().st_size > _MOST:
            raise StudyError(f"preset {path.name}: the file exceeds {_MOST} bytes, as no preset does.")
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        told = " ".join(str(error).split())
        raise StudyError(f"preset {path.name}: Unable to read it as YAML: {told[:200]}.") from None


def _checked(content: object, name: str, model: type[P]) -> P:
    if not isinstance(content, dict):
        raise StudyError(f"preset {name}: Expected a mapping such as 'title: ...', found none.")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        told = []
        for mistake in error.errors():
            where = ".".join(str(part) for part in mistake["loc"]) or "preset"
            hint = ""
            if mistake["type"] == "extra_forbidden" and len(mistake["loc"]) == 1:
                hint = f" {did_you_mean(where, model.model_fields)}"
            told.append(f"{where}: {mistake['msg']}.{hint}")
        raise StudyError(f"preset {name}: {'; '.join(told)}") from None
