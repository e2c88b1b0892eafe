"""What is to be done, as a value, and in which order.

The order of the fields is the order of the steps, and each has its reason:

| step | why it comes here | where it fails |
| --- | --- | --- |
| `requeue_at` | whatever fails after it, the next deadline is looked at in time. One that is past counts only when all is done | |
| `status` | why an attempt is ended is on record before its pod is deleted | nothing else is done |
| `events` | they tell of a status that was written, or of a pod that was created, whatever fails after it | they are news, and dropped |
| `delete` | it frees what the creation may need: a pod that lives on may use up the quota of the next one | all other steps are done |
| `remove` | the execution itself goes last of what is there | the rest isn't done |
| `confirm`, `find`, `ask`, `read` | what they learn is for the next reconcile | the rest isn't done |
| `create` | it needs most, and is refused most often | |

The failure of any step is raised in the end, so that the execution is reconciled again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from glider_core.api.pod import Pod
from glider_core.api.status import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A Kubernetes Event about the execution, told once for each attempt that it is about.

    `occasion` tells those apart that say the same of the same attempt and are to be told all the same.
    """

    reason: str
    message: str
    attempt: int = 0
    warning: bool = False
    occasion: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """The attempt whose pod is to be created, and what it gets from those before it."""

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
    """What is to be done. `events` are about `status`, or about the pod that `create` is for: a plan has one of these two at most.

    `confirm`: a pod that should be there and wasn't seen; look it up. `find`: a template, the same. `ask`: a pod whose Events may say
    what it waits for. `read`: an attempt whose end only the store can tell. After each of these comes another reconcile with what was
    learnt. `status` is None where nothing has changed. `remove`: the execution itself has had its time.
    """

    requeue_at: datetime | None = None
    status: Status | None = None
    events: tuple[Event, ...] = ()
    delete: tuple[Pod, ...] = ()
    remove: bool = False
    confirm: str | None = None
    find: str | None = None
    ask: Pod | None = None
    read: Reading | None = None
    create: Launch | None = None


NOTHING = Plan()


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of `moments`, or None where there is none."""
    return min((moment for moment in moments if moment is not None), default=None)
