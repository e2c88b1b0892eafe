"""The cache of templates, and the executions that wait for one that doesn't exist yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glider_core.api.sizes import compact
from glider_core.api.versions import version_number
from glider_operator.cache.executions import Key

_NONE: Mapping[str, Any] = {}


class TemplateCache:
    """All templates, by namespace and name."""

    def __init__(self) -> None:
        self._specs: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._known: dict[str, tuple[Key, int]] = {}
        self._uids: dict[Key, str] = {}
        self._waiting: dict[Key, set[Key]] = {}
        self._waits_for: dict[Key, Key] = {}
        self._missed: set[Key] = set()

    def update(self, body: Mapping[str, Any]) -> Iterable[Key]:
        """Cache the template, unless a later version is known; return the executions that waited for it."""
        metadata = body["metadata"]
        place = (metadata["namespace"], metadata["name"])
        version = version_number(metadata.get("resourceVersion", ""))
        if (there := self._uids.get(place)) is not None and version < self._known[there][1]:
            return ()
        self._specs.setdefault(place[0], {})[place[1]] = compact(body.get("spec") or {})
        self._uids[place] = metadata["uid"]
        self._known[metadata["uid"]] = (place, version)
        woken = self._waiting.pop(place, set())
        for key in woken:
            self.forget(key)
        return woken

    def gone(self, uid: str) -> None:
        """The template no longer exists, though another one of its name may."""
        place, _ = self._known.pop(uid, (None, 0))
        if place is None or self._uids.get(place) != uid:
            return
        del self._uids[place]
        in_namespace = self._specs[place[0]]
        del in_namespace[place[1]]
        if not in_namespace:
            del self._specs[place[0]]

    def of(self, namespace: str) -> Mapping[str, Any]:
        """The specs in `namespace` by name."""
        return self._specs.get(namespace, _NONE)

    def awaited(self, key: Key, name: str) -> None:
        """An execution waits for a template of that name."""
        self.forget(key)
        place = (key[0], name)
        self._waits_for[key] = place
        self._waiting.setdefault(place, set()).add(key)

    def missed(self, key: Key) -> None:
        """A lookup found no such template; the execution still waits, in case it is created later."""
        self._missed.add(key)

    def is_missed(self, key: Key) -> bool:
        """Whether such a lookup was made."""
        return key in self._missed

    def forget(self, key: Key) -> None:
        """The execution no longer waits."""
        self._missed.discard(key)
        if (place := self._waits_for.pop(key, None)) is not None and (others := self._waiting.get(place)) is not None:
            others.discard(key)
            if not others:
                del self._waiting[place]

    def versions(self) -> dict[str, int]:
        """The resource version of each, by UID."""
        return {uid: version for uid, (_, version) in self._known.items()}
