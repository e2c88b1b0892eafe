"""Deletion of executions on a real S3 server, with what is called like theirs, and with a server that answers 503 in between."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.errors import StorageError
from glider.storage.store import Storage
from glider_core.archive.deleting import Survey, store_clock
from glider_core.history.queries import Query
from glider_core.history.retention import Hold
from tests.faults.faults import Answer, always, first
from tests.faults.proxy import FaultProxy
from tests.unit.glider_core.archive.deletable import Deletable, deleted, surveyed

pytestmark = pytest.mark.s3


@pytest.fixture
def store(s3: Any) -> Deletable:
    return Deletable(Storage(read_settings(s3.env).storage), f"s3://{s3.bucket}/deleting-{uuid.uuid4().hex}")


@pytest.mark.parametrize("engine", ["obstore", "fsspec"])
def test_all_of_an_execution_goes_and_nothing_else(s3: Any, engine: str) -> None:
    storage = Storage(read_settings({**s3.env, "GLIDER_STORAGE_ENGINE": engine}).storage)
    store = Deletable(storage, f"s3://{s3.bucket}/deleting-{uuid.uuid4().hex}")
    row, kept = store.add("a"), store.add("kept", namespace="team-b")
    store.decoys(row)
    before = store.there()
    survey = surveyed(store.deleting(), row)
    assert isinstance(survey, Survey)
    listed = {uri.removeprefix(f"{store.base}/") for uri in store.deleting().objects(survey)}
    deleting = store.deleting()
    assert deleting.delete(survey) is None
    deleting.flush()
    assert before - store.there() == set(store.paths("a", uid=row.uid)) == {one for one in listed if ".history" not in one}
    assert not store.has_record(row) and store.has_record(kept) and store.rows() == ["kept"]
    assert [one.uid for one in store.index.tombstones(Query())] == [row.uid]


def test_the_stores_own_clock_decides_what_is_newer(store: Deletable) -> None:
    row = store.add("a")
    time.sleep(1.1)  # the server counts in seconds
    begun = store_clock(store.storage, store.history)
    late = f"meta/team-a/a-{row.uid[:8]}/0/late"
    time.sleep(1.1)
    store.storage.write(f"{store.base}/{late}", b"late")
    held = deleted(store.deleting(newest=begun), row)
    assert held is not None and held.hold is Hold.NEWER and late in held.message
    store.storage.delete(f"{store.base}/{late}")
    assert deleted(store.deleting(newest=begun), row) is None and store.there() == set()


def test_a_busy_store_is_waited_for_and_a_dead_one_leaves_the_rest_to_the_next(s3: Any) -> None:
    with FaultProxy(s3.endpoint) as proxy:
        settings = read_settings({**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint}).storage
        store = Deletable(Storage(settings, patience=2), f"s3://{s3.bucket}/deleting-{uuid.uuid4().hex}")
        row, other = store.add("a"), store.add("b")
        with proxy.suffering(first(3, Answer(503))):
            assert deleted(store.deleting(), row) is None
        survey = surveyed(store.deleting(), other)
        assert isinstance(survey, Survey)
        with proxy.suffering(always(Answer(503))), pytest.raises(StorageError, match="503"):
            store.deleting().delete(survey)
        assert store.rows() == ["b"] and store.has_record(other)
        assert deleted(store.deleting(), other) is None
        assert store.there() == set() and store.rows() == []
