"""How deep what somebody wrote may be nested.

The API server takes 10,000 levels. msgpack and orjson bear some hundreds, protobuf a hundred, and Python's recursion a thousand, so
what is deeper than anybody writes is refused before anything walks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider.wire.jsonform import words
from glider_core.api.sizes import OversizedError

MAX_LEVELS = 64


def check_nesting(fields: Mapping[str, Any], *, path: str) -> None:
    """Refuse each of `fields` that is nested too deep.

    Raises:
        OversizedError: one of them is.
    """
    for name, value in fields.items():
        if is_too_deep(value):
            raise OversizedError(f"{path}.{name}", expected=f"at most {MAX_LEVELS} levels of nesting", found=words("more"))


def is_too_deep(value: Any) -> bool:
    """Whether `value` has more than `MAX_LEVELS` of objects and lists in each other; without recursion."""
    level = [value]
    for _ in range(MAX_LEVELS):
        level = [inner for one in level if isinstance(one, (dict, list)) for inner in (one.values() if isinstance(one, dict) else one)]
    return any(isinstance(one, (dict, list)) for one in level)
