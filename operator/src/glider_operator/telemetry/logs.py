"""Log lines: plain for people, JSON for machines, with the execution that they are about.

Most are logged in a reconcile, which sets the execution by `about`. Others have it in `extra`; kopf's have the object in k8s_ref.
"""

from __future__ import annotations

import logging
import textwrap
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from glider_core.api.execution import Execution
from glider_core.api.labels import EXECUTION_KIND
from glider_core.api.status import Status
from glider_core.config import logs
from glider_core.config.model import Logging

_NOTHING: dict[str, Any] = {}
_subject: ContextVar[dict[str, Any]] = ContextVar("subject", default=_NOTHING)


def about(execution: Execution, *, attempt: int) -> None:
    """Attribute what this asyncio task logs from now on to this attempt of `execution`."""
    _subject.set({"execution": f"{execution.namespace}/{execution.name}", "attempt": attempt})


def in_one_line(status: Status) -> str:
    """`status` for a log line: the phase, the reason if it differs, and the message."""
    phase, condition = status.phase.value, status.condition
    reason = f" ({condition.reason})" if condition.reason not in ("", phase) else ""
    message = condition.message
    return f"{phase}{reason}: {textwrap.shorten(message, _LONGEST, placeholder=' …')}" if message else f"{phase}{reason}"


_LONGEST = 500


class JsonFormatter(logs.JsonFormatter):
    """One JSON object a line, with the execution that it is about."""

    def subject_of(self, record: logging.LogRecord) -> Mapping[str, Any]:
        """The execution, and the attempt."""
        return _subject_of(record)


def _subject_of(record: logging.LogRecord) -> dict[str, Any]:
    """The execution and attempt in `record` itself, or else those of the asyncio task."""
    found: dict[str, Any] = {name: getattr(record, name) for name in ("execution", "attempt") if hasattr(record, name)}
    if found:
        return found
    reference = getattr(record, "k8s_ref", None) or {}
    if reference.get("kind") == EXECUTION_KIND:
        return {"execution": f"{reference.get('namespace')}/{reference.get('name')}"}
    return _subject.get()


def set_up_logging(config: Logging) -> None:
    """Log to standard error from now on."""
    logs.log_to_standard_error(config, json_lines=JsonFormatter())
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
