"""Log lines: plain for people, JSON for machines, with the execution that they are about.

Most are logged in a reconcile, which sets the execution by `about`. Others have it in `extra`; kopf's have the object in k8s_ref.
"""

from __future__ import annotations

import json
import logging
import sys
import textwrap
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from glider.wire.masking import masked
from glider_core.api.execution import Execution
from glider_core.api.labels import EXECUTION_KIND
from glider_core.api.status import Status
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
_PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """`record` as JSON."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        document |= _subject_of(record)
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return masked(json.dumps(document, ensure_ascii=False))


class PlainFormatter(logging.Formatter):
    """A line for people."""

    def __init__(self) -> None:
        super().__init__(_PLAIN)

    def format(self, record: logging.LogRecord) -> str:
        """`record` as text."""
        return masked(super().format(record))


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
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if config.format == "json" else PlainFormatter())
    logging.basicConfig(level=config.level, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
