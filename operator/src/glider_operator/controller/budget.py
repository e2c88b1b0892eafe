"""How often the operator makes optional API calls: the slower the API server answers, the fewer, unless only fixed rates are to count."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from glider_core.api.phases import Phase
from glider_core.config import Config
from glider_core.kube.throttle import TokenBucket
from glider_core.reconcile.allowance import NORMAL, REDUCED, Allowance
from glider_core.reconcile.plan import Plan

_ON_ITS_WAY = frozenset({Phase.QUEUED, Phase.INITIALIZING, Phase.RUNNING})
#: Of each second, optional calls may wait for answers for a twentieth, and for half a second at once. Where a write takes 5 ms, that
#: is ten a second; where it takes half a second, as in a burst, one in ten seconds.
_SHARE, _AT_ONCE = 0.05, 0.5
#: What a call costs at least, in seconds, so that an average of nothing yet isn't a price of nothing.
_LEAST = 0.005
#: The API server answers a list of a pod's Events by reading all Events of the namespace from etcd, since it has no cache of them.
_LOOKUP_COSTS = 5.0


class ApiBudget:
    """What is left for Normal Events, for writes that only show progress, and for lookups of the Events of silent pods, or of ended ones.

    Each has a rate of its own, and all of them share a budget of the time in which the API server answers them. Where many pods have
    to be created and many ends to be written, answers take long, and the API server's time goes to those.

    Args:
        events: the rate of Normal Events.
        write_latency: how long a write takes now, in seconds; None where that doesn't count, and only the rates do.
        clock: seconds, monotonic.
    """

    def __init__(
        self, *, events: TokenBucket, write_latency: Callable[[], float] | None = lambda: 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._events = events
        self._write_latency = write_latency
        self._waiting = TokenBucket(qps=_SHARE, burst=_AT_ONCE, clock=clock)
        self._showings = TokenBucket(qps=5, burst=25, clock=clock)
        self._questions = TokenBucket(qps=1, burst=10, clock=clock)
        self._of_ended = TokenBucket(qps=0.5, burst=10, clock=clock)

    @classmethod
    def of(cls, config: Config, *, write_latency: Callable[[], float]) -> ApiBudget:
        """The budget that `config` asks for."""
        events = TokenBucket(qps=config.events.qps, burst=config.events.burst)
        return cls(events=events, write_latency=write_latency if config.api_budget.adaptive else None)

    @property
    def allowance(self) -> Allowance:
        """What a plan may ask for now."""
        is_normal = self._waiting.has(self._cost) and self._showings.has()
        asks = self._waiting.has(self._lookup_cost) and self._questions.has()
        return replace(NORMAL if is_normal else REDUCED, asks=asks)

    def may_post(self) -> bool:
        """Whether one more Normal Event may be posted; it counts as posted."""
        return self._waiting.has(self._cost) and self._events.try_take() and self._waiting.try_take(self._cost)

    def may_ask_for_history(self) -> bool:
        """Whether the Events of one more pod that has ended may be looked up; that counts as done. Nobody waits for them, so they get what
        others don't need.
        """
        cost = self._lookup_cost
        spare = self._waiting.has(max(cost, _AT_ONCE / 2))
        return spare and self._of_ended.try_take() and self._waiting.try_take(cost)

    def spend(self, plan: Plan) -> None:
        """Take note of what `plan` asks for."""
        if plan.ask is not None:
            self._questions.try_take()
            self._waiting.try_take(self._lookup_cost)
        if plan.status is not None and plan.status.phase in _ON_ITS_WAY:
            self._showings.try_take()
            self._waiting.try_take(self._cost)

    @property
    def _cost(self) -> float:
        """What an optional write costs now: the seconds in which the API server answers it, but no more than can be saved up."""
        if self._write_latency is None:
            return 0.0
        return min(max(self._write_latency(), _LEAST), _AT_ONCE)

    @property
    def _lookup_cost(self) -> float:
        return min(self._cost * _LOOKUP_COSTS, _AT_ONCE)
