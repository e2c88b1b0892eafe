"""The log of a pod over connections that break.

A stand-in answers in place of the API server, since a break can't be placed between two lines of a real one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pytest

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ForbiddenError, InvalidObjectError, NotFoundError, UnreachableError
from glider_client.following.reading import LogReader
from tests.unit.glider_core.builders import running_pod

A, B, C = (f"2026-01-31T12:00:0{second}.5Z {text}\n".encode() for second, text in enumerate("abc"))


class Answers:
    """Answers one request after the other: bytes, and at the end an error or none."""

    def __init__(self, *answers: list[bytes | Exception]) -> None:
        self._answers = list(answers)
        self.queries: list[Mapping[str, str]] = []

    def stream(self, path: str, *, query: Mapping[str, str], silence: float) -> Iterator[bytes]:
        assert path.endswith("/log")
        assert silence < 60, "a connection may be dead without anybody noticing"
        self.queries.append(query)
        for one in self._answers.pop(0):
            if isinstance(one, Exception):
                raise one
            yield one


def read(*answers: list[bytes | Exception], ends_with: int | None = None) -> tuple[list[str], str, Answers]:
    """The lines, the problem and what was asked; the container ends before the request of that number."""
    server, lines = Answers(*answers), list[str]()
    last = len(answers) - 1 if ends_with is None else ends_with
    problem = LogReader(
        cast("Cluster", server),
        running_pod(),
        line=lines.append,
        is_complete=lambda: len(server.queries) >= last,
        pause=lambda _: False,
    ).read()
    return lines, problem, server


BROKEN = UnreachableError("the connection broke")


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([[A, B, C]], id="at once"),
        pytest.param([[A + B[:9], B[9:] + C]], id="lines that come in pieces"),
        pytest.param([[A], [A, B, C]], id="the stream ends while the container runs"),
        pytest.param([[A, BROKEN], [A, B, C]], id="the connection breaks"),
        pytest.param([[A, B[:30], BROKEN], [A, B, C]], id="the connection breaks within a line"),
        pytest.param([[A, B[:30]], [B, C]], id="the stream ends within a line"),
        pytest.param([[BROKEN], [BROKEN], [A, B, C]], id="the server doesn't answer at first"),
        pytest.param([[A, BROKEN], [ForbiddenError("no roles yet")], [A, B, C]], id="the API server has just started"),
        pytest.param([[InvalidObjectError("container is waiting to start")], [A, B, C]], id="the container hasn't started"),
        pytest.param([[NotFoundError("no such pod")], [A, B, C]], id="the kubelet doesn't know the pod yet"),
        pytest.param([[A, B, C[:-1]]], id="the last line has no end"),
    ],
)
def test_each_line_once(answers: list[list[bytes | Exception]]) -> None:
    lines, problem, _ = read(*answers)
    assert (lines, problem) == (["a", "b", "c"], "")


def test_a_task_that_is_silent_for_hours_is_no_failure() -> None:
    clock = iter(range(0, 100_000, 50))
    silent: list[bytes | Exception] = [UnreachableError("nothing for so long")]
    paused: list[float] = []

    def pause(seconds: float) -> bool:
        paused.append(seconds)
        return False

    server, lines = Answers([A], *([silent] * 50), [A, B, C]), list[str]()
    LogReader(
        cast("Cluster", server),
        running_pod(),
        line=lines.append,
        is_complete=lambda: len(server.queries) >= 51,
        pause=pause,
        clock=lambda: next(clock),
    ).read()
    assert lines == ["a", "b", "c"]
    assert max(paused) < 0.2


def test_asks_for_the_tasks_container_and_for_what_it_hasnt_read() -> None:
    _, _, server = read([A, B, BROKEN], [B, C])
    asked = {"timestamps": "true", "container": "task"}
    assert server.queries == [asked | {"follow": "true"}, asked | {"sinceTime": "2026-01-31T12:00:01Z"}], "what has ended isn't followed"


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        pytest.param([[NotFoundError("gone")]], "", id="the pod is gone"),
        pytest.param([[ForbiddenError("you may not")]], "you may not", id="it may not be read"),
        pytest.param([[InvalidObjectError("no log")]], "no log", id="the node has lost it"),
    ],
)
def test_a_log_that_cant_be_read(answers: list[list[Any]], problem: str) -> None:
    assert read(*answers)[:2] == ([], problem)


def test_where_to_begin_counts_until_a_line_was_read():
    server, lines = Answers([BROKEN], [A, BROKEN], [A, B]), list[str]()
    reader = LogReader(
        cast("Cluster", server),
        running_pod(),
        line=lines.append,
        is_complete=lambda: len(server.queries) >= 2,
        pause=lambda _: False,
        container="sidecar",
        begin={"tailLines": "5"},
        stamped=True,
    )
    assert reader.read() == ""
    assert lines == ["2026-01-31T12:00:00.5Z a", "2026-01-31T12:00:01.5Z b"]
    assert [query.get("tailLines") for query in server.queries] == ["5", "5", None]
    assert {query["container"] for query in server.queries} == {"sidecar"}


def test_a_log_that_is_not_followed_is_read_once():
    server, lines = Answers([A, B[:-1]]), list[str]()
    reader = LogReader(
        cast("Cluster", server), running_pod(), line=lines.append, is_complete=lambda: True, pause=lambda _: False, follows=False
    )
    assert reader.read() == ""
    assert lines == ["a", "b"]
    assert "follow" not in server.queries[0]
