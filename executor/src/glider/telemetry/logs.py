"""Logging set up from the environment: FLYTE_SDK_LOGGING_LEVEL, FLYTE_SDK_DEV_LOGGING_LEVEL, FLYTE_SDK_LOGGING_FORMAT.

The loggers are flytekit's (flytekit/loggers.py): `user_space` is what a task gets as `current_context().logging`, and
`glider` stands beside `flytekit`. Every record carries the execution and the attempt. Everything goes to stderr; what the
user prints stays as it is.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from glider.settings.model import LoggingSettings

LOGGER = logging.getLogger("glider")
USER_LOGGER = logging.getLogger("user_space")

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def setup_logging(settings: LoggingSettings, *, execution: str, attempt: int) -> None:
    """Gives the loggers one handler and their levels; replaces what was there, so that it can be called again.

    flytekit sets its loggers up when it is imported; calling this afterwards keeps every line in one form.
    """
    handler = logging.StreamHandler()
    handler.addFilter(_Identity(execution=execution, attempt=attempt))
    handler.setFormatter(_Json() if settings.json else logging.Formatter("[%(name)s] %(message)s"))
    levels = {"glider": settings.level, "flytekit": settings.level, "user_space": logging.INFO, "developer": settings.developer_level}
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False


class _Identity(logging.Filter):
    """Adds `execution` and `attempt` to each record."""

    def __init__(self, *, execution: str, attempt: int) -> None:
        super().__init__()
        self._fields: Mapping[str, Any] = {"execution": execution, "attempt": attempt}

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in self._fields.items():
            if not hasattr(record, name):
                setattr(record, name, value)
        return True


class _Json(logging.Formatter):
    """One JSON object per line, with python-json-logger's names for the fields that flytekit logs."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "asctime": self.formatTime(record),
            "name": record.name,
            "levelname": record.levelname,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack_info"] = self.formatStack(record.stack_info)
        return json.dumps(line, default=str, ensure_ascii=False)
