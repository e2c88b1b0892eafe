"""Plain lines."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from glider_client.following.display import Lines
from glider_client.following.state import Followed, LineShown

NOW = datetime(2026, 1, 31, tzinfo=UTC)
ADD = Followed(execution={"metadata": {"name": "add-x7k2p", "namespace": "team-a"}}, began=NOW)


def shown(*, alone: bool) -> str:
    stream = io.StringIO()
    lines = Lines(stream, alone=alone)
    for text in ("adding", "added"):
        lines.show(ADD, LineShown(text), now=NOW)
    return stream.getvalue()


def test_one_execution_is_named_once_so_that_other_commands_can_be_given_its_name():
    assert shown(alone=True) == "team-a/add-x7k2p\n           | adding\n           | added\n"


def test_each_line_of_several_begins_with_its_executions_name():
    assert shown(alone=False) == "add-x7k2p             | adding\nadd-x7k2p             | added\n"
