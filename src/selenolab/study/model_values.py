"""What a virtual run must say of the values in its model: which are assumed, and which are out of range."""

from collections.abc import Iterator, Mapping

import pandas as pd

from selenolab.core.model import Model


def assumed_values(model: Model, overrides: Mapping[str, float], design: pd.DataFrame) -> Iterator[str]:
    """One line for every assumed parameter that neither the design nor the study sets.

    Examples
    --------
    >>> from selenolab.shelf import models
    >>> lines = assumed_values(models["dose_viability"], {"hill": 2.0}, pd.DataFrame({"dose": [1.0]}))
    >>> next(lines).split(":")[0]
    'k_grow = 0.029 1/h'
    """
    set_by_design = {model.doses, *_words_of_inputs(model, design)}
    for own in model.parameters:
        if own.kind == "assumed" and own.name not in set_by_design | set(overrides):
            yield f"{own.name} = {own.value:g}{_unit(own.unit)}: {own.source}"


def outside_values(model: Model, overrides: Mapping[str, float], design: pd.DataFrame) -> Iterator[str]:
    """One line for every value of the study or its design outside the range that the model states."""
    words = _words_of_inputs(model, design)
    for own in model.parameters:
        word = words.get(own.name, own.name)
        asked = set(design[word].astype(float)) if own.name in words else set()
        if own.name in overrides:
            asked.add(overrides[own.name])
        for value in sorted(asked):
            if not own.low <= value <= own.high:
                yield (
                    f"{word} is {value:g}{_unit(own.unit)}, outside the range of the model "
                    f"({own.low:g} to {own.high:g})."
                )


def _words_of_inputs(model: Model, design: pd.DataFrame) -> dict[str, str]:
    """The words of the design by the parameter that they set."""
    return {name: word for word, name in model.inputs.items() if word in design}


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" {unit}"
