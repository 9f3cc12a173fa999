"""What a virtual run may count: simulated experiments, vessels or images, independent of nothing."""

from dataclasses import replace

from selenolab.core.analysis import Analysis, UnitValue
from selenolab.core.drawing import Drawing
from selenolab.core.estimate import Absent, Endpoint

_BENCH, _VIRTUAL = "independent experiment", "simulated experiment"


def as_simulated(analysis: Analysis) -> Analysis:
    """`analysis` of a virtual run, with n counting what was simulated in endpoints, units and captions."""
    return replace(
        analysis,
        endpoints=tuple(_endpoint(one) for one in analysis.endpoints),
        drawings=tuple(_drawing(one) for one in analysis.drawings),
        units=tuple(_unit(one) for one in analysis.units),
    )


def _counted(words: str) -> str:
    """What n is, said to be simulated.

    Examples
    --------
    >>> _counted("independent experiments"), _counted("vessels"), _counted("simulated images")
    ('simulated experiments', 'simulated vessels', 'simulated images')
    """
    told = words.replace(_BENCH, _VIRTUAL)
    return told if not told or "simulated" in told else f"simulated {told}"


def _endpoint(endpoint: Endpoint) -> Endpoint:
    outcome = endpoint.outcome
    if isinstance(outcome, Absent):
        return endpoint
    return replace(endpoint, outcome=replace(outcome, n_is=_counted(outcome.n_is)))


def _unit(unit: UnitValue) -> UnitValue:
    return replace(unit, unit_is=_counted(unit.unit_is))


def _drawing(drawing: Drawing) -> Drawing:
    told = drawing.caption.n.replace(_BENCH, _VIRTUAL)
    told = told if not told or "simulated" in told else f"{told} (simulated)"
    return replace(drawing, caption=replace(drawing.caption, n=told))
