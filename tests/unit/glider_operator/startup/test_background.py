"""What runs beside everything else: when it dies, that is logged, and the operator stops."""

from __future__ import annotations

import asyncio

import pytest

from glider_operator.queue import WorkQueue
from glider_operator.startup.background import Background


async def for_ever() -> None:
    await asyncio.sleep(3600)


async def dies() -> None:
    raise KeyError("a bug")


async def ends() -> None:
    return None


async def test_what_dies_is_logged_and_ends_the_rest(caplog):
    ended = asyncio.Event()

    async def rest() -> None:
        try:
            await for_ever()
        finally:
            ended.set()

    background = Background()
    background.start(for_ever(), name="statsd")
    background.start(dies(), name="sweeper")
    with pytest.raises(KeyError, match="a bug"):
        await background.unless_it_dies(rest())
    assert ended.is_set()
    assert "the sweeper failed: KeyError('a bug')" in caplog.text


async def test_what_died_before_ends_the_next_thing_at_once():
    background = Background()
    background.start(dies(), name="sweeper")
    await asyncio.sleep(0)
    with pytest.raises(KeyError):
        await background.unless_it_dies(for_ever())


async def test_what_ends_or_is_cancelled_is_no_death():
    background = Background()
    background.start(ends(), name="done")
    cancelled = background.start(for_ever(), name="cancelled")
    cancelled.cancel()
    await asyncio.sleep(0.01)

    async def rest() -> int:
        return 7

    assert await background.unless_it_dies(rest()) == 7


async def test_all_are_cancelled_together():
    background = Background()
    tasks = [background.start(for_ever(), name=str(number)) for number in range(3)]
    background.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)


async def test_a_worker_of_the_queue_can_only_die_of_a_bug_and_is_missed():
    groups = iter(["a"])

    async def handler(_: str) -> None:
        return None

    queue: WorkQueue[str] = WorkQueue(handler, workers=2, group=lambda _: next(groups))
    background = Background()
    queue.start(create_task=background.start)
    queue.add("x")
    with pytest.raises(RuntimeError, match="StopIteration"):
        await background.unless_it_dies(for_ever())
    await queue.close()
