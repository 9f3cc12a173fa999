"""Gates as text and back: how a dataset keeps the gates that a file brought."""

import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from selenolab.core.gate import (
    Combined,
    Dimension,
    Ellipsoid,
    Gate,
    Polygon,
    Quadrant,
    Rectangle,
    Transform,
)

_KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (Combined, Dimension, Ellipsoid, Polygon, Quadrant, Rectangle, Transform)
}
_ARRAYS = ("vertices", "mean", "covariance")


def gate_row(gate: Gate, tube: str) -> dict[str, str]:
    """One row of the table of gates; `tube` is the tube that the gate is for, "" for all."""
    told = {"region": _told(gate.region), "outside": gate.outside, "notes": list(gate.notes)}
    return {
        "gate": gate.name,
        "gate_parent": gate.parent,
        "gate_tube": tube,
        "gate_region": json.dumps(told, ensure_ascii=False),
        "gate_maker": gate.made_by,
    }


def gates_of(frame: pd.DataFrame) -> tuple[Gate, ...]:
    """The gates of a table, in its order; `sample` holds the tube."""
    return tuple(_gate(row) for row in frame.to_dict("records"))


def _gate(row: Any) -> Gate:
    told = json.loads(str(row["gate_region"]))
    return Gate(
        str(row["gate"]),
        _made(told["region"]),
        str(row["gate_parent"]),
        str(row["gate_tube"]),
        str(row["gate_maker"]),
        bool(told["outside"]),
        tuple(told["notes"]),
    )


def _told(value: Any) -> Any:
    """Plain lists and numbers; a noun keeps its kind and what differs from its defaults."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [_told(one) for one in value]
    if not is_dataclass(value):
        return dict(value) if isinstance(value, dict) else value
    kept = {
        one.name: _told(getattr(value, one.name))
        for one in fields(value)
        if one.default is MISSING or getattr(value, one.name) != one.default
    }
    return {"kind": type(value).__name__, "with": kept}


def _made(told: Any) -> Any:
    if isinstance(told, list):
        return tuple(_made(one) for one in told)
    if not isinstance(told, dict) or "with" not in told:
        return told
    words = {
        name: np.array(value, dtype=np.float64) if name in _ARRAYS else _made(value)
        for name, value in told["with"].items()
    }
    return _KINDS[told["kind"]](**words)
