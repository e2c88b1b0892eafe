"""The live view: the tasks' lines scroll by, and below them each execution has a line that shows where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.text import Text

from glider_client.following.progress import Progress
from glider_client.following.state import Followed, LineShown, NoteShown, Shown, StepShown
from glider_core.api.phases import Phase

_COLOURS = {
    Phase.SUCCEEDED: "green",
    Phase.FAILED: "bold red",
    Phase.TIMED_OUT: "bold red",
    Phase.ABORTED: "yellow",
    Phase.RETRYING: "yellow",
    Phase.SUSPENDED: "yellow",
    Phase.RUNNING: "cyan",
}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TURNS = 10
#: Of several executions so many have a line; the others are counted.
_MOST = 12


class Live:
    """On a terminal.

    Args:
        stream: the terminal.
        alone: whether there is one execution only; else each line begins with its name.
        width: its width; by default the terminal's.
    """

    def __init__(self, stream: TextIO, *, alone: bool = True, width: int | None = None) -> None:
        self._console = Console(file=stream, force_terminal=True, highlight=False, soft_wrap=True, width=width)
        self._alone = alone
        self._live = RichLive(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False)
        self._live.start()

    def show(self, state: Followed, shown: Shown, *, now: datetime) -> None:
        """A line of the task's, or one for a step that ends something."""
        prefix = Text() if self._alone else Text(f"{state.name}  ", style="cyan")
        match shown:
            case LineShown(line):
                self._console.print(prefix + Text.from_ansi(line))
            case NoteShown(note):
                self._console.print(prefix + Text(f"! {note}", style="yellow"))
            case StepShown(progress) if progress.phase.terminal or progress.phase in (Phase.RETRYING, Phase.SUSPENDED):
                self._console.print(_row(state, progress, now=now))
            case _:
                pass

    def refresh(self, states: Sequence[Followed], *, now: datetime) -> None:
        """The lines below."""
        self._live.update(Group(*_rows(states, now=now, width=self._console.width)), refresh=True)

    def close(self) -> None:
        """Leaves the tasks' own lines, and those of the steps."""
        self._live.update(Text())
        self._live.stop()


def _rows(states: Sequence[Followed], *, now: datetime, width: int) -> Iterator[RenderableType]:
    unfinished = [state for state in states if not state.finished]
    for state in unfinished[:_MOST]:
        row = Text(_SPINNER[int(now.timestamp() * _TURNS) % len(_SPINNER)] + " ", style="cyan")
        row.append_text(_row(state, state.progress or Progress(phase=Phase.PENDING), now=now))
        row.truncate(width, overflow="ellipsis")
        row.no_wrap = True
        yield row
    if len(unfinished) > _MOST:
        yield Text(f"  and {len(unfinished) - _MOST} more", style="dim")


def _row(state: Followed, progress: Progress, *, now: datetime) -> Text:
    elapsed = max(0.0, (now - state.began).total_seconds())
    row = Text(f"{state.name}  ")
    row.append(f"{progress.phase}", style=_COLOURS.get(progress.phase, ""))
    row.append(f"  {elapsed:.1f}s", style="dim")
    remark = f"no connection: {state.lost}" if state.lost and not progress.phase.terminal else progress.remark
    return row.append(f"  {remark}") if remark else row
