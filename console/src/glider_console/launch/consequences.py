"""What an action on an execution will do, in words, before it is done. What it comes to, `glider_client.sdk.verbs` decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from glider.wire.contract import DEFAULT_GRACE_PERIOD
from glider_client.sdk.verbs import CANCEL, DELETE, RESUME, SUSPEND, Change, Refused, Verb, decide, phase_of
from glider_core.api.execution import is_finished
from glider_core.api.phases import Phase

Json = Mapping[str, Any]

#: It runs an execution again: a new object, so it isn't one of the verbs that change an execution.
RERUN = "rerun"
VERBS: Mapping[str, Verb] = {verb.name: verb for verb in (CANCEL, SUSPEND, RESUME, DELETE)}
ACTIONS = (CANCEL.name, SUSPEND.name, RESUME.name, RERUN, DELETE.name)
#: RBAC's verb for each.
RIGHTS: Mapping[str, str] = {CANCEL.name: "patch", SUSPEND.name: "patch", RESUME.name: "patch", RERUN: "create", DELETE.name: "delete"}

#: In these there may be a pod.
_WITH_POD = (Phase.QUEUED, Phase.INITIALIZING, Phase.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Consequence:
    """What an action will do.

    Attributes:
        action: its name.
        possible: whether it changes anything.
        effect: what will happen, in sentences.
        why: why it isn't possible.
    """

    action: str
    possible: bool
    effect: str = ""
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """What the browser gets."""
        return asdict(self)


def consequence(action: str, execution: Json, *, archived: bool = False) -> Consequence:
    """What `action` will do to `execution`. `archived`: it isn't on the cluster any more."""
    name = str(execution["metadata"]["name"])
    if action == RERUN:
        effect = f"A new execution runs the same task, with the same inputs and settings. {name} stays as it is."
        if archived:
            effect += " If its template was deleted, that is created again as the history has it."
        return Consequence(action=action, possible=True, effect=effect)
    if archived:
        return Consequence(action=action, possible=False, why=f"{name} isn't on the cluster any more: only the history has it.")
    verb = VERBS[action]
    decision = decide(verb, execution)
    if not isinstance(decision, Change):
        words = decision.why if isinstance(decision, Refused) else decision.result
        return Consequence(action=action, possible=False, why=f"{name} {words}.")
    return Consequence(action=action, possible=True, effect=_EFFECTS[action](execution))


def _cancelling(execution: Json) -> str:
    ends = "The execution ends as Aborted. That can't be taken back; a rerun makes a new one."
    if not _has_pod(execution):
        return f"No attempt is running, and none will start. {ends}"
    return f"{_stopping(execution)} No other attempt follows. {ends}"


def _suspending(execution: Json) -> str:
    if not _has_pod(execution):
        return "No attempt is running, and none starts until the execution is resumed."
    return (
        f"{_stopping(execution)} That doesn't count as a failure. Its place in the cluster is free until the execution is resumed; "
        "then another attempt starts from the beginning, or from the task's checkpoint."
    )


def _resuming(execution: Json) -> str:
    return "The execution goes on with another attempt, from the beginning or from the task's checkpoint, once there is room for it."


def _deleting(execution: Json) -> str:
    stays = "What it has written to a store stays there. That can't be taken back."
    deleted = "The execution is deleted with its status, its pods and their logs"
    if is_finished(execution):
        return f"{deleted}. {stays}"
    return f"{_stopping(execution)} {deleted}: how it ends isn't recorded. {stays}"


def _stopping(execution: Json) -> str:
    if not _has_pod(execution):
        return "No attempt is running."
    attempts = (execution.get("status") or {}).get("attempts") or ()
    which = f"attempt {attempts[-1]['number']}" if attempts else "the running attempt"
    return f"The pod of {which} is deleted: the task gets SIGTERM, and {_grace(execution)} to end by itself."


def _grace(execution: Json) -> str:
    spec = execution.get("spec") or {}
    own = spec.get("terminationGracePeriodSeconds", (spec.get("task") or {}).get("terminationGracePeriodSeconds"))
    return f"{own} s" if own is not None else f"{DEFAULT_GRACE_PERIOD:g} s (or what its template sets)"


def _has_pod(execution: Json) -> bool:
    return phase_of(execution) in _WITH_POD


_EFFECTS = {CANCEL.name: _cancelling, SUSPEND.name: _suspending, RESUME.name: _resuming, DELETE.name: _deleting}
