"""One user's calls wait for each other, and for nobody else's."""

from __future__ import annotations

import asyncio

import pytest

from glider_admin.access.turns import Turns
from glider_admin.errors import Code, RefusedError


async def test_one_users_thousand_calls_dont_hold_up_anothers() -> None:
    turns, end = Turns(at_once=2), asyncio.Event()
    answered: list[str] = []

    async def call(user: str) -> None:
        async with turns.turn(user):
            if user == "ada":
                await end.wait()
            answered.append(user)

    calls = [asyncio.create_task(call("ada")) for _ in range(66)]
    await asyncio.sleep(0)
    await call("bob")
    assert answered == ["bob"]
    with pytest.raises(RefusedError, match="ada has 66 calls under way") as refused:
        await call("ada")
    assert refused.value.code is Code.RESOURCE_EXHAUSTED
    end.set()
    await asyncio.gather(*calls)
    await call("ada")
    assert answered.count("ada") == 67


async def test_nothing_is_kept_of_those_who_call_no_more() -> None:
    turns = Turns(at_once=1)
    for number in range(100):
        async with turns.turn(f"user-{number}"):
            assert len(turns) == 1
    assert len(turns) == 0
