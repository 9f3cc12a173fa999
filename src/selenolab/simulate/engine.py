"""A model's equations, compiled and set: every name checked, every value known.

Equations come as Antimony and are integrated by libroadrunner's CVODE. Sources: Somogyi et al. 2015,
doi:10.1093/bioinformatics/btv363; Smith et al. 2009, doi:10.1093/bioinformatics/btp401.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.core.model import Model
from selenolab.simulate.events import watch_events

RELATIVE, ABSOLUTE = 1e-9, 1e-12
MOST_STEPS = 200_000  # a stiff model that needs more says so instead of running for ever


def engine_for(model: Model) -> Any:
    """The compiled equations of `model`, its names checked. Compiled once a process."""
    engine = loaded(model.name, model.equations)
    _check_parameters(model, engine)
    _check_dose(model, engine)
    _check_observables(model, engine)
    _check_actions(model, engine)
    return engine


@lru_cache(maxsize=8)  # compiling may take seconds; every value that a run may change is set anew
def loaded(name: str, equations: str) -> Any:
    """The compiled equations; DataError when they cannot be read."""
    import antimony
    import roadrunner

    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(equations) < 0:
        told = " ".join(antimony.getLastError().split())
        raise DataError(f"{name}/model.ant: Unable to read the equations: {told}")
    module = antimony.getMainModuleName()
    engine = roadrunner.RoadRunner(antimony.getSBMLString(module))
    watch_events(engine, module)
    engine.integrator = "cvode"
    engine.integrator.setValue("relative_tolerance", RELATIVE)
    engine.integrator.setValue("absolute_tolerance", ABSOLUTE)
    engine.integrator.setValue("maximum_num_steps", MOST_STEPS)
    return engine


def start(engine: Any, values: Mapping[str, float]) -> None:
    """The state at time zero with the parameters `values`, whatever was simulated before.

    All parameters must be given: what is not named has the value that stands in the equations.
    """
    engine.resetAll()  # also undoes what events did to parameters
    for name, value in values.items():
        engine.setValue(name, value)
    # Starts of species follow the parameters. Not by init(): that compiles the model anew and
    # forgets the parameters that were set.
    engine.reset()


def values_of(
    model: Model, overrides: Mapping[str, float], set_by_design: Mapping[str, str]
) -> dict[str, float]:
    """The parameters of `model`, with `overrides`.

    Parameters
    ----------
    set_by_design : what of the design sets a parameter ("dose", an input's word), by parameter.

    Raises
    ------
    UnknownNameError
        for an override of no parameter.
    DataError
        for an override of what the design sets too, or a value that is no number.
    """
    known = {own.name: own.value for own in model.parameters}
    for name in overrides:
        if name not in known:
            raise UnknownNameError(f"parameter of model {model.name}", name, known)
        if name in set_by_design:
            raise DataError(
                f"Parameter {name} of model {model.name} is set twice: by the design ({set_by_design[name]}) "
                "and by an override. Remove the override, or mend the design."
            )
    values = {**known, **overrides}
    for name, value in values.items():
        if not np.isfinite(value):
            raise DataError(f"Parameter {name} of model {model.name} is {value}. Expected a number.")
    return {name: float(value) for name, value in values.items()}


def selections(model: Model, engine: Any) -> list[str]:
    """What to record: concentrations of species, values of assignments."""
    return [symbol(engine, name) for name in model.observables.values()]


def symbol(engine: Any, name: str) -> str:
    """A name of the equations as the engine wants it: a species is seen as its concentration."""
    return f"[{name}]" if name in engine.model.getFloatingSpeciesIds() else name


def states(engine: Any) -> list[str]:
    """All that the equations move."""
    return [f"[{name}]" for name in engine.model.getFloatingSpeciesIds()] + list(engine.getRateRuleIds())


def _check_parameters(model: Model, engine: Any) -> None:
    place, computed = (
        f"{model.name}/parameters.csv",
        {*engine.getAssignmentRuleIds(), *engine.getRateRuleIds()},
    )
    for own in model.parameters:
        if own.name not in engine.model.getGlobalParameterIds():
            raise DataError(f"{place}: '{own.name}' is no parameter of model.ant. Remove or rename it.")
        if own.name in computed:
            raise DataError(
                f"{place}: '{own.name}' is computed in model.ant, so it cannot be set. Remove it."
            )
    for name in set(engine.getInitialAssignmentIds()) & set(engine.model.getGlobalParameterIds()):
        raise DataError(
            f"{model.name}/model.ant: '{name}' starts as a formula, which would not follow an override. "
            f"Write '{name} := ...', or make it a species."
        )


def _check_dose(model: Model, engine: Any) -> None:
    own = {parameter.name for parameter in model.parameters}
    if model.doses not in own | set(engine.model.getFloatingSpeciesIds()):
        raise DataError(
            f"{model.name}/model.toml: doses '{model.doses}' is no species of model.ant and no parameter "
            "of parameters.csv. Name one."
        )


def _check_observables(model: Model, engine: Any) -> None:
    seen = _symbols(engine)
    for word, name in model.observables.items():
        if name.strip("[]") not in seen:
            raise DataError(f"{model.name}/model.toml: observable {word} = '{name}' is nothing in model.ant.")


def _check_actions(model: Model, engine: Any) -> None:
    changed = {*engine.model.getFloatingSpeciesIds(), *engine.getRateRuleIds()}
    for action, acts in model.actions.items():
        for names, known, what in (
            (acts.keys(), changed, "species"),
            (acts.values(), _symbols(engine), "value"),
        ):
            _refuse_unknown(f"{model.name}/model.toml: action {action}", names, known, what)


def _refuse_unknown(place: str, names: Iterable[str], known: set[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise DataError(f"{place}: '{name}' is no {what} of model.ant. Mend it.")


def _symbols(engine: Any) -> set[str]:
    return {*engine.model.getFloatingSpeciesIds(), *engine.model.getGlobalParameterIds()}
