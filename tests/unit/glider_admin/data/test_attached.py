"""Files that were uploaded through the front, as inputs."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote, unquote

import pytest
from flyteidl.core import literals_pb2, types_pb2

from glider.wire.jsonform import FieldError, LiteralMap
from glider_admin.data.attached import check_files
from glider_admin.data.files import Files, files_of
from glider_admin.data.parts import config_maps
from glider_admin.data.seals import Address
from glider_admin.errors import RefusedError
from glider_admin.settings import Settings
from glider_client.cluster.errors import ForbiddenError, NotFoundError

ADDRESS = Address(namespace="team-a", identity="ab", name="f.csv")


def files(answer: Any) -> Files:
    """Those of a front whose own question about a ConfigMap has that answer, or error."""

    async def own(question: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return files_of(Settings(), own=own, url="http://front")


def kept() -> Any:
    return next(config_maps(b"data", namespace="team-a", identity="ab"))


def blob(uri: str) -> literals_pb2.Literal:
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri=uri)))


def check(found: Files, literal: literals_pb2.Literal) -> None:
    asyncio.run(check_files(found, LiteralMap(literals={"table": literal})))


def uri_of(found: Files) -> str:
    return f"http://front/files/{found.seals.signed(ADDRESS)}"


def wrapped(literal: literals_pb2.Literal) -> list[literals_pb2.Literal]:
    """It, and it in a list, in a map and in a union."""
    union = literals_pb2.Scalar(union=literals_pb2.Union(value=literal))
    collection = literals_pb2.LiteralCollection(literals=[literal])
    return [
        literal,
        literals_pb2.Literal(collection=collection),
        literals_pb2.Literal(map=literals_pb2.LiteralMap(literals={"k": literal})),
        literals_pb2.Literal(scalar=union),
    ]


def test_a_file_that_is_there_and_may_be_served_is_fine() -> None:
    found = files(kept())
    for literal in wrapped(blob(uri_of(found))):
        check(found, literal)


@pytest.mark.parametrize("uri", ["s3://bucket/key", "https://elsewhere/files/a/b/c/d", ""])
def test_files_of_others_are_none_of_the_fronts(uri: str) -> None:
    check(files(AssertionError("nothing is asked")), blob(uri))


def test_one_that_was_never_uploaded_is_refused_by_the_name_of_the_input() -> None:
    found = files(NotFoundError("none"))
    for literal in wrapped(blob(uri_of(found))):
        with pytest.raises(FieldError, match=r"inputs.table: expected a file that was uploaded whole"):
            check(found, literal)


def test_a_folder_needs_a_store() -> None:
    with pytest.raises(FieldError, match=r"folders need a store \(storage.rawOutputDataPrefix"):
        check(files(kept()), blob("http://front/files/team-a"))


def test_a_folder_of_one_file_which_flytekit_names_by_that_needs_a_store_too() -> None:
    found = files(kept())
    folder = blob(uri_of(found))
    folder.scalar.blob.metadata.type.dimensionality = types_pb2.BlobType.MULTIPART
    with pytest.raises(FieldError, match=r"folders need a store \(storage.rawOutputDataPrefix"):
        check(found, folder)


@pytest.mark.parametrize("name", ["my file (1).csv", "ü.csv", "a+b&c.csv", "50%.csv"])
def test_flytekit_decodes_the_name_in_the_address_of_a_file(name: str) -> None:
    found = files(kept())
    uri = f"http://front/files/{found.seals.signed(Address(namespace='team-a', identity='ab', name=quote(name, safe='')))}"
    check(found, blob(uri))
    check(found, blob(unquote(uri)))
    with pytest.raises(FieldError):
        check(found, blob(unquote(uri).replace(name, f"other {name}")))


def test_without_the_right_to_serve_it_the_execution_is_refused_with_a_next_step() -> None:
    found = files(ForbiddenError("no"))
    with pytest.raises(RefusedError, match=r"admin\.uploads\.readConfigMaps"):
        check(found, blob(uri_of(found)))
