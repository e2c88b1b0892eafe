"""Plain lines, and when they are shown in place of the live view."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import cast

import pytest

from glider_client.following.display import Display, Lines, Silent, display_for
from glider_client.following.state import Followed, LineShown, NoteShown
from tests.unit.glider_core.builders import T0, execution_body

STATE = Followed(execution=execution_body(), began=T0)
LIVE = cast("Display", Silent())


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "live"),
    [
        pytest.param(Terminal(), {"TERM": "xterm"}, True, id="a terminal"),
        pytest.param(io.StringIO(), {"TERM": "xterm"}, False, id="a pipe"),
        pytest.param(Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param(Terminal(), {"TERM": "dumb"}, False, id="a dumb terminal"),
        pytest.param(Terminal(), {}, False, id="no TERM"),
    ],
)
def test_the_live_view_is_for_terminals_with_colours(stream: io.StringIO, environment: dict[str, str], live: bool) -> None:
    shown = display_for(alone=True, stream=stream, environment=environment, live=lambda: LIVE)
    assert (shown is LIVE) is live


def lines(*, alone: bool) -> list[str]:
    stream = io.StringIO()
    display = Lines(stream, alone=alone)
    for shown in (LineShown("hello"), NoteShown("connected again")):
        display.show(STATE, shown, now=T0 + timedelta(seconds=1))
    return stream.getvalue().splitlines()


def test_one_executions_name_comes_first() -> None:
    assert lines(alone=True) == ["default/divide", "           | hello", "           ! connected again"]


def test_with_several_each_line_has_the_name() -> None:
    assert lines(alone=False) == ["divide             | hello", "divide             ! connected again"]
