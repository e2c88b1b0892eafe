"""What is read below an attempt's output prefix; the store is a folder here, and S3 in tests/integration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2

from glider.storage.local import LocalFiles
from glider.wire.errors import Kind, Origin, TaskError, encode_error
from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from glider_core.diagnose.evidence import Evidence
from glider_core.store.results import MAX_ERROR_BYTES, MAX_ERRORS_BYTES, MAX_OUTPUTS_BYTES, read_results
from tests.unit.glider_core.folder_store import ALL, BUCKET, folder_access

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def error(code: str, *, after: int = 0, kind: Kind = Kind.NON_RECOVERABLE) -> bytes:
    moment = NOW + timedelta(seconds=after)
    return encode_error(TaskError(code=code, kind=kind, origin=Origin.USER, message="no", timestamp=moment, worker=f"worker of {code}"))


def outputs(**values: object) -> bytes:
    types = {name: parse_type("string" if isinstance(value, str) else "integer") for name, value in values.items()}
    data: bytes = to_literal_map(values, types, field="outputs").SerializeToString()
    return data


Left = Callable[..., str]


@pytest.fixture
def left(tmp_path: Path) -> Left:
    """A prefix with the given files."""
    folder = tmp_path / "0"
    folder.mkdir()

    def leave(**files: bytes) -> str:
        for name, data in files.items():
            (folder / name.replace("__", "-").replace("_pb", ".pb")).write_bytes(data)
        return f"{BUCKET}/0"

    return leave


@pytest.fixture
def read(tmp_path: Path):
    async def reading(prefix: str) -> Evidence:
        access = folder_access(tmp_path)
        try:
            return await read_results(access.of("default", ALL), prefix)
        finally:
            access.close()

    return reading


async def test_small_outputs_are_read_as_json(read, left):
    assert await read(left(outputs_pb=outputs(o0=7))) == Evidence(outputs={"o0": 7}, outputs_found=True)


async def test_a_task_without_outputs_leaves_an_empty_map(read, left):
    assert await read(left(outputs_pb=b"")) == Evidence(outputs={}, outputs_found=True)


async def test_nothing_there_is_nothing_found(read, left):
    assert await read(left()) == Evidence()
    assert await read(left() + "/no-such-folder") == Evidence()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(outputs(o0="x" * 5_000), id="too large for a status"),
        pytest.param(outputs(o0="x" * MAX_OUTPUTS_BYTES), id="too large to be read"),
        pytest.param(b"\xff\xff", id="no LiteralMap"),
    ],
)
async def test_other_outputs_are_only_known_to_be_there(read, left, data):
    assert await read(left(outputs_pb=data)) == Evidence(outputs_found=True)


async def test_an_error_counts_more_than_outputs(read, left):
    found = await read(left(outputs_pb=outputs(o0=7), error_pb=error("USER:Recoverable", kind=Kind.RECOVERABLE)))
    assert found.error is not None
    assert (found.error.code, found.error.kind, found.error.origin) == ("USER:Recoverable", Kind.RECOVERABLE, Origin.USER)
    assert not found.outputs_found


async def test_of_several_workers_errors_the_earliest_counts(read, left):
    found = await read(
        left(error__b1_pb=error("second", after=2), error__c2_pb=error("first", after=1), error__d3_pb=error("third", after=3))
    )
    assert found.error is not None
    assert (found.error.code, found.error.worker) == ("first", "worker of first")


@pytest.mark.parametrize("data", [pytest.param(b"\xff\xff", id="no document"), pytest.param(b"x" * (1 << 21), id="far too large")])
async def test_an_error_file_that_cannot_be_read_is_a_failure_all_the_same(read, left, data):
    found = await read(left(error_pb=data))
    assert found.error is not None
    assert (found.error.code, found.error.origin) == ("ErrorFileBadFormat", Origin.SYSTEM)
    assert "error.pb: " in found.error.message


async def test_a_dynamic_task_leaves_its_nodes(read, left):
    assert await read(left(futures_pb=b"")) == Evidence(futures_found=True)


async def test_large_errors_are_read_as_far_as_they_are_bounded_together(read, left, monkeypatch):
    asked, reading = [], LocalFiles.read

    def counted(self, uri, *, most=None):
        asked.append(uri)
        return reading(self, uri, most=most)

    monkeypatch.setattr(LocalFiles, "read", counted)
    large = error("large", after=5) + b"\x0a\x04\x12\x02no" * 100_000
    assert MAX_ERROR_BYTES / 2 < len(large) < MAX_ERROR_BYTES
    found = await read(left(**{f"error__{number:02}_pb": large for number in range(64)}))
    assert found.error is not None
    assert len(asked) == MAX_ERRORS_BYTES // len(large)


async def test_a_long_message_keeps_its_end(read, left):
    long = TaskError(code="x", kind=Kind.RECOVERABLE, origin=Origin.USER, message="a" * 500_000 + "the end")
    found = (await read(left(error_pb=encode_error(long)))).error
    assert found is not None
    assert found.message.endswith("athe end") and len(found.message) < 70_000


async def test_an_error_of_a_time_that_no_calendar_has_comes_last(read, left):
    undated = errors_pb2.ErrorDocument(error={"code": "undated", "timestamp": {"seconds": 2**62}}).SerializeToString()
    found = await read(left(error__a_pb=undated, error__b_pb=error("dated")))
    assert found.error is not None and found.error.code == "dated"
