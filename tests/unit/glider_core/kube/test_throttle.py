"""The operator's share of the API server."""

from __future__ import annotations

import asyncio

import pytest

from glider_core.kube.throttle import TokenBucket


def test_a_burst_goes_through_and_then_qps_a_second():
    now = 0.0
    bucket = TokenBucket(qps=10, burst=3, clock=lambda: now)
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 0]
    assert bucket.reserve() == pytest.approx(0.1)
    assert bucket.reserve() == pytest.approx(0.2)
    now = 10.0
    assert [bucket.reserve() for _ in range(3)] == [0, 0, 0]
    assert bucket.reserve() > 0


def test_what_may_be_left_undone_takes_a_token_only_where_there_is_one():
    now = 0.0
    bucket = TokenBucket(qps=10, burst=2, clock=lambda: now)
    assert [bucket.try_take() for _ in range(3)] == [True, True, False]
    assert not bucket.has()
    now = 0.1
    assert bucket.has()
    assert [bucket.try_take() for _ in range(2)] == [True, False]


@pytest.mark.parametrize("callers", [pytest.param(3, id="more calls than may be made"), pytest.param(0, id="none")])
async def test_a_spare_call_leaves_half_of_the_burst_to_others_for_ten_seconds_and_then_takes_its_turn(monkeypatch, callers):
    clock = Clock()
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    bucket = TokenBucket(qps=10, burst=20, clock=lambda: clock.now)
    while bucket.try_take():
        pass

    async def busy():
        while clock.now < 30:
            await bucket.take()

    others = [asyncio.create_task(busy()) for _ in range(callers)]
    await bucket.take(spare=True)
    assert clock.now == pytest.approx(10.4 if callers else 1.0, abs=0.2)
    for other in others:
        other.cancel()


class Clock:
    """Time that passes only where everybody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, asyncio.Future[None]]] = []

    async def sleep(self, seconds: float) -> None:
        wakes = asyncio.get_running_loop().create_future()
        self._due.append((self.now + seconds, wakes))
        if len(self._due) == 1:
            asyncio.get_running_loop().call_soon(self._pass)
        await wakes

    def _pass(self) -> None:
        self._due.sort(key=lambda one: one[0])
        due, wakes = self._due.pop(0)
        self.now = max(self.now, due)
        if not wakes.done():
            wakes.set_result(None)
        if self._due:
            asyncio.get_running_loop().call_soon(self._pass)
