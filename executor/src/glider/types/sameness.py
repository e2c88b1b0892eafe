"""Whether what was read back is what was written."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from glider.types.member import Member


def difference(value: Any, read: Any, path: str, *, kinds: bool = True) -> tuple[str, Any, Any] | None:
    """The path of the first thing that isn't as it was, with both of it; None where all is. Without `kinds`, what is of another
    class now passes: pydantic doesn't validate defaults.

    What can't be compared passes: a file, whose local path is another after its upload, NaN, and what has no equality.
    """
    if isinstance(value, Member) or isinstance(read, Member) or value is read or _incomparable(value, read):
        return None
    kind = type(value)
    if dataclasses.is_dataclass(value) and kind is type(read):
        names = [field.name for field in dataclasses.fields(value)]
        return _first(((getattr(value, name, None), getattr(read, name, None), f"{path}.{name}") for name in names), kinds)
    if (fields := getattr(kind, "model_fields", None)) is not None and type(read).__name__ == kind.__name__:
        names = [*(name for name in fields if not fields[name].exclude), *(value.model_extra or ())]
        return _first(((getattr(value, name), getattr(read, name, None), f"{path}.{name}") for name in names), kinds)
    if isinstance(value, (list, tuple)) and isinstance(read, (list, tuple)) and len(value) == len(read):
        return _first(((one, other, f"{path}[{i}]") for i, (one, other) in enumerate(zip(value, read, strict=True))), kinds)
    ordered = isinstance(value, OrderedDict) and list(value) != list(read)
    if isinstance(value, Mapping) and isinstance(read, Mapping) and value.keys() == read.keys() and not ordered:
        return _first(((item, read[key], f"{path}.{key}") for key, item in value.items()), kinds)
    return None if _equal(value, read) or not (kinds or kind is type(read) or fields is not None) else (path, value, read)


def _first(pairs: Iterable[tuple[Any, Any, str]], kinds: bool) -> tuple[str, Any, Any] | None:
    return next((found for one, other, path in pairs if (found := difference(one, other, path, kinds=kinds)) is not None), None)


def _incomparable(value: Any, read: Any) -> bool:
    kind = type(value)
    if isinstance(value, float):
        return value != value and isinstance(read, float)  # NaN
    return kind is type(read) and "__eq__" not in _defined(kind) and not dataclasses.is_dataclass(kind)


def _defined(kind: type) -> set[str]:
    return {name for base in kind.__mro__ if base is not object for name in vars(base)}


def _equal(value: Any, read: Any) -> bool:
    try:
        return bool(value == read)
    except Exception:  # numpy's arrays have no one answer
        return True
