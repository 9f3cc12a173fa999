"""Paths that a study names: they exist, they are files, and they lie in the study's own folder."""

from pathlib import Path

from selenolab.core.errors import StudyError, did_you_mean


def inside(folder: Path, name: str) -> Path:
    """The file `name` of the study in `folder`.

    Raises
    ------
    StudyError
        for a path out of the folder (also by a symbolic link), a folder, or nothing.
    """
    if "\x00" in name:
        raise StudyError("The path holds a zero byte. Write a file name.")
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise StudyError(
            f"'{name}' lies outside the study's folder. Move the file beside the study, or the study "
            "to the file."
        )
    if path.is_dir():
        raise StudyError(f"'{name}' is a folder. Name the files in it.")
    if not path.is_file():
        raise StudyError(f"Unable to find the file '{name}'. {_near(root, name)}")
    return path


def matching(folder: Path, pattern: str) -> list[str]:
    """The files in the study's folder that `pattern` stands for, sorted by name.

    Raises
    ------
    StudyError
        for a pattern that leads out of the folder or that no file matches.
    """
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts or "\x00" in pattern:
        raise StudyError(f"'{pattern}' lies outside the study's folder. Name files beside the study.")
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file())
    if not found:
        raise StudyError(f"No file matches '{pattern}'. Check the pattern, or name the files.")
    return found


def _near(root: Path, name: str) -> str:
    folder = (root / name).parent
    if not folder.is_dir() or not folder.resolve().is_relative_to(root):
        return "Its folder does not exist."
    known = [str((folder / found.name).relative_to(root)) for found in folder.iterdir() if found.is_file()]
    hint = did_you_mean(name, known[:500])
    return hint if hint.startswith("Did") else "Check the name."
