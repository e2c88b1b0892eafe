"""What somebody may change about an execution while it is there: suspend, cancel, ttlSecondsAfterFinished and priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from glider_core.api.fields import Fields

#: By the names of these fields the CRD's rule of immutability makes its exceptions.
MUTABLE = ("suspend", "cancel", "ttlSecondsAfterFinished", "priority")

#: An int32's, as the CRD has it.
MAX_SECONDS = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Lifecycle:
    """What is asked of an execution from outside. `ttl` None: what the operator's configuration says."""

    suspend: bool = False
    cancel: bool = False
    ttl: timedelta | None = None
    priority: int | None = None


def read_lifecycle(spec: Mapping[str, Any]) -> Lifecycle:
    """The fields as the API server has checked them. What is of another form is left out: `check_lifecycle` refuses it."""
    ttl, priority = spec.get("ttlSecondsAfterFinished"), spec.get("priority")
    return Lifecycle(
        suspend=spec.get("suspend") is True,
        cancel=spec.get("cancel") is True,
        ttl=timedelta(seconds=ttl) if isinstance(ttl, int) and 0 <= ttl <= MAX_SECONDS else None,
        priority=priority if isinstance(priority, int) else None,
    )


def check_lifecycle(fields: Fields) -> None:
    """Refuse what is of another form.

    Raises:
        FieldError: a field is of another form.
    """
    fields.flag("suspend")
    fields.flag("cancel")
    fields.count("ttlSecondsAfterFinished", most=MAX_SECONDS)
    fields.whole("priority")
