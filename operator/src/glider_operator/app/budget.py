"""How often the operator asks the API server for what isn't necessary: bounded however much happens at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from glider_operator.kube.throttle import TokenBucket
from glider_operator.model.phases import Phase
from glider_operator.reconcile.leisure import AT_EASE, IN_A_CROWD, Leisure
from glider_operator.reconcile.plan import Plan

_ON_ITS_WAY = frozenset({Phase.QUEUED, Phase.INITIALIZING, Phase.RUNNING})
#: Of so many pods and ends at once, and so many a second after that, half are no crowd yet: a third of what two CPUs bear. And a
#: crowd isn't over when the API server has caught its breath: the first moment in which all is quiet is four seconds away.
_AT_ONCE, _A_SECOND = 240, 30


class Budget:
    """What is left for Normal Events, for writes that only show how far an attempt is, and for questions about pods that say nothing.

    In a crowd, which is where many pods have to be created and many ends to be written, the API server's time goes to those.
    The API server answers each question by reading all Events of a namespace from etcd, since it has no cache of them.

    Args:
        events: how many Normal Events may be told.
        clock: seconds, monotonic.
    """

    def __init__(self, *, events: TokenBucket, clock: Callable[[], float] = time.monotonic) -> None:
        self._events = events
        self._necessary = TokenBucket(qps=_A_SECOND, burst=_AT_ONCE, clock=clock)
        self._showings = TokenBucket(qps=5, burst=25, clock=clock)
        self._questions = TokenBucket(qps=1, burst=10, clock=clock)

    @property
    def leisure(self) -> Leisure:
        """What a plan may ask for now."""
        at_ease = self._necessary.has_spare and self._showings.has_token
        return replace(AT_EASE if at_ease else IN_A_CROWD, asks=self._questions.has_token)

    def may_tell(self) -> bool:
        """Whether one more Normal Event may be told; it counts as told."""
        return self._necessary.has_spare and self._events.try_take()

    def spend(self, plan: Plan) -> None:
        """Take note of what `plan` asks for."""
        if plan.ask is not None:
            self._questions.try_take()
        if plan.create is not None:
            self._necessary.try_take()
        if plan.status is not None and plan.status.phase.terminal:
            self._necessary.try_take()
        if plan.status is not None and plan.status.phase in _ON_ITS_WAY:
            self._showings.try_take()
