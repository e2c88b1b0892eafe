"""Which failures get another attempt, and on whose account."""

from __future__ import annotations

import pytest

from glider.wire.errors import Kind
from glider_core.api.failure import system_failure, user_failure
from glider_core.api.status import Attempt, Failures
from glider_core.reconcile.backoff import wait_before
from glider_core.reconcile.retries import FREE_RESTARTS, another_attempt, counted, next_attempt_at
from tests.unit.glider_core.builders import SECOND, T0, make_execution, resolved, task_document

USER = user_failure("USER:Recoverable", "again", kind=Kind.RECOVERABLE)
FINAL = user_failure("USER:RuntimeError", "boom")
LOST = system_failure("NodeShutdown", "gone")
QUEUED = system_failure("QueuedTimeout", "late", kind=Kind.NON_RECOVERABLE)
USED_UP = Failures(unstarted=FREE_RESTARTS)


@pytest.mark.parametrize(
    ("failure", "before", "began", "retries", "expected"),
    [
        pytest.param(USER, Failures(), True, {"user": 1}, True, id="a recoverable error within its limit"),
        pytest.param(USER, Failures(user=1), True, {"user": 1}, False, id="and not beyond"),
        pytest.param(USER, Failures(system=9), True, {"user": 1}, True, id="lost nodes don't count on the task's account"),
        pytest.param(FINAL, Failures(), True, {"user": 5}, False, id="an error that no retry helps"),
        pytest.param(FINAL, Failures(), True, {"user": 5, "retryOn": ["UserError"]}, True, id="unless its reason is in retryOn"),
        pytest.param(FINAL, Failures(), True, {"user": 5, "retryOn": ["USER:RuntimeError"]}, True, id="or its code"),
        pytest.param(FINAL, Failures(user=5), True, {"user": 5, "retryOn": ["UserError"]}, False, id="which is counted all the same"),
        pytest.param(USER, Failures(), True, {"user": 5, "noRetryOn": ["USER:Recoverable"]}, False, id="noRetryOn ends it"),
        pytest.param(
            FINAL, Failures(), True, {"user": 5, "noRetryOn": ["UserError"], "retryOn": ["UserError"]}, False, id="noRetryOn wins"
        ),
        pytest.param(LOST, Failures(), True, {"system": 0}, False, id="no system retries, and the task had begun"),
        pytest.param(LOST, Failures(), False, {"system": 0}, True, id="the task hadn't begun: it costs no retry"),
        pytest.param(LOST, USED_UP, False, {"system": 0}, False, id="but not for ever"),
        pytest.param(LOST, USED_UP, False, {"system": 1}, True, id="then it costs a system retry"),
        pytest.param(QUEUED, Failures(), False, {"system": 5}, False, id="who has waited long enough waits no more"),
        pytest.param(QUEUED, Failures(), False, {"system": 1, "retryOn": ["QueuedTimeout"]}, True, id="unless told to"),
        pytest.param(QUEUED, Failures(system=1), False, {"system": 1, "retryOn": ["QueuedTimeout"]}, False, id="and that is counted"),
    ],
)
def test_another_attempt(failure, before, began, retries, expected):
    policy = resolved(make_execution(task=task_document(retries=retries))).retries
    after = counted(before, failure, began=began)
    assert after.all == before.all + 1
    assert another_attempt(failure, before=before, after=after, policy=policy) is expected


def test_the_next_attempt_starts_after_a_back_off_that_counts_all_failures():
    policy = resolved(make_execution(task=task_document(retries={"user": 2}))).retries
    failed = Attempt(number=1, started=T0, completed=T0 + 9 * SECOND, exit_code=137)
    wait = wait_before(policy, failures=2, seed="uid")
    assert (
        next_attempt_at(failed, USER, before=Failures(user=1), after=Failures(user=2), policy=policy, seed="uid") == T0 + 9 * SECOND + wait
    )
    assert next_attempt_at(failed, USER, before=Failures(user=2), after=Failures(user=3), policy=policy, seed="uid") is None
