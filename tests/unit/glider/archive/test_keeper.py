"""When a log is stored, and what a store in trouble does to it. The store is a list; its troubles are real in the integration tests."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from glider.archive import keeper, parts
from glider.archive.buffer import Batch, Change
from glider.archive.keeper import Keeper, keeper_of
from glider.storage.errors import StorageError

SOON = 5.0


class Store:
    """Takes the place of the parts in a store."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.tries: list[float] = []
        self.content: dict[int, bytes] = {}

    def write(self, batch: Batch) -> None:
        self.gate.wait(SOON)
        self.tries.append(time.monotonic())
        if self.problem is not None:
            raise self.problem
        self.content[batch.number] = b"".join(chunk[2] for _, chunks in batch.chunks for chunk in chunks)

    def apply(self, change: Change) -> None:
        for number in change.delete:
            del self.content[number]

    @property
    def all(self) -> bytes:
        return b"".join(self.content[number] for number in sorted(self.content))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    store = Store()
    monkeypatch.setattr(parts, "Parts", lambda folder: store)
    monkeypatch.setattr(keeper, "_FIRST_SECONDS", 0.02)
    monkeypatch.setattr(keeper, "_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(keeper, "_MOST_HELD_SECONDS", 0.2)
    return store


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    monkeypatch.setattr(keeper, "_STDERR", writer)

    def read() -> str:
        try:
            return os.read(reader, 1 << 16).decode()
        except BlockingIOError:
            return ""

    yield read
    os.close(reader)
    os.close(writer)


def eventually(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_the_first_part_comes_soon_and_the_next_ones_later(store: Store):
    kept = Keeper("s3://b/logs", interval=0.1)
    stop = time.monotonic() + 0.5
    while time.monotonic() < stop:
        kept.take("stdout", b"x")
        time.sleep(0.005)
    pauses = [later - earlier for earlier, later in zip(store.tries, store.tries[1:], strict=False)]
    assert 2 <= len(store.tries) <= 9
    assert all(pause >= 0.035 for pause in pauses)


def test_what_is_left_is_stored_at_the_end(store: Store):
    kept = Keeper("s3://b/logs")
    kept.take("stdout", b"one\n")
    kept.finish(seconds=SOON)
    assert kept.is_finished(within=SOON)
    assert store.all == b"one\n"


def test_where_there_was_nothing_the_end_comes_at_once(store: Store):
    kept = Keeper("s3://b/logs")
    kept.finish(seconds=SOON)
    assert kept.is_finished(within=0)
    assert store.tries == []


def test_sigterm_has_it_stored_before_the_end(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeper, "_FIRST_SECONDS", 60.0)
    kept = Keeper("s3://b/logs", interval=60.0)
    kept.take("stdout", b"one\n")
    kept.hurry()
    eventually(lambda: store.all == b"one\n")


def test_a_store_that_fails_is_tried_again_and_named_once(store: Store, stderr: Callable[[], str]):
    store.problem = StorageError("s3://b/logs/0.log.zst", "busy")
    kept = Keeper("s3://b/logs", interval=0.03)
    kept.take("stdout", b"one\n")
    eventually(lambda: len(store.tries) >= 3)
    store.problem = None
    eventually(lambda: store.all == b"one\n")
    assert stderr() == "glider: the log couldn't be stored, which is tried again: s3://b/logs/0.log.zst: busy\n"


def test_at_the_end_it_is_tried_while_there_is_time(store: Store, stderr: Callable[[], str]):
    store.problem = StorageError("s3://b/logs/0.log.zst", "busy")
    kept = Keeper("s3://b/logs")
    kept.take("stdout", b"one\n")
    kept.finish(seconds=0.3)
    assert kept.is_finished(within=SOON)
    assert len(store.tries) > 1
    assert stderr().endswith("glider: the end of the log couldn't be stored: s3://b/logs/0.log.zst: busy\n")


@pytest.mark.parametrize("problem", [StorageError("s3://b", "no", lasting=True), ImportError("no obstore")])
def test_what_does_not_pass_is_not_waited_for(store: Store, stderr: Callable[[], str], problem: Exception):
    store.problem = problem
    kept = Keeper("s3://b/logs")
    kept.take("stdout", b"one\n")
    kept.finish(seconds=60)
    assert kept.is_finished(within=SOON)
    assert len(store.tries) == 1
    assert stderr().count("\n") == 1


def test_a_store_that_does_not_answer_holds_nobody(store: Store):
    store.gate.clear()
    kept = Keeper("s3://b/logs")
    kept.take("stdout", b"one\n")
    kept.finish(seconds=0.05)
    assert not kept.is_finished(within=0.05)
    store.gate.set()


def test_a_flood_is_held_for_a_while_and_then_loses_what_there_is_no_room_for(store: Store):
    store.gate.clear()
    kept = Keeper("s3://b/logs", most_bytes=64 << 10)
    started = time.monotonic()
    for _ in range(200):
        kept.take("stdout", bytes(256))
    assert 0.15 < time.monotonic() - started < SOON
    store.gate.set()
    kept.finish(seconds=SOON)
    assert kept.is_finished(within=SOON)
    assert len(store.all) < 200 * 256


def test_sigterm_ends_that(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeper, "_MOST_HELD_SECONDS", 60.0)
    store.gate.clear()
    kept = Keeper("s3://b/logs", most_bytes=64 << 10)
    threading.Timer(0.1, kept.hurry).start()
    for _ in range(200):
        kept.take("stdout", bytes(256))
    store.gate.set()


@pytest.mark.parametrize("text", ["", "many", "-1", "nan", "inf", "0"])
def test_a_number_that_makes_no_sense_counts_as_the_default(text: str):
    assert keeper_of({"GLIDER_LOGS": "s3://b/logs", "GLIDER_LOGS_MOST_BYTES": text, "GLIDER_LOGS_INTERVAL_SECONDS": text}) is not None


@pytest.mark.parametrize("environment", [{}, {"GLIDER_LOGS": ""}])
def test_without_a_folder_nothing_is_kept(environment: dict[str, str]):
    assert keeper_of(environment) is None


def test_what_the_child_could_not_store_is_named_at_the_end(store: Store, stderr: Callable[[], str]):
    kept = Keeper("s3://bucket/logs")
    os.write(kept._handover._asker, b"failed 403 Forbidden\n")
    kept.asked()
    assert stderr() == ""  # whoever calls this reads the pipe that it would be written to
    kept.finish(seconds=SOON)
    assert stderr() == "glider: the log couldn't be stored: 403 Forbidden\n"
