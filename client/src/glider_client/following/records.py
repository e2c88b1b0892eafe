"""The executor's own records in a task's log: in pods they are JSON, for machines; people read what is in them."""

from __future__ import annotations

import json

_LOGGER = "glider"
_FIRST = '{"asctime": '
#: What the executor writes where the task has failed: with the traceback, which the execution's error has, too.
_FAILED = "the task failed"


def for_people(line: str) -> tuple[str, ...]:
    """The lines that a person sees of `line` of a log: the line itself, unless it is a record of the executor."""
    if not line.startswith(_FIRST):
        return (line,)
    try:
        record = json.loads(line)
    except ValueError:
        return (line,)
    if record.get("name") != _LOGGER or not isinstance(record.get("message"), str):
        return (line,)
    first, *rest = record["message"].splitlines() or [""]
    return (f"[{_LOGGER}] {first}", *([] if first.startswith(_FAILED) else rest))
