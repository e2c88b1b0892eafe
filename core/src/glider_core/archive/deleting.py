"""Deletes executions of the history with all their data: raw data, then metadata and logs, then the record, then the row of the index.

Rows are replaced some at a time, by `flush`, which then merges the segments of their days: a tombstone beside the row would leave the
row's labels and message in the store. Killed before that, the next one finds a row without a record, and nothing else left to delete.

Each step leaves behind what the next one needs, so that whoever is killed at any point finds the rest the next time: the record has the
folders, and the row leads to the record. Only what was listed in an execution's own folder is deleted, and nothing that is newer than
the beginning: somebody writes there still, so its record stays too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.localremoval import Listed
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError
from glider_core.archive.granting import Granted
from glider_core.archive.index import Index
from glider_core.archive.pacing import Pace
from glider_core.archive.records import Records
from glider_core.history.layout import VERSION, day_of
from glider_core.history.own import NotOwnError, OwnFolder, folders_of
from glider_core.history.records import MOST_BYTES, OwnFolders, RecordError, decode_record
from glider_core.history.retention import Held, Hold
from glider_core.history.rows import Row

#: What is remembered of an execution's objects between survey and deletion; of more it is listed again.
_REMEMBERED = 10_000
#: As many as S3 takes in one request.
_MOST_AT_ONCE = 1000
#: The folder for what `store_clock` writes; no namespace begins with an underscore.
_CLOCK = "_clock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An execution that is to be deleted: its folders, in order, and its record. `record_bytes` is None where the record is gone."""

    row: Row
    folders: tuple[OwnFolder, ...]
    record: str
    record_bytes: int | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects of one folder."""

    folder: OwnFolder
    objects: tuple[Listed, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What is deleted with an execution: how many objects, and bytes, its record among them. `batches`: None where they are too many."""

    target: Target
    objects: int
    bytes: int
    batches: tuple[Batch, ...] | None


class Deleting:
    """Deletes, or surveys what would be deleted.

    Args:
        storage: the store.
        index, records: the history; None where there is none, or it hasn't got the executions.
        granted: where it may delete.
        newest: objects that were modified then, or later, stay; by the store's clock, as `store_clock` has it.
        pace: how quickly.
        now: what time it is.

    Every method raises StorageError where the store doesn't do what it should.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        index: Index | None,
        records: Records | None,
        granted: Granted,
        newest: datetime,
        pace: Pace,
        now: Callable[[], datetime],
    ) -> None:
        self._storage, self._index, self._records = storage, index, records
        self._granted, self._newest, self._pace, self._now = granted, newest, pace, now
        self._tombstones: list[Row] = []

    def target(self, row: Row, claimed: OwnFolders | None = None) -> Target | Held:
        """What belongs to the execution of `row`, if its record can be trusted and its folders may be deleted.

        `claimed`: the folders of one that has no record.
        """
        uri, size = "", None
        if self._records is not None:
            uri = self._records.uri(row)
            recorded = self._recorded(row, uri)
            if isinstance(recorded, Held):
                return recorded
            claimed, size = recorded or (claimed or OwnFolders(metadata=row.folder), None)
        try:
            folders = tuple(self._granted(row.namespace, folder) for folder in folders_of(row, claimed or OwnFolders()))
        except NotOwnError as error:
            return Held(hold=Hold.NOT_OWN, message=f"its record names a folder that isn't its own: {error}")
        except FieldError as error:
            return Held(hold=Hold.NOT_GRANTED, message=f"its data may not be deleted: {error}")
        return Target(row=row, folders=folders, record=uri, record_bytes=size)

    def _recorded(self, row: Row, uri: str) -> tuple[OwnFolders, int] | Held | None:
        """The folders that the record names, and its size; None where it is gone, as after raw data and metadata are."""
        try:
            data = self._storage.read(uri, most=MOST_BYTES)
            record = decode_record(data)
        except ObjectNotFoundError:
            return None
        except RecordError as error:
            return Held(hold=Hold.RECORD, message=f"its record can't be read: {uri}: {error}")
        execution = record.execution if isinstance(record.execution, dict) else {}
        return _differs(execution.get("metadata"), row, uri) or (record.storage, len(data))

    def survey(self, target: Target) -> Survey | Held:
        """What would be deleted. Nothing is, where something in its folders is newer than the beginning."""
        objects = int(target.record_bytes is not None)
        size = target.record_bytes or 0
        batches: list[Batch] | None = []
        for folder in target.folders:
            for page in self._storage.removal.pages(folder.base, folder.name):
                if (newer := next((one for one in page if not self._is_old(one)), None)) is not None:
                    return _newer(folder, newer)
                objects += len(page)
                size += sum(one.size for one in page)
                batches = None if batches is None or objects > _REMEMBERED else [*batches, Batch(folder, tuple(page))]
        return Survey(target=target, objects=objects, bytes=size, batches=None if batches is None else tuple(batches))

    def delete(self, survey: Survey) -> Held | None:
        """Delete it. Why its record stays, if somebody has written into its folders since the survey."""
        target = survey.target
        for batch in survey.batches if survey.batches is not None else self._batches(target):
            paths = [one.path for one in batch.objects if self._is_old(one)]
            step = min(_MOST_AT_ONCE, max(1, self._pace.per_second))
            for start in range(0, len(paths), step):
                some = paths[start : start + step]
                self._pace.take(len(some))
                self._storage.removal.remove(batch.folder.base, batch.folder.name, some)
        for folder in target.folders:
            if (left := next((one for page in self._storage.removal.pages(folder.base, folder.name) for one in page), None)) is not None:
                return _newer(folder, left)
            self._storage.removal.remove_empty_folders(folder.base, folder.name)
        self._pace.take(1)
        if self._records is not None:
            self._records.delete(target.row)
        self._tombstones.append(target.row.tombstone(deleted=self._now()))
        return None

    @property
    def deleted(self) -> int:
        """How many executions were deleted whose rows are still to be replaced."""
        return len(self._tombstones)

    def flush(self) -> None:
        """Replace the rows of what was deleted, so that nothing is left of them in the index."""
        if self._index is None or not self._tombstones:
            return
        self._index.append(self._tombstones)
        days = {(row.namespace, day_of(datetime.fromisoformat(row.completed))): None for row in self._tombstones}
        self._tombstones = []
        for namespace, day in days:
            while self._index.compact(namespace, day, whole=True):
                pass

    def objects(self, survey: Survey) -> Iterator[str]:
        """The URIs of what would be deleted, in order."""
        for batch in survey.batches if survey.batches is not None else self._batches(survey.target):
            yield from (f"{batch.folder.uri}{one.path}" for one in batch.objects)
        if survey.target.record_bytes is not None:
            yield survey.target.record

    def _batches(self, target: Target) -> Iterator[Batch]:
        for folder in target.folders:
            for page in self._storage.removal.pages(folder.base, folder.name):
                yield Batch(folder, tuple(page))

    def _is_old(self, listed: Listed) -> bool:
        return listed.modified is not None and listed.modified < self._newest


def store_clock(storage: Storage, prefix: str) -> datetime:
    """What time it is by the store's clock, which stamps objects: that of an object that is written, listed and deleted below the history.

    Raises:
        StorageError: one of these can't be done, so that no deletion could succeed either.
    """
    base, name = f"{prefix.rstrip('/')}/{VERSION}", uuid.uuid4().hex
    uri = f"{base}/{_CLOCK}/{name}"
    storage.write(uri, b"")
    try:
        found = [one for page in storage.removal.pages(base, _CLOCK) for one in page if one.path == name]
    finally:
        storage.delete(uri)
    if not found or found[0].modified is None:
        raise StorageError(uri, "expected a store that lists when objects were modified, found nothing")
    return found[0].modified


def _differs(metadata: object, row: Row, uri: str) -> Held | None:
    found = metadata if isinstance(metadata, dict) else {}
    if (found.get("namespace"), found.get("name"), found.get("uid")) == (row.namespace, row.name, row.uid):
        return None
    return Held(hold=Hold.RECORD, message=f"its record can't be trusted: {uri} is about another execution than the index")


def _newer(folder: OwnFolder, listed: Listed) -> Held:
    when = f"was modified at {listed.modified:%Y-%m-%dT%H:%M:%SZ}" if listed.modified is not None else "has no time of modification"
    return Held(hold=Hold.NEWER, message=f"somebody still writes its data: {folder.uri}{listed.path} {when}, after the deletion began")
