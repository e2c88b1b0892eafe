"""The operator's own access to a real S3 server: what it reads and writes, and what it says when it may not."""

from __future__ import annotations

import asyncio
import socket

import pytest

from glider.wire.errors import Kind, Origin, TaskError, encode_error
from glider_core.api.places import parse_place
from glider_core.diagnose.evidence import Evidence
from glider_core.store.access import StoreAccess, StoreDenied, StoreUnavailable, StoreUnfit
from glider_core.store.grants import Grants
from glider_core.store.results import read_results
from tests.conftest import S3

pytestmark = pytest.mark.s3
ERROR = TaskError(code="USER:RuntimeError", kind=Kind.NON_RECOVERABLE, origin=Origin.USER, message="no")


def granted(s3: S3) -> Grants:
    return Grants(write=(parse_place(s3.uri),))


@pytest.fixture
def access(s3: S3):
    made = StoreAccess(s3.env)
    yield made.of("default", granted(s3))
    made.close()


async def test_objects_come_back_as_they_were_written(access, s3: S3):
    await access.write(f"{s3.uri}/a/inputs.pb", b"12345")
    assert await access.read(f"{s3.uri}/a/inputs.pb", bytes, most=5) == b"12345"
    assert await access.read(f"{s3.uri}/a/nothing", bytes, most=5) is None
    with pytest.raises(StoreUnfit, match="expected at most 4 bytes, found 5"):
        await access.read(f"{s3.uri}/a/inputs.pb", bytes, most=4)
    assert await access.sizes(f"{s3.uri}/a") == {"inputs.pb": 5}
    assert await access.sizes(f"{s3.uri}/nothing") == {}


async def test_what_flytekit_wrote_is_read(access, s3: S3):
    s3.write(f"{s3.uri}/0/error-0a.pb", encode_error(ERROR))
    s3.write(f"{s3.uri}/0/deck.html", b"<html>")
    s3.write(f"{s3.uri}/1/outputs.pb", b"")
    found = await read_results(access, f"{s3.uri}/0")
    assert found.error == ERROR
    assert await read_results(access, f"{s3.uri}/1") == Evidence(outputs={}, outputs_found=True)


async def test_many_at_once(access, s3: S3):
    await asyncio.gather(*(access.write(f"{s3.uri}/{i}/outputs.pb", b"") for i in range(40)))
    found = await asyncio.gather(*(read_results(access, f"{s3.uri}/{i}") for i in range(40)))
    assert all(evidence.outputs_found for evidence in found)


async def test_wrong_credentials_are_a_refusal_that_says_what_to_set(s3: S3):
    access = StoreAccess(s3.env | {"FLYTE_AWS_SECRET_ACCESS_KEY": "another"})
    with pytest.raises(StoreDenied, match=rf"no access to {s3.uri}/x.*storage\.secretRef"):
        await access.of("default", granted(s3)).write(f"{s3.uri}/x", b"")
    assert "storage.secretRef" in (await read_results(access.of("default", granted(s3)), f"{s3.uri}/0")).problem
    access.close()


async def test_a_server_that_is_not_there_may_come_back(s3: S3):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    access = StoreAccess(s3.env | {"FLYTE_AWS_ENDPOINT": f"http://127.0.0.1:{port}"}, patience=0.5)
    with pytest.raises(StoreUnavailable, match=f"127.0.0.1:{port}"):
        await read_results(access.of("default", granted(s3)), f"{s3.uri}/0")
    access.close()


async def test_a_folder_that_is_too_full_or_oddly_filled_is_told_and_not_listed_to_its_end(access, s3: S3, monkeypatch):
    monkeypatch.setattr("glider_core.store.access._MOST_FILES", 3)
    for name in "abcd":
        s3.write(f"{s3.uri}/0/{name}", b"")
    s3.write(f"{s3.uri}/1/a\nb", b"")
    assert "expected at most 3 files, found more" in (await read_results(access, f"{s3.uri}/0")).problem
    assert f"{s3.uri}/1" in (await read_results(access, f"{s3.uri}/1")).problem
