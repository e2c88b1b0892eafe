"""What is known of executions, in memory: those that live, whole; of those that are over, what their end still needs, as long as it does.

A cluster keeps ten times as many executions that are over as live ones, so they must cost next to nothing here: the watch leaves
them out, and tells of one that has ended as of one that is gone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from glider_core.api.execution import Execution
from glider_core.api.phases import Phase
from glider_core.api.pod import Pod
from glider_core.api.status import Status
from glider_core.api.versions import version_number

Key: TypeAlias = tuple[str, str]

#: Of how many that left it is remembered when: of those of the minutes in which an older tale may still be on its way.
_LEFT = 10_000


class Executions:
    """All executions, by (namespace, name) and by UID."""

    def __init__(self) -> None:
        self._by_key: dict[Key, Execution] = {}
        self._keys: dict[str, Key] = {}
        self._live: set[str] = set()
        self._left: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_key)

    def note(self, execution: Execution) -> bool:
        """Remember `execution`, unless something later is known: the watch may be behind our own writes, and behind the sweep."""
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
        """Whether the execution isn't over, as far as is known."""
        return uid in self._live

    def forget(self, uid: str, *, left_at: int) -> None:
        """The execution left what is watched at that resource version, or nothing more is to be done about it.

        What it was before isn't taken for what it is any more; but what it is from then on counts, since it may have ended.
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
        """Whether it still is, after a call. Of one that went meanwhile nothing may be remembered: nobody would forget it."""
        return execution.uid in self._keys

    def live(self) -> Iterator[tuple[Key, Execution]]:
        """Those that aren't over."""
        for uid in tuple(self._live):
            if (key := self._keys.get(uid)) is not None:
                yield key, self._by_key[key]

    def over(self) -> tuple[Key, ...]:
        """Those that are over."""
        return tuple(key for uid, key in self._keys.items() if uid not in self._live)

    def knows(self, uid: str, resource_version: str) -> bool:
        """Whether it is known as it is by this version."""
        key = self._keys.get(uid)
        return key is not None and self._by_key[key].resource_version == resource_version

    def versions_of_over(self) -> dict[str, int]:
        """The resource version of each that is over, by UID."""
        return {uid: version(self._by_key[key]) for uid, key in self._keys.items() if uid not in self._live}

    def versions(self) -> dict[str, int]:
        """The resource version of each, by UID."""
        return {uid: version(self._by_key[key]) for uid, key in self._keys.items()}

    def may_run(self, uid: str) -> bool:
        """Whether the execution isn't over or suspended as far as is known; a pod of one that is takes no place."""
        key = self._keys.get(uid)
        return key is None or not (self._by_key[key].status.phase.terminal or self._by_key[key].status.phase is Phase.SUSPENDED)

    def _drop(self, uid: str) -> None:
        self._keys.pop(uid, None)
        self._live.discard(uid)


def version(thing: Execution | Pod) -> int:
    """The resource version of what is known."""
    return version_number(thing.resource_version)


def _ended(execution: Execution) -> Execution:
    """Nobody will run it again: when it ended is all that its TTL and its pods' retention need, so that is all that is kept."""
    status = execution.status
    return replace(execution, spec=_NOTHING, queue_labels=_NOTHING, status=replace(_OVER, phase=status.phase, completed=status.completed))


#: One for all of them.
_NOTHING: dict[str, Any] = {}
_OVER = Status()
