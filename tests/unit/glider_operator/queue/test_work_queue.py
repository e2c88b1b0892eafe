"""The work queue: once each, one at a time, later if it must be."""

from __future__ import annotations

import asyncio

import pytest

from glider_operator.queue import RetryLater, WorkQueue


@pytest.fixture
async def started():
    queues: list[WorkQueue[str]] = []

    def start(handler, *, workers: int = 4) -> WorkQueue[str]:
        queue: WorkQueue[str] = WorkQueue(handler, workers=workers)
        queue.start()
        queues.append(queue)
        return queue

    yield start
    for queue in queues:
        await queue.close()


async def settle(times: int = 10) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


async def test_a_key_added_twice_before_its_turn_is_worked_on_once(started):
    seen = []

    async def handler(key):
        seen.append(key)

    queue = started(handler)
    queue.add("a")
    queue.add("a")
    queue.add("b")
    await settle()
    assert sorted(seen) == ["a", "b"]


async def test_a_key_added_while_it_is_worked_on_comes_again_and_never_at_the_same_time(started):
    gate, at_once, most, count = asyncio.Event(), 0, 0, 0

    async def handler(_):
        nonlocal at_once, most, count
        at_once += 1
        most = max(most, at_once)
        count += 1
        await gate.wait()
        at_once -= 1

    queue = started(handler)
    queue.add("a")
    await settle()
    queue.add("a")
    queue.add("a")
    await settle()
    gate.set()
    await settle()
    assert (count, most) == (2, 1)


async def test_what_goes_ahead_does_so_when_it_waits_already_or_comes_while_it_is_worked_on(started):
    gate, seen = asyncio.Event(), []

    async def handler(key):
        seen.append(key)
        await gate.wait()

    queue = started(handler, workers=1)
    queue.add("busy")
    await settle()
    for key in ("a", "b", "c"):
        queue.add(key)
    queue.add("busy", ahead=True)
    queue.add("busy")
    queue.add("b", ahead=True)
    gate.set()
    await settle(50)
    assert seen == ["busy", "b", "busy", "a", "c"]


async def test_a_key_that_failed_comes_again_until_it_works(started):
    tries = 0
    done = asyncio.Event()

    async def handler(_):
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("once")
        done.set()

    queue = started(handler)
    queue.add("a")
    await asyncio.wait_for(done.wait(), 5)
    assert tries == 2


async def test_retry_later_waits_as_long_as_it_says(started):
    times = []
    done = asyncio.Event()

    async def handler(_):
        times.append(asyncio.get_running_loop().time())
        if len(times) == 1:
            raise RetryLater("not yet", delay=0.3)
        done.set()

    queue = started(handler)
    queue.add("a")
    await asyncio.wait_for(done.wait(), 5)
    assert times[1] - times[0] >= 0.29


async def test_of_several_times_the_earliest_counts(started):
    seen = asyncio.Event()
    count = 0

    async def handler(_):
        nonlocal count
        count += 1
        seen.set()

    queue = started(handler)
    queue.add_after("a", 60)
    queue.add_after("a", 0.01)
    queue.add_after("a", 30)
    await asyncio.wait_for(seen.wait(), 5)
    assert count == 1


async def test_one_failing_key_does_not_hold_up_others(started):
    seen = []

    async def handler(key):
        seen.append(key)
        if key == "bad":
            raise RuntimeError

    queue = started(handler, workers=1)
    for key in ("bad", "a", "b"):
        queue.add(key)
    await settle()
    assert seen == ["bad", "a", "b"]


async def test_what_comes_and_goes_while_nobody_works_leaves_nothing():
    queue: WorkQueue[str] = WorkQueue(handler_of([]), workers=4, group=lambda key: key[0])
    for key in ("a1", "a2", "b1"):
        queue.add(key, ahead=key == "a2")
        queue.add_after(key, 60)
    for key in ("a2", "b1", "never added"):
        queue.forget(key)
    assert (queue.depths(), queue.counts()["ready"], queue.counts()["later"]) == ({"a": 1}, 1, 1)
    queue.forget("a1")
    assert not (queue.depths() or queue._queued_at or queue._ready._turns)


async def test_a_key_that_is_forgotten_does_not_come_and_comes_when_it_is_added_again(started):
    seen: list[str] = []
    queue = started(handler_of(seen), workers=1)
    for key in ("a", "b", "c"):
        queue.add(key)
    queue.forget("b")
    await settle()
    assert seen == ["a", "c"]
    queue.add("b")
    await settle()
    assert seen == ["a", "c", "b"]


async def test_a_key_that_is_forgotten_while_it_is_worked_on_does_not_come_again(started):
    gate, seen = asyncio.Event(), []

    async def handler(key):
        seen.append(key)
        await gate.wait()

    queue = started(handler)
    queue.add("a")
    await settle()
    queue.add("a")
    queue.forget("a")
    gate.set()
    await settle()
    assert seen == ["a"]


@pytest.mark.parametrize(
    ("keys", "lasting", "longest"),
    [
        pytest.param(1, True, 60, id="one that is kept comes every minute"),
        pytest.param(600, True, 60, id="and so do some hundreds"),
        pytest.param(2_000, True, 200, id="thousands come more seldom, ten a second all of them"),
        pytest.param(6_000, True, 300, id="but each of them every five minutes"),
        pytest.param(6_000, False, 60, id="what may go on at any moment isn't kept for longer by that"),
    ],
)
async def test_how_seldom_what_fails_comes_again(keys, lasting, longest):
    queue: WorkQueue[int] = WorkQueue(handler_of([]), workers=1)
    for _ in range(14):
        for key in range(keys):
            queue._timers.forget(key)
            queue._come_again(key, at_least=0.0, lasting=lasting)
    assert queue.state(0).comes_in == pytest.approx(longest, abs=5)
    assert queue.comes_again(0)
    queue.forget(0)
    assert not queue.comes_again(0)


async def test_what_is_kept_with_many_others_does_not_come_sooner_at_first_either():
    queue: WorkQueue[int] = WorkQueue(handler_of([]), workers=1)
    for key in range(1_000):
        queue._come_again(key, at_least=0.0, lasting=True)
    assert queue.state(0).comes_in == pytest.approx(0.1, abs=0.1), "it was the first"
    assert queue.state(999).comes_in == pytest.approx(100, abs=1)


def handler_of(seen):
    async def handler(key):
        seen.append(key)

    return handler
