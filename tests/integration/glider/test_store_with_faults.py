"""What storage makes of a real S3 server that is busy, slow, silent, cut off, or gone. Both engines, through the same proxy."""

from __future__ import annotations

import email.utils
import os
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from glider.settings.reading import read_settings
from glider.storage.errors import ChangedError, StorageError
from glider.storage.store import Storage
from tests.faults.faults import (
    Answer,
    CorruptRequest,
    CutRequest,
    CutResponse,
    Fault,
    Hang,
    LoseResponse,
    Plan,
    Reset,
    SlowRequest,
    Trickle,
    always,
    first,
    nothing,
)
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.s3

LARGE = (20 << 20) + 3
#: Seconds: less than the default, so that the tests are over sooner.
PATIENCE = 2.5


class Store:
    """A folder on the server, reached the straight way and through the proxy."""

    def __init__(self, s3: Any, proxy: FaultProxy, engine: str, *, patience: float = PATIENCE) -> None:
        self.proxy, self.engine = proxy, engine
        self.uri = f"s3://{s3.bucket}/test-{uuid.uuid4().hex}"
        self.straight = Storage(read_settings(s3.env).storage)
        self._settings = read_settings({**s3.env, "FLYTE_AWS_ENDPOINT": proxy.endpoint, "GLIDER_STORAGE_ENGINE": engine}).storage
        self.storage = Storage(self._settings, patience=patience)


@pytest.fixture
def proxy(s3: Any) -> Iterator[FaultProxy]:
    with FaultProxy(s3.endpoint) as proxy:
        yield proxy


@pytest.fixture(params=["obstore", "fsspec"])
def store(request: pytest.FixtureRequest, s3: Any, proxy: FaultProxy) -> Store:
    return Store(s3, proxy, request.param)


@pytest.fixture
def fast_store(s3: Any, proxy: FaultProxy) -> Store:
    return Store(s3, proxy, "obstore")


PASSING: dict[str, Fault] = {
    "429": Answer(429),
    "500": Answer(500),
    "502": Answer(502),
    "503": Answer(503),
    "a reset": Reset(),
    "a request that is cut off": CutRequest(2),
    "a lost answer": LoseResponse(),
    "an answer that is cut off": CutResponse(3),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
def test_what_passes_is_survived(fast_store: Store, fault: Fault, tmp_path: Path) -> None:
    assert_survived(fast_store, fault, tmp_path)


@pytest.mark.parametrize("fault", [Answer(429), Reset()], ids=["429", "a reset"])
def test_what_passes_is_survived_by_fsspec_too(s3: Any, proxy: FaultProxy, fault: Fault, tmp_path: Path) -> None:
    assert_survived(Store(s3, proxy, "fsspec"), fault, tmp_path)


def assert_survived(store: Store, fault: Fault, tmp_path: Path) -> None:
    store.straight.write(f"{store.uri}/small", b"content")
    with store.proxy.suffering(first(2, fault)):
        store.storage.write(f"{store.uri}/new", b"new")
    assert store.straight.read(f"{store.uri}/new") == b"new"
    with store.proxy.suffering(first(2, fault)):
        assert store.storage.read(f"{store.uri}/small") == b"content"
        assert len(store.proxy.requests) > 2
    with store.proxy.suffering(first(2, fault)):
        assert store.storage.files(store.uri) == ["new", "small"]
    with store.proxy.suffering(first(2, fault)):
        store.storage.download(f"{store.uri}/small", str(tmp_path / "small"))
    assert (tmp_path / "small").read_bytes() == b"content"


LARGE_DOWN: dict[str, Plan] = {
    "answers are cut off": first(3, CutResponse(1 << 20), method="GET"),
    "answers are resets": first(3, Reset(), method="GET"),
    "the store is busy": first(3, Answer(503), method="GET"),
}
LARGE_UP: dict[str, Plan] = {
    "the beginning's answer is lost": first(1, LoseResponse(), method="POST", containing="uploads"),
    "parts are cut off": first(2, CutRequest(1 << 20), method="PUT"),
    "parts arrive damaged": first(2, CorruptRequest(), method="PUT"),
    "parts are refused": first(2, Answer(503), method="PUT"),
    "a part's answer is lost": first(1, LoseResponse(), method="PUT"),
    "the end is refused": first(1, Answer(500), method="POST", containing="uploadId"),
    "the end's answer is lost": first(1, LoseResponse(), method="POST", containing="uploadId"),
}


@pytest.mark.parametrize("plan", LARGE_DOWN.values(), ids=LARGE_DOWN.keys())
def test_a_large_download_goes_on_where_it_was(fast_store: Store, plan: Plan, tmp_path: Path) -> None:
    data = os.urandom(LARGE)
    fast_store.straight.write(f"{fast_store.uri}/large", data)
    with fast_store.proxy.suffering(plan):
        fast_store.storage.download(f"{fast_store.uri}/large", str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == data
    assert fast_store.storage.traffic.bytes_in == LARGE


@pytest.mark.parametrize("plan", LARGE_UP.values(), ids=LARGE_UP.keys())
def test_a_large_upload_ends_whole(fast_store: Store, plan: Plan, tmp_path: Path) -> None:
    data = os.urandom(LARGE)
    (tmp_path / "large").write_bytes(data)
    with fast_store.proxy.suffering(plan):
        fast_store.storage.upload(str(tmp_path / "large"), f"{fast_store.uri}/large")
    assert fast_store.straight.read(f"{fast_store.uri}/large") == data
    assert fast_store.storage.traffic.bytes_out == LARGE


def test_what_arrives_damaged_is_refused_by_its_checksum_and_sent_again(fast_store: Store) -> None:
    with fast_store.proxy.suffering(first(2, CorruptRequest(), method="PUT")):
        fast_store.storage.write(f"{fast_store.uri}/x", b"content")
    assert len(fast_store.proxy.requests) == 3
    assert fast_store.straight.read(f"{fast_store.uri}/x") == b"content"


def test_another_checksum_can_be_had_in_place_of_the_signatures(fast_store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_UNSIGNED_PAYLOAD", "true")
    monkeypatch.setenv("AWS_CHECKSUM_ALGORITHM", "CRC64NVME")
    (tmp_path / "x").write_bytes(data := os.urandom(LARGE))
    with fast_store.proxy.suffering(first(1, CorruptRequest(), method="PUT")):
        fast_store.storage.upload(str(tmp_path / "x"), f"{fast_store.uri}/x")
    headers = [{name.lower(): value for name, value in request.headers.items()} for request in fast_store.proxy.requests]
    assert {each["x-amz-content-sha256"] for each in headers if "x-amz-checksum-crc64nvme" in each} == {"UNSIGNED-PAYLOAD"}
    assert fast_store.straight.read(f"{fast_store.uri}/x") == data


def in_seconds() -> str:
    return "2"


def as_date() -> str:
    return email.utils.format_datetime(datetime.now(timezone.utc) + timedelta(seconds=4), usegmt=True)


@pytest.mark.parametrize(("status", "header"), [(429, in_seconds), (503, as_date)])
@pytest.mark.parametrize("engine", ["obstore", "fsspec"])
def test_a_store_that_asks_for_a_pause_gets_it(s3: Any, proxy: FaultProxy, engine: str, status: int, header: Callable[[], str]) -> None:
    """Obstore hides the first answer's headers, so the store is asked a second time at once; botocore shows them."""
    store = Store(s3, proxy, engine, patience=10)
    store.straight.write(f"{store.uri}/x", b"x")
    hidden = 1 if store.engine == "obstore" else 2 if status == 503 else 0  # botocore sends it again before it shows it
    with store.proxy.suffering(first(1 + hidden, Answer(status, {"Retry-After": header()}))):
        started = time.monotonic()
        assert store.storage.read(f"{store.uri}/x") == b"x"
    # a date is in whole seconds, and botocore's own second try has taken its time by then
    assert time.monotonic() - started > (1.8 if header is in_seconds else 1.0)


def test_a_store_that_asks_for_too_long_a_pause_is_not_waited_for(store: Store) -> None:
    with store.proxy.suffering(always(Answer(503, {"Retry-After": "3600"}))), pytest.raises(StorageError, match="asks to wait 3600 s"):
        store.storage.read(f"{store.uri}/x")


LASTING: dict[str, tuple[Plan, str]] = {
    "503 for ever": (always(Answer(503)), "503"),
    "resets for ever": (always(Reset()), "error sending request"),
    "silent": (always(Hang()), "error sending request"),
    "gone": (nothing, "error sending request"),
}


@pytest.mark.parametrize(("plan", "told"), LASTING.values(), ids=LASTING.keys())
def test_a_dead_store_is_told_with_its_endpoint_and_what_was_tried(fast_store: Store, plan: Plan, told: str) -> None:
    if plan is nothing:
        fast_store.proxy.stop()
    assert_told(fast_store, plan, told)


def test_a_dead_store_is_told_by_fsspec_too(s3: Any, proxy: FaultProxy) -> None:
    proxy.stop()
    assert_told(Store(s3, proxy, "fsspec"), nothing, "Could not connect")


def assert_told(store: Store, plan: Plan, told: str) -> None:
    with store.proxy.suffering(plan), pytest.raises(StorageError, match=told) as raised:
        store.storage.read(f"{store.uri}/x")
    assert str(raised.value).startswith(f"{store.uri}/x (endpoint {store.proxy.endpoint}): ")
    assert "(tried " in str(raised.value)


def test_a_store_that_comes_back_in_time_is_waited_for(store: Store) -> None:
    store.straight.write(f"{store.uri}/x", b"x")
    with store.proxy.suffering(lambda request: Reset() if time.monotonic() < until else None):
        until = time.monotonic() + 1.5
        assert store.storage.read(f"{store.uri}/x") == b"x"


def test_a_slow_store_is_not_a_dead_one(fast_store: Store, tmp_path: Path) -> None:
    """The limit is on silence, not on the whole: this takes longer than the patience."""
    fast_store.straight.write(f"{fast_store.uri}/x", bytes(30_000))
    with fast_store.proxy.suffering(always(Trickle(10_000), method="GET")):
        fast_store.storage.download(f"{fast_store.uri}/x", str(tmp_path / "x"))
    assert (tmp_path / "x").stat().st_size == 30_000


@pytest.mark.parametrize("size", [3 << 20, LARGE], ids=["one request", "parts"])
def test_an_upload_to_a_silent_store_is_given_up_after_one_try_and_a_question(
    s3: Any, proxy: FaultProxy, tmp_path: Path, size: int
) -> None:
    store = Store(s3, proxy, "obstore")
    (tmp_path / "x").write_bytes(bytes(size))
    impatient = Storage(store._settings, patience=0.5)
    with proxy.suffering(silent_from_the_body_on()), pytest.raises(StorageError, match=r"timed out.*; nor does the store answer a small"):
        impatient.upload(str(tmp_path / "x"), f"{store.uri}/x")
    assert [request.method for request in proxy.requests if request.method != "DELETE"].count("HEAD") == 1
    assert sum(request.method == "PUT" for request in proxy.requests) <= 4, "the parts that were under way, once"


def silent_from_the_body_on() -> Plan:
    """The beginning of an upload in parts is answered."""
    return lambda request: None if request.method == "POST" else Hang()


@pytest.mark.parametrize("size", [3 << 20, LARGE], ids=["one request", "parts"])
def test_an_upload_over_a_slow_line_gets_the_time_that_it_needs(s3: Any, proxy: FaultProxy, tmp_path: Path, size: int) -> None:
    store, data = Store(s3, proxy, "obstore"), os.urandom(size)
    (tmp_path / "x").write_bytes(data)
    impatient = Storage(store._settings, patience=0.5)
    with proxy.suffering(always(SlowRequest(min(size, 8 << 20) * 2 // 5), method="PUT")):
        impatient.upload(str(tmp_path / "x"), f"{store.uri}/x")
    assert store.straight.read(f"{store.uri}/x") == data
    assert impatient.traffic.bytes_out == size


def test_what_is_refused_is_asked_once(fast_store: Store) -> None:
    with fast_store.proxy.suffering(always(Answer(400))), pytest.raises(StorageError, match="400 Bad Request"):
        fast_store.storage.read(f"{fast_store.uri}/x")
    with fast_store.proxy.suffering(always(Answer(403))), pytest.raises(StorageError, match="403 Forbidden"):
        fast_store.storage.read(f"{fast_store.uri}/x")
        assert len(fast_store.proxy.requests) == 1


def test_an_object_that_is_replaced_while_it_is_read_is_read_again_and_never_mixed(fast_store: Store, tmp_path: Path) -> None:
    uri, old, new = f"{fast_store.uri}/large", b"o" * LARGE, b"n" * (LARGE + 1)
    fast_store.straight.write(uri, old)

    def replace(request: Any) -> None:
        if request.method == "GET" and request.number == 2:
            fast_store.straight.write(uri, new)

    with fast_store.proxy.suffering(replace):
        fast_store.storage.download(uri, str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == new

    def replace_always(request: Any) -> None:
        if request.method == "GET":
            fast_store.straight.write(uri, os.urandom(8) + new)

    with fast_store.proxy.suffering(replace_always), pytest.raises(ChangedError, match="replaced while it was being read"):
        fast_store.storage.download(uri, str(tmp_path / "other"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large"]


def test_a_failed_download_leaves_no_file(fast_store: Store, tmp_path: Path) -> None:
    fast_store.straight.write(f"{fast_store.uri}/x", b"content")
    with fast_store.proxy.suffering(always(CutResponse(3), method="GET")), pytest.raises(StorageError):
        fast_store.storage.download(f"{fast_store.uri}/x", str(tmp_path / "x"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_on_a_dead_store_fails_as_fast_as_a_file(fast_store: Store, tmp_path: Path) -> None:
    from glider.storage.folders import download_folder

    for number in range(40):
        fast_store.straight.write(f"{fast_store.uri}/{number}", b"x")
    with fast_store.proxy.suffering(always(Reset(), containing=f"{fast_store.uri[5:]}/")), pytest.raises(StorageError, match="tried"):
        download_folder(fast_store.storage, fast_store.uri, str(tmp_path / "folder"))
    assert len(fast_store.proxy.requests) < 40 * 7, "every file was tried to the end"
