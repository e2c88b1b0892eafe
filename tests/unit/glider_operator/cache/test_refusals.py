"""What is remembered of a refusal."""

from __future__ import annotations

from datetime import datetime

from glider_core.reconcile.refusals import Refusal
from glider_operator.cache.refusals import Refusals
from tests.unit.glider_core.builders import SECOND, T0


def refused(reason: str, at: datetime) -> Refusal:
    return Refusal(reason=reason, message="no", since=at, at=at, until=at + SECOND)


def test_the_first_of_a_row_for_the_same_reason_is_remembered():
    refusals = Refusals()
    for second in range(3):
        last = refusals.refused("a", refused("APIServerUnavailable", T0 + second * SECOND), attempt=0)
    assert (last.since, last.at) == (T0, T0 + 2 * SECOND)
    assert refusals.of("a") == last


def test_another_reason_begins_another_row():
    refusals = Refusals()
    for second, reason in enumerate(("APIServerUnavailable", "QuotaExceeded", "APIServerUnavailable")):
        last = refusals.refused("a", refused(reason, T0 + second * SECOND), attempt=0)
    assert last.since == T0 + 2 * SECOND


def test_so_does_another_attempt():
    refusals = Refusals()
    for attempt in range(2):
        last = refusals.refused("a", refused("APIServerUnavailable", T0 + attempt * SECOND), attempt=attempt)
    assert last.since == T0 + SECOND


def test_executions_do_not_share_them_and_forgotten_ones_leave_nothing():
    refusals = Refusals()
    refusals.refused("a", refused("QuotaExceeded", T0), attempt=0)
    assert refusals.of("b") is None
    refusals.forget("a")
    refusals.forget("b")
    assert (refusals.of("a"), len(refusals)) == (None, 0)
