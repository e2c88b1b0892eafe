"""What is to be done, as a value, and in which order.

The order of the fields is the order of the steps, and each has its reason:

| step | why it comes here | where it fails |
| --- | --- | --- |
| `requeue_at` | whatever fails after it, the next deadline is checked in time. One that is past counts only when all is done | |
| `held_by`, `release`, the place of `create` | before anything is waited for: else others would decide by what isn't so any more | |
| `status` | why an attempt is ended is on record before its pod is deleted | nothing else is done |
| `events` | they report a status that was written, or a pod that was created, whatever fails after it | they are dropped |
| `compact` | a finished execution is compacted before its pods go, which are deleted as long as there are any | nothing else is done |
| `delete` | it frees what the creation may need: a pod that lives on may use up the quota of the next one | all other steps are done |
| `remove` | the execution itself goes last of what is there | the rest isn't done |
| `confirm`, `find`, `find_parent`, `ask`, `read` | what they learn is for the next reconcile | the rest isn't done |
| `create` | it needs most, and is refused most often | a refusal is for the next reconcile, at once; all else is raised |
| `blocked_by` | all that can be done is done | it is raised: the work queue comes again |

Each step may be repeated. The failure of any step is raised in the end, so that the execution is reconciled again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from glider_core.api.execution import OwnerReference
from glider_core.api.observed_pod import Pod
from glider_core.api.status import Status
from glider_core.reconcile.admission import Turn
from glider_core.reconcile.refusals import Refusal
from glider_core.resolve.resolution import Resolved


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A Kubernetes Event about the execution, posted once for each attempt that it is about.

    `occasion` distinguishes Events with the same text about the same attempt, each of which is to be posted.
    """

    reason: str
    message: str
    attempt: int = 0
    warning: bool = False
    occasion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """The attempt of `task` whose pod is to be created, and what it gets from those before it."""

    task: Resolved
    attempt: int
    memory: str | None = None
    previous_checkpoint: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What the attempt in `pod` left in the store, below `prefix`."""

    pod: Pod
    prefix: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done. `events` are about `status`, or about the pod that `create` is for: a plan has one of these two at most. That
    of a finished execution has none of them.

    The execution takes a place with `create`; with `held_by` it waits for one, in that line; with `release` it gives it to others.

    `confirm`: a pod that should exist and wasn't seen; look it up. `find`: a template, and `find_parent`: the execution that it belongs
    to, the same. `ask`: a pod whose Events may show what it waits for. `read`: an attempt whose outcome is in the store. After each of
    these comes another reconcile with the answer.
    `status` is None where nothing has changed. `compact`: drop of the finished execution's status what is about single attempts.
    `remove`: delete the execution itself. `blocked_by`: why its next pod can't be created for now.
    """

    requeue_at: datetime | None = None
    held_by: Turn | None = None
    release: bool = False
    status: Status | None = None
    events: tuple[Event, ...] = ()
    compact: bool = False
    delete: tuple[Pod, ...] = ()
    remove: bool = False
    confirm: str | None = None
    find: str | None = None
    find_parent: OwnerReference | None = None
    ask: Pod | None = None
    read: Reading | None = None
    create: Launch | None = None
    blocked_by: Refusal | None = None


NOTHING = Plan()


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of `moments`, or None where there is none."""
    return min((moment for moment in moments if moment is not None), default=None)
