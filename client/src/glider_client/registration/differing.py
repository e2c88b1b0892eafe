"""What differs between two specs, a line for each field, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_LONGEST = 80
_NOTHING: Any = object()


def differences(there: Any, here: Any, *, path: str) -> Iterator[str]:
    """A line for each field in which `here` isn't what is `there`."""
    if there == here:
        return
    if isinstance(there, dict) and isinstance(here, dict):
        for name in dict.fromkeys((*there, *here)):
            yield from differences(there.get(name, _NOTHING), here.get(name, _NOTHING), path=f"{path}.{name}")
    elif isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
        for number, (one, other) in enumerate(zip(there, here, strict=True)):
            yield from differences(one, other, path=f"{path}[{number}]")
    else:
        yield f"{path}: there {_shown(there)}, here {_shown(here)}"


def _shown(value: Any) -> str:
    if value is _NOTHING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
