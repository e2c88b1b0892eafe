"""Messages of failures: which line says most where there is room for one, and what is kept where there isn't room for all.

flytekit's form has the trace first, and then what was raised:

    Trace:

        Traceback (most recent call last): …

    Message:

        ValueError: no

Other messages say it in their first line, which may announce what the rest holds, a log's end, say.
"""

from __future__ import annotations

_TRACE, _MESSAGE = "Trace:\n", "\nMessage:\n\n"
_LEFT_OUT = "[…]\n"
_TRACEBACK = "Traceback"  # Python's own, from whoever writes error.pb besides us and flytekit
_INDENT = "    "
_LONGEST_LINE = 1000


def headline(message: str) -> str:
    """The one line that says what failed, and why; "" where there is none."""
    _, body = _parts(message)
    if body is None and message.startswith((_LEFT_OUT, _TRACEBACK)):  # its beginning is lost, or says nothing
        return _last_line(message)
    first, _, rest = (message if body is None else body).lstrip().partition("\n")
    first = first.strip()[:_LONGEST_LINE]
    if first.endswith(":") and rest.strip():
        rest = rest.lstrip("\n")
        return f"{first} {headline(rest) if rest.startswith(_TRACE) else _last_line(rest)}"
    return first.removesuffix(":")


def shortened(message: str, limit: int) -> str:
    """`message` with at most about `limit` characters: its end, and the line that says most."""
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
