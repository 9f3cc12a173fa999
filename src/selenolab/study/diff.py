"""What changed between two records of a study, and why."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenolab.core.errors import StudyError
from selenolab.study.record import RECORD

Json = Mapping[str, Any]
CAUSES = (
    "versions",
    "inputs",
    "settings",
    "seed",
    "model",
    "overrides",
    "facts",
    "exclusions",
    "takes",
    "compounds",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: `before` and `after` are None where it is not there.

    `what` is a cause (versions, inputs, settings, seed, model, overrides, facts, exclusions, takes,
    compounds) or a consequence (run, endpoint, check, warning, comparison); `run` is "" for the whole
    study. `because` names the causes of a consequence.
    """

    what: str
    run: str
    name: str
    before: Any
    after: Any
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """Causes first, then what came of them. Empty where the records agree."""

    causes: tuple[Change, ...]
    consequences: tuple[Change, ...]


def diff_records(before: Path | Json, after: Path | Json) -> Diff:
    """What differs between two records: folders, ``record.json`` files, or what is in them.

    Raises
    ------
    StudyError
        for something that is no record.
    """
    left, right = read_record(before), read_record(after)
    causes = [*_study_causes(left, right), *_run_causes(left, right)]
    whole = tuple(_told(cause) for cause in causes if not cause.run)
    by_run: dict[str, tuple[str, ...]] = {}
    for name in _order(left, right):
        own = tuple(_told(cause) for cause in causes if cause.run == name)
        upstream = tuple(f"run {source} changed" for source in _sources(right, name) if by_run.get(source))
        if not own and not upstream and not whole and _other_key(left, right, name):
            own = ("the program itself changed",)
        by_run[name] = (*own, *upstream)
    found = [*_runs(left, right), *_outcomes(left, right), *_comparisons(left, right)]
    consequences = [
        Change(c.what, c.run, c.name, c.before, c.after, (*_of(c, by_run), *whole)) for c in found
    ]
    return Diff(tuple(causes), tuple(consequences))


def diff_lines(diff: Diff) -> list[str]:
    """The diff in words, one line a change; empty where the records agree."""
    lines = [f"{cause.run + ': ' if cause.run else ''}{_told(cause)}" for cause in diff.causes]
    for own in diff.consequences:
        place = f"{own.run}: " if own.run and own.what != "run" else ""
        why = f" (because: {'; '.join(own.because)})" if own.because else ""
        lines.append(f"{place}{own.what} {own.name}: {_value(own.before)} -> {_value(own.after)}{why}")
    return lines


def read_record(place: Path | Json) -> Json:
    """A record from a results folder, a file, or itself."""
    if not isinstance(place, Path):
        return place
    path = place / "record.json" if place.is_dir() else place
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"{place}: Unable to find a record.json. Give a results folder.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise StudyError(f"{path}: Unable to read the record: {error}. Give a results folder.") from None
    if not isinstance(record, dict) or record.get("schema") != RECORD:
        found = record.get("schema") if isinstance(record, dict) else None
        raise StudyError(f"{path}: Expected a record of schema {RECORD}, found {found!r}.")
    return record


def _by_name(items: Sequence[Json]) -> dict[str, Json]:
    return {str(item["name"]): item for item in items}


def _pairs(left: Json, right: Json) -> Iterator[tuple[str, Json, Json]]:
    """Runs that are in both records."""
    old, new = _by_name(left["runs"]), _by_name(right["runs"])
    return ((name, old[name], new[name]) for name in old if name in new)


def _changed(what: str, run: str, old: Json, new: Json) -> list[Change]:
    """Keys whose values differ, those of `old` first."""
    return [
        Change(what, run, key, old.get(key), new.get(key))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    ]


def _study_causes(left: Json, right: Json) -> list[Change]:
    old, new = (_by_name(record["study"]["compounds"]) for record in (left, right))
    return [
        *_changed("versions", "", left["versions"], right["versions"]),
        *_changed("compounds", "", old, new),
    ]


def _run_causes(left: Json, right: Json) -> list[Change]:
    found: list[Change] = []
    for name, old, new in _pairs(left, right):
        before, after = old["analysis"], new["analysis"]
        found += _changed("inputs", name, _digests(before), _digests(after))
        found += _changed("settings", name, before["settings"], after["settings"])
        for key in ("assay", "seed"):
            found += _changed(
                "settings" if key == "assay" else key, name, {key: before[key]}, {key: after[key]}
            )
        for key in ("model", "facts", "exclusions", "takes"):
            found += _changed(key, name, {key: old[key]}, {key: new[key]})
        found += _changed("overrides", name, old["overrides"], new["overrides"])
    return found


def _digests(analysis: Json) -> dict[str, str]:
    return {f"{own['name']} ({own['role']})": own["sha256"] for own in analysis["inputs"]}


def _runs(left: Json, right: Json) -> list[Change]:
    """Runs that came, went, or changed between done and failed."""
    old, new = _states(left), _states(right)
    return [
        Change("run", name, name, old.get(name), new.get(name))
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]


def _states(record: Json) -> dict[str, str]:
    done = {str(run["name"]): "done" for run in record["runs"]}
    return {**done, **{str(own["run"]): f"failed: {own['message']}" for own in record["failures"]}}


def _outcomes(left: Json, right: Json) -> list[Change]:
    found: list[Change] = []
    for name, old, new in _pairs(left, right):
        for kind, key in (("endpoint", "endpoints"), ("check", "checks")):
            found += _changed(kind, name, _named(old["analysis"][key]), _named(new["analysis"][key]))
        gone, come = set(old["analysis"]["warnings"]), set(new["analysis"]["warnings"])
        found += [Change("warning", name, text, text, None) for text in sorted(gone - come)]
        found += [Change("warning", name, text, None, text) for text in sorted(come - gone)]
    return found


def _named(items: Sequence[Json]) -> dict[str, Json]:
    """Endpoints or checks by their name and group; equal names are numbered."""
    found: dict[str, Json] = {}
    for item in items:
        group = ", ".join(f"{word} {value}" for word, value in item["group"].items())
        name = base = f"{item['name']} ({group})" if group else str(item["name"])
        number = 2
        while name in found:
            name, number = f"{base} #{number}", number + 1
        found[name] = item
    return found


def _comparisons(left: Json, right: Json) -> list[Change]:
    return _changed("comparison", "", _by_name(left["comparisons"]), _by_name(right["comparisons"]))


def _order(left: Json, right: Json) -> list[str]:
    return list(dict.fromkeys([*_by_name(right["runs"]), *_by_name(left["runs"])]))


def _sources(record: Json, name: str) -> list[str]:
    """The runs that a run takes from."""
    takes = _by_name(record["runs"]).get(name, {}).get("takes", [])
    return [str(take["from"]).split(".")[1] for take in takes]


def _of(change: Change, by_run: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The causes that a consequence has in its run, or in the runs of its comparison."""
    if change.run:
        return by_run.get(change.run, ())
    asked = change.after or change.before or {}
    return tuple(f"run {name} changed" for name in asked.get("runs", ()) if by_run.get(name))


def _other_key(left: Json, right: Json, name: str) -> bool:
    return any(own == name and old["key"] != new["key"] for own, old, new in _pairs(left, right))


def _told(cause: Change) -> str:
    """A cause in words.

    Examples
    --------
    >>> _told(Change("settings", "hepg2", "wavelength_nm", 490, 570))
    'settings wavelength_nm: 490 -> 570'
    """
    if cause.what == "inputs":
        words = {(True, False): "removed", (False, True): "added"}
        return (
            f"input {cause.name} {words.get((cause.before is not None, cause.after is not None), 'changed')}"
        )
    if isinstance(cause.before, dict | list) or isinstance(cause.after, dict | list):
        return f"{cause.what} changed" if cause.what == cause.name else f"{cause.what} {cause.name} changed"
    return f"{cause.what} {cause.name}: {_short(cause.before)} -> {_short(cause.after)}"


def _short(value: Any) -> str:
    return "none" if value is None else str(value)[:80]


def _value(thing: Any) -> str:
    """An endpoint, check or state in a few words."""
    if not isinstance(thing, dict):
        return _short(thing)
    if "passed" in thing:
        return {True: "passed", False: "failed", None: "undecided"}[thing["passed"]] + f" ({thing['why']})"
    if "contrasts" in thing:
        return thing["refusal"] or f"{len(thing['contrasts'])} contrasts by {thing['method']}"
    if thing["category"] is not None:
        return str(thing["category"])
    if thing["value"] is None:
        return str(thing["warnings"][0]) if thing["warnings"] else "not given"
    unit = "" if thing["unit"] in ("", "1") else f" {thing['unit']}"
    sides = " to ".join("open" if thing[key] is None else f"{thing[key]:.4g}" for key in ("low", "high"))
    return f"{thing['censored'] or ''}{thing['value']:.4g}{unit} ({sides}; n = {thing['n']})"
