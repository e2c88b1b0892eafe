"""What an eager execution has started ends with it, unless it ends well.

A parent that retries keeps its children: its next attempt finds them by their names. With a parent that succeeded they go on, since
its task didn't wait for them. A parent that is gone is none: Kubernetes deletes what belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from glider_core.api.execution import Execution
from glider_core.api.phases import Phase


@dataclass(frozen=True, kw_only=True, slots=True)
class Parent:
    """An execution that others belong to."""

    name: str
    phase: Phase
    cancelled: bool = False

    @classmethod
    def of(cls, execution: Execution) -> Parent:
        """What matters of `execution` to its children."""
        return cls(name=execution.name, phase=execution.status.phase, cancelled=execution.lifecycle.cancel)

    @property
    def ends_children(self) -> bool:
        """Whether its children are to end."""
        return self.phase is not Phase.SUCCEEDED if self.phase.terminal else self.cancelled

    @property
    def why(self) -> str:
        """Why its children are to end."""
        return f"its parent {self.name} has ended: {self.phase}" if self.phase.terminal else f"its parent {self.name} is cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownParent:
    """No watch reports it: it has finished, or it is gone, or a watch is late. It has to be looked up."""
