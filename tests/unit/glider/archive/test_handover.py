"""The child's part of the log: asked for through pipes that the task may have closed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from glider.archive import handover
from glider.archive.handover import ASK, Handover
from glider.storage.errors import StorageError


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handover]:
    monkeypatch.setattr(handover, "_current", None)
    monkeypatch.setattr(handover, "_ANSWER_SECONDS", 0.0)
    made = Handover("s3://bucket/logs")
    made.follow()
    yield made
    for descriptor in (made.questions, made._answerer):
        os.close(descriptor)


def test_the_child_asks(made: Handover):
    handover.settle()
    assert made.lines() == [ASK]
    os.close(made._asker)
    os.close(made._answers)


def test_a_file_that_has_a_pipe_s_number_is_left_alone(made: Handover, tmp_path: Path):
    os.close(made._asker)
    os.close(made._answers)
    mine = [os.open(tmp_path / name, os.O_RDWR | os.O_CREAT) for name in "ab"]
    assert {made._asker, made._answers} == set(mine)
    handover.settle()
    for descriptor in mine:
        os.close(descriptor)
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"", b""]


def test_where_they_are_closed_all_is_the_parent_s(made: Handover):
    os.close(made._asker)
    os.close(made._answers)
    handover.settle()


def test_a_store_that_does_not_answer_holds_up_the_end_for_a_while(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handover, "_MOST_SECONDS", 0.05)
    gate = threading.Event()

    def hang() -> None:
        gate.wait(5)

    assert handover._outcome(hang) == b"failed expected an answer of the store in 0.05 s, found none"
    gate.set()


def test_what_the_store_refuses_is_one_line():
    def refuse() -> None:
        raise StorageError("s3://b/c", "403\nForbidden")

    assert handover._outcome(refuse) == b"failed s3://b/c: 403 Forbidden"
    assert handover._outcome(lambda: None) == b"stored"
