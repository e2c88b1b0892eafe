"""The caches of executions and templates: what the API server had a moment ago, for all callers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from glider_admin.cache.executions import Executions
from glider_admin.cache.objects import Objects
from glider_admin.cache.templates import Templates
from glider_admin.cache.transport import WayTransport
from glider_client.access.way import Way
from glider_client.cluster.errors import UnavailableError
from glider_core.api.labels import EXECUTIONS, TEMPLATES
from glider_core.kube.watching import Watched, Watcher


class Cache:
    """Executions and templates of `namespaces`, or of all where there are none.

    While a watch is lost, answers are those of when it was: `problem` states it after a while, and /readyz with it.
    """

    def __init__(self, way: Way, *, namespaces: Sequence[str] = ()) -> None:
        self.executions, self.templates = Executions(), Templates()
        self._transport = WayTransport(way)
        self._watchers = [
            Watcher(self._transport, _watched(resource, objects, namespace))
            for resource, objects in ((EXECUTIONS, self.executions), (TEMPLATES, self.templates))
            for namespace in namespaces or (None,)
        ]

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as group:
            for watcher in self._watchers:
                group.create_task(watcher.run())
        raise AssertionError("watches don't end")

    @property
    def received(self) -> Mapping[str, float]:
        """By resource, when a watch last received something, by the monotonic clock."""
        return self._transport.received

    @property
    def is_listed(self) -> bool:
        """Whether all objects are there."""
        return all(watcher.listed.is_set() for watcher in self._watchers)

    def require_listed(self) -> None:
        """Nothing, if all objects are there: before, a list would lack some.

        Raises:
            UnavailableError: they are still being listed.
        """
        if not self.is_listed:
            raise UnavailableError("The front has just started, and is still listing what there is. Try again in a moment.")

    def problem(self) -> str:
        """Why answers may be out of date, or incomplete; empty if they aren't."""
        lost = next((problem for watcher in self._watchers if (problem := watcher.problem())), "")
        return lost or ("" if self.is_listed else "executions and templates are being listed")


def _watched(resource: str, objects: Objects[Any], namespace: str | None) -> Watched:
    return Watched(
        resource=resource,
        namespace=namespace,
        selector="",
        saw=objects.saw,
        deleted=objects.deleted,
        known=partial(objects.uids, namespace),
        gone=objects.gone,
    )
