"""Compares the index with the records that there are, and makes it agree with them: the records are the history, the index follows.

The index is read before the records are listed. What is archived meanwhile is then a record without a row, which does no harm where it
is added twice; in the other order it would be a row without a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from glider.storage.store import Storage
from glider_core.archive.index import Index, months_in
from glider_core.archive.records import Records
from glider_core.history.layout import records_uri, uid_of
from glider_core.history.records import RecordError
from glider_core.history.rows import Row, row_of

#: Rows that are added at once.
_BATCH = 500


class Kind(Enum):
    """What doesn't agree, in words."""

    NO_ROW = "isn't in the index"
    NO_RECORD = "is in the index, and there is no record"
    DELETED = "was deleted, and there is a record"
    TORN = "is no whole segment of the index"
    UNREADABLE = "is no whole record"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One disagreement.

    Attributes:
        kind: what it is.
        uri: the record, or the segment of the index, that it is about.
        row: the row, where there is one.
    """

    kind: Kind
    uri: str
    row: Row | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What was found in a month of a namespace: how many records, and what doesn't agree."""

    namespace: str
    month: date
    records: int
    differences: tuple[Difference, ...]


class Checking:
    """Compares and repairs one history.

    Args:
        storage: the store.
        index, records: the history.

    Every method raises StorageError where the store doesn't do what it should.
    """

    def __init__(self, storage: Storage, *, index: Index, records: Records) -> None:
        self._storage, self._index, self._records = storage, index, records

    def namespaces(self) -> list[str]:
        """Those that have records, or an index."""
        folders = self._storage.folders(records_uri(self._records.prefix))
        return sorted({*self._index.namespaces(), *(name for name in folders if not name.startswith("_"))})

    def compare(self, namespace: str) -> Iterator[Checked]:
        """What doesn't agree in a namespace, month by month, the oldest first."""
        folder = records_uri(self._records.prefix, namespace)
        for month in sorted({*self._index.months(namespace), *months_in(self._storage, folder)}):
            yield self._compare(namespace, month, folder)

    def repair(self, differences: Iterable[Difference], *, now: datetime) -> list[Difference]:
        """Make the index agree. Records are only deleted where the index has that their executions were.

        Returns:
            What couldn't be repaired: records that can't be read.
        """
        rows, torn, left = list[Row](), list[str](), list[Difference]()
        for one in differences:
            match one.kind:
                case Kind.NO_ROW:
                    try:
                        rows.append(row_of(self._records.at(one.uri)))
                    except (RecordError, KeyError):
                        left.append(replace(one, kind=Kind.UNREADABLE))
                case Kind.NO_RECORD if one.row is not None and not self._storage.exists(one.uri):
                    rows.append(one.row.tombstone(deleted=now))
                case Kind.DELETED:
                    self._storage.delete(one.uri)
                case Kind.TORN:
                    torn.append(one.uri)
                case _:
                    pass
        for start in range(0, len(rows), _BATCH):
            self._index.append(rows[start : start + _BATCH])
        for uri in torn:  # its rows have been added again, as far as there are records
            self._storage.delete(uri)
        return left

    def _compare(self, namespace: str, month: date, folder: str) -> Checked:
        before = set(self._index.torn)
        rows = self._index.everything(namespace, month)
        torn = sorted(set(self._index.torn) - before)
        uri = f"{folder}/{month:%Y/%m}"
        records = {uid: f"{uri}/{path}" for path in self._storage.sizes(uri) if (uid := uid_of(path.rpartition("/")[2])) is not None}
        differences = [
            *(Difference(kind=Kind.TORN, uri=one) for one in torn),
            *(Difference(kind=Kind.NO_ROW, uri=records[uid]) for uid in sorted(records.keys() - rows.keys())),
            *(self._of_row(row, records.get(uid)) for uid, row in sorted(rows.items()) if bool(row.deleted) is (uid in records)),
        ]
        return Checked(namespace=namespace, month=month, records=len(records), differences=tuple(differences))

    def _of_row(self, row: Row, record: str | None) -> Difference:
        return Difference(kind=Kind.DELETED if record else Kind.NO_RECORD, uri=record or self._records.uri(row), row=row)
