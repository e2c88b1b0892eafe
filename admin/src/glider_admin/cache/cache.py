"""The caches of executions and templates: what the API server had a moment ago, for all callers."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NoReturn

from glider_admin.cache.transport import WayTransport
from glider_client.access.way import Way
from glider_core.api.labels import EXECUTIONS, TEMPLATES
from glider_core.kube.watching import Watched, Watcher

Json = Mapping[str, Any]


class Objects:
    """The objects of one resource, by namespace and name. Used on the event loop."""

    def __init__(self) -> None:
        self._by_uid: dict[str, Json] = {}
        self._by_name: dict[tuple[str, str], str] = {}

    def get(self, namespace: str, name: str) -> Json | None:
        """The object of that name."""
        return self._by_uid.get(self._by_name.get((namespace, name), ""))

    def of(self, namespace: str) -> Iterator[Json]:
        """All of a namespace, in no order."""
        return (one for one in self._by_uid.values() if one["metadata"]["namespace"] == namespace)

    def uids(self) -> Collection[str]:
        """Of all."""
        return self._by_uid.keys()

    def saw(self, document: Json) -> None:
        """It is there, or has changed."""
        metadata = document["metadata"]
        self._by_uid[metadata["uid"]] = document
        self._by_name[metadata["namespace"], metadata["name"]] = metadata["uid"]

    def deleted(self, document: Json) -> None:
        """It is gone."""
        self.gone([document["metadata"]["uid"]])

    def gone(self, uids: Collection[str]) -> None:
        """They are gone."""
        for uid in list(uids):
            document = self._by_uid.pop(uid, None)
            if document is None:
                continue
            name = (document["metadata"]["namespace"], document["metadata"]["name"])
            if self._by_name.get(name) == uid:
                del self._by_name[name]


class Cache:
    """Executions and templates of all namespaces. `ready` once both have been listed."""

    def __init__(self, way: Way) -> None:
        self.executions, self.templates = Objects(), Objects()
        transport = WayTransport(way)
        self._watchers = [
            Watcher(transport, _watched(resource, objects))
            for resource, objects in ((EXECUTIONS, self.executions), (TEMPLATES, self.templates))
        ]

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watcher in self._watchers:
                group.create_task(watcher.run())
        raise AssertionError("watches don't end")

    @property
    def is_listed(self) -> bool:
        """Whether all objects are there."""
        return all(watcher.listed.is_set() for watcher in self._watchers)


def _watched(resource: str, objects: Objects) -> Watched:
    return Watched(
        resource=resource,
        namespace=None,
        selector="",
        saw=objects.saw,
        deleted=objects.deleted,
        known=objects.uids,
        gone=objects.gone,
    )
