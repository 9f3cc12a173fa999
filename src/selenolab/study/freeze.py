"""Nouns as bytes and back, exactly, without running code: for the cache and between processes.

One container: a line of JSON that holds the structure, then the numbers of all arrays as they are in
memory. Only dataclasses and enumerations of ``selenolab.core`` come back to life.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MAGIC = b"selenolab frozen 1\n"
HOME = "selenolab.core."
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def freeze(thing: Any) -> bytes:
    """`thing` as bytes: equal things give equal bytes.

    Dataclasses of ``selenolab.core``, enumerations, mappings with text keys, tuples, lists, paths,
    numpy arrays without objects, data frames and plain values. Mappings come back as dicts.

    Raises
    ------
    TypeError
        for anything else.

    Examples
    --------
    >>> thaw(freeze({"a": (1, 2.5, float("inf"))}))
    {'a': (1, 2.5, inf)}
    """
    blobs: list[bytes] = []
    head = json.dumps(_pack(thing, blobs), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return b"".join([MAGIC, head.encode("ascii"), b"\n", *blobs])


def thaw(data: bytes) -> Any:
    """The thing that `freeze` made `data` of.

    Raises
    ------
    ValueError
        for bytes that are no such thing.
    """
    end = data.find(b"\n", len(MAGIC))
    if not data.startswith(MAGIC) or end < 0:
        raise ValueError("Expected a frozen thing.")
    body = memoryview(data)[end + 1 :]
    return _unpack(json.loads(data[len(MAGIC) : end]), body)


def _pack(thing: Any, blobs: list[bytes]) -> Any:
    if isinstance(thing, Enum):
        return {"enum": _address(type(thing)), "is": thing.value}
    if thing is None or (isinstance(thing, bool | int | str) and type(thing) in {bool, int, str, type(None)}):
        return thing
    if type(thing) is float:
        return thing if math.isfinite(thing) else {"float": str(thing)}
    if isinstance(thing, np.generic):
        return {"scalar": _pack_array(np.asarray(thing), blobs)}
    if isinstance(thing, list):
        return [_pack(item, blobs) for item in thing]
    if isinstance(thing, tuple):
        return {"tuple": [_pack(item, blobs) for item in thing]}
    if isinstance(thing, Mapping):
        if not all(type(key) is str for key in thing):
            raise TypeError(f"Expected text as keys, found {list(thing)[:5]}.")
        return {"map": [[key, _pack(value, blobs)] for key, value in thing.items()]}
    if isinstance(thing, Path):
        return {"path": str(thing)}
    if isinstance(thing, np.ndarray):
        return {"array": _pack_array(thing, blobs)}
    if isinstance(thing, pd.DataFrame):
        return {"frame": _pack_frame(thing, blobs)}
    if is_dataclass(thing) and not isinstance(thing, type):
        own = {item.name: _pack(getattr(thing, item.name), blobs) for item in fields(thing)}
        return {"noun": _address(type(thing)), "has": own}
    raise TypeError(f"Unable to freeze a {type(thing).__module__}.{type(thing).__qualname__}.")


def _unpack(packed: Any, body: memoryview) -> Any:
    if isinstance(packed, list):
        return [_unpack(item, body) for item in packed]
    if not isinstance(packed, dict):
        return packed
    kind = next(iter(packed))
    inner = packed[kind]
    if kind == "tuple":
        return tuple(_unpack(item, body) for item in inner)
    if kind == "map":
        return {key: _unpack(value, body) for key, value in inner}
    if kind == "noun":
        return _class(inner)(**{name: _unpack(value, body) for name, value in packed["has"].items()})
    if kind == "enum":
        return _class(inner)(packed["is"])
    if kind == "float":
        return _SPECIAL[inner]
    if kind == "path":
        return Path(inner)
    if kind == "array":
        return _unpack_array(inner, body)
    if kind == "scalar":
        return _unpack_array(inner, body)[()]
    if kind == "frame":
        return _unpack_frame(inner, body)
    raise ValueError(f"Unknown kind '{kind}'.")


def _address(kind: type) -> str:
    if not kind.__module__.startswith(HOME):
        raise TypeError(
            f"Unable to freeze {kind.__module__}.{kind.__qualname__}: only nouns of core are kept."
        )
    return f"{kind.__module__.removeprefix(HOME)}:{kind.__qualname__}"


def _class(address: str) -> Any:
    module, _, name = address.partition(":")
    found = getattr(import_module(HOME + module), name, None)
    if not isinstance(found, type) or not (is_dataclass(found) or issubclass(found, Enum)):
        raise ValueError(f"'{address}' is no noun.")
    return found


def _pack_array(array: NDArray[Any], blobs: list[bytes]) -> list[Any]:
    """Type, shape, place and size. Text of numpy's own kind is bytes too; objects are refused."""
    if array.dtype.hasobject:
        raise TypeError("Unable to freeze an array of objects.")
    start = sum(map(len, blobs))
    blobs.append(np.ascontiguousarray(array).tobytes())
    return [array.dtype.str, list(array.shape), start, len(blobs[-1])]


def _unpack_array(told: list[Any], body: memoryview) -> NDArray[Any]:
    kind, shape, start, size = told
    if start + size > len(body):
        raise ValueError("Expected more bytes.")
    array = np.frombuffer(body[start : start + size], dtype=np.dtype(kind)).reshape(shape)
    return array.copy()  # writable, and independent of the bytes


def _pack_frame(frame: pd.DataFrame, blobs: list[bytes]) -> dict[str, Any]:
    if not all(type(name) is str for name in frame.columns) or frame.columns.has_duplicates:
        raise TypeError(f"Expected different texts as column names, found {list(frame.columns)[:5]}.")
    index = frame.index
    if isinstance(index, pd.RangeIndex):
        rows = ["range", index.start, index.stop, index.step]
    else:
        rows = _pack_column(index.to_series(), blobs)
    return {"rows": rows, "columns": [[n, _pack_column(frame[n], blobs)] for n in frame.columns]}


def _pack_column(column: "pd.Series[Any]", blobs: list[bytes]) -> list[Any]:
    kind = column.dtype
    if isinstance(kind, np.dtype) and not kind.hasobject:
        return ["numpy", _pack_array(column.to_numpy(), blobs)]
    if isinstance(kind, pd.CategoricalDtype):
        codes = _pack_array(np.asarray(column.cat.codes), blobs)
        return ["category", codes, _pack_column(column.cat.categories.to_series(), blobs), bool(kind.ordered)]
    if isinstance(kind, np.dtype):
        return ["object", [_pack(item, blobs) for item in column]]
    if isinstance(kind, pd.StringDtype):
        texts = [None if lost else str(item) for item, lost in zip(column, column.isna(), strict=True)]
        return ["text", texts, kind.na_value is pd.NA]
    raise TypeError(f"Unable to freeze a column of {kind}.")


def _unpack_frame(told: dict[str, Any], body: memoryview) -> pd.DataFrame:
    columns = {name: _unpack_column(packed, body) for name, packed in told["columns"]}
    rows = told["rows"]
    index = pd.RangeIndex(*rows[1:]) if rows[0] == "range" else pd.Index(_unpack_column(rows, body))
    return pd.DataFrame(columns, index=index, copy=False)


def _unpack_column(packed: list[Any], body: memoryview) -> Any:
    kind = packed[0]
    if kind == "numpy":
        return _unpack_array(packed[1], body)
    if kind == "category":
        codes = _unpack_array(packed[1], body)
        return pd.Categorical.from_codes(codes.tolist(), _unpack_column(packed[2], body), ordered=packed[3])
    if kind == "object":
        return np.array([*(_unpack(item, body) for item in packed[1]), None], dtype=object)[:-1]
    if kind == "text":
        return pd.array(packed[1], dtype=_text_kind(packed[2]))
    raise ValueError(f"Unknown kind of column '{kind}'.")


def _text_kind(with_na: bool) -> Any:
    """The text type of this pandas: from version 3 on the plain one uses NaN, before it the NA one."""
    return pd.StringDtype() if with_na else pd.StringDtype(na_value=np.nan)
