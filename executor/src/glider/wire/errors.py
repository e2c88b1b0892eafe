"""Why a task failed, and the ErrorDocument (error.pb) that holds it.

`kind` decides whether a retry may help, `origin` who is to blame; both are flyteidl's words. An ErrorDocument is always
the last thing that an attempt writes, and never stands beside an outputs.pb of the same attempt.

Of a message, `headline` is the line that explains most, and `shortened` what is kept where there isn't room for all. flytekit's
form has the trace first, and then what was raised:

    Trace:

        Traceback (most recent call last): …

    Message:

        ValueError: no

Other messages have it in their first line, which may announce what the rest holds, such as a log's end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from flyteidl.core import errors_pb2, execution_pb2

from glider.wire.masking import masked


class Kind(str, Enum):
    """Whether another attempt may help."""

    RECOVERABLE = "RECOVERABLE"
    NON_RECOVERABLE = "NON_RECOVERABLE"


class Origin(str, Enum):
    """Whose failure it is: the task's own, or that of what it runs on."""

    USER = "USER"
    SYSTEM = "SYSTEM"


#: Codes that flytekit writes (flytekit/exceptions, bin/entrypoint.py); the others are ours.
CODE_USER = "USER:RuntimeError"
CODE_RECOVERABLE = "USER:Recoverable"
CODE_SYSTEM = "SYSTEM"
CODE_STORAGE_NOT_CONFIGURED = "StorageNotConfigured"
CODE_STORAGE_REFUSED = "StorageRefused"


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskError:
    """One failure. `message` is text for people and ends with the end of the traceback; `worker` is the pod's name."""

    code: str
    kind: Kind
    origin: Origin
    message: str
    timestamp: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    worker: str = ""

    @property
    def headline(self) -> str:
        """The message in one line: exception and cause."""
        return headline(self.message) or self.code


_KINDS = {
    Kind.RECOVERABLE: errors_pb2.ContainerError.RECOVERABLE,
    Kind.NON_RECOVERABLE: errors_pb2.ContainerError.NON_RECOVERABLE,
}
_ORIGINS = {Origin.USER: execution_pb2.ExecutionError.USER, Origin.SYSTEM: execution_pb2.ExecutionError.SYSTEM}


def encode_error(error: TaskError) -> bytes:
    """The bytes of error.pb."""
    container_error = errors_pb2.ContainerError(
        code=_text(error.code),
        message=_text(masked(error.message)),
        kind=_KINDS[error.kind],
        origin=_ORIGINS[error.origin],
        worker=_text(error.worker),
    )
    container_error.timestamp.FromDatetime(error.timestamp)
    return errors_pb2.ErrorDocument(error=container_error).SerializeToString()


def _text(text: str) -> str:
    """`text` without lone surrogates, which stand for bytes that are no UTF-8 and which protobuf refuses."""
    return text.encode(errors="backslashreplace").decode()


def _moment(timestamp: Any) -> datetime:
    """When it was; a moment that no calendar has comes after all others."""
    try:
        found: datetime = timestamp.ToDatetime(tzinfo=timezone.utc)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=timezone.utc)
    return found


def decode_error(data: bytes) -> TaskError:
    """The error of an error.pb; one whose origin is unset (copilot's) counts as SYSTEM.

    Raises:
        ValueError: `data` isn't an ErrorDocument.
    """
    try:
        document = errors_pb2.ErrorDocument.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise ValueError(f"error.pb: expected an ErrorDocument of flyteidl, found {len(data)} other bytes") from error
    found = document.error
    recoverable = found.kind == errors_pb2.ContainerError.RECOVERABLE
    return TaskError(
        code=found.code,
        kind=Kind.RECOVERABLE if recoverable else Kind.NON_RECOVERABLE,
        origin=Origin.USER if found.origin == execution_pb2.ExecutionError.USER else Origin.SYSTEM,
        message=found.message,
        timestamp=_moment(found.timestamp),
        worker=found.worker,
    )


_TRACE, _MESSAGE = "Trace:\n", "\nMessage:\n\n"
_LEFT_OUT = "[…]\n"
_TRACEBACK = "Traceback"  # Python's own, from whoever writes error.pb besides us and flytekit
_INDENT = "    "
_LONGEST_LINE = 1000


def headline(message: str) -> str:
    """The one line that names what failed, and why; "" where there is none."""
    _, body = _parts(message)
    if body is None and message.startswith((_LEFT_OUT, _TRACEBACK)):  # its beginning is lost, or explains nothing
        return _last_line(message)
    first, _, rest = (message if body is None else body).lstrip().partition("\n")
    first = first.strip()[:_LONGEST_LINE]
    if first.endswith(":") and rest.strip():
        rest = rest.lstrip("\n")
        return f"{first} {headline(rest) if rest.startswith(_TRACE) else _last_line(rest)}"
    return first.removesuffix(":")


def shortened(message: str, limit: int) -> str:
    """`message` with at most about `limit` characters: its end, and the line that explains most."""
    if len(message) <= limit:
        return message
    trace, body = _parts(message)
    if body is None:
        return _without_middle(message, limit)
    beginning = f"{_TRACE}\n{_INDENT}{_LEFT_OUT}"
    room = limit - len(beginning) - len(_MESSAGE) - len(body)
    if room < 0:
        return _without_middle(body, limit)
    return f"{beginning}{trace[len(trace) - room :]}{_MESSAGE}{body}"


def _parts(message: str) -> tuple[str, str | None]:
    """Trace and message of flytekit's form; None for the message of another form. Everything in them is indented."""
    if not message.startswith((_TRACE, _LEFT_OUT)):
        return "", None
    trace, found, body = message.partition(_MESSAGE)
    return (trace, body) if found else ("", None)


def _without_middle(message: str, limit: int) -> str:
    first = message[: limit // 2].partition("\n")[0]
    kept = f"{first}\n" if 0 < len(first) < limit // 2 else first[: limit // 4]
    return f"{kept}{_LEFT_OUT}{message[len(message) - max(0, limit - len(kept)) :]}"


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")[:_LONGEST_LINE]
