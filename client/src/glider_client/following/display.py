"""What a person sees of executions that are followed: here plain lines on standard error, for pipes, logs and simple terminals."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TextIO

from glider_client.following.state import Followed, LineShown, NoteShown, Shown, StepShown


class Display(Protocol):
    """Shows the progress of executions."""

    def show(self, state: Followed, shown: Shown, *, now: datetime) -> None:
        """Something has happened to one of them."""

    def refresh(self, states: Sequence[Followed], *, now: datetime) -> None:
        """Time has passed."""

    def close(self) -> None:
        """Nothing more comes."""


class Silent:
    """Shows nothing."""

    def show(self, state: Followed, shown: Shown, *, now: datetime) -> None:
        """Nothing."""

    def refresh(self, states: Sequence[Followed], *, now: datetime) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Lines:
    """A line for each step, and each line of the task's.

    Args:
        stream: where they go.
        alone: whether there is one execution only: its name comes first, once; else each line begins with its name.
    """

    def __init__(self, stream: TextIO | None = None, *, alone: bool = True) -> None:
        self._stream = stream or sys.stderr
        self._alone = alone
        self._named = not alone

    def show(self, state: Followed, shown: Shown, *, now: datetime) -> None:
        """One line; before the first one the execution's name, which other commands take."""
        if not self._named:
            self._stream.write(f"{state.namespace}/{state.name}\n")
            self._named = True
        name = "" if self._alone else f"{state.name}  "
        self._stream.write(f"{name}{line_of(state, shown, now=now)}\n")
        self._stream.flush()

    def refresh(self, states: Sequence[Followed], *, now: datetime) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def line_of(state: Followed, shown: Shown, *, now: datetime) -> str:
    """The line that shows it: steps with the time since following began."""
    match shown:
        case StepShown(progress):
            elapsed = max(0.0, (now - state.began).total_seconds())
            return f"  {elapsed:6.2f}s  {progress.phase:<12}  {progress.remark}".rstrip()
        case LineShown(line):
            return f"           | {line}"
        case NoteShown(note):
            return f"           ! {note}"


def display_for(
    *, alone: bool, stream: TextIO | None = None, environment: Mapping[str, str] = os.environ, live: Callable[[], Display] | None = None
) -> Display:
    """A live view on a terminal that has colours and moves; else plain lines."""
    stream = stream or sys.stderr
    if not stream.isatty() or environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb":
        return Lines(stream, alone=alone)
    if live is not None:
        return live()
    from glider_client.following.live import Live  # rich takes a tenth of a second to import

    return Live(stream, alone=alone)
