"""Why an execution, or one of its attempts, failed: in words, with the user's own lines apart from all others. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider.wire.errors import Kind, Origin, headline
from glider_client.following.results import own_line, parts_of, trace_of
from glider_console.execution.advice import advice_for

Json = Mapping[str, Any]

_WHOSE = {Origin.USER.value: "The task's own failure", Origin.SYSTEM.value: "A failure of what the task runs on"}
_HELPS = {Kind.RECOVERABLE.value: "another attempt may help", Kind.NON_RECOVERABLE.value: "another attempt would not help"}
_LEFT_OUT = "[…]"


def error_of(error: Json | None) -> dict[str, Any] | None:
    """What the page shows of `status.error`, or of an attempt's; None where there is none."""
    if not error:
        return None
    message = str(error.get("message") or "")
    trace = trace_of(message)
    frame = own_line(trace)
    return {
        "code": error.get("code", ""),
        "reason": error.get("reason", ""),
        "words": ", and ".join(filter(None, (_WHOSE.get(error.get("origin", "")), _HELPS.get(error.get("kind", ""))))),
        "advice": advice_for(error.get("reason", ""), finished=True),
        "headline": headline(message) or error.get("reason") or error.get("code", ""),
        "own": None if frame is None else {"file": frame.file, "line": frame.line, "function": frame.function, "source": frame.source},
        "trace": [{"own": part.own, "lines": list(part.lines)} for part in parts_of(trace)],
        "message": message,
        "cut": _LEFT_OUT in message,
    }


def errors_of(execution: Json) -> dict[str, Any]:
    """The execution's error, and those of its attempts by their numbers."""
    status = execution.get("status") or {}
    attempts = ((attempt["number"], error_of(attempt.get("error"))) for attempt in status.get("attempts") or ())
    return {
        "execution": error_of(status.get("error")),
        "attempts": {str(number): error for number, error in attempts if error is not None},
    }
