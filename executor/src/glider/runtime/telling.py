"""A failure as one short line for the parent process, which tells it should this process die before it has."""

from __future__ import annotations

import json

from glider.supervision.line import LONGEST
from glider.wire.errors import Kind, Origin, TaskError

#: JSON may write six bytes for a character.
_MOST_CHARACTERS = LONGEST // 6 - 100


def encode_told(error: TaskError) -> str:
    """`error` with the end of its message."""
    return json.dumps([error.code, error.kind.value, error.origin.value, error.message[-_MOST_CHARACTERS:]])


def decode_told(line: str, *, worker: str) -> TaskError | None:
    """What `encode_told` made; None where it was cut off."""
    try:
        code, kind, origin, message = json.loads(line)
        return TaskError(code=code, kind=Kind(kind), origin=Origin(origin), message=message, worker=worker)
    except ValueError:
        return None
