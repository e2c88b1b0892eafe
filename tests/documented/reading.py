"""What a page asks its reader to do: write a file, or type a command that has an output.

A fenced block whose first line is a comment with a file's name (`# hello.py`) is that file. An indented block whose first line begins
with `$ ` is a session on a terminal: what stands below a command is its output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"```\w+\n# ([\w./-]+\.\w+)\n(.*?)```\n|((?:^    [^\n]*\n|^\n(?=    ))+)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteFile:
    """A file, whole."""

    path: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command as it is typed, and the lines that the page shows below it."""

    typed: str
    output: tuple[str, ...] = ()


def steps(page: str) -> Iterator[WriteFile | Command]:
    """The steps of `page`, Markdown, in their order."""
    for match in _FENCE.finditer(page):
        path, text, session = match.groups()
        if path:
            yield WriteFile(path=path, text=text)
        elif session.lstrip("\n").startswith("    $ "):
            yield from _commands(session)


def _commands(session: str) -> Iterator[Command]:
    typed, output = "", list[str]()
    for line in (line.removeprefix("    ").rstrip() for line in session.strip("\n").splitlines()):
        if line.startswith("$ "):
            if typed:
                yield _command(typed, output)
            typed, output = line.removeprefix("$ "), []
        else:
            output.append(line)
    yield _command(typed, output)


def _command(typed: str, output: list[str]) -> Command:
    return Command(typed=typed, output=tuple("\n".join(output).strip("\n").splitlines()))
