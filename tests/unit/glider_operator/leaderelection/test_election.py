"""Who leads, by what clock, and until when one may write."""

from __future__ import annotations

import asyncio
import copy
from datetime import timedelta
from typing import Any

import pytest

from glider_core.config.leading import LeaderElection
from glider_core.kube.errors import AlreadyExists, Conflict, NotFound, Unavailable
from glider_core.kube.requests import Request
from glider_operator.leaderelection.elector import Elector, LeadershipLost
from glider_operator.leaderelection.fence import Deposed, Fence

QUICK = LeaderElection(
    leader_elect=True,
    lease_duration=timedelta(seconds=15),
    renew_deadline=timedelta(seconds=10),
    retry_period=timedelta(milliseconds=1),
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Leases:
    """An API server with one Lease."""

    def __init__(self) -> None:
        self.lease: dict[str, Any] | None = None
        self.down = False
        self.version = 0

    async def send(self, request: Request) -> dict[str, Any]:
        if self.down:
            raise Unavailable("no answer")
        if request.verb == "create" and self.lease is not None:
            raise AlreadyExists("lease")
        if request.verb != "create" and self.lease is None:
            raise NotFound("lease")
        if request.body is not None:
            if self.lease is not None and request.body["metadata"]["resourceVersion"] != self.lease["metadata"]["resourceVersion"]:
                raise Conflict("written meanwhile")
            self.version += 1
            self.lease = copy.deepcopy(request.body)
            self.lease["metadata"]["resourceVersion"] = str(self.version)
        return copy.deepcopy(self.lease or {})


class Candidate:
    def __init__(self, leases: Leases, identity: str) -> None:
        self.clock = Clock()
        self.fence = Fence(clock=self.clock)
        self.elector = Elector(leases, QUICK, identity=identity, name="lease", namespace="home", fence=self.fence, clock=self.clock)

    async def tries(self) -> bool:
        """Whether it leads within a moment."""
        try:
            await asyncio.wait_for(self.elector.acquire(), 0.05)
        except TimeoutError:
            return False
        return self.fence.open


@pytest.fixture
def leases() -> Leases:
    return Leases()


@pytest.fixture
def one(leases) -> Candidate:
    return Candidate(leases, "one")


@pytest.fixture
def other(leases) -> Candidate:
    return Candidate(leases, "other")


async def test_the_first_leads_and_the_other_waits(leases, one, other):
    assert await one.tries()
    assert not await other.tries()
    assert other.elector.holder == "one"
    assert leases.lease["spec"]["holderIdentity"] == "one"


async def test_a_holder_that_does_not_renew_is_followed_after_the_whole_duration_by_the_others_own_clock(one, other):
    await one.tries()
    assert not await other.tries()
    other.clock.now += 14
    assert not await other.tries()
    other.clock.now += 2
    assert await other.tries()


async def test_a_clock_that_is_years_ahead_takes_nothing_from_a_holder_that_renews(leases, one, other):
    other.clock.now += 1e8
    await one.tries()
    assert not await other.tries()
    for _ in range(5):
        other.clock.now += 10
        await one.elector._try()
        assert not await other.tries()


async def test_two_that_want_it_at_once_are_not_both_leaders(leases):
    candidates = [Candidate(leases, f"candidate-{number}") for number in range(5)]
    led = await asyncio.gather(*(candidate.tries() for candidate in candidates))
    assert led.count(True) == 1


async def test_nothing_may_be_written_after_the_deadline_even_if_nothing_was_reported(one):
    await one.tries()
    one.fence.check()
    one.clock.now += 10.001  # the process was suspended, say
    with pytest.raises(Deposed):
        one.fence.check()


async def test_the_deposed_may_not_write_before_the_next_leads(leases, one, other):
    await one.tries()
    await other.tries()
    for _ in range(200):
        one.clock.now += 0.1
        other.clock.now += 0.1
        if await other.elector._try():
            break
    assert other.fence.open
    assert not one.fence.open


async def test_leadership_is_lost_when_the_api_server_is_gone_for_too_long(leases, one):
    await one.tries()
    leases.down = True
    keeping = asyncio.create_task(one.elector.keep())
    await asyncio.sleep(0.02)
    assert not keeping.done(), "a moment is no reason to give up"
    one.clock.now += 11
    with pytest.raises(LeadershipLost):
        await asyncio.wait_for(keeping, 5)


async def test_leadership_is_lost_at_once_when_another_one_has_it(leases, one):
    await one.tries()
    leases.lease["spec"]["holderIdentity"] = "usurper"
    leases.lease["metadata"]["resourceVersion"] = "777"
    with pytest.raises(LeadershipLost, match="usurper"):
        await asyncio.wait_for(one.elector.keep(), 5)
    assert not one.fence.open


async def test_somebody_who_annotates_the_lease_changes_nothing(leases, one):
    await one.tries()
    leases.lease["metadata"] |= {"annotations": {"a": "b"}, "resourceVersion": "888"}
    keeping = asyncio.create_task(one.elector.keep())
    await asyncio.sleep(0.05)
    assert not keeping.done()
    assert one.fence.open
    keeping.cancel()


async def test_a_released_lease_is_free_at_once(leases, one, other):
    await one.tries()
    assert not await other.tries()
    await one.elector.release()
    assert not one.fence.open
    assert await other.tries()
    assert leases.lease["spec"]["leaseTransitions"] >= 1


async def test_a_lease_is_released_though_a_cancelled_renewal_came_through(leases, one, other):
    await one.tries()
    leases.lease["metadata"]["resourceVersion"] = "888"
    await one.elector.release()
    assert leases.lease["spec"]["holderIdentity"] == ""
    assert await other.tries()


async def test_a_lease_that_somebody_took_meanwhile_stays_theirs(leases, one):
    await one.tries()
    leases.lease["metadata"]["resourceVersion"] = "888"
    leases.lease["spec"]["holderIdentity"] = "other"
    await one.elector.release()
    assert leases.lease["spec"]["holderIdentity"] == "other"


async def test_who_does_not_lead_releases_nothing(leases, one, other):
    await one.tries()
    await other.tries()
    await other.elector.release()
    assert leases.lease["spec"]["holderIdentity"] == "one"


async def test_a_lease_that_may_not_be_used_is_logged(leases, one):
    leases.down = True
    assert not await one.tries()
    assert one.elector.problem == "could not acquire the Lease home/lease: no answer"
