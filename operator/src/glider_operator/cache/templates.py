"""The cache of templates, and the executions that wait for one that doesn't exist yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from glider_core.api import labels
from glider_core.api.sizes import compact
from glider_core.api.versions import version_number
from glider_operator.cache.executions import Key

_NONE: Mapping[str, Any] = {}
#: What is kept of a template's metadata. Annotations are left out: kubectl's copy of the whole is among them.
_METADATA = ("name", "namespace", "uid", "generation", "resourceVersion", "creationTimestamp", "labels")


class TemplateCache:
    """All templates, by namespace and name."""

    def __init__(self) -> None:
        self._specs: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._known: dict[str, tuple[Key, int]] = {}
        self._uids: dict[Key, str] = {}
        self._metadata: dict[Key, Mapping[str, Any]] = {}
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
        self._metadata[place] = {name: metadata[name] for name in _METADATA if name in metadata}
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
        del self._uids[place], self._metadata[place]
        in_namespace = self._specs[place[0]]
        del in_namespace[place[1]]
        if not in_namespace:
            del self._specs[place[0]]

    def of(self, namespace: str) -> Mapping[str, Any]:
        """The specs in `namespace` by name."""
        return self._specs.get(namespace, _NONE)

    def document(self, namespace: str, name: str, *, spec: Mapping[str, Any] | None = None) -> Mapping[str, Any] | None:
        """The template as an object, with what is kept of its metadata; None where it isn't known.

        With `spec`, the one that had that, of which no more may be known by now.
        """
        known, metadata = self.of(namespace).get(name), self._metadata.get((namespace, name), _NONE)
        if spec is not None and spec is not known and spec != known:
            known, metadata = spec, {"name": name, "namespace": namespace}
        if known is None:
            return None
        return {"apiVersion": labels.API_VERSION, "kind": labels.TEMPLATE_KIND, "metadata": dict(metadata), "spec": known}

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
