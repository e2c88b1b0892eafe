"""The shapes of core/v1 objects that a task, an execution or the configuration writes: fields, and what form each has.

The CRDs pass these objects on as they are, since their schemas would be larger than a CRD may be, so nothing has checked them yet. An
object of another form than the API server accepts would be merged, compared and sent, and fail somewhere on the way. The table
`core_v1.json` is made from the Kubernetes client by `make generate`; the API server checks the values themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from glider.wire.jsonform import FieldError, not_text, nothing
from glider_core.api.moments import is_time
from glider_core.api.names import LONGEST_NAME, NAME, NAME_IN_WORDS
from glider_core.api.quantities import parse_quantity

Shape: TypeAlias = Mapping[str, str]

#: What one of a type is called, and several of it.
_WORDS = {
    "string": ("a string", "strings"),
    "int32": ("a whole number (32 bits)", "whole numbers (32 bits)"),
    "int64": ("a whole number (64 bits)", "whole numbers (64 bits)"),
    "boolean": ("true or false", "true or false"),
    "quantity": ("a quantity such as 500m or 2Gi", "quantities"),
    "port": ("a number (32 bits) or a name", "numbers (32 bits) or names"),
    "name": (NAME_IN_WORDS, "names of objects"),
    "time": ("a time such as 2026-01-31T12:00:00Z", "times such as 2026-01-31T12:00:00Z"),
}
#: What is less than this, or as much less than zero, has as many bits.
INTEGERS = {"int32": 2**31, "int64": 2**63}
_TEXTS = frozenset({"string", "name", "time"})
_ANY = "any"
_LIST, _MAP = "[]", "{}"
_REQUIRED = "!"


@cache
def shapes() -> Mapping[str, Shape]:
    """All shapes by name."""
    table: Mapping[str, Shape] = json.loads(files("glider_core.api").joinpath("core_v1.json").read_text())
    return table


def check_shape(value: Any, kind: str, *, path: str) -> None:
    """Refuse a `value` that isn't of `kind`: a shape's name, or a type as in the table.

    Raises:
        FieldError: something in it is of another form, unknown or missing.
    """
    if kind == _ANY:
        return
    if kind.startswith(_LIST):
        if not isinstance(value, list):
            raise FieldError(path, expected=_what(kind), found=value)
        for i, item in enumerate(value):
            check_shape(item, kind[2:], path=f"{path}[{i}]")
    elif kind.startswith(_MAP):
        if not isinstance(value, Mapping):
            raise FieldError(path, expected=_what(kind), found=value)
        for name, inner in value.items():
            if inner is not None:
                check_shape(inner, kind[2:], path=f"{path}.{name}")
    elif kind in _WORDS:
        if not _is(value, kind):
            raise FieldError(path, expected=_what(kind), found=not_text(value) if kind in _TEXTS else value)
    else:
        _check_object(value, kind, path=path)


def _check_object(value: Any, kind: str, *, path: str) -> None:
    if not isinstance(value, Mapping):
        raise FieldError(path, expected=_what(kind), found=value)
    fields = fields_of(kind)
    for name, inner in value.items():
        if name not in fields:
            raise FieldError(path, expected=f"a field of core/v1 {kind}{_meant(name, fields)}", found=name)
        if inner is not None:
            check_shape(inner, fields[name], path=f"{path}.{name}")
    for name in required_of(kind):
        if value.get(name) is None or (name == "name" and not value[name]):
            raise FieldError(f"{path}.{name}", expected=_what(fields[name]), found=nothing())


@cache
def fields_of(kind: str) -> Shape:
    """The fields of a shape, and the type of each."""
    return {name.removesuffix(_REQUIRED): form for name, form in shapes()[kind].items()}


@cache
def required_of(kind: str) -> tuple[str, ...]:
    """Those that have to be there, a `name` with something in it."""
    return tuple(name.removesuffix(_REQUIRED) for name in shapes()[kind] if name.endswith(_REQUIRED))


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "int32" | "int64":
            limit = INTEGERS[kind]
            return isinstance(value, int) and not isinstance(value, bool) and -limit <= value < limit
        case "port":
            return isinstance(value, str) or _is(value, "int32")
        case "name":
            return isinstance(value, str) and len(value) <= LONGEST_NAME and re.fullmatch(NAME, value) is not None
        case "time":
            return isinstance(value, str) and is_time(value)
    try:
        parse_quantity(value)
    except ValueError:
        return False
    return isinstance(value, (str, int, float))


def _what(kind: str, *, several: bool = False) -> str:
    """A type in words."""
    if kind.startswith(_LIST):
        return f"{'lists' if several else 'a list'} of {_what(kind[2:], several=True)}"
    if kind.startswith(_MAP):
        return f"{'objects' if several else 'an object'} of {_what(kind[2:], several=True)}"
    if kind in _WORDS:
        return _WORDS[kind][several]
    return f"{'objects' if several else 'an object'} (core/v1 {kind})"


def _meant(name: str, fields: Shape) -> str:
    near = get_close_matches(str(name), fields, n=1) or [known for known in fields if known.lower() == str(name).lower()]
    return f" (did you mean {near[0]}?)" if near else f": one of {', '.join(fields)}" if len(fields) <= 12 else ""
