"""The index of the history in a real S3 server, with several writers, compactors and readers at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from glider.settings.reading import read_settings
from glider.storage.store import Storage
from glider_core.archive.index import Index
from glider_core.history.queries import Query
from glider_core.history.rows import Row
from tests.conftest import S3
from tests.faults.faults import Answer, Fault, Request
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3

DAY = date(2026, 1, 31)
ALL = Query(
    namespaces=("default",), completed_after=datetime(2026, 1, 31, 2, tzinfo=UTC), completed_before=datetime(2026, 2, 1, tzinfo=UTC)
)


def a_row(number: int, *, namespace: str = "default", completed: str = "2026-01-31T12:02:00Z") -> Row:
    uid = f"{number:08x}-1111-2222-3333-444455556666"
    return Row(uid=uid, namespace=namespace, name=f"run-{number}", completed=completed, phase="Succeeded")


def index_of(s3: S3, *, endpoint: str = "") -> Index:
    environment = s3.env | ({"FLYTE_AWS_ENDPOINT": endpoint} if endpoint else {})
    return Index(Storage(read_settings(environment).storage), f"{s3.uri}/history")


def test_readers_miss_nothing_while_two_write_and_two_merge(s3: S3):
    written, over = set[str](), threading.Event()

    def write(first: int) -> None:
        index = index_of(s3)
        for number in range(first, first + 40):
            index.append([a_row(number), a_row(number // 2)])
            written.add(a_row(number).uid)

    def merge() -> int:
        index, merges = index_of(s3), 0
        while not over.is_set():
            merges += index.compact("default", DAY)
        return merges

    def read() -> int:
        index, reads = index_of(s3), 0
        while not over.is_set():
            before = set(written)
            found = [row.uid for row in index.rows(ALL)]
            assert before <= set(found)
            assert len(found) == len(set(found))
            assert not index.problems
            reads += 1
        return reads

    with ThreadPoolExecutor() as pool:
        merges, reads = [pool.submit(merge) for _ in range(2)], [pool.submit(read) for _ in range(2)]
        for writing in [pool.submit(write, 0), pool.submit(write, 1000)]:
            writing.result()
        over.set()
        assert sum(one.result() for one in merges) > 0
        assert sum(one.result() for one in reads) > 0
    assert index_of(s3).uids("default", DAY) >= written
    while index_of(s3).compact("default", DAY, whole=True):
        pass
    assert {row.uid for row in index_of(s3).rows(ALL)} >= written
    assert len(s3.list()) == 1


def test_no_more_is_asked_of_the_store_than_the_days_have(s3: S3):
    index = index_of(s3)
    for day in range(1, 31):
        index.append([a_row(day, namespace=namespace, completed=f"2026-06-{day:02}T12:00:00Z") for namespace in ("default", "other")])
    proxy = FaultProxy(s3.endpoint)
    try:
        week = Query(
            namespaces=("default",),
            completed_after=datetime(2026, 6, 10, 12, tzinfo=UTC),
            completed_before=datetime(2026, 6, 17, tzinfo=UTC),
        )
        assert len(list(index_of(s3, endpoint=proxy.endpoint).rows(week))) == 7
        assert len(proxy.requests) == 2 * 7
        assert not [one.path for one in proxy.requests if "other" in one.path]
        assert index_of(s3).namespaces() == ["default", "other"]
    finally:
        proxy.stop()


def test_a_store_that_is_not_available_for_a_moment_loses_nothing(s3: S3):
    met = 0

    def now_and_then(request: Request) -> Fault | None:
        nonlocal met
        met += 1
        return Answer(503) if met % 3 == 0 else None

    proxy = FaultProxy(s3.endpoint, plan=now_and_then)
    try:
        index = index_of(s3, endpoint=proxy.endpoint)
        for number in range(9):
            index.append([a_row(number)])
        assert index.compact("default", DAY)
        assert {row.name for row in index.rows(ALL)} == {f"run-{number}" for number in range(9)}
    finally:
        proxy.stop()
