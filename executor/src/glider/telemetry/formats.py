"""What a line of log looks like: JSON with flytekit's names, plain text in flytekit's form, or rich's colours."""

from __future__ import annotations

import json
import logging
from typing import Any

from glider.settings.model import LogFormat
from glider.wire.masking import masked

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


def handler_for(wanted: LogFormat) -> logging.Handler:
    """Writes to stderr, as flytekit's does in a pod. Without rich installed, its format is the plain one."""
    if wanted is LogFormat.RICH:
        try:
            return _rich()
        except ImportError:
            wanted = LogFormat.PLAIN
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if wanted is LogFormat.JSON else Plain())
    return handler


class Plain(logging.Formatter):
    """Text in flytekit's form."""

    def __init__(self) -> None:
        super().__init__("[%(name)s] %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """What the task's own loggers say stays as it is; in our own lines nothing secret is shown."""
        return _masked(super().format(record), record)


def _masked(line: str, record: logging.LogRecord) -> str:
    return masked(line) if record.name.partition(".")[0] == "glider" else line


class Json(logging.Formatter):
    """One JSON object per line, with python-json-logger's names for the fields that flytekit logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Whatever `extra` holds; a value that JSON can't say is told by its repr."""
        line: dict[str, Any] = {
            "asctime": self.formatTime(record),
            "name": record.name,
            "levelname": record.levelname,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        elif record.exc_text:
            line["exc_info"] = record.exc_text
        if record.stack_info:
            line["stack_info"] = self.formatStack(record.stack_info)
        try:
            text = json.dumps(line, default=str, ensure_ascii=False, allow_nan=False)
        except (ValueError, TypeError):  # NaN, a circle, a key that is no text
            text = json.dumps({name: value if isinstance(value, (str, int)) else repr(value) for name, value in line.items()})
        return _masked(text, record)


def _rich() -> logging.Handler:
    from rich.console import Console
    from rich.logging import RichHandler

    handler = RichHandler(console=Console(stderr=True), rich_tracebacks=True, show_path=False, log_time_format="%H:%M:%S.%f")
    handler.setFormatter(Plain())
    return handler
