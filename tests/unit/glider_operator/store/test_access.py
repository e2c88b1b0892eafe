"""What a store that can't be used means to the operator. Stores that refuse or fail are played; S3's own words are in tests/integration."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from glider.storage.errors import AccessDeniedError, ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider_operator.store.access import NamespaceAccess, StoreAccess, StoreDenied, StoreError, StoreUnavailable


@pytest.fixture
def access(monkeypatch):
    """A store that does what `failing` says."""
    made = StoreAccess({}, timeout=1.0)

    def failing(action) -> NamespaceAccess:
        monkeypatch.setattr(Storage, "read", lambda self, uri: action(uri))
        return made.of("default")

    yield failing
    made.close()


@pytest.fixture
def dead_places(monkeypatch):
    """A store of which what is dead takes requests and answers none; all else is there."""
    made, over = StoreAccess({}, timeout=20.0), threading.Event()
    monkeypatch.setattr(Storage, "read", lambda self, uri: over.wait() and b"" if "dead" in uri else b"there")
    yield made
    over.set()
    made.close()


def raising(kind):
    def action(uri):
        raise kind(uri, "403 Forbidden")

    return action


async def test_what_is_not_there_is_none(access):
    assert await access(raising(ObjectNotFoundError)).read("s3://bucket/x") is None


async def test_a_refusal_names_the_place_and_what_to_set(access):
    with pytest.raises(StoreDenied, match=r"the operator has no access to s3://bucket/x: 403 Forbidden.*storage\.secretRef"):
        await access(raising(AccessDeniedError)).read("s3://bucket/x")


async def test_any_other_failure_may_pass(access):
    with pytest.raises(StoreUnavailable, match="s3://bucket/x: 403"):
        await access(raising(StorageError)).read("s3://bucket/x")


async def test_a_store_that_does_not_answer_keeps_nobody_waiting(access):
    answered = threading.Event()
    with pytest.raises(StoreUnavailable, match=r"s3://bucket/x: no answer within 1 s"):
        await access(lambda uri: answered.wait()).read("s3://bucket/x")
    answered.set()


async def test_a_store_that_does_not_answer_leaves_threads_to_others(access):
    answered = threading.Event()
    store = access(lambda uri: answered.wait() and b"" if "dead" in uri else b"there")
    hanging = [asyncio.create_task(store.read("s3://dead/x")) for _ in range(100)]
    await asyncio.sleep(0.1)
    assert await store.read("s3://good/x") == b"there"
    assert [type(error) for error in await asyncio.gather(*hanging, return_exceptions=True)] == [StoreUnavailable] * 100
    again = asyncio.create_task(store.read("s3://dead/y"))  # threads that nobody waits for any more are threads still
    await asyncio.sleep(0.1)
    assert await store.read("s3://good/x") == b"there"
    answered.set()
    assert await again == b""


async def read_all(store, *, count: int) -> float:
    """How many seconds it takes to read so many objects."""
    began = time.monotonic()
    assert await asyncio.gather(*(store.read(f"s3://good/{number}") for number in range(count))) == [b"there"] * count
    return time.monotonic() - began


async def test_four_dead_places_of_one_namespace_leave_the_others_their_pace(dead_places):
    other = dead_places.of("other")
    undisturbed = await read_all(other, count=200)
    trouble = dead_places.of("trouble")
    hanging = [asyncio.create_task(trouble.read(f"s3://dead-{number % 4}/x")) for number in range(400)]
    await asyncio.sleep(0.1)
    assert await read_all(other, count=200) < 2 * undisturbed + 1  # and not as long as calls hang
    cancel(hanging)


async def test_four_namespaces_with_ten_dead_places_each_leave_threads_to_the_next(dead_places):
    hanging = []
    for name in "abcd":
        hanging += [asyncio.create_task(dead_places.of(name).read(f"s3://dead-{name}{number % 10}/x")) for number in range(100)]
        await asyncio.sleep(0.1)
    await read_all(dead_places.of("next"), count=20)
    cancel(hanging)


async def test_a_place_that_namespaces_share_is_not_all_one_namespaces(dead_places):
    trouble = dead_places.of("trouble")
    hanging = [asyncio.create_task(trouble.read(f"s3://good/dead/{number}")) for number in range(100)]
    await asyncio.sleep(0.1)
    await read_all(dead_places.of("other"), count=20)
    cancel(hanging)


def cancel(tasks) -> None:
    for task in tasks:
        task.cancel()


async def test_an_environment_that_makes_no_sense_is_named():
    access = StoreAccess({"GLIDER_STORAGE_ENGINE": "tape"})
    with pytest.raises(StoreDenied, match='GLIDER_STORAGE_ENGINE: expected "obstore" or "fsspec", found "tape"'):
        await access.of("default").sizes("s3://bucket/x")
    access.close()


async def test_files_come_back_as_they_were_written(tmp_path):
    access = StoreAccess({})
    store = access.of("default")
    await store.write(f"{tmp_path.as_uri()}/a/b", b"12345")
    assert await store.read(f"{tmp_path.as_uri()}/a/b") == b"12345"
    assert await store.sizes(f"{tmp_path.as_uri()}/a") == {"b": 5}
    with pytest.raises(StoreError):
        await store.write(f"{tmp_path.as_uri()}/a/b/c", b"")
    access.close()
