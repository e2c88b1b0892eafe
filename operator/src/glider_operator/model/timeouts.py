"""How long an execution may take: as a TaskTemplate, a TaskExecution and the operator's configuration say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from glider_operator.model.fields import Fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Three limits; None where nothing is said. Flyte's `timeout` is `attempt`."""

    queued: timedelta | None = None
    attempt: timedelta | None = None
    total: timedelta | None = None


def parse_timeouts(fields: Fields) -> Timeouts:
    """`timeouts` of a task, an execution or the configuration."""
    timeouts = Timeouts(queued=fields.duration("queued"), attempt=fields.duration("attempt"), total=fields.duration("total"))
    fields.done()
    return timeouts
