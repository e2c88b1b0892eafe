"""Which live executions belong to which, and what is known of a parent that isn't cached any more: finished ones aren't watched."""

from __future__ import annotations

from collections.abc import Collection

from glider_core.api.execution import Execution
from glider_core.reconcile.parents import Parent, UnknownParent
from glider_operator.cache.executions import ExecutionCache

_UNKNOWN = UnknownParent()


class ParentCache:
    """The parents of live executions, by UID. What `executions` has of one counts first."""

    def __init__(self, executions: ExecutionCache) -> None:
        self._executions = executions
        self._children: dict[str, set[str]] = {}
        self._parents: dict[str, str] = {}
        self._known: dict[str, Parent | None] = {}

    def of(self, execution: Execution) -> Parent | UnknownParent | None:
        """The parent of `execution`, which is live; None where it has none, or its parent is gone."""
        if execution.parent is None:
            return None
        cached = self._executions.by_uid(execution.parent.uid)
        if cached is not None:
            return Parent.of(cached) if cached.namespace == execution.namespace else None
        return self._known.get(execution.parent.uid, _UNKNOWN)

    def children(self, uid: str) -> Collection[str]:
        """The UIDs of its live children."""
        return tuple(self._children.get(uid, ()))

    def remember(self, execution: Execution) -> None:
        """It is there, or has changed: as a child, and as a parent that others may ask for once it isn't cached any more."""
        if execution.status.phase.terminal:
            self.forget(execution.uid)
            if execution.uid in self._children:
                self._known[execution.uid] = Parent.of(execution)
            return
        self._known.pop(execution.uid, None)  # what a lookup found before the watch
        if execution.parent is not None:
            self._parents[execution.uid] = execution.parent.uid
            self._children.setdefault(execution.parent.uid, set()).add(execution.uid)

    def found(self, uid: str, parent: Parent | None) -> None:
        """A parent was looked up; None: it is gone."""
        if uid in self._children:
            self._known[uid] = parent

    def is_known(self, uid: str) -> bool:
        """Whether it need not be looked up, though it isn't cached any more."""
        return uid in self._known

    def forget(self, uid: str) -> None:
        """The execution is finished or gone, and no child any more."""
        parent = self._parents.pop(uid, "")
        siblings = self._children.get(parent, set())
        siblings.discard(uid)
        if not siblings:
            self._children.pop(parent, None)
            self._known.pop(parent, None)
