"""Files of inputs are read for what they refer to; what can't be read isn't taken for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from flyteidl.core import literals_pb2 as pb

from glider.settings.model import StorageSettings
from glider.storage.store import Storage
from glider.wire.jsonform import FieldError
from glider_core.archive.live_inputs import UnknownInputsError, texts_of_file


@pytest.fixture
def storage() -> Storage:
    return Storage(StorageSettings())


def anywhere(uri: str) -> None:
    """Everything may be read."""


def blob(uri: str) -> pb.Literal:
    return pb.Literal(scalar=pb.Scalar(blob=pb.Blob(uri=uri)))


def away(uri: str) -> pb.Literal:
    return pb.Literal(offloaded_metadata=pb.LiteralOffloadedMetadata(uri=uri))


def write(storage: Storage, uri: str, message: pb.Literal | pb.LiteralMap) -> str:
    storage.write(uri, message.SerializeToString())
    return uri


def test_all_texts_are_found_also_those_of_literals_elsewhere(storage: Storage, tmp_path: Path) -> None:
    deeper = write(storage, f"{tmp_path}/deeper", blob("s3://b/deeper"))
    inner = pb.Literal(collection=pb.LiteralCollection(literals=[blob("s3://b/inner"), away(deeper), away(f"{tmp_path}/gone")]))
    uri = write(
        storage, f"{tmp_path}/inputs.pb", pb.LiteralMap(literals={"x": blob("s3://b/x"), "y": away(write(storage, f"{tmp_path}/y", inner))})
    )
    assert {"s3://b/x", "s3://b/inner", "s3://b/deeper"} <= set(texts_of_file(storage, uri, may_read=anywhere))


def test_literals_that_lead_to_each_other_end(storage: Storage, tmp_path: Path) -> None:
    write(storage, f"{tmp_path}/a", away(f"{tmp_path}/a"))
    uri = write(storage, f"{tmp_path}/inputs.pb", pb.LiteralMap(literals={"x": away(f"{tmp_path}/a")}))
    assert texts_of_file(storage, uri, may_read=anywhere)


def test_a_file_that_is_not_there_refers_to_nothing(storage: Storage, tmp_path: Path) -> None:
    assert texts_of_file(storage, f"{tmp_path}/gone", may_read=anywhere) == ()


def test_what_can_not_be_read_is_not_known(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"\xff\xff")
    uri = write(storage, f"{tmp_path}/inputs.pb", pb.LiteralMap(literals={"x": away(f"{tmp_path}/other")}))
    for odd, why in (
        (f"{tmp_path}/other", "expected a serialised flyteidl LiteralMap"),
        (uri, "expected a serialised flyteidl Literal at"),
    ):
        with pytest.raises(UnknownInputsError, match=why):
            texts_of_file(storage, odd, may_read=anywhere)
    with pytest.raises(UnknownInputsError, match="Is a directory"):
        texts_of_file(storage, str(tmp_path), may_read=anywhere)

    def not_there(uri: str) -> None:
        if uri.endswith("other"):
            raise FieldError("its inputs", expected="a place that the operator may read", found=uri)

    with pytest.raises(UnknownInputsError, match="expected a place that the operator may read"):
        texts_of_file(storage, uri, may_read=not_there)
