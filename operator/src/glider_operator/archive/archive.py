"""What the controller reports to the history, as it happens; and the history of an operator that keeps none.

None of it blocks, and nothing that happens in the store comes back, but for one answer: whether an execution is archived.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glider_core.api.execution import Identity
from glider_core.api.observed_pod import Pod

Json = Mapping[str, Any]


class Archive:
    """Keeps no history."""

    #: Whether a history is kept, so that what it needs has to be made.
    keeps = False

    def pod(self, pod: Pod, body: Json, *, gone: bool = False) -> None:
        """An attempt's pod has changed, or is gone; `body` is its document, or the last of it."""

    def event(self, execution: Identity, document: Json) -> None:
        """The operator has something to report about an execution, whether or not it is posted."""

    def ended(self, body: Json) -> None:
        """An execution has ended just now, with what it ran still in the caches; `body` is its document."""

    def found(self, body: Json) -> None:
        """A finished execution is there, which may be archived or not."""

    def forget(self, execution: Identity) -> None:
        """Nothing more will happen to an execution. If it hasn't ended, it never will."""

    def is_archived(self, uid: str) -> bool:
        """Whether nothing keeps the execution with this UID from being deleted."""
        return True
