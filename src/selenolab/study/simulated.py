"""What a virtual run may count: simulated experiments, which are independent of nothing."""

from dataclasses import replace

from selenolab.core.analysis import Analysis
from selenolab.core.drawing import Drawing
from selenolab.core.estimate import Absent, Endpoint

_BENCH, _VIRTUAL = "independent experiment", "simulated experiment"


def as_simulated(analysis: Analysis) -> Analysis:
    """`analysis` of a virtual run, with n counting simulated experiments in endpoints and captions."""
    return replace(
        analysis,
        endpoints=tuple(_endpoint(one) for one in analysis.endpoints),
        drawings=tuple(_drawing(one) for one in analysis.drawings),
    )


def _endpoint(endpoint: Endpoint) -> Endpoint:
    outcome = endpoint.outcome
    if isinstance(outcome, Absent):
        return endpoint
    return replace(endpoint, outcome=replace(outcome, n_is=outcome.n_is.replace(_BENCH, _VIRTUAL)))


def _drawing(drawing: Drawing) -> Drawing:
    caption = replace(drawing.caption, n=drawing.caption.n.replace(_BENCH, _VIRTUAL))
    return replace(drawing, caption=caption)
