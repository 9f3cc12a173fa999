"""Selenolab: from raw bench files to a report on selenium redox medicine.

>>> import selenolab
>>> result = selenolab.analyse("viability", "plate.csv")  # doctest: +SKIP
>>> selenolab.show(result)  # in a notebook  # doctest: +SKIP

The verbs are loaded when they are first asked for: importing the package costs nothing. The shelves
are ``selenolab.shelf.assays``, ``selenolab.shelf.models`` and ``selenolab.shelf.sources``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# A name of the public face -> the module that holds it; kept as text, so that nobody looks up.
_FACE = {
    "analyse": "selenolab.faces.verbs",
    "inspect": "selenolab.faces.verbs",
    "run": "selenolab.faces.verbs",
    "show": "selenolab.faces.notebook",
    "load_study": "selenolab.study.plan",
    "run_study": "selenolab.study.folder",
    "shelf": "selenolab.shelf",
    "SelenolabError": "selenolab.core.errors",
}
__all__ = [*_FACE]


def __getattr__(name: str) -> Any:
    if name not in _FACE:
        raise AttributeError(f"module 'selenolab' has no attribute '{name}'")
    module = import_module(_FACE[name])
    return module if module.__name__ == f"selenolab.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_FACE])
