"""Log lines: plain for people, JSON for machines. Whatever may be a secret in them is masked."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from glider.wire.masking import masked
from glider_core.config.model import Logging

_PLAIN = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def subject_of(self, record: logging.LogRecord) -> Mapping[str, Any]:
        """What the line is about, as further keys."""
        return {}

    def format(self, record: logging.LogRecord) -> str:
        """`record` as JSON."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        document |= self.subject_of(record)
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


def log_to_standard_error(config: Logging, *, json_lines: logging.Formatter) -> None:
    """From now on; `json_lines` formats them where the configuration wants JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(json_lines if config.format == "json" else PlainFormatter())
    logging.basicConfig(level=config.level, handlers=[handler], force=True)
