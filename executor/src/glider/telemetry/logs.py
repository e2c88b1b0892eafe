"""Logging set up from the environment: levels for all and for single loggers, one form for every line, and the execution and
the attempt on every record.

Four loggers are ours to set up: `glider`, and flytekit's three (flytekit/loggers.py), of which `user_space` is what a task
gets as `current_context().logging`. They have a handler of their own and hand nothing up, so that a task that sets up the
root logger sees none of their lines twice. Loggers of the task's own code have no handler until it gives them one: their
lines go where logging sends what nobody else takes (logging.lastResort), which is ours here, so that basicConfig() and
dictConfig() of the task find an untouched root. What the user prints stays as it is.

A line is JSON with flytekit's names, plain text in flytekit's form, or rich's colours.
"""

from __future__ import annotations

import json
import logging
from typing import Any, ClassVar

from glider.settings.model import LogFormat, LoggingSettings
from glider.wire.masking import masked

LOGGER = logging.getLogger("glider")
USER_LOGGER = logging.getLogger("user_space")
#: Apart from `glider`: its lines are shown where the rest of Glider only warns, as long as nobody asks for less than that.
PROGRESS_LOGGER = logging.getLogger("glider.progress")


def setup_logging(settings: LoggingSettings, *, execution: str, attempt: int) -> None:
    """Gives the loggers one handler and their levels; replaces what was there, so that it can be called again.

    flytekit sets its loggers up when it is imported; calling this afterwards keeps every line in one form.
    """
    _mark_records(execution=execution, attempt=attempt)
    handler = _handler(settings)
    levels = {"glider": settings.level, "flytekit": settings.level, "user_space": logging.INFO, "developer": settings.developer_level}
    for name, level in levels.items():
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
        _keep_enabled(logger)
    PROGRESS_LOGGER.setLevel(min(logging.INFO, settings.level) if settings.level <= LoggingSettings().level else settings.level)
    _keep_enabled(PROGRESS_LOGGER)
    for name, level in settings.levels.items():
        logging.getLogger(None if name == "root" else name).setLevel(level)
    last = _handler(settings)
    last.setLevel(min([logging.WARNING, *settings.levels.values()]))
    logging.lastResort = last


def _handler(settings: LoggingSettings) -> logging.Handler:
    handler = handler_for(settings.format)
    handler.addFilter(_mark_any)
    return handler


def _mark_any(record: logging.LogRecord) -> bool:
    """A filter that passes everything: the task may have put a factory of its own in our one's place."""
    _mark(record, execution=MarkedRecord.execution, attempt=MarkedRecord.attempt)
    return True


class MarkedRecord(logging.LogRecord):
    """Has `execution` and `attempt`, whichever logger and handler it is for: a task's own format may use %(execution)s.

    They get into its dictionary only when it is formatted: before that they would be in the way of a task that gives an
    `extra` by these names, which logging refuses to overwrite.
    """

    execution: ClassVar[str] = ""
    attempt: ClassVar[int] = 0

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """The message with its arguments."""
        _mark(self, execution=type(self).execution, attempt=type(self).attempt)
        return super().getMessage()


def _mark_records(*, execution: str, attempt: int) -> None:
    """Where the task has a factory of its own already, our handlers mark what it makes."""
    MarkedRecord.execution, MarkedRecord.attempt = execution, attempt
    if logging.getLogRecordFactory() is logging.LogRecord:
        logging.setLogRecordFactory(MarkedRecord)


def _mark(record: logging.LogRecord, **fields: Any) -> None:
    for name, value in fields.items():
        record.__dict__.setdefault(name, value)


class _Enabled(logging.Logger):
    """dictConfig() and fileConfig() switch off, by default, every logger that they don't name. Not these."""

    @property
    def disabled(self) -> bool:
        """Never."""
        return False

    @disabled.setter
    def disabled(self, value: bool) -> None:
        pass


def _keep_enabled(logger: logging.Logger) -> None:
    if type(logger) is logging.Logger:
        logger.__class__ = _Enabled


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
        """Lines of the task's own loggers stay as they are; in our own lines nothing secret is shown."""
        return _masked(super().format(record), record)


def _masked(line: str, record: logging.LogRecord) -> str:
    return masked(line) if record.name.partition(".")[0] == "glider" else line


class Json(logging.Formatter):
    """One JSON object per line, with python-json-logger's names for the fields that flytekit logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Whatever `extra` holds; a value that JSON can't hold is shown by its repr."""
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
