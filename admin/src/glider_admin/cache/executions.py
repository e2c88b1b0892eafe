"""Executions by namespace and by owner."""

from __future__ import annotations

from glider_admin.cache.objects import Objects
from glider_admin.cache.rows import ExecutionRow, execution_row


class Executions(Objects[ExecutionRow]):
    """All TaskExecutions."""

    def __init__(self) -> None:
        super().__init__(execution_row)
        self._by_owner = self.index(lambda row: tuple((row.namespace, owner) for owner in row.owners))

    def owned_by(self, namespace: str, uid: str) -> list[ExecutionRow]:
        """Those of a namespace that belong to the object with that UID, as they were created."""
        return self.rows(self._by_owner, (namespace, uid))
