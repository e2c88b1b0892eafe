"""Where an execution stands."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """`status.phase`, in the order in which an execution passes through."""

    PENDING = "Pending"
    SUSPENDED = "Suspended"
    QUEUED = "Queued"
    INITIALIZING = "Initializing"
    RUNNING = "Running"
    RETRYING = "Retrying"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    ABORTED = "Aborted"
    TIMED_OUT = "TimedOut"

    @property
    def terminal(self) -> bool:
        """Whether nothing follows. A terminal execution is never touched again."""
        return self in (Phase.SUCCEEDED, Phase.FAILED, Phase.ABORTED, Phase.TIMED_OUT)


#: Select executions by the CRD's `selectableFields`: all live ones, and all finished ones.
LIVE = ",".join(f"status.phase!={phase.value}" for phase in Phase if phase.terminal)
FINISHED = ",".join(("status.phase!=", *(f"status.phase!={phase.value}" for phase in Phase if not phase.terminal)))
