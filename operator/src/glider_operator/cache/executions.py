"""The cache of executions: live ones as a whole; of finished ones only what their cleanup needs, until it is done.

A cluster keeps ten times as many finished executions as live ones, so they must cost next to nothing here: the watch doesn't select
them, and reports one that finishes as deleted.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from glider_core.api.execution import Execution
from glider_core.api.observed_pod import Pod
from glider_core.api.phases import Phase
from glider_core.api.status import Status
from glider_core.api.versions import version_number

Key: TypeAlias = tuple[str, str]

#: How many deletions are remembered: those of the last minutes, in which an older event may still arrive.
_LEFT = 10_000


class ExecutionCache:
    """All executions, by (namespace, name) and by UID."""

    def __init__(self) -> None:
        self._by_key: dict[Key, Execution] = {}
        self._keys: dict[str, Key] = {}
        self._live: set[str] = set()
        self._left: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_key)

    def update(self, execution: Execution) -> bool:
        """Cache `execution`, unless a later version is known: the watch may be behind the operator's own writes, and behind the sweep."""
        key = (execution.namespace, execution.name)
        known = self._by_key.get(key)
        if known is not None and version(execution) < version(known):
            return False
        if version(execution) < self._left.get(execution.uid, 0):
            return False
        if known is not None and known.uid != execution.uid:
            self._drop(known.uid)
        if execution.status.phase.terminal:
            self._live.discard(execution.uid)
            execution = _ended(execution)
        else:
            self._live.add(execution.uid)
        self._by_key[key] = execution
        self._keys[execution.uid] = key
        return True

    def is_live(self, uid: str) -> bool:
        """Whether the execution isn't finished, by the cache."""
        return uid in self._live

    def forget(self, uid: str, *, left_at: int) -> None:
        """The watch reported the execution as deleted at that resource version, or nothing more is to be done about it.

        Older versions of it are ignored from now on; later ones count, since it may have finished rather than been deleted.
        """
        if (key := self._keys.get(uid)) is not None:
            del self._by_key[key]
        self._drop(uid)
        self._left[uid] = max(left_at, self._left.get(uid, 0))
        if len(self._left) > _LEFT:
            self._left.popitem(last=False)

    def get(self, key: Key) -> Execution | None:
        """The execution of that name, if there is one."""
        return self._by_key.get(key)

    def by_uid(self, uid: str) -> Execution | None:
        """The execution, if it is known."""
        key = self._keys.get(uid)
        return None if key is None else self._by_key[key]

    def key_of(self, uid: str) -> Key | None:
        """The name of an execution."""
        return self._keys.get(uid)

    def is_there(self, execution: Execution) -> bool:
        """Whether it is still cached, after a call. Nothing may be remembered of one that was deleted meanwhile: it would stay for ever."""
        return execution.uid in self._keys

    def live(self) -> Iterator[tuple[Key, Execution]]:
        """Those that aren't finished."""
        for uid in tuple(self._live):
            if (key := self._keys.get(uid)) is not None:
                yield key, self._by_key[key]

    def finished(self) -> tuple[Key, ...]:
        """The finished ones."""
        return tuple(key for uid, key in self._keys.items() if uid not in self._live)

    def knows(self, uid: str, resource_version: str) -> bool:
        """Whether this version is cached."""
        key = self._keys.get(uid)
        return key is not None and self._by_key[key].resource_version == resource_version

    def finished_versions(self) -> dict[str, int]:
        """The resource version of each finished one, by UID."""
        return {uid: version(self._by_key[key]) for uid, key in self._keys.items() if uid not in self._live}

    def versions(self) -> dict[str, int]:
        """The resource version of each, by UID."""
        return {uid: version(self._by_key[key]) for uid, key in self._keys.items()}

    def left(self) -> dict[str, int]:
        """At which resource version each has left that did so lately, by UID."""
        return dict(self._left)

    def may_run(self, uid: str) -> bool:
        """Whether the execution is neither finished nor suspended, by the cache; a pod of one that is doesn't count as running."""
        key = self._keys.get(uid)
        return key is None or not (self._by_key[key].status.phase.terminal or self._by_key[key].status.phase is Phase.SUSPENDED)

    def _drop(self, uid: str) -> None:
        self._keys.pop(uid, None)
        self._live.discard(uid)


def version(thing: Execution | Pod) -> int:
    """The resource version of a cached object."""
    return version_number(thing.resource_version)


def _ended(execution: Execution) -> Execution:
    """It won't run again: its TTL and its pods' retention need only the time at which it finished."""
    status = execution.status
    return replace(
        execution, spec=_NOTHING, queue_labels=_NOTHING, status=replace(_FINISHED, phase=status.phase, completed=status.completed)
    )


#: One for all of them.
_NOTHING: dict[str, Any] = {}
_FINISHED = Status()
