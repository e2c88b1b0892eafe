"""Who may begin a call: so many at once, and of one namespace only while it has fewer of them than are free."""

from __future__ import annotations

import asyncio

from glider_core.fairness.turns import Turns


async def begun(turns: Turns, namespace: str, *, of: int) -> tuple[int, list[asyncio.Task[None]]]:
    """How many of so many that want a turn get one at once, and all of them."""
    tasks = [asyncio.create_task(turns.take(namespace)) for _ in range(of)]
    await asyncio.sleep(0.01)
    return sum(task.done() for task in tasks), tasks


async def test_a_namespace_has_half_and_the_next_one_half_of_the_rest():
    turns = Turns(8)
    assert [(await begun(turns, name, of=10))[0] for name in "abcd"] == [4, 2, 1, 1]


async def test_what_is_free_again_goes_to_who_waits_and_may():
    turns = Turns(4)
    _, tasks = await begun(turns, "a", of=4)
    assert (await begun(turns, "b", of=1))[0] == 1
    turns.done("a")
    await asyncio.sleep(0.01)
    assert [task.done() for task in tasks] == [True, True, True, False]


async def test_who_does_not_wait_any_more_takes_no_turn():
    turns = Turns(2)
    _, (first, second, third) = await begun(turns, "a", of=3)
    second.cancel()
    await asyncio.sleep(0.01)
    turns.done("a")
    await asyncio.sleep(0.01)
    assert first.done() and third.done() and not third.cancelled()


async def test_a_turn_that_comes_too_late_is_given_back():
    turns = Turns(2)
    _, (_, second) = await begun(turns, "a", of=2)
    turns.done("a")  # it is the second's now, which doesn't know yet
    second.cancel()
    await asyncio.sleep(0.01)
    assert (await begun(turns, "a", of=1))[0] == 1
