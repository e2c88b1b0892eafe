from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import chain, repeat

import pytest

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.retrying import Retrying, seconds_to_wait

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def rule(clock: Clock, *, patience: float = 20.0, most: int | None = None, chance: float = 1.0) -> Retrying:
    return Retrying(patience=patience, most=most, clock=lambda: clock.now, sleep=clock.sleep, chance=lambda: chance)


def busy(retry_after: float | None = None) -> StorageError:
    return StorageError("s3://b/k", "503", endpoint="http://store", transient=True, retry_after=retry_after)


def failing(errors: Iterator[StorageError | None]) -> str:
    if (error := next(errors)) is not None:
        raise error
    return "done"


def test_pauses_double_up_to_the_longest() -> None:
    clock = Clock()
    errors = chain(repeat(busy(), 7), repeat(None))
    assert rule(clock).run(lambda: failing(errors)) == "done"
    assert clock.slept == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 3.0])


def test_pauses_are_jittered_by_up_to_half() -> None:
    assert [rule(Clock(), chance=chance).pause(3, retry_after=None, left=9) for chance in (0.0, 0.5, 1.0)] == pytest.approx([0.2, 0.3, 0.4])


def test_the_store_is_left_alone_for_as_long_as_it_asks() -> None:
    clock = Clock()
    errors = chain([busy(retry_after=7.0)], repeat(None))
    rule(clock, chance=0.5).run(lambda: failing(errors))
    assert clock.slept == pytest.approx([7.05])


def test_a_store_that_asks_for_more_than_there_is_time_for_is_not_waited_for() -> None:
    clock = Clock()
    with pytest.raises(StorageError, match=r"^s3://b/k \(endpoint http://store\): 503 \(tried once; the store asks to wait 120 s\)$"):
        rule(clock).run(lambda: failing(repeat(busy(retry_after=120))))
    assert clock.slept == []


def test_patience_ends_and_the_message_says_what_was_tried() -> None:
    clock = Clock()
    with pytest.raises(StorageError, match=r"503 \(tried 12 times in 20 s\)$") as raised:
        rule(clock).run(lambda: failing(repeat(busy())))
    assert clock.now <= 20
    assert not raised.value.transient


def test_the_last_try_is_when_patience_ends() -> None:
    clock = Clock()
    with pytest.raises(StorageError):
        rule(clock, patience=2.5).run(lambda: failing(repeat(busy())))
    assert clock.now == pytest.approx(2.5)


def test_retries_can_be_counted_instead() -> None:
    with pytest.raises(StorageError, match="tried 3 times"):
        rule(Clock(), most=2).run(lambda: failing(repeat(busy())))


def test_a_request_that_took_longer_than_the_patience_still_gets_its_second_try() -> None:
    clock = Clock()
    errors = chain([busy()], repeat(None))

    def slow() -> str:
        clock.now += 300
        return failing(errors)

    assert rule(clock).run(slow) == "done"


@pytest.mark.parametrize("error", [ObjectNotFoundError("s3://b/k", "no"), StorageError("s3://b/k", "no")], ids=["not there", "refused"])
def test_what_will_not_pass_is_told_at_once(error: StorageError) -> None:
    clock = Clock()
    with pytest.raises(StorageError) as raised:
        rule(clock).run(lambda: failing(repeat(error)))
    assert raised.value is error
    assert clock.slept == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param("Thu, 01 Jan 2026 12:00:30 GMT", 30.0, id="a date"),
        pytest.param("Thu, 01 Jan 2026 11:00:00 GMT", 0.0, id="a date that is over"),
        pytest.param("soon", None, id="words"),
        pytest.param("-5", None, id="less than nothing"),
        pytest.param("", None, id="nothing"),
        pytest.param(None, None, id="no header"),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(header, now=NOW) == seconds
