"""What resolving an execution comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from glider.wire.interface import Interface
from glider_operator.model.policies import Policies
from glider_operator.model.retrying import Timeouts
from glider_operator.model.task import Json, TaskId
from glider_operator.resolve.storage import Paths


@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """How many retries of either kind, and the waits before them."""

    user: int
    system: int
    initial: timedelta
    factor: float
    longest: timedelta
    retry_on: tuple[str, ...] = ()
    no_retry_on: tuple[str, ...] = ()
    oom_factor: float = 1.0
    oom_max: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """Everything is known. `inline_inputs` is a serialised LiteralMap, or None where the inputs are a file in the store."""

    id: TaskId
    container: Json
    interface: Interface
    inline_inputs: bytes | None
    paths: Paths
    retries: RetryPolicy
    service_account_name: str | None
    env: tuple[Json, ...]
    execution_env: tuple[Json, ...]
    timeouts: Timeouts = field(default_factory=Timeouts)
    policies: Policies = field(default_factory=Policies)
    max_concurrent: int | None = None
    priority: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """The template isn't there yet. `kubectl apply -f` on a folder may send the execution first."""

    template: str
    until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """It can't be run, and `message` names field, expected and found."""

    message: str


Resolution: TypeAlias = Resolved | Awaited | Refused
