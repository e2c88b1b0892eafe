"""The live view, drawn."""

from __future__ import annotations

import io
import re
from datetime import timedelta

from glider_client.following.live import Live
from glider_client.following.progress import Progress
from glider_client.following.state import Followed, LineShown, NoteShown, StepShown
from glider_core.api.phases import Phase
from tests.unit.glider_core.builders import T0, execution_body

RUNNING = Progress(phase=Phase.RUNNING, remark="attempt 0 on node-1", attempt=0)
LATER = T0 + timedelta(seconds=2)


def state(name: str = "divide", progress: Progress = RUNNING) -> Followed:
    return Followed(execution=execution_body(name=name), began=T0, progress=progress)


def drawn(draw: object = None, *, alone: bool = True, width: int = 60, states: int = 1) -> str:
    stream = io.StringIO()
    live = Live(stream, alone=alone, width=width)
    live.show(state(), LineShown("hello"), now=LATER)
    live.show(state(), NoteShown("no connection"), now=LATER)
    live.show(state(), StepShown(RUNNING), now=LATER)
    live.refresh([state(f"divide-{i}" if i else "divide") for i in range(states)], now=LATER)
    live.show(state(), StepShown(Progress(phase=Phase.SUCCEEDED, remark="in 2s")), now=LATER)
    live.close()
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())


def test_shows_lines_and_below_them_the_phase() -> None:
    text = drawn()
    assert "hello\n" in text
    assert "! no connection\n" in text
    assert "divide  Running  2.0s  attempt 0 on node-1" in text
    assert "divide  Succeeded  2.0s  in 2s\n" in text
    assert text.count("Running") <= 4, "a step that goes on has no line of its own"


def test_a_line_fits_the_terminal() -> None:
    assert all(len(line) <= 30 for line in drawn(width=30).splitlines())


def test_of_many_some_are_counted() -> None:
    assert "and 3 more" in drawn(states=15, alone=False)


def test_with_several_a_line_has_the_name() -> None:
    assert "divide  hello\n" in drawn(alone=False)
