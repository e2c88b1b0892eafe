"""Executions by namespace."""

from __future__ import annotations

from glider_admin.cache.objects import Objects
from glider_admin.cache.rows import ExecutionRow, execution_row


class Executions(Objects[ExecutionRow]):
    """All TaskExecutions."""

    def __init__(self) -> None:
        super().__init__(execution_row)
