"""Error documents, with flytekit's classes as the oracle."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from flyteidl.core import errors_pb2
from flytekit.models.core.errors import ErrorDocument

from glider.wire.errors import Kind, Origin, TaskError, decode_error, encode_error

ERROR = TaskError(
    code="USER:Recoverable",
    kind=Kind.RECOVERABLE,
    origin=Origin.USER,
    message="why",
    timestamp=datetime(2026, 1, 31, 12, tzinfo=timezone.utc),
    worker="pod-0",
)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("origin", list(Origin))
def test_a_document_is_read_as_it_was_written(kind: Kind, origin: Origin):
    error = TaskError(code="X", kind=kind, origin=origin, message="m", timestamp=ERROR.timestamp)
    assert decode_error(encode_error(error)) == error


def test_flytekit_reads_it():
    read = ErrorDocument.from_flyte_idl(errors_pb2.ErrorDocument.FromString(encode_error(ERROR))).error
    assert (read.code, read.message, read.worker) == ("USER:Recoverable", "why", "pod-0")
    assert read.kind == errors_pb2.ContainerError.RECOVERABLE


def test_an_unset_origin_counts_as_system():
    document = errors_pb2.ErrorDocument(error=errors_pb2.ContainerError(code="InputDownloadFailed"))
    assert decode_error(document.SerializeToString()).origin is Origin.SYSTEM


def test_garbage_is_refused():
    with pytest.raises(ValueError, match=r"error\.pb: expected an ErrorDocument"):
        decode_error(b"\xff\xff\xff")
