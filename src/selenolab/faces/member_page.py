"""What the shelves hold, as text: lists of members, and one member in full."""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from selenolab import shelf
from selenolab.core.assay import Assay, Port
from selenolab.core.reference import Reference
from selenolab.core.schema import TableSchema
from selenolab.faces.console import say_table
from selenolab.faces.streams import say


def say_shelf(kind: str) -> None:
    """The members of one shelf, one a line."""
    members: Mapping[str, Any] = getattr(shelf, kind)
    if not members:
        say(f"There are no {kind} on this shelf.")
        return
    say_table([kind.removesuffix("s"), "title"], [(name, members[name].title) for name in members])


def say_assay(name: str) -> None:
    """All that a user needs to know of an assay."""
    assay = shelf.assays[name]
    say(f"{assay.name}: {assay.title}\n")
    _say_rows("Settings", ["setting", "meaning", "type", "default"], [*_setting_rows(assay.settings)])
    _say_rows(
        "Endpoints", ["endpoint", "unit", "meaning"], [(e.name, e.unit, e.meaning) for e in assay.endpoints]
    )
    roles = [(role.word, "yes" if role.required else "", role.meaning) for role in assay.bench.roles]
    _say_rows("Roles of files", ["role", "required", "meaning"], roles)
    _say_rows("Columns of the sample sheet", ["column", "per", "required", "meaning"], _sheet_rows(assay))
    _say_tables("Table it works on", assay.tables)
    _say_tables("Table other runs may take", assay.gives)
    _say_rows(
        "Takes from other runs", ["port", "required", "what"], [_port(*item) for item in assay.takes.items()]
    )
    if assay.virtual:
        say(f"Seen through it, a model must show: {', '.join(assay.virtual.needs)}.")
        for does, words in (
            ("take the inputs", assay.virtual.inputs),
            ("know the actions", assay.virtual.actions),
        ):
            if words:
                say(f"It must {does}: {', '.join(words)}.")
        say()
    _say_references(assay.references)
    _say_readme(shelf.assays.folder(name))


def say_model(name: str) -> None:
    """All that a user needs to know of a model."""
    model = shelf.models[name]
    say(f"{model.name}: {model.title}\n\n{model.purpose}\n")
    settles = (
        f" It settles for {model.settle:g} {model.time_unit} before it is dosed." if model.settle else ""
    )
    say(f"Dose: {model.doses} [{model.dose_unit}]. Time in {model.time_unit}.{settles}\n")
    _say_rows("Shows", ["word", "in the equations"], list(model.observables.items()))
    _say_rows("A design may set", ["word", "parameter"], list(model.inputs.items()))
    acts = [(action, name, after) for action, own in model.actions.items() for name, after in own.items()]
    _say_rows("The bench may do", ["action", "changes", "to"], acts)
    rows = [
        (p.name, f"{p.value:g}", p.unit, f"{p.low:g} to {p.high:g}", _kind(p.kind), p.source)
        for p in model.parameters
    ]
    _say_rows("Parameters", ["parameter", "value", "unit", "range", "kind", "source"], rows)
    say(f"Limits: {model.limits}\n")
    _say_readme(shelf.models.folder(name))


def _kind(kind: str) -> str:
    return "measured, unverified" if kind == "measured_recalled" else kind.replace("_", ", ")


def _say_rows(title: str, headers: list[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        say_table(headers, rows, title)
        say()


def _setting_rows(settings: type[BaseModel], prefix: str = "") -> list[tuple[str, ...]]:
    """One row a setting, nested ones with dots."""
    rows: list[tuple[str, ...]] = []
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            rows += _setting_rows(field.annotation, f"{prefix}{name}.")
            continue
        default = (
            "required" if field.is_required() else _say_value(field.get_default(call_default_factory=True))
        )
        rows.append((f"{prefix}{name}", field.description or "", type_words(field.annotation), default))
    return rows


def _say_value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_say_value(part) for part in value) + "]"
    if isinstance(value, BaseModel):  # as a study file would have it
        told = value.model_dump(exclude_defaults=True)
        return "{" + ", ".join(f"{name}: {_say_value(part)}" for name, part in told.items()) + "}"
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return f"{value}" if value != "" else '""'


def type_words(annotation: Any) -> str:
    """A type as a user would say it.

    Examples
    --------
    >>> type_words(int | None), type_words(tuple[float, ...]), type_words(Literal["a", "b"])
    ('whole number or none', 'list of number', 'a | b')
    >>> type_words(Annotated[float, "positive"] | None)
    'number or none'
    """
    plain = {float: "number", int: "whole number", str: "text", bool: "true/false", type(None): "none"}
    if annotation in plain:
        return plain[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_words(parts[0])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " | ".join(str(member.value) for member in annotation)
    if origin is Literal:
        return " | ".join(map(str, parts))
    if origin in {Union, UnionType}:
        return " or ".join(type_words(part) for part in parts)
    if origin in {tuple, list}:
        return f"list of {type_words(parts[0])}"
    if origin is dict or origin is Mapping:
        return f"{type_words(parts[0])}: {type_words(parts[1])}"
    return getattr(annotation, "__name__", str(annotation))


def _sheet_rows(assay: Assay) -> list[tuple[str, ...]]:
    return [
        (
            column.header,
            column.per,
            "yes" if column.required else "",
            column.meaning + (f" ({', '.join(column.choices)})" if column.choices else ""),
        )
        for column in assay.bench.sheet
    ]


def _say_tables(title: str, tables: Mapping[str, TableSchema]) -> None:
    for name, schema in tables.items():
        rows = [
            (
                column.word,
                column.quantity.unit or column.quantity.kind,
                "optional" if column.optional else "",
                column.quantity.meaning,
            )
            for column in schema.columns
        ]
        _say_rows(f"{title}: {name}", ["column", "unit", "", "meaning"], rows)


def _port(name: str, port: Port) -> tuple[str, ...]:
    takes = port.takes
    what = (
        f"table with {', '.join(column.word for column in takes.columns)}"
        if isinstance(takes, TableSchema)
        else f"endpoint {takes.name} [{takes.unit}]"
    )
    return name, "yes" if port.required else "", f"{port.meaning}: {what}"


def _say_references(references: tuple[Reference, ...]) -> None:
    if references:
        say("References")
    for work in references:
        say(f"{work.authors} ({work.year}). {work.title}. {work.where}. {work.key}")
    if references:
        say()


def _say_readme(folder: Any) -> None:
    readme = folder / "README.md"
    if readme.is_file():
        say(readme.read_text(encoding="utf-8").rstrip())
