"""What is to be done, as a value. Whoever carries it out does so in the order of the fields."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from glider_operator.model.pod import Pod
from glider_operator.model.status import Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A Kubernetes Event about the execution. `attempt` makes its name unique, so that it is told once."""

    reason: str
    message: str
    attempt: int = 0
    warning: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done.

    `confirm` is the name of a pod that should be there and wasn't seen: look it up, and reconcile again with what that says.
    `create` is the number of an attempt whose pod is to be created. `status` is None where nothing has changed.
    """

    confirm: str | None = None
    create: int | None = None
    status: Status | None = None
    delete: tuple[Pod, ...] = ()
    events: tuple[Event, ...] = ()
    wake_at: datetime | None = None


NOTHING = Plan()
