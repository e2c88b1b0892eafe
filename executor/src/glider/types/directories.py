"""FlyteDirectory <-> Blob of many parts. The rules are flytekit's (types/directory/types.py)."""

from __future__ import annotations

import os
from typing import Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.storage.folders import upload_folder
from glider.storage.uris import is_remote
from glider.types.annotating import BatchSize
from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.flytedirectory import FlyteDirectory
from glider.types.hints import annotation_of, bare
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Directories:
    """FlyteDirectory and FlyteDirectory["ext"]; Annotated[…, BatchSize(n)] says how many files move at a time."""

    tag = "FlyteDirectory"

    def literal_type(self, hint: Any) -> LiteralType:
        """A multipart blob of the format."""
        return LiteralType(blob=_blob_type(hint))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A blob; uploads a local folder. A str or a path may stand for a folder."""
        if isinstance(value, FlyteDirectory):
            uri = _returned_uri(value, hint, variable)
        elif isinstance(value, (str, os.PathLike)):
            uri = _uploaded(os.fspath(value), hint, variable)
        else:
            raise ConversionError(variable, expected=f"{type_name(bare(hint))} or a path", found=describe(value))
        return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": _blob_type(hint)}}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteDirectory:
        """A lazy folder: nothing is downloaded."""
        if is_packed(literal) and isinstance(plain := unpacked(literal, hint, variable), dict):
            folder: FlyteDirectory = bare(hint).from_plain(plain, variable)
        else:
            blob = literal.scalar.blob
            if not literal.scalar.HasField("blob") or blob.metadata.type.dimensionality != types_pb2.BlobType.MULTIPART:
                raise ConversionError(variable, expected="the blob of a directory", found=describe_literal(literal))
            folder = bare(hint).from_source(blob.uri)
        folder.batch_size = _batch_size(hint)
        return folder


def _blob_type(hint: Any) -> types_pb2.BlobType:
    return types_pb2.BlobType(format=bare(hint).extension(), dimensionality=types_pb2.BlobType.MULTIPART)


def _batch_size(hint: Any) -> int | None:
    size = annotation_of(hint, BatchSize)
    return None if size is None else size.val


def _returned_uri(folder: FlyteDirectory, hint: Any, variable: str) -> str:
    if folder.remote_source is not None:
        return folder.remote_source
    if isinstance(folder.remote_directory, (str, os.PathLike)):
        return _uploaded(folder.path, hint, variable, target=os.fspath(folder.remote_directory))
    return folder.path if folder.remote_directory is False else _uploaded(folder.path, hint, variable)


def _uploaded(path: str, hint: Any, variable: str, *, target: str | None = None) -> str:
    if is_remote(path):
        return path
    if not os.path.isdir(path):  # noqa: PTH112
        raise ConversionError(variable, expected="a directory that exists", found=f'the path "{path}", which is no directory')
    access = current_access()
    uri = target or access.new_uri(what=f'The output "{variable}", a directory,')
    upload_folder(access.storage, path, uri, at_once=_batch_size(hint))
    return uri
