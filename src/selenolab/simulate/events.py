"""Events that an act from outside would trip.

The integrator looks for events while it integrates. When the bench (an action, a dose after settling)
moves the state past the threshold of an event at once, it sees nothing to cross and the event is lost.
So the trigger of every event is watched, and a model and a bench that meet in this way are refused.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenolab.core.errors import DataError

WATCH = "selenolab_trigger_of_"


def watch_events(engine: Any, module: str) -> None:
    """Add an assignment for the trigger of every event of antimony's `module` to the loaded `engine`."""
    import antimony

    names = antimony.getEventNames(module)
    for number, name in enumerate(names):
        formula = re.sub(r"(?<=\w)\.(?=[A-Za-z_])", "__", antimony.getTriggerForEvent(module, number))
        engine.addParameter(WATCH + name, 0.0, False)
        # The last one compiles them all.
        engine.addAssignmentRule(WATCH + name, f"piecewise(1, {formula}, 0)", number == len(names) - 1)


@contextmanager
def refuse_to_trip(engine: Any, act: str) -> Iterator[None]:
    """Around an act from outside: DataError when it makes the trigger of an event true."""
    watched = [name for name in engine.getAssignmentRuleIds() if name.startswith(WATCH)]
    before = {name: engine.getValue(name) for name in watched}
    yield
    for name in watched:
        if engine.getValue(name) > before[name]:
            raise DataError(
                f"{act} trips the event {name.removeprefix(WATCH)} of model.ant at once, which cannot be "
                "followed. Write what the event does into the action, or leave one of them out."
            )
