"""What waits to be archived: in which order, and how much of it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from glider_operator.archive.pending import SETTLES, STORED_AGAIN, UNFIT_AGAIN, Pending, PendingExecutions
from tests.unit.glider_operator.controller.fakes import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


def entry(uid: str = "a", *, body: bytes | None = b"{}", sure: bool = True, since: float = 0.0, **given: Any) -> Pending:
    return Pending(namespace="n", name=uid, uid=uid, day=date(2030, 1, 1), since=since, body=body, sure=sure, **given)


def names(pending: PendingExecutions, *, most: int = 10, settled: bool = True) -> list[str]:
    return [one.uid for one in pending.due(most=most, settled=lambda _: settled)]


def test_those_that_ended_first_come_first(clock):
    pending = PendingExecutions(clock=clock)
    for uid in "abc":
        assert pending.add(entry(uid))
    assert names(pending, most=2) == ["a", "b"]
    pending.done("a")
    assert names(pending) == ["b", "c"]
    assert "a" not in pending
    pending.done("a")  # again


def test_one_waits_for_its_pods_but_not_for_ever(clock):
    pending = PendingExecutions(clock=clock)
    pending.add(entry())
    assert names(pending, settled=False) == []
    clock.now = SETTLES
    assert names(pending, settled=False) == ["a"]


def test_documents_that_are_too_many_are_fetched_later(clock):
    pending = PendingExecutions(clock=clock, most=10)
    for uid in "abc":
        pending.add(entry(uid, body=b"123456", resolved={"priority": 0}, template={"spec": {}}))
    due = pending.due(most=3, settled=lambda _: True)
    assert [one.body for one in due] == [b"123456", None, None]
    assert [one.resolved for one in due] == [{"priority": 0}, None, None]
    assert [one.template for one in due] == [{"spec": {}}, None, None]
    pending.done("a")
    assert pending.size == 0
    pending.add(entry("d", body=b"123456"))
    assert pending.size == 6


def test_those_that_a_list_finds_are_bounded_and_those_that_end_are_not(clock):
    pending = PendingExecutions(clock=clock, most_found=1)
    assert pending.add(entry("a", sure=False))
    assert pending.add(entry("a", sure=False))
    assert not pending.add(entry("b", sure=False))
    assert pending.add(entry("c"))


def test_one_that_cant_be_archived_lets_others_go_first(clock):
    pending = PendingExecutions(clock=clock)
    bad = entry("a")
    pending.add(bad)
    pending.add(entry("b", since=3.0))
    clock.now = 5.0
    assert pending.unfit(bad, "odd")
    assert not pending.unfit(bad, "odd")
    assert names(pending) == ["b"]
    assert pending.oldest() == 2.0
    assert list(pending.problems()) == [bad]
    clock.now += UNFIT_AGAIN
    assert names(pending) == ["a", "b"]


def test_one_that_the_store_doesnt_take_is_tried_ever_more_rarely(clock):
    pending = PendingExecutions(clock=clock)
    refused = entry()
    pending.add(refused)
    waits = []
    for _ in range(20):
        pending.not_stored(refused)
        waits.append(refused.not_before)
    assert 0.5 <= waits[0] <= 1.0
    assert STORED_AGAIN / 2 <= waits[-1] <= STORED_AGAIN
