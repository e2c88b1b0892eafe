"""What is read below an attempt's output prefix; the store is a folder here, and S3 in tests/integration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glider.wire.errors import Kind, Origin, TaskError, encode_error
from glider.wire.interface import parse_type
from glider.wire.jsonform import to_literal_map
from glider_operator.diagnose.evidence import Evidence
from glider_operator.store.access import StoreAccess
from glider_operator.store.results import MAX_OUTPUTS_BYTES, read_results

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

    def leave(**files: bytes) -> str:
        for name, data in files.items():
            (tmp_path / name.replace("__", "-").replace("_pb", ".pb")).write_bytes(data)
        return tmp_path.as_uri()

    return leave


async def read(prefix: str) -> Evidence:
    access = StoreAccess({})
    try:
        return await read_results(access.of("default"), prefix)
    finally:
        access.close()


async def test_small_outputs_are_read_as_json(left):
    assert await read(left(outputs_pb=outputs(o0=7))) == Evidence(outputs={"o0": 7}, outputs_found=True)


async def test_a_task_without_outputs_leaves_an_empty_map(left):
    assert await read(left(outputs_pb=b"")) == Evidence(outputs={}, outputs_found=True)


async def test_nothing_there_is_nothing_found(left):
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
async def test_other_outputs_are_only_known_to_be_there(left, data):
    assert await read(left(outputs_pb=data)) == Evidence(outputs_found=True)


async def test_an_error_counts_more_than_outputs(left):
    found = await read(left(outputs_pb=outputs(o0=7), error_pb=error("USER:Recoverable", kind=Kind.RECOVERABLE)))
    assert found.error is not None
    assert (found.error.code, found.error.kind, found.error.origin) == ("USER:Recoverable", Kind.RECOVERABLE, Origin.USER)
    assert not found.outputs_found


async def test_of_several_workers_errors_the_earliest_counts(left):
    found = await read(
        left(error__b1_pb=error("second", after=2), error__c2_pb=error("first", after=1), error__d3_pb=error("third", after=3))
    )
    assert found.error is not None
    assert (found.error.code, found.error.worker) == ("first", "worker of first")


@pytest.mark.parametrize("data", [pytest.param(b"\xff\xff", id="no document"), pytest.param(b"x" * (1 << 21), id="far too large")])
async def test_an_error_file_that_cannot_be_read_is_a_failure_all_the_same(left, data):
    found = await read(left(error_pb=data))
    assert found.error is not None
    assert (found.error.code, found.error.origin) == ("ErrorFileBadFormat", Origin.SYSTEM)
    assert "error.pb: " in found.error.message


async def test_a_dynamic_task_leaves_its_nodes(left):
    assert await read(left(futures_pb=b"")) == Evidence(futures_found=True)
