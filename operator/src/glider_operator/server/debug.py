"""What /debug shows: the queue, and what each live execution waits for; those with the most failed reconciles come first."""

from __future__ import annotations

from typing import Any

from glider_core.api.execution import Execution
from glider_core.api.moments import format_time
from glider_operator.cache.executions import Key
from glider_operator.controller.controller import Controller

MOST = 1_000


def overview(controller: Controller, *, namespace: str = "", name: str = "", most: int = MOST) -> dict[str, Any]:
    """The state of `controller` as JSON; of executions only those in the namespace, and of that name, if they are given."""
    queue = controller.queue
    chosen = [
        (key, execution) for key, execution in controller.caches.executions.live() if namespace in ("", key[0]) and name in ("", key[1])
    ]
    chosen.sort(key=lambda one: -queue.state(one[0]).failures)
    return {
        "executions": {"known": len(controller.caches.executions), "live": sum(1 for _ in controller.caches.executions.live())},
        "queue": {
            **queue.counts(),
            "stuckFor": round(queue.stuck_for(), 1),
            "readyByNamespace": {str(group): depth for group, depth in sorted(queue.depths().items(), key=str)[:most]},
            "workingOn": {"/".join(key): round(seconds, 1) for key, seconds in queue.working().items()},
        },
        **({"history": controller.archiver.state()} if controller.archiver is not None else {}),
        "live": [_entry(controller, key, execution) for key, execution in chosen[:most]],
    }


def _entry(controller: Controller, key: Key, execution: Execution) -> dict[str, Any]:
    state, condition = controller.queue.state(key), execution.status.condition
    pods = controller.caches.pods.observed(execution.identity)
    entry = {
        "execution": "/".join(key),
        "phase": execution.status.phase.value,
        "reason": condition.reason or None,
        "message": condition.message[:300] or None,
        "since": format_time(condition.since) if condition.since else None,
        "pods": {name: "gone" if pod.vanished else pod.phase for name, pod in pods.seen.items()} or None,
        "waitsInQueue": _seconds(state.waits),
        "workedOnFor": _seconds(state.worked_on),
        "requeuedIn": _seconds(state.comes_in),
        "failedInARow": state.failures or None,
    }
    return {name: value for name, value in entry.items() if value is not None}


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
