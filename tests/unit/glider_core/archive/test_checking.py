"""Whether the index has what there are records of, and how it comes to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from glider.settings.model import StorageSettings
from glider.storage.store import Storage
from glider_core.archive.checking import Checking, Difference, Kind
from glider_core.archive.index import Index
from glider_core.archive.records import Records
from glider_core.history.queries import Query
from glider_core.history.rows import Row, row_of
from glider_core.history.segments import decode_rows
from tests.unit.glider_core.builders import T0, execution_body
from tests.unit.glider_core.history.records import STATUS, record

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)


class Past:
    """A history on files."""

    def __init__(self, folder: Path) -> None:
        self.storage = Storage(StorageSettings())
        self.index = Index(self.storage, f"file://{folder}", clock=lambda: NOW)
        self.records = Records(self.storage, f"file://{folder}")
        self.checking = Checking(self.storage, index=self.index, records=self.records)

    def archive(self, number: int, *, indexed: bool = True) -> Row:
        uid = f"{number:08x}-1111-2222-3333-444455556666"
        one = record(
            body=execution_body(name=f"run-{number}", uid=uid, status={**STATUS, "completionTime": f"2026-0{1 + number % 2}-03T00:00:00Z"})
        )
        self.records.write(one)
        if indexed:
            self.index.append([row_of(one)])
        return row_of(one)

    def differences(self) -> list[Difference]:
        return [
            one for namespace in self.checking.namespaces() for checked in self.checking.compare(namespace) for one in checked.differences
        ]


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def test_an_index_that_agrees(past: Past) -> None:
    for number in range(4):
        past.archive(number)
    found = list(past.checking.compare("default"))
    assert [(one.month, one.records, one.differences) for one in found] == [(date(2026, 1, 1), 2, ()), (date(2026, 2, 1), 2, ())]


def test_all_that_may_differ_is_found_and_repaired(past: Past, tmp_path: Path) -> None:
    good, missing, lost, deleted, torn = past.archive(0), past.archive(1, indexed=False), past.archive(2), past.archive(3), past.archive(4)
    past.records.delete(lost)
    past.index.append([deleted.tombstone(deleted=T0)])
    segment = next(path for path in tmp_path.rglob("0-*.zst") if [row.uid for row in decode_rows(path.read_bytes())] == [torn.uid])
    segment.write_bytes(segment.read_bytes()[:-4])
    found = past.differences()
    assert sorted((one.kind.name, one.uri) for one in found) == sorted(
        [
            ("NO_ROW", past.records.uri(missing)),
            ("NO_ROW", past.records.uri(torn)),
            ("NO_RECORD", past.records.uri(lost)),
            ("DELETED", past.records.uri(deleted)),
            ("TORN", f"file://{segment}"),
        ]
    )
    assert past.checking.repair(found, now=NOW) == []
    again = Past(tmp_path)
    assert again.differences() == []
    assert {row.uid for row in again.index.rows(Query())} == {good.uid, missing.uid, torn.uid}
    assert again.index.problems == []


def test_a_record_that_cannot_be_read_is_left_and_named(past: Past) -> None:
    row = past.archive(1, indexed=False)
    path = Path(past.records.uri(row).removeprefix("file://"))
    path.write_bytes(b"half")
    assert past.checking.repair(past.differences(), now=NOW) == [Difference(kind=Kind.UNREADABLE, uri=past.records.uri(row))]
    assert path.exists()


def test_what_is_archived_meanwhile_loses_nothing(past: Past) -> None:
    past.archive(0)
    before = past.differences()
    late = past.archive(2)
    past.checking.repair([*before, Difference(kind=Kind.NO_RECORD, uri=past.records.uri(late), row=late)], now=NOW)
    assert {row.name for row in past.index.rows(Query())} == {"run-0", "run-2"}


def test_files_of_others_are_no_records(past: Past, tmp_path: Path) -> None:
    past.archive(0)
    (tmp_path / "v1" / "default" / "2026" / "01" / "03" / "notes.txt").write_text("x")
    (tmp_path / "v1" / "_clock").mkdir()
    assert past.differences() == []
