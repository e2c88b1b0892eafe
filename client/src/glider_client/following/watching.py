"""Watches a list of objects for as long as somebody follows, over broken connections, and over versions that are too old to go on from."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from glider_client.cluster.client import Cluster
from glider_client.cluster.errors import ClusterError, ExpiredError, UnavailableError, UnreachableError

Json = Mapping[str, Any]

_DELAYS = (0.2, 0.5, 1.0, 2.0, 3.0)
#: An API server that has just started knows neither all rights nor all CRDs: for so many seconds a refusal needn't be meant.
STARTING = 30.0


class Observer(Protocol):
    """Gets what a watch reports."""

    def listed(self, documents: Sequence[Json]) -> None:
        """All objects that there are now."""

    def changed(self, document: Json) -> None:
        """One is new, or has changed."""

    def deleted(self, document: Json) -> None:
        """One isn't there any more."""

    def lost(self, why: str) -> None:
        """The API server doesn't answer."""

    def restored(self) -> None:
        """It answers again."""

    def refused(self, error: ClusterError) -> None:
        """It never will; the watch has ended."""


class Watch:
    """One list of objects.

    Args:
        cluster: where they are.
        path: the list.
        query: which of them.
        observer: gets what is reported.
        pause: waits for so many seconds, and returns whether to stop.
        version: the resource version to go on from, which the API server has just returned; without one they are listed first.
        clock: the time in seconds.
    """

    def __init__(
        self,
        cluster: Cluster,
        path: str,
        *,
        query: Mapping[str, str],
        observer: Observer,
        pause: Callable[[float], bool],
        version: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster = cluster
        self._path = path
        self._query = query
        self._observer = observer
        self._pause = pause
        self._version = version
        self._clock = clock
        self._answered = bool(version)
        #: Since when it hasn't answered.
        self._failing: float | None = None

    def run(self) -> None:
        """Watch until `pause` returns true."""
        failures = 0
        while True:
            delay = 0.0
            try:
                if not self._version:
                    self._list()
                if failures:
                    self._observer.restored()
                    failures = 0
                self._follow()
            except ExpiredError:
                self._version = ""
            except ClusterError as error:
                if not self._passes(error):
                    self._observer.refused(error)
                    return
                delay, failures = _DELAYS[min(failures, len(_DELAYS) - 1)], failures + 1
                self._version = ""
                self._observer.lost(str(error).partition(". ")[0])
            if self._pause(delay):
                return

    def _passes(self, error: ClusterError) -> bool:
        """Whether a later try may find it otherwise."""
        if self._failing is None:
            self._failing = self._clock()
        if isinstance(error, UnreachableError | UnavailableError):
            return True
        return self._answered and self._clock() - self._failing < STARTING

    def _list(self) -> None:
        found = self._cluster.get(self._path, query=self._query)
        self._observer.listed(found.get("items") or [])
        self._version = str(found["metadata"]["resourceVersion"])
        self._answered, self._failing = True, None

    def _follow(self) -> None:
        for event in self._cluster.watch(self._path, resource_version=self._version, query=self._query):
            if event.type == "DELETED":
                self._observer.deleted(event.object)
            elif event.type != "BOOKMARK":
                self._observer.changed(event.object)
            self._version = str(event.object["metadata"]["resourceVersion"])
            self._failing = None
