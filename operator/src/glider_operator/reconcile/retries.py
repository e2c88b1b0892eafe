"""Whether a failed attempt gets another one.

`kind` says whether it may help. Failures of the task (USER) and of what it runs on (SYSTEM) are counted apart, each against
its own limit, so that a busy spot market doesn't use up the retries that somebody gave their code. When they are used up,
the last error stays what it was: propeller calls it USER even when nodes were lost.
"""

from __future__ import annotations

from dataclasses import replace

from glider.wire.errors import Kind, Origin
from glider_operator.model.failure import Failure
from glider_operator.model.status import Failures
from glider_operator.resolve.resolution import RetryPolicy


def counted(failures: Failures, failure: Failure) -> Failures:
    """`failures` with one more."""
    if failure.origin is Origin.USER:
        return replace(failures, user=failures.user + 1)
    return replace(failures, system=failures.system + 1)


def another_attempt(failure: Failure, failures: Failures, policy: RetryPolicy) -> bool:
    """Whether another attempt follows `failure`, which is counted in `failures` already."""
    if failure.kind is Kind.NON_RECOVERABLE:
        return False
    if failure.origin is Origin.USER:
        return failures.user <= policy.user
    return failures.system <= policy.system
