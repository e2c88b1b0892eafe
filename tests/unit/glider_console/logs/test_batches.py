"""Lines are sent in batches that are neither large nor late, each with the position to go on from."""

from __future__ import annotations

import json

import pytest

from glider_client.following.logs import Cursor
from glider_console.logs.batches import FULL, LATE, Batch, Batcher, LogLine
from glider_console.logs.lines import RawLine, Splitter

TIME = "2026-01-31T12:00:00.5Z"


def line(text: bytes, *, time: str = TIME, size: int | None = None) -> RawLine:
    content = f"{time} ".encode() + text
    return RawLine(content=content, size=len(content) if size is None else len(time) + 1 + size)


def batch(*lines: RawLine, cursor: Cursor = Cursor()) -> Batch | None:  # noqa: B008 -- a value
    batcher = Batcher(cursor)
    for one in lines:
        batcher.add(one, now=0.0)
    return batcher.take()


def test_a_batch_has_its_lines_and_how_far_the_log_is_read() -> None:
    found = batch(line(b"a"), line(b"b"), line(b"c", time="2026-01-31T12:00:01Z"))
    assert found is not None
    assert [one.document() for one in found.lines] == [[TIME, "a"], [TIME, "b"], ["2026-01-31T12:00:01Z", "c"]]
    assert found.cursor.again() == Cursor(time="2026-01-31T12:00:01Z", count=1)


def test_lines_that_were_read_before_are_left_out() -> None:
    found = batch(line(b"a"), line(b"b"), line(b"c"), cursor=Cursor(time=TIME, count=2))
    assert found is not None
    assert [one.text for one in found.lines] == ["c"]
    assert batch(line(b"a"), cursor=Cursor(time=TIME, count=2)) is None


def test_a_line_that_is_cut_has_the_size_of_the_whole() -> None:
    found = batch(line(b"xx", size=10_485_760))
    assert found is not None
    assert found.lines == (LogLine(time=TIME, text="xx", size=10_485_760),)


def test_bytes_that_are_no_text_are_replaced_and_nul_is_kept() -> None:
    found = batch(line(b"a\xff\x00b"))
    assert found is not None
    assert found.lines[0].text == "a\ufffd\0b"


def test_the_executors_own_records_are_for_people() -> None:
    record = json.dumps({"asctime": "x", "name": "glider", "message": "downloads its inputs"})
    found = batch(line(record.encode()))
    assert found is not None
    assert [one.text for one in found.lines] == ["[glider] downloads its inputs"]


def test_a_message_of_the_kubelets_is_a_line() -> None:
    found = batch(*Splitter().feed(b"unable to retrieve container logs\n"))
    assert found is not None
    assert found.lines == (LogLine(time="", text="unable to retrieve container logs"),)


def test_a_batch_is_sent_a_moment_after_its_first_line() -> None:
    batcher = Batcher(Cursor())
    assert batcher.wait(now=0.0) is None
    batcher.add(line(b"a"), now=10.0)
    batcher.add(line(b"b"), now=10.15)
    assert batcher.wait(now=10.0) == pytest.approx(LATE)
    assert batcher.wait(now=11.0) == 0.0
    batcher.take()
    assert batcher.wait(now=11.0) is None


def test_a_batch_is_sent_at_once_when_it_is_large() -> None:
    batcher = Batcher(Cursor())
    batcher.add(line(b"x" * FULL), now=10.0)
    assert batcher.wait(now=10.0) == 0.0
