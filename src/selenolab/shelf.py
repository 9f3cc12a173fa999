"""A shelf is a folder whose sub-folders are the members of a family. To add one is to make a folder.

Members from elsewhere come by entry point (``selenolab.assays``, ``selenolab.models``,
``selenolab.sources``): the entry point names a package whose folder is the member.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Generic, TypeVar

from selenolab.core.assay import Assay
from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.model import Model
from selenolab.core.model_folder import load_model
from selenolab.core.quantity import Quantity, merge, vocabulary
from selenolab.core.source import Source

HERE = Path(__file__).parent
T = TypeVar("T")


class Shelf(Mapping[str, T], Generic[T]):
    """Members by name. Each is loaded when first asked for, so that listing costs nothing."""

    def __init__(self, kind: str, mark: str, load: Callable[[str, Path], T]) -> None:
        self.kind, self.mark, self._load = kind, mark, load
        self._places: dict[str, tuple[str, Path]] | None = None
        self._loaded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._found():
            raise UnknownNameError(self.kind, name, self._found())
        if name not in self._loaded:
            self._loaded[name] = self._load(*self._found()[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._found()))

    def __len__(self) -> int:
        return len(self._found())

    def folder(self, name: str) -> Path:
        """Where the member lives: its example, its expected answer, its README."""
        if name not in self._found():
            raise UnknownNameError(self.kind, name, self._found())
        return self._found()[name][1]

    def _found(self) -> dict[str, tuple[str, Path]]:
        if self._places is None:
            self._places = _places(self.kind, self.mark)
        return self._places


def _places(kind: str, mark: str) -> dict[str, tuple[str, Path]]:
    shelf = f"{kind}s"
    own = HERE / shelf
    places = {
        path.parent.name: (f"selenolab.{shelf}.{path.parent.name}", path.parent)
        for path in own.glob(f"*/{mark}")
    }
    for point in entry_points(group=f"selenolab.{shelf}"):
        spec = find_spec(point.value)
        folder = Path(spec.origin).parent if spec and spec.origin else None
        if folder is None or not (folder / mark).is_file():
            raise DataError(
                f"Entry point '{point.name}' of selenolab.{shelf}: Unable to find "
                f"{point.value}/{mark}. Reinstall it."
            )
        if point.name in places and places[point.name][1] != folder:
            raise DataError(
                f"Two {shelf} are called '{point.name}': {places[point.name][1]} and {folder}. Rename one."
            )
        places[point.name] = (point.value, folder)
    return places


def _load_assay(package: str, folder: Path) -> Assay:  # noqa: ARG001 - one signature for all shelves
    assay: Assay = import_module(f"{package}.assay").assay
    return assay


def _load_source(package: str, folder: Path) -> Source:  # noqa: ARG001 - one signature for all shelves
    source: Source = import_module(f"{package}.source").source
    return source


assays = Shelf[Assay]("assay", "assay.py", _load_assay)
models = Shelf[Model]("model", "model.toml", lambda package, folder: load_model(folder))  # noqa: ARG005
sources = Shelf[Source]("source", "source.py", _load_source)


def whole_vocabulary() -> Mapping[str, Quantity]:
    """The words of the core and of every member. A word with two meanings is an error."""
    folders = [*map(assays.folder, assays), *map(models.folder, models), *map(sources.folder, sources)]
    return merge(vocabulary(), *(vocabulary(folder) for folder in folders))
