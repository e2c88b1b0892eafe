"""FlyteFile <-> Blob.

The rules are flytekit's (types/file/file.py, FlyteFilePathTransformer): what came from a remote source goes back as that
URI; a remote URI is passed on uncopied; a local file is uploaded to `{raw}/{32 hex}/{basename}`.
"""

from __future__ import annotations

import os
from typing import Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.storage.uris import basename, is_remote
from glider.types.errors import ConversionError, describe, describe_literal, type_name
from glider.types.flytefile import FlyteFile
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Files:
    """FlyteFile and FlyteFile["ext"]."""

    tag = "FlyteFilePath"

    def literal_type(self, hint: Any) -> LiteralType:
        """A single blob of the format."""
        return LiteralType(blob=_blob_type(hint))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A blob; uploads a local file. A str or a path may stand for a file."""
        if isinstance(value, FlyteFile):
            uri = _returned_uri(value, variable)
        elif isinstance(value, (str, os.PathLike)):
            uri = _uploaded(os.fspath(value), variable)
        else:
            raise ConversionError(variable, expected=f"{type_name(hint)} or a path", found=describe(value))
        return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": _blob_type(hint)}}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteFile:
        """A lazy file: nothing is downloaded."""
        blob = literal.scalar.blob
        if not literal.scalar.HasField("blob") or blob.metadata.type.dimensionality != types_pb2.BlobType.SINGLE:
            raise ConversionError(variable, expected="the blob of a single file", found=describe_literal(literal))
        file: FlyteFile = hint.from_source(blob.uri)
        return file


def _blob_type(hint: Any) -> types_pb2.BlobType:
    return types_pb2.BlobType(format=hint.extension(), dimensionality=types_pb2.BlobType.SINGLE)


def _returned_uri(file: FlyteFile, variable: str) -> str:
    if file.remote_source is not None:
        return file.remote_source
    if file.remote_path is False:
        return file.path
    target = None if file.remote_path in (None, True) else os.fspath(file.remote_path)  # type: ignore[arg-type]
    return _uploaded(file.path, variable, target=target)


def _uploaded(path: str, variable: str, *, target: str | None = None) -> str:
    if is_remote(path):
        return path
    if not os.path.isfile(path):  # noqa: PTH113
        raise ConversionError(variable, expected="a file that exists", found=f'the path "{path}", which is no file')
    access = current_access()
    uri = target or access.new_uri(basename(path), what=f'The output "{variable}", a file,')
    access.storage.upload(path, uri)
    return uri
