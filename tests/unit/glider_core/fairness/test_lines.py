"""Groups of keys take turns, and none can take all workers."""

from __future__ import annotations

import asyncio

import pytest

from glider_core.fairness.lines import FairLines
from glider_operator.queue import WorkQueue
from glider_operator.queue.timers import Timers


def lines(workers: int, **groups: int) -> FairLines[str]:
    made: FairLines[str] = FairLines(workers=workers)
    for group, count in groups.items():
        for number in range(count):
            made.add(group, f"{group}{number}")
    return made


def taken(fair: FairLines[str]) -> list[str]:
    keys = []
    while (key := fair.take()) is not None:
        keys.append(key)
    return keys


def test_a_late_key_of_a_quiet_namespace_comes_after_one_of_the_loud_one():
    fair = lines(100, loud=1000, quiet=1)
    assert taken(fair)[:3] == ["loud0", "quiet0", "loud1"]


def test_those_that_go_ahead_do_so_in_their_group_only_and_in_their_order():
    fair = lines(100, loud=3, quiet=2)
    fair.add("loud", "end0", ahead=True)
    fair.add("loud", "end1", ahead=True)
    assert taken(fair) == ["end0", "quiet0", "end1", "quiet1", "loud0", "loud1", "loud2"]


def test_a_key_that_waits_already_goes_ahead_once_that_is_said_and_never_back():
    fair = lines(100, a=3)
    fair.add("a", "a1", ahead=True)
    fair.add("a", "a1")
    assert (len(fair), taken(fair)) == (3, ["a1", "a0", "a2"])


@pytest.mark.parametrize(("busy", "most"), [(["a"], 16), (["a", "b"], 11), (["a", "b", "c", "d"], 7)])
def test_namespaces_whose_calls_hang_leave_workers_to_others(busy, most):
    fair = lines(32, **dict.fromkeys(busy, 1000))
    hanging = taken(fair)
    assert max(sum(key.startswith(group) for key in hanging) for group in busy) <= most
    fair.add("quiet", "quiet0")
    assert fair.take() == "quiet0"


def test_workers_that_are_done_serve_who_had_enough():
    fair = lines(2, a=3)
    assert taken(fair) == ["a0"]
    fair.done("a")
    assert taken(fair) == ["a1"]
    assert (len(fair), fair.depths()) == (1, {"a": 1})


async def test_a_hundred_hanging_keys_of_one_namespace_delay_no_other():
    gate, seen = asyncio.Event(), []

    async def handler(key):
        if key[0] == "bad":
            await gate.wait()
        seen.append(key)

    queue: WorkQueue[tuple[str, int]] = WorkQueue(handler, workers=4, group=lambda key: key[0])
    queue.start()
    for number in range(100):
        queue.add(("bad", number))
    await asyncio.sleep(0)
    for number in range(10):
        queue.add(("good", number))
    for _ in range(100):
        await asyncio.sleep(0)
    assert seen == [("good", number) for number in range(10)]
    assert queue.counts() == {"ready": 98, "working": 2, "later": 0, "failing": 0}
    gate.set()
    for _ in range(300):
        await asyncio.sleep(0)
    assert len(seen) == 110
    await queue.close()


def test_times_of_keys_that_are_gone_take_no_memory():
    timers: Timers[int] = Timers()
    for number in range(10_000):
        timers.set(number, 1e9)
        timers.forget(number)
    assert len(timers) == 0
    assert len(timers._heap) < 200


def test_a_time_that_was_taken_back_does_not_come():
    timers: Timers[str] = Timers()
    timers.set("a", 1)
    timers.set("b", 2)
    timers.forget("a")
    timers.set("b", 1.5)
    assert list(timers.pop(5)) == ["b"]
    assert timers.next() is None
