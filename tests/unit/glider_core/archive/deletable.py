"""A store with executions that are to be deleted, and with what is like theirs and must stay."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from glider.storage.store import Storage
from glider_core.archive.deleting import Deleting, Survey
from glider_core.archive.index import Index
from glider_core.archive.pacing import Pace
from glider_core.archive.records import Records
from glider_core.history.own import OwnFolder
from glider_core.history.queries import Query
from glider_core.history.records import OwnFolders, Record
from glider_core.history.retention import Held
from glider_core.history.rows import Row, row_of
from glider_core.resolve.storage import shard

COMPLETED = "2026-01-31T12:02:00Z"


def anywhere(namespace: str, folder: OwnFolder) -> OwnFolder:
    """Everything may be deleted."""
    return folder


class Deletable:
    """A store below `base`, with a history."""

    def __init__(self, storage: Storage, base: str) -> None:
        self.storage, self.base = storage, base
        self.history = f"{base}/meta/.history"
        self.index = Index(storage, self.history)
        self.records = Records(storage, self.history)
        self.slept: list[float] = []

    def add(self, name: str, *, namespace: str = "team-a", uid: str = "", attempts: int = 2, **record: Any) -> Row:
        """An execution with data, a record and a row."""
        uid = uid or str(uuid.uuid4())
        for path in self.paths(name, namespace=namespace, uid=uid, attempts=attempts):
            self.storage.write(f"{self.base}/{path}", b"data")
        execution = {
            "metadata": {"namespace": namespace, "name": name, "uid": uid, "labels": record.pop("labels", {})},
            "spec": record.pop("spec", {}),
            "status": {"phase": "Succeeded", "completionTime": record.pop("completed", COMPLETED)},
        }
        folders = self.folders(name, namespace=namespace, uid=uid, attempts=attempts)
        made = Record(**{"execution": execution, "archived": datetime.now(UTC), "storage": folders, **record})
        self.records.write(made)
        row = row_of(made)
        self.index.append([row])
        return row

    def folders(self, name: str, *, namespace: str, uid: str, attempts: int) -> OwnFolders:
        unique = [f"{namespace}-{name}-{uid[:8]}-{attempt}" for attempt in range(attempts)]
        raw = tuple(f"{self.base}/raw/{shard(one)}/{one}" for one in unique)
        return OwnFolders(metadata=f"{self.base}/meta/{namespace}/{name}-{uid[:8]}", raw=raw)

    def paths(self, name: str, *, namespace: str = "team-a", uid: str, attempts: int = 2) -> list[str]:
        """The paths of an execution's objects."""
        folders = self.folders(name, namespace=namespace, uid=uid, attempts=attempts)
        found = [f"{folders.metadata}/inputs.pb"]
        for attempt, raw in enumerate(folders.raw):
            found += [f"{folders.metadata}/{attempt}/outputs.pb", f"{folders.metadata}/{attempt}/logs/00000.log.zst", f"{raw}/x/model.bin"]
        return [uri.removeprefix(f"{self.base}/") for uri in found]

    def decoys(self, row: Row) -> None:
        """Objects that are called like those of an execution, and are others'."""
        unique, uid8 = f"{row.name}-{row.uid[:8]}", row.uid[:8]
        raw = f"{row.namespace}-{unique}"
        for path in (
            f"meta/{row.namespace}/{unique}x/0/outputs.pb",
            f"meta/{row.namespace}/{row.name}-b-{uid8}/inputs.pb",
            f"meta/{row.namespace}/{row.name}/inputs.pb",
            f"meta/{row.namespace}/{unique}.pb",
            f"meta/{row.namespace}-b/{unique}/inputs.pb",
            f"meta/code/{uid8}.tar.gz",
            f"raw/{shard(f'{raw}-0')}/{raw}-01/x",
            f"raw/{shard(f'{raw}-0')}/{raw}-0x/x",
            f"raw/{'zz' if shard(f'{raw}-0') != 'zz' else 'aa'}/{raw}-0/x",
            f"raw/{shard(f'{raw}-7')}/{raw}-7/x",  # an attempt that the record doesn't name
        ):
            self.storage.write(f"{self.base}/{path}", b"another's")

    def there(self) -> set[str]:
        """The paths of all objects, without the history's."""
        return {path for path in self.storage.sizes(self.base) if not path.startswith("meta/.history/")}

    def has_record(self, row: Row) -> bool:
        return self.storage.exists(self.records.uri(row))

    def rows(self) -> list[str]:
        """The names of the executions in the index."""
        return sorted(row.name for row in self.index.rows(Query()))

    def deleting(self, *, per_second: int = 1000, newest: datetime | None = None, **options: Any) -> Deleting:
        given: dict[str, Any] = {"granted": anywhere, "now": lambda: datetime.now(UTC), **options}
        pace = Pace(per_second, clock=lambda: 0.0, sleep=self.slept.append)
        when = newest or datetime.now(UTC) + timedelta(hours=1)
        return Deleting(self.storage, index=self.index, records=self.records, newest=when, pace=pace, **given)


def surveyed(deleting: Deleting, row: Row) -> Survey | Held:
    target = deleting.target(row)
    return target if isinstance(target, Held) else deleting.survey(target)


def deleted(deleting: Deleting, row: Row) -> Held | None:
    survey = surveyed(deleting, row)
    held = survey if isinstance(survey, Held) else deleting.delete(survey)
    deleting.flush()
    return held
