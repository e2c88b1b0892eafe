"""Executions that are over: which of them still matter, and when what is to be deleted of them is.

The watch leaves them out. Those that still have a pod or a TTL are remembered for as long, and where that is news a sweep tells of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from glider.wire.jsonform import FieldError
from glider_operator.app.executions import Executions, Key
from glider_operator.app.pods import Pods
from glider_operator.app.reconfiguring import kept_otherwise
from glider_operator.config import Config
from glider_operator.model.execution import Execution
from glider_operator.model.policies import Policies
from glider_operator.reconcile.cleanup import after_end
from glider_operator.reconcile.sightings import Sightings

#: The share of all calls that may go to what a TTL ends, where all at once has to go.
_SHARE = 0.25


class Endings:
    """What becomes of those among `executions` that are over, and of their `pods`. `look_after` is told of a key and a delay in seconds."""

    def __init__(
        self,
        *,
        executions: Executions,
        pods: Pods,
        look_after: Callable[[Key, float], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executions = executions
        self._pods = pods
        self._look_after = look_after
        self._clock = clock
        self._next = 0.0

    def matters(self, body: Mapping[str, Any], config: Config) -> bool:
        """Whether anything is still to be done about an execution that is over, or it is news that it is."""
        metadata = body["metadata"]
        return (
            self._executions.by_uid(metadata["uid"]) is not None
            or self._pods.any_there((metadata["namespace"], metadata["uid"]))
            or (body.get("spec") or {}).get("ttlSecondsAfterFinished") is not None
            or _policies(metadata["namespace"], config).ttl is not None
        )

    def reconsider(self, before: Config, after: Config) -> None:
        """Have those looked at that another configuration keeps for another time."""
        for key in kept_otherwise(self._executions.over(), before, after):
            self._look_in_turn(key, after)

    def consider(self, execution: Execution, config: Config, *, now: datetime) -> None:
        """Have one looked at of which it is news that it is over."""
        key = (execution.namespace, execution.name)
        if after_end(execution, Sightings(), policies=_policies(execution.namespace, config), now=now).remove:
            self._look_in_turn(key, config)
        else:
            self._look_after(key, 0.0)

    def _look_in_turn(self, key: Key, config: Config) -> None:
        """Bit by bit, since all that there are may have to be deleted at once."""
        now = self._clock()
        self._next = max(self._next, now)
        self._look_after(key, self._next - now)
        self._next += 1 / (config.client_connection.qps * _SHARE)

    def needed(self, execution: Execution) -> bool:
        """Whether an execution that is over and waits for nothing has pods still."""
        self._pods.forget_gone(execution.identity)
        return self._pods.any_there(execution.identity)


def _policies(namespace: str, config: Config) -> Policies:
    try:
        return config.for_namespace(namespace).policies
    except FieldError:
        return config.policies
