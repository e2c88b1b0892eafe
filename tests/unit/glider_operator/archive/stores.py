"""A store in a folder that fails as a test wants, and an archiver on it with a clock of the test's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from glider.settings.model import StorageSettings
from glider.storage.errors import StorageError, TooLargeError
from glider.storage.store import Storage
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.config import Config
from glider_core.history.queries import Query
from glider_core.history.records import Record
from glider_operator.archive.archiver import Archiver
from glider_operator.archive.documents import Surroundings
from glider_operator.archive.writing import HistoryWriter
from glider_operator.cache.caches import Caches
from tests.unit.glider_core.builders import T0, UID, execution_body
from tests.unit.glider_operator.controller.fakes import Clock

COMPLETED = "2026-01-31T12:00:05Z"


class FailingStorage(Storage):
    """`fails`: whether a request about a URI fails; `after`: it fails although the store has done it; `is_odd`: what it never takes."""

    def __init__(self) -> None:
        super().__init__(StorageSettings())
        self.fails: Callable[[str], bool] = lambda uri: False
        self.after: Callable[[str], bool] = lambda uri: False
        self.is_odd: Callable[[str], bool] = lambda uri: False
        self.written: list[str] = []
        self._lock = threading.Lock()

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        if self.fails(uri):
            raise StorageError(uri, "503 Slow Down")
        if self.is_odd(uri):
            raise TooLargeError(uri, "more than this store takes")
        super().write(uri, data, attributes=attributes)
        with self._lock:
            self.written.append(uri)
        if self.after(uri):
            raise StorageError(uri, "the connection was reset")

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        if self.fails(uri):
            raise StorageError(uri, "503 Slow Down")
        return super().sizes(uri, most=most)


class Workshop:
    """An archiver, its store, and what it asks of others."""

    def __init__(self, folder: Path) -> None:
        self.storage, self.prefix, self.clock = FailingStorage(), str(folder / ".history"), Clock()
        self.leads = True
        self.there: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.archived: list[str] = []
        self.reported: list[str] = []
        self.caches = Caches()
        self.restart()

    def restart(self) -> None:
        """Another operator, which knows nothing."""
        around = Surroundings(
            find_execution=self._find,
            find_events=self._find_events,
            may_write=lambda: self.leads,
            archived=self.archived.append,
            report=lambda execution, problem: self.reported.append(f"{execution.name}: {problem}"),
        )
        self.archiver = Archiver(
            lambda: HistoryWriter(self.storage, self.prefix),
            around,
            caches=self.caches,
            config=Config,
            now=lambda: T0,
            clock=self.clock,
        )

    async def archive(self) -> None:
        """All that can be archived now is."""
        while await self.archiver.archive():
            pass

    def uids(self) -> list[str]:
        """What the index has, each as often as it does."""
        return sorted(row.uid for row in Index(self.storage, self.prefix).rows(Query()))

    def record(self, uid: str = UID) -> Record:
        """The record of an execution."""
        row = next(row for row in Index(self.storage, self.prefix).rows(Query()) if row.uid == uid)
        return Records(self.storage, self.prefix).read(row)

    async def _find(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        return self.there.get(name)

    async def _find_events(self, namespace: str, uid: str) -> Sequence[Mapping[str, Any]]:
        return [event for event in self.events if event["involvedObject"]["uid"] == uid]


def over(name: str = "divide", *, uid: str = UID, phase: str = "Succeeded", completed: Any = COMPLETED, **spec: Any) -> dict[str, Any]:
    """A finished execution."""
    return execution_body(name=name, uid=uid, status={"phase": phase, "completionTime": completed}, **spec)
