"""What an execution came to, as text: its outputs, or its error with the user's own line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from textwrap import dedent
from typing import Any

from glider.wire.errors import headline
from glider_client.following.progress import phase_of
from glider_core.api.phases import Phase
from glider_core.api.yaml_form import to_yaml

Json = Mapping[str, Any]

_LAST_LINES = 12
_TRACE, _MESSAGE = "Trace:\n", "\nMessage:\n"
_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?')


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """The user's own line: where it is, and what stands there. `last`: no line of somebody else's follows, which it called."""

    file: str
    line: int
    function: str = ""
    source: str = ""
    last: bool = True


def outputs_text(execution: Json) -> str:
    """The outputs as YAML, for standard output; where they are, if they are too large for the status."""
    status = execution.get("status") or {}
    if status.get("outputs") is not None:
        return to_yaml({"outputs": status["outputs"]})
    return to_yaml({"outputsUri": status["outputsUri"]}) if status.get("outputsUri") else ""


def error_lines(execution: Json | None, *, traced: bool = False) -> Iterator[str]:
    """Why it didn't succeed, and how to see more.

    Args:
        execution: its document; None where it was deleted.
        traced: whether its log has shown the traceback already.
    """
    if execution is None:
        yield "deleted before it had finished"
        return
    status = execution.get("status") or {}
    error = status.get("error") or {}
    message = str(error.get("message") or "")
    trace = trace_of(message)
    if trace and not traced:
        yield from trace.splitlines()
        yield ""
    first = headline(message) or error.get("reason") or phase_of(execution).value
    code = error.get("code", "")
    yield f"{first} ({code})" if code and code not in first else first
    if (frame := own_line(trace)) is not None:
        yield from _place(frame) if traced or not frame.last else ()
    elif not trace:
        yield from (f"  {line}" for line in _end(message.strip().splitlines()[1:]))


def _end(lines: Sequence[str]) -> list[str]:
    """The last lines, which explain most, and how many there were before them."""
    before = len(lines) - _LAST_LINES
    return [f"[… {before} lines before]", *lines[before:]] if before > 0 else list(lines)


def trace_of(message: str) -> str:
    """The traceback in a message of flytekit's form, without its indentation; empty where there is none."""
    if not message.startswith(_TRACE):
        return ""
    trace, found, _ = message.removeprefix(_TRACE).partition(_MESSAGE)
    return dedent(trace.strip("\n")).rstrip() if found else ""


def own_line(trace: str) -> Frame | None:
    """The last line of a traceback that is the user's: neither Python's own, nor of an installed package."""
    lines = trace.splitlines()
    found = None
    for index, line in enumerate(lines):
        match = _FRAME.fullmatch(line)
        if match is None:
            continue
        if _is_installed(match["file"]):
            found = replace(found, last=False) if found is not None else None
            continue
        follows = lines[index + 1] if index + 1 < len(lines) else ""
        source = follows.strip() if follows.startswith("    ") and not _FRAME.fullmatch(follows) else ""
        found = Frame(file=match["file"], line=int(match["line"]), function=match["function"] or "", source=source)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Lines of a traceback that follow each other. `own`: not the lines of Python's own or an installed package's frames."""

    own: bool
    lines: tuple[str, ...]


def parts_of(trace: str) -> list[Part]:
    """A traceback in parts, so that a reader can skip what isn't the user's."""
    return [Part(own=own, lines=tuple(line for _, line in part)) for own, part in groupby(_marked(trace), key=itemgetter(0))]


def _marked(trace: str) -> Iterator[tuple[bool, str]]:
    """Each line, and whether it belongs to a frame of the user's, or to none."""
    own = True
    for line in trace.splitlines():
        if (match := _FRAME.fullmatch(line)) is not None:
            own = not _is_installed(match["file"])
        elif not line.startswith("    "):
            own = True
        yield own, line


def _place(frame: Frame) -> Iterator[str]:
    yield f"  at {frame.file}, line {frame.line}" + (f", in {frame.function}" if frame.function else "")
    if frame.source:
        yield f"    {frame.source}"


def _is_installed(file: str) -> bool:
    return "/site-packages/" in file or "/dist-packages/" in file or bool(re.search(r"/lib/python\d", file)) or file.startswith("<")


def succeeded(execution: Json | None) -> bool:
    """Whether it ended well."""
    return execution is not None and phase_of(execution) is Phase.SUCCEEDED
