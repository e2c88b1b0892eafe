"""Answers of the API server are used for a moment, and equal questions are asked once."""

from __future__ import annotations

import asyncio

import pytest

from glider_client.access.answers import Answers, Lasting
from glider_client.cluster.errors import ForbiddenError, UnreachableError


class Asked:
    """Counts how often it is asked; answers when it may."""

    def __init__(self) -> None:
        self.times = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.times += 1
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return self.times


@pytest.fixture
async def asked() -> Asked:
    return Asked()


async def test_an_answer_is_used_until_its_time_is_over(asked):
    now = 0.0
    answers = Answers[str, int](lasts=15, clock=lambda: now)
    assert [await answers.get("a", asked), await answers.get("a", asked)] == [1, 1]
    now = 14.9
    assert await answers.get("a", asked) == 1
    now = 15.0
    assert await answers.get("a", asked) == 2


async def test_its_time_begins_with_the_question(asked):
    now = 0.0
    answers = Answers[str, int](lasts=15, clock=lambda: now)
    asked.may_answer.clear()
    answer = asyncio.create_task(answers.get("a", asked))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    now = 10.0
    asked.may_answer.set()
    await answer
    now = 15.0
    assert await answers.get("a", asked) == 2


async def test_a_fresh_one_replaces_it(asked):
    answers = Answers[str, int]()
    assert [await answers.get("a", asked), await answers.get("a", asked, fresh=True), await answers.get("a", asked)] == [1, 2, 2]


async def test_equal_questions_at_once_are_asked_once_and_others_apart(asked):
    answers = Answers[str, int]()
    asked.may_answer.clear()
    tasks = [asyncio.create_task(answers.get(question, asked)) for question in ("a", "a", "b", "a")]
    await asyncio.sleep(0)
    asked.may_answer.set()
    found = await asyncio.gather(*tasks)
    assert asked.times == 2 and found[0] == found[1] == found[3]


async def test_who_leaves_leaves_the_answer_to_the_others(asked):
    answers = Answers[str, int]()
    asked.may_answer.clear()
    first, second = (asyncio.create_task(answers.get("a", asked)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    asked.may_answer.set()
    assert await second == 1


async def test_an_error_reaches_all_who_asked_and_is_not_kept(asked):
    answers = Answers[str, int]()
    asked.error = ValueError("down")
    found = await asyncio.gather(*(answers.get("a", asked) for _ in range(3)), return_exceptions=True)
    assert [str(error) for error in found] == ["down"] * 3 and asked.times == 1
    asked.error = None
    assert await answers.get("a", asked) == 2


async def test_the_oldest_make_room(asked):
    answers = Answers[int, int](most=2)
    for question in (1, 2, 3):
        await answers.get(question, asked)
    assert (await answers.get(3, asked), await answers.get(2, asked)) == (3, 2)
    assert await answers.get(1, asked) == 4


async def test_each_answer_may_last_as_long_as_befits_it(asked):
    now = 0.0
    answers = Answers[str, int](lasts=lambda answer: Lasting(seconds=10 * answer), clock=lambda: now)
    assert await answers.get("a", asked) == 1
    now = 10.0
    assert await answers.get("a", asked) == 2
    now = 29.9
    assert await answers.get("a", asked) == 2


async def test_an_answer_is_used_for_longer_while_the_api_server_is_away(asked):
    now = 0.0
    answers = Answers[str, int](lasts=lambda _: Lasting(seconds=10, grace=20), clock=lambda: now)
    await answers.get("a", asked)
    now, asked.error = 15.0, UnreachableError("down")
    assert await answers.get("a", asked) == 1
    now = 19.9
    assert (await answers.get("a", asked), asked.times) == (1, 2), "it isn't asked again at once"
    now = 20.0
    assert (await answers.get("a", asked), asked.times) == (1, 3)
    now = 30.0
    with pytest.raises(UnreachableError):
        await answers.get("a", asked)


async def test_a_slow_api_server_holds_nobody_up_who_has_an_answer(asked):
    now = 0.0
    answers = Answers[str, int](lasts=lambda _: Lasting(seconds=10, grace=20), patience=0.0, clock=lambda: now)
    await answers.get("a", asked)
    now = 15.0
    asked.may_answer.clear()
    assert await answers.get("a", asked) == 1
    asked.may_answer.set()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
    assert (await answers.get("a", asked), asked.times) == (2, 2), "the question was still open, and counts once it is answered"


async def test_any_other_error_counts_at_once(asked):
    now = 0.0
    answers = Answers[str, int](lasts=lambda _: Lasting(seconds=10, grace=20), clock=lambda: now)
    await answers.get("a", asked)
    now, asked.error = 15.0, ForbiddenError("no reviews any more")
    with pytest.raises(ForbiddenError):
        await answers.get("a", asked)
