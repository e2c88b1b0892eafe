"""What is to be done, as a value. Whoever carries it out does so in the order of the fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from glider_operator.model.pod import Pod
from glider_operator.model.status import Status


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
    """What is to be done.

    `confirm`: a pod that should be there and wasn't seen; look it up. `find`: a template, the same. `ask`: a pod whose Events may say
    what it waits for. `read`: an attempt whose end only the store can tell. After each of these comes another reconcile with what was
    learnt. `status` is None where nothing has changed. `remove`: the execution itself has had its time.
    """

    confirm: str | None = None
    find: str | None = None
    ask: Pod | None = None
    read: Reading | None = None
    create: Launch | None = None
    status: Status | None = None
    delete: tuple[Pod, ...] = ()
    remove: bool = False
    events: tuple[Event, ...] = ()
    wake_at: datetime | None = None


NOTHING = Plan()


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of `moments`, or None where there is none."""
    return min((moment for moment in moments if moment is not None), default=None)
