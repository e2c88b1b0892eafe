"""The lines of a log, each once, whatever happens to the connection."""

from __future__ import annotations

import pytest

from glider_client.following.logs import Cursor, read_line

LOG = [
    b"2026-01-31T12:00:00.100000000Z a",
    b"2026-01-31T12:00:00.2Z b",
    b"2026-01-31T12:00:00.2Z b",
    b"2026-01-31T12:00:00.200000001Z c",
    b"2026-01-31T12:00:01Z d",
    b"2026-01-31T12:00:01.5Z ",
]
TEXTS = ["a", "b", "b", "c", "d", ""]


def read(cursor: Cursor, lines: list[bytes]) -> tuple[Cursor, list[str]]:
    texts = []
    for line in lines:
        cursor, text = read_line(cursor, line)
        if text is not None:
            texts.append(text)
    return cursor, texts


def test_each_line_without_its_time() -> None:
    assert read(Cursor(), LOG)[1] == TEXTS


@pytest.mark.parametrize("broken", range(len(LOG) + 1))
@pytest.mark.parametrize("overlap", range(len(LOG) + 1))
def test_after_a_break_no_line_is_lost_or_repeated(broken: int, overlap: int) -> None:
    """The second connection begins at any line that is at or before the break, as `sinceTime` of whole seconds has it."""
    cursor, first = read(Cursor(), LOG[:broken])
    begins = min(overlap, broken)
    same_time = [i for i, line in enumerate(LOG) if i < begins and cursor.time and line.startswith(cursor.time.encode())]
    _, second = read(cursor.again(), LOG[min([begins, *same_time]) :])
    assert first + second == TEXTS


def test_a_connection_may_break_twice() -> None:
    cursor, first = read(Cursor(), LOG[:2])
    cursor, second = read(cursor.again(), LOG[:3])
    _, third = read(cursor.again(), LOG)
    assert first + second + third == TEXTS


def test_asks_for_whole_seconds() -> None:
    cursor, _ = read(Cursor(), LOG[:2])
    assert cursor.query == {"sinceTime": "2026-01-31T12:00:00Z"}
    assert Cursor().query == {}


@pytest.mark.parametrize(
    ("line", "text"),
    [
        pytest.param(
            b"unable to retrieve container logs for containerd://1",
            "unable to retrieve container logs for containerd://1",
            id="a message of the kubelet's",
        ),
        pytest.param(b"2026-01-31T12:00:00Z a  b ", "a  b ", id="spaces are the task's"),
        pytest.param(b"2026-01-31T12:00:00Z \xff", "\ufffd", id="bytes that are no text"),
    ],
)
def test_a_line(line: bytes, text: str) -> None:
    assert read_line(Cursor(), line)[1] == text


def test_a_node_in_another_time_zone_is_read_on_from_the_same_moment() -> None:
    cursor, text = read_line(Cursor(), b"2026-01-31T13:30:00.123456789+01:30 a")
    assert (cursor.time, text) == ("2026-01-31T12:00:00.123456789Z", "a")
    assert cursor.query == {"sinceTime": "2026-01-31T12:00:00Z"}
    assert read_line(cursor.again(), b"2026-01-31T13:30:00.123456789+01:30 a")[1] is None
