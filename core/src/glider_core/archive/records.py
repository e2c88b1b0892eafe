"""Records of executions in the store: written once, under a name that follows from the execution, so that again does no harm."""

from __future__ import annotations

from glider.storage.store import Storage
from glider_core.api.moments import parse_time
from glider_core.history.layout import day_of, record_uri
from glider_core.history.records import MOST_BYTES, Record, RecordError, decode_record, encode_record
from glider_core.history.rows import Row, completed_of


class Records:
    """The records below one prefix.

    Args:
        storage: the store.
        prefix: the history's prefix.

    Every method raises StorageError where the store doesn't do what it should.
    """

    def __init__(self, storage: Storage, prefix: str) -> None:
        self._storage = storage
        self.prefix = prefix

    def uri(self, row: Row) -> str:
        """Where the record of a row is."""
        completed = parse_time(row.completed)
        assert completed is not None, "the index has no row without"
        return record_uri(self.prefix, namespace=row.namespace, day=day_of(completed), uid=row.uid)

    def write(self, record: Record) -> str:
        """Store it. Returns the URI, which is always the same for the same execution."""
        metadata, day = record.execution["metadata"], day_of(completed_of(record.execution))
        uri = record_uri(self.prefix, namespace=metadata["namespace"], day=day, uid=metadata["uid"])
        self._storage.write(uri, encode_record(record))
        return uri

    def read(self, row: Row) -> Record:
        """The record of a row.

        Raises:
            RecordError: there is something else, such as another execution's, or not all of it; the message names the object.
            ObjectNotFoundError: it isn't there.
        """
        uri = self.uri(row)
        record = self.at(uri)
        _check_subject(record, row, uri)
        return record

    def at(self, uri: str) -> Record:
        """The record at a URI, likewise."""
        try:
            return decode_record(self._storage.read(uri, most=MOST_BYTES))
        except RecordError as error:
            raise RecordError(f"{uri}: {error}") from error

    def delete(self, row: Row) -> None:
        """Delete the record of a row, if it is there."""
        self._storage.delete(self.uri(row))


def _check_subject(record: Record, row: Row, uri: str) -> None:
    """What is done with a record is done in the namespace, and under the name, that it has itself."""
    metadata = record.execution.get("metadata") if isinstance(record.execution, dict) else None
    found = tuple(metadata.get(field) for field in ("namespace", "name", "uid")) if isinstance(metadata, dict) else ()
    if found != (row.namespace, row.name, row.uid):
        shown = f"that of {found[0]}/{found[1]} ({found[2]})" if found else "something else"
        raise RecordError(f"{uri}: expected the record of {row.namespace}/{row.name} ({row.uid}), found {shown}")
