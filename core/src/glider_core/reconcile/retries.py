"""Whether and when a failed attempt gets another one.

`kind` states whether it may help, unless the user knows better (`retryOn`, `noRetryOn`, by code or reason). Failures of the task
(USER) and of what it runs on (SYSTEM) are counted apart, each against its own limit, so that a busy spot market doesn't use up
the retries that somebody gave their code. A SYSTEM failure before the task's container had started costs none, a few times:
nothing of the task was lost. When retries are used up, the last error stays what it was: propeller calls it USER even when
nodes were lost.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from glider.wire.errors import Kind, Origin
from glider_core.api import reasons
from glider_core.api.failure import Failure
from glider_core.api.status import Attempt, Failures
from glider_core.reconcile.backoff import wait_before
from glider_core.resolve.resolution import RetryPolicy

#: How many failures before the task's start cost no retry: enough for a rolling upgrade of nodes, and not for ever.
FREE_RESTARTS = 5
#: Failures that end the execution whatever `retryOn` names.
_FINAL = frozenset({reasons.TOTAL_TIMEOUT, reasons.CANCELLED})
#: It has waited as long as somebody wanted to wait: no free restart for that.
_NEVER_FREE = frozenset({reasons.QUEUED_TIMEOUT})


def next_attempt_at(
    attempt: Attempt, failure: Failure, *, before: Failures, after: Failures, policy: RetryPolicy, seed: str
) -> datetime | None:
    """When another attempt starts; None if no other follows.

    Args:
        attempt: the one that failed, with its exit code and when it started and completed.
        failure: what it failed for. A task that was killed has exit code 137, or is `OOMKilled`, or `Killed` where the executor reports it.
        before: how many failed before it.
        after: how many have failed with it, by `counted`.
        policy: the execution's.
        seed: what makes the jitter the execution's own.
    """
    assert attempt.completed is not None, "it has failed"
    if not another_attempt(failure, before=before, after=after, policy=policy):
        return None
    return attempt.completed + wait_before(policy, failures=after.all, seed=seed)


def counted(failures: Failures, failure: Failure, *, began: bool) -> Failures:
    """`failures` with one more; `began`: the task's container had started."""
    if failure.origin is Origin.USER:
        return replace(failures, user=failures.user + 1)
    free = not began and failures.unstarted < FREE_RESTARTS and failure.code not in _NEVER_FREE
    if free and failure.kind is Kind.RECOVERABLE:
        return replace(failures, unstarted=failures.unstarted + 1)
    return replace(failures, system=failures.system + 1)


def another_attempt(failure: Failure, *, before: Failures, after: Failures, policy: RetryPolicy) -> bool:
    """Whether another attempt follows `failure`, with which the counts went from `before` to `after`."""
    if failure.code in _FINAL or _named(failure, policy.no_retry_on):
        return False
    if failure.kind is Kind.NON_RECOVERABLE and not _named(failure, policy.retry_on):
        return False
    if after.unstarted > before.unstarted:
        return True
    if failure.origin is Origin.USER:
        return after.user <= policy.user
    return after.system <= policy.system


def _named(failure: Failure, words: tuple[str, ...]) -> bool:
    return failure.code in words or failure.reason in words
