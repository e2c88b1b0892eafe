"""What somebody may change about an execution while it is there: suspend, cancel, its TTL and what that does, and priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from glider_core.api.fields import Fields
from glider_core.api.kinds import FLAG, api_field, count, member, whole
from glider_core.api.settings import declared_in

#: An int32's, as the CRD has it.
MAX_SECONDS = 2**31 - 1


class TtlAction(StrEnum):
    """What becomes of a finished execution after its TTL."""

    DELETE = "Delete"
    COMPACT = "Compact"


def _read_seconds(fields: Fields, name: str) -> timedelta | None:
    seconds = fields.count(name, most=MAX_SECONDS)
    return None if seconds is None else timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """What is asked of an execution from outside. `ttl` and `ttl_action` None: what the operator's configuration sets."""

    suspend: bool = api_field(
        "True ends the running attempt with SIGTERM, without counting it as failed, and starts no other until it is false again. Can be "
        "changed at any time.",
        FLAG,
        default=False,
    )
    cancel: bool = api_field(
        "True ends the execution as Aborted, with SIGTERM for a running attempt. Can be set at any time, and not be taken back.",
        FLAG,
        default=False,
    )
    ttl: timedelta | None = api_field(
        "How long after its end the execution is deleted, with its pods. Can be changed at any time. The default is the operator's.",
        replace(count(), read=_read_seconds),
        name="ttlSecondsAfterFinished",
    )
    ttl_action: TtlAction | None = api_field(
        "What is done then. Delete, by default; Compact deletes the pods, and keeps the execution with its phase, conditions, times, "
        "outputs and error, but without its attempts and links: for what GitOps tools would create again. Can be changed at any time.",
        member(TtlAction),
    )
    priority: int | None = api_field(
        "Which executions start first where maxConcurrent lets only some run; a higher number is earlier. Can be changed at any time. The "
        "default is the task's, or 0.",
        whole(),
    )


#: By the names of these fields the CRD's rule of immutability makes its exceptions.
MUTABLE = tuple(name for name, _ in declared_in(Lifecycle))


def read_lifecycle(spec: Mapping[str, Any]) -> Lifecycle:
    """The fields as the API server has checked them. What is of another form is left out: who reads the whole spec refuses it."""
    ttl, action, priority = spec.get("ttlSecondsAfterFinished"), spec.get("ttlAction"), spec.get("priority")
    return Lifecycle(
        suspend=spec.get("suspend") is True,
        cancel=spec.get("cancel") is True,
        ttl=timedelta(seconds=ttl) if isinstance(ttl, int) and 0 <= ttl <= MAX_SECONDS else None,
        ttl_action=TtlAction(action) if isinstance(action, str) and action in tuple(TtlAction) else None,
        priority=priority if isinstance(priority, int) else None,
    )
