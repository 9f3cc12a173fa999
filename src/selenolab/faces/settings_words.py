"""``--set key=value``: words of the command line become settings, checked before a file is opened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from selenolab.core.assay import AssaySettings
from selenolab.core.errors import SelenolabError, SeveralErrors, StudyError, did_you_mean
from selenolab.core.study import Run, Study


def read_words(words: Iterable[str], option: str = "--set") -> dict[str, Any]:
    """Nested settings from ``a.b=1`` words. Values are YAML scalars or flow lists; empty is "".

    Examples
    --------
    >>> read_words(["dose_unit=nM", "quality.z_prime=0.4", "doses=[1, 2]"])
    {'dose_unit': 'nM', 'quality': {'z_prime': 0.4}, 'doses': [1, 2]}
    """
    found: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        parts = key.strip().split(".")
        if not equals or not all(parts):
            raise StudyError(f"{option} {word}: Expected key=value, as in {option} level=0.95.")
        _put(found, parts, _value(word, text, option), f"{option} {word}")
    return found


def _put(found: dict[str, Any], parts: Sequence[str], value: Any, place: str) -> None:
    for part in parts[:-1]:
        found = found.setdefault(part, {})
        if not isinstance(found, dict):
            raise StudyError(f"{place}: '{part}' already has a value. State it once.")
    if parts[-1] in found:
        raise StudyError(f"{place}: '{'.'.join(parts)}' is stated twice. State it once.")
    found[parts[-1]] = value


def _value(word: str, text: str, option: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if not text.strip():
        return ""
    if "&" in text or "*" in text:  # no anchors on a command line: they could only multiply
        return text
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        raise StudyError(f"{option} {word}: Unable to read '{text}' as a value. Quote it.") from None


def check_settings(
    assay: str, settings: type[AssaySettings], words: Mapping[str, Any], option: str = "--set "
) -> AssaySettings:
    """The settings of `assay`; every mistake in one line that names the setting."""
    try:
        return settings.model_validate(words)
    except ValidationError as error:
        mistakes = [_tell(assay, settings, mistake, option) for mistake in error.errors()]
        raise SeveralErrors([StudyError(line) for line in mistakes]) from None


def _tell(assay: str, settings: type[BaseModel], mistake: Any, option: str) -> str:
    where = [str(part) for part in mistake["loc"]]
    name = ".".join(where)
    if mistake["type"] == "extra_forbidden":
        known = _fields(settings, where[:-1])
        return f"{option}{name}: Unknown setting '{where[-1]}' of {assay}. {did_you_mean(where[-1], known)}"
    if mistake["type"] == "missing":
        return f"{option}{name}: {assay} needs this setting. Write {option}{name}=VALUE."
    message = str(mistake["msg"]).removeprefix("Value error, ")
    if not where:  # of several settings together: what was found is all of them
        return f"{option.rstrip(' .')}: {message.rstrip('.')}."
    return f"{option}{name}: {message.rstrip('.')}, found {mistake['input']!r}."


def _fields(settings: type[BaseModel], path: Sequence[str]) -> list[str]:
    """The names of the settings at `path` inside nested models."""
    model: Any = settings
    for part in path:
        field = getattr(model, "model_fields", {}).get(part)
        model = field.annotation if field else None
    return list(getattr(model, "model_fields", {}))


def override(study: Study, words: Iterable[str]) -> Study:
    """`study` with the settings of ``run.key=value`` words in place of its own."""
    wanted = read_words(words)
    known = [run.name for run in study.runs]
    wrong: list[SelenolabError] = [
        StudyError(
            f"--set {name}: Unknown run '{name}'. {did_you_mean(name, known)} Write run.setting=value."
        )
        for name, settings in wanted.items()
        if name not in known or not isinstance(settings, dict)
    ]
    if wrong:
        raise SeveralErrors(wrong)
    return replace(study, runs=tuple(_overridden(run, wanted.get(run.name, {})) for run in study.runs))


def _overridden(run: Run, words: Mapping[str, Any]) -> Run:
    if not words:
        return run
    settings = merged(run.settings.model_dump(), words)
    return replace(
        run, settings=check_settings(run.assay, type(run.settings), settings, f"--set {run.name}.")
    )


def merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`old` with the values of `new`, nested mappings merged."""
    both = dict(old)
    for key, value in new.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = merged(both[key], value) if nested else value
    return both
