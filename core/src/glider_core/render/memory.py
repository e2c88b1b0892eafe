"""Which field somebody would change to give a task more memory: the one whose value its limit is, as `--explain` knows it.

It travels on the pod, for the advice after an OOM kill: another field may be there, and have no effect.
"""

from __future__ import annotations

from glider_core.render.attempt import Attempt
from glider_core.render.merging import Origins
from glider_core.render.resources import DEFAULT_LIMITS, DEFAULTED, DERIVED, LIMITED, RAISED
from glider_core.resolve.layers import CONFIGURATION, EXECUTION, TASK

_LIMIT, _REQUEST = "resources.limits.memory", "resources.requests.memory"
_NOBODYS = (None, DERIVED, DEFAULTED, DEFAULT_LIMITS)
#: It always wins, so it is what helps where nobody has said anything.
OF_EXECUTION = f"spec.{_LIMIT}"


def memory_field(attempt: Attempt, origins: Origins) -> str:
    """The field, in words."""
    limit, request = _source(attempt, origins, "limits"), _source(attempt, origins, "requests")
    if limit == RAISED:
        return "retries.oom.max"
    if limit == LIMITED or (limit == DERIVED and request == LIMITED):
        return f"{_LIMIT} in the operator's configuration, which is all that it allows"
    if limit == DERIVED and request not in _NOBODYS:
        return f"{_named(attempt, str(request), _REQUEST, 'requests')}, which is its limit too"
    return OF_EXECUTION if limit in _NOBODYS else _named(attempt, str(limit), _LIMIT, "limits")


def _source(attempt: Attempt, origins: Origins, side: str) -> str | None:
    path = ("spec", "containers", f"[{attempt.task.primary}]", "resources", side, "memory")
    return next((origins[path[:end]] for end in range(len(path), 2, -1) if path[:end] in origins), None)


def _named(attempt: Attempt, source: str, field: str, side: str) -> str:
    task = attempt.task.task
    match source:
        case _ if source == EXECUTION:
            return f"spec.{field}"
        case _ if source == TASK and "memory" in ((task.pod.container.get("resources") or {}).get(side) or {}):
            return f"the task's {field}"
        case _ if source == TASK:
            return f"{field} of the task's container {task.primary}"
        case _ if source == CONFIGURATION:
            return f"taskPod.{field} in the operator's configuration"
        case _:
            return f"{field} in {source}"
