"""The index on a store of files: nothing is lost or counted twice, whoever is killed where, and whatever is torn."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glider.settings.model import StorageSettings
from glider.storage.errors import ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider_core.archive.index import Index
from glider_core.history.queries import Query
from glider_core.history.rows import Row
from tests.unit.glider_core.builders import T0
from tests.unit.glider_core.history.records import a_row

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
DAY = date(2026, 1, 31)


class KilledError(Exception):
    """The process ends here."""


class Interrupted(Storage):
    """A store whose user is killed before a certain write or deletion, and that can act for somebody else between two calls."""

    def __init__(self) -> None:
        super().__init__(StorageSettings())
        self.left: int | None = None
        self.before_read: Callable[[str], None] = lambda uri: None
        self.listed: list[str] = []

    def write(self, uri: str, data: bytes, **attributes: Any) -> None:
        self._step()
        super().write(uri, data, **attributes)

    def delete(self, uri: str) -> None:
        self._step()
        super().delete(uri)

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        self.before_read(uri)
        return super().read(uri, most=most)

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        self.listed.append(uri)
        return super().sizes(uri, most=most)

    def _step(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise KilledError
            self.left -= 1


@pytest.fixture
def storage() -> Interrupted:
    return Interrupted()


@pytest.fixture
def index(storage: Interrupted, tmp_path: Path) -> Index:
    return Index(storage, f"file://{tmp_path}/history", clock=lambda: NOW)


def uids(rows: Iterator[Row]) -> list[str]:
    return [row.uid for row in rows]


def appended(index: Index, *, count: int = 8) -> list[Row]:
    """As many segments, each with two rows, of which one is in the next segment too."""
    rows = [a_row(number, archived="2026-01-31T12:03:00Z") for number in range(count + 1)]
    for number in range(count):
        index.append(rows[number : number + 2])
    return rows


def test_rows_are_the_newest_first_and_each_once(index: Index) -> None:
    rows = [a_row(number, completed=f"2026-01-{10 + number}T00:00:00Z") for number in range(5)]
    index.append([*rows, *rows])
    index.append(reversed(rows))
    assert list(index.rows(Query())) == rows[::-1]
    assert list(index.rows(Query(limit=2))) == [rows[4], rows[3]]


@pytest.mark.parametrize("left", range(12))
def test_a_compactor_that_is_killed_loses_nothing(index: Index, storage: Interrupted, left: int) -> None:
    rows = appended(index)
    storage.left = left
    with contextlib.suppress(KilledError):
        assert index.compact("default", DAY)
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)
    storage.left = None
    while index.compact("default", DAY):
        pass
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)
    assert not index.problems


def test_two_compactors_at_once(index: Index, storage: Interrupted, tmp_path: Path) -> None:
    rows = appended(index)
    other = Index(Storage(StorageSettings()), index.prefix, clock=lambda: NOW)
    compacted: list[bool] = []

    def meanwhile(uri: str) -> None:
        if not compacted:
            compacted.append(True)
            assert other.compact("default", DAY)

    storage.before_read = meanwhile
    index.compact("default", DAY)
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)
    assert not index.compact("default", DAY)


def test_a_reader_whose_segments_are_merged_meanwhile_lists_the_day_again(index: Index, storage: Interrupted) -> None:
    rows = appended(index)
    other = Index(Storage(StorageSettings()), index.prefix, clock=lambda: NOW)

    def meanwhile(uri: str) -> None:
        other.compact("default", DAY)

    storage.before_read = meanwhile
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)
    assert index.uids("default", DAY) == {row.uid for row in rows}


def test_a_segment_that_is_always_gone_is_an_error(index: Index, storage: Interrupted) -> None:
    appended(index, count=1)

    def gone(uri: str) -> None:
        raise ObjectNotFoundError(uri, "there is no such file")

    storage.before_read = gone
    with pytest.raises(StorageError, match="expected segments that can be read"):
        list(index.rows(Query()))


def test_a_torn_segment_is_named_and_the_others_are_read(index: Index, tmp_path: Path) -> None:
    rows = appended(index)
    index.append([a_row(99)])
    torn = next(path for path in tmp_path.rglob("0-*.zst") if path.read_bytes() != b"" and _holds(path, index, 99))
    torn.write_bytes(torn.read_bytes()[:-5])
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)
    assert [problem for problem in index.problems if torn.name in problem and "expected a whole segment" in problem]
    while index.compact("default", DAY, whole=True):
        pass
    assert torn.exists()
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)


def test_what_is_being_written_is_no_segment(index: Index, tmp_path: Path) -> None:
    rows = appended(index)
    folder = next(tmp_path.rglob("0-*.zst")).parent
    (folder / ".0-abc.jsonl.zst.tmp-123").write_bytes(b"half")
    (folder / "notes.txt").write_bytes(b"somebody's")
    assert len(list(index.rows(Query()))) == len(rows)
    assert not index.problems


def test_a_merged_segment_that_the_store_has_torn_costs_nothing(index: Index, storage: Interrupted, tmp_path: Path) -> None:
    rows = appended(index)

    def tear(uri: str) -> None:
        if "/1-" in uri:
            path = Path(uri.removeprefix("file://"))
            path.write_bytes(path.read_bytes()[:-3])

    storage.before_read = tear
    with pytest.raises(StorageError, match="expected what was just written"):
        index.compact("default", DAY)
    storage.before_read = lambda uri: None
    assert sorted(uids(index.rows(Query()))) == sorted(row.uid for row in rows)


def test_what_was_deleted_stays_deleted_though_its_row_is_written_again(index: Index) -> None:
    row, other = a_row(1), a_row(2)
    index.append([row, other])
    index.append([row.tombstone(deleted=T0)])
    index.append([row])
    for _ in range(2):
        assert list(index.rows(Query())) == [other]
        assert index.uids("default", DAY) == {row.uid, other.uid}
        assert [one.uid for one in index.tombstones(Query())] == [row.uid]
        index.compact("default", DAY, whole=True)


def test_nothing_is_listed_but_the_days_and_namespaces_that_are_asked_for(index: Index, storage: Interrupted) -> None:
    for number in range(40):
        completed = (NOW - timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        index.append([a_row(number, namespace=namespace, completed=completed, created=completed) for namespace in ("a", "b")])
    storage.listed.clear()
    found = list(index.rows(Query(namespaces=("a",), created_after=NOW - timedelta(days=2))))
    assert uids(iter(found)) == [a_row(number).uid for number in range(3)]
    assert {uri.removeprefix(index.prefix) for uri in storage.listed} == {f"/v1/_index/a/2026/02/{day:02}" for day in (8, 9, 10)}
    storage.listed.clear()
    assert uids(index.rows(Query(names=("run-1",), limit=1))) == [a_row(1).uid]
    assert {uri.removeprefix(index.prefix) for uri in storage.listed} == {"/v1/_index/a/2026/02", "/v1/_index/b/2026/02"}
    assert uids(index.rows(Query(namespaces=("b",), names=("run-39",), limit=1))) == [a_row(39).uid]


def test_the_namespaces(index: Index) -> None:
    assert index.namespaces() == []
    assert list(index.rows(Query())) == []
    index.append([a_row(1, namespace="b"), a_row(2, namespace="a")])
    assert index.namespaces() == ["a", "b"]


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.lists(st.integers(0, 9), min_size=1, max_size=3)),
            st.tuples(st.just("delete"), st.integers(0, 9)),
            st.tuples(st.just("compact"), st.booleans()),
            st.tuples(st.just("killed"), st.integers(0, 5)),
        ),
        max_size=25,
    )
)
def test_whatever_happens_the_index_has_what_was_added_and_not_deleted(tmp_path_factory: pytest.TempPathFactory, steps: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("history")
    storage = Interrupted()
    index, added, deleted = Index(storage, f"file://{folder}", clock=lambda: NOW), set[int](), set[int]()
    for kind, argument in steps:
        match kind:
            case "append":
                index.append([a_row(number) for number in argument])
                added |= set(argument)
            case "delete":
                index.append([a_row(argument).tombstone(deleted=T0)])
                deleted.add(argument)
            case "compact":
                index.compact("default", DAY, whole=argument)
            case "killed":
                storage.left = argument
                with contextlib.suppress(KilledError):
                    index.compact("default", DAY, whole=True)
                storage.left = None
    assert {row.uid for row in index.rows(Query())} == {a_row(number).uid for number in added - deleted}
    assert index.uids("default", DAY) == {a_row(number).uid for number in added | deleted}
    shutil.rmtree(folder)


def _holds(path: Path, index: Index, number: int) -> bool:
    from glider_core.history.segments import decode_rows

    return any(row.uid == a_row(number).uid for row in decode_rows(path.read_bytes()))
