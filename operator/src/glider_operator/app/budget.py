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


class Budget:
    """What is left for writes that only show how far an attempt is, and for questions about pods that say nothing.

    The API server answers each question by reading all Events of a namespace from etcd, since it has no cache of them.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._showings = TokenBucket(qps=5, burst=25, clock=clock)
        self._questions = TokenBucket(qps=1, burst=10, clock=clock)

    @property
    def leisure(self) -> Leisure:
        """What a plan may ask for now."""
        return replace(AT_EASE if self._showings.has_token else IN_A_CROWD, asks=self._questions.has_token)

    def spend(self, plan: Plan) -> None:
        """Take note of what `plan` asks for."""
        if plan.ask is not None:
            self._questions.try_take()
        if plan.status is not None and plan.status.phase in _ON_ITS_WAY:
            self._showings.try_take()
