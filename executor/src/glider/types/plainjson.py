"""Plain data in JSON's terms: it has no bytes, and its keys are strings."""

from __future__ import annotations

import base64
from typing import Any


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
