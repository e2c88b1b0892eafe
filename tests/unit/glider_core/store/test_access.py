"""What a store that can't be used means to the operator. Stores that refuse or fail are played; S3's own words are in tests/integration."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from glider.storage.errors import AccessDeniedError, ObjectNotFoundError, StorageError
from glider.storage.store import Storage
from glider_core.api.places import parse_place
from glider_core.store.access import StoreAccess, StoreDenied, StoreError, StoreUnavailable, StoreUnfit
from glider_core.store.grants import Grants
from tests.unit.glider_core.folder_store import ALL, KEYS, folder_access

#: The buckets of these tests.
BUCKETS = ["bucket", "good", "dead", *(f"dead-{name}{number}" for name in ("", *"abcd") for number in range(10))]
ANYWHERE = Grants(read=tuple(parse_place(f"s3://{bucket}") for bucket in BUCKETS))


class Reading:
    """Reads whole objects."""

    def __init__(self, access: StoreAccess, namespace: str) -> None:
        self._store = access.of(namespace, ANYWHERE)

    async def read(self, uri: str) -> bytes | None:
        return await self._store.read(uri, bytes, most=100)


@pytest.fixture
def access(monkeypatch):
    """A store that does what `failing` says."""
    made = StoreAccess(KEYS, timeout=1.0)

    def failing(action) -> Reading:
        monkeypatch.setattr(Storage, "read", lambda self, uri, most: action(uri))
        return Reading(made, "default")

    yield failing
    made.close()


@pytest.fixture
def dead_places(monkeypatch):
    """A store of which what is dead takes requests and answers none; all else is there."""
    made, over = StoreAccess(KEYS, timeout=20.0), threading.Event()
    monkeypatch.setattr(Storage, "read", lambda self, uri, most: over.wait() and b"" if "dead" in uri else b"there")
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
    other = Reading(dead_places, "other")
    undisturbed = await read_all(other, count=200)
    trouble = Reading(dead_places, "trouble")
    hanging = [asyncio.create_task(trouble.read(f"s3://dead-{number % 4}/x")) for number in range(400)]
    await asyncio.sleep(0.1)
    assert await read_all(other, count=200) < 2 * undisturbed + 1  # and not as long as calls hang
    cancel(hanging)


async def test_four_namespaces_with_ten_dead_places_each_leave_threads_to_the_next(dead_places):
    hanging = []
    for name in "abcd":
        hanging += [asyncio.create_task(Reading(dead_places, name).read(f"s3://dead-{name}{number % 10}/x")) for number in range(100)]
        await asyncio.sleep(0.1)
    await read_all(Reading(dead_places, "next"), count=20)
    cancel(hanging)


async def test_a_place_that_namespaces_share_is_not_all_one_namespaces(dead_places):
    trouble = Reading(dead_places, "trouble")
    hanging = [asyncio.create_task(trouble.read(f"s3://good/dead/{number}")) for number in range(100)]
    await asyncio.sleep(0.1)
    await read_all(Reading(dead_places, "other"), count=20)
    cancel(hanging)


def cancel(tasks) -> None:
    for task in tasks:
        task.cancel()


async def test_an_environment_that_makes_no_sense_is_named():
    access = StoreAccess({"GLIDER_STORAGE_ENGINE": "tape"})
    with pytest.raises(StoreDenied, match='GLIDER_STORAGE_ENGINE: expected "obstore" or "fsspec", found "tape"'):
        await access.of("default", ALL).sizes("s3://bucket/x")
    access.close()


async def test_files_come_back_as_they_were_written(tmp_path):
    access = folder_access(tmp_path)
    store = access.of("default", ALL)
    await store.write("s3://bucket/a/b", b"12345")
    assert await store.read("s3://bucket/a/b", bytes, most=5) == b"12345"
    assert await store.sizes("s3://bucket/a") == {"b": 5}
    with pytest.raises(StoreUnfit, match="expected at most 4 bytes, found 5"):
        await store.read("s3://bucket/a/b", bytes, most=4)
    with pytest.raises(StoreError):
        await store.write("s3://bucket/a/b/c", b"")
    access.close()


async def test_a_folder_without_end_is_left_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr("glider_core.store.access._MOST_FILES", 3)
    access = folder_access(tmp_path)
    for name in "abcd":
        (tmp_path / name).touch()
    with pytest.raises(StoreUnfit, match="expected at most 3 files, found more"):
        await access.of("default", ALL).sizes("s3://bucket/")
    access.close()


@pytest.mark.parametrize("call", ["read", "write", "sizes"])
async def test_nothing_is_opened_for_what_is_not_granted(call):
    access = StoreAccess(KEYS, open_storage=never)
    store = access.of("default", Grants(write=(parse_place("s3://bucket/mine"),)))
    calls = {
        "read": lambda uri: store.read(uri, bytes, most=1),
        "write": lambda uri: store.write(uri, b""),
        "sizes": store.sizes,
    }
    for uri in ("s3://bucket/mine-too/x", "s3://bucket/mine/../x", "file:///dev/zero"):
        with pytest.raises(StoreDenied, match="the store: expected"):
            await calls[call](uri)
    access.close()


async def test_without_keys_nothing_is_opened_that_would_ask_for_some():
    access = StoreAccess({"HOME": "/nonexistent"}, open_storage=never)
    with pytest.raises(
        StoreDenied, match=r"s3://bucket/x: the operator has no credentials.*storage\.secretRef.*storageAccess\.nodeIdentity"
    ):
        await access.of("default", ALL).sizes("s3://bucket/x")
    access.close()


async def test_with_the_nodes_identity_it_may_ask(tmp_path):
    access = folder_access(tmp_path)
    access._environment = {"HOME": "/nonexistent"}
    assert await access.of("default", replace(ALL, node_identity=True)).sizes("s3://bucket/x") == {}
    access.close()


def never(*_args, **_kwargs):
    raise AssertionError("a client was opened")
