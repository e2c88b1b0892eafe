"""Log lines: plain for people, JSON for machines, with the execution that they are about."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from glider_operator.config.model import Logging
from glider_operator.model.execution import Execution

_execution: ContextVar[Execution | None] = ContextVar("execution", default=None)


def about(execution: Execution | None) -> None:
    """What this task logs from now on is about `execution`."""
    _execution.set(execution)


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
        if (execution := _execution.get()) is not None:
            document |= _names(execution)
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return json.dumps(document, ensure_ascii=False)


def _names(execution: Execution) -> dict[str, Any]:
    last = execution.status.last_attempt
    return {"execution": f"{execution.namespace}/{execution.name}", "attempt": 0 if last is None else last.number}


def set_up_logging(config: Logging) -> None:
    """Log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if config.format == "json" else logging.Formatter(_PLAIN))
    logging.basicConfig(level=config.level, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
