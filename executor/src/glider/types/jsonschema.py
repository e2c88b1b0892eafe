"""What JSON schemas share: definitions, to which dataclasses and `type` aliases that contain themselves refer, and plain data in
JSON's terms, which has no bytes, and only strings for keys.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any


class Definitions:
    """What has been described so far. What contains itself becomes a reference to a definition of its name.

    Two of one name have two definitions: the second is called by its module and qualified name, or a number.
    """

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}
        self._building: list[Any] = []
        self._names: dict[str, Any] = {}

    def describe(self, key: Any, kind: Any, build: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `build` returns for `key`, or a reference to it. `kind` is what gives it its name."""
        if any(key == other for other in self._building):
            name = self._name(key, kind)
            self.found.setdefault(name, {})
            return {"$ref": f"#/$defs/{name}"}
        self._building.append(key)
        schema = build()
        self._building.pop()
        known = next((name for name, other in self._names.items() if other == key), None)
        if known is None:
            return schema
        self.found[known] = schema
        return {"$ref": f"#/$defs/{known}"}

    def _name(self, key: Any, kind: Any) -> str:
        qualified = f"{kind.__module__}.{getattr(kind, '__qualname__', kind.__name__)}"
        number = 1
        for name in (kind.__name__, qualified):
            if self._names.setdefault(name, key) == key:
                return str(name)
        while self._names.setdefault(f"{qualified}.{number}", key) != key:
            number += 1
        return f"{qualified}.{number}"


def as_json(value: Any) -> Any:
    """`value` as JSON can hold it, bytes as mashumaro writes them.

    Raises:
        TypeError: something in it has no such form.
    """
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.encodebytes(value).decode()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"can not serialize {type(value).__name__!r} object")


def shown(value: Any) -> Any:
    """`value` in a JSON schema: its str() where JSON can't hold it."""
    try:
        return as_json(value)
    except TypeError:
        return str(value)
