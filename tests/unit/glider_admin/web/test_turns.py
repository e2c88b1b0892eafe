"""Turns of those who upload."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from glider_admin.web.turns import BusyError, Turns


def turns(*, at_once: int = 3, each: int = 2, waiting: int = 1, seconds: float = 60) -> Turns:
    return Turns(at_once=at_once, each=each, waiting=waiting, seconds=seconds)


def test_one_sender_leaves_turns_for_the_others() -> None:
    async def senders() -> None:
        made = turns(seconds=0.01)
        async with made.turn("ada"), made.turn("ada"):
            with pytest.raises(BusyError, match="Too many uploads are under way"):
                async with made.turn("ada"):
                    pass
            async with made.turn("bob"):
                pass

    asyncio.run(senders())


def test_all_together_have_so_many() -> None:
    async def senders() -> None:
        made = turns(seconds=0.01)
        async with AsyncExitStack() as taken:
            for sender in ("ada", "bob", "cleo"):
                await taken.enter_async_context(made.turn(sender))
            with pytest.raises(BusyError):
                async with made.turn("dora"):
                    pass
        async with made.turn("dora"), made.turn("dora"):
            pass

    asyncio.run(senders())


def test_who_waits_gets_the_next_turn_and_no_more_of_one_sender_wait_than_may() -> None:
    async def senders() -> None:
        made, order = turns(at_once=1), []

        async def upload(sender: str) -> None:
            async with made.turn(sender):
                order.append(sender)

        async with made.turn("ada"):
            waiting = [asyncio.create_task(upload(sender)) for sender in ("bob", "cleo")]
            await asyncio.sleep(0)
            with pytest.raises(BusyError, match="of yours"):
                await upload("bob")
        await asyncio.gather(*waiting)
        assert order == ["bob", "cleo"]

    asyncio.run(senders())
