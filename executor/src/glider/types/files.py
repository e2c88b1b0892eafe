"""FlyteFile and os.PathLike <-> Blob.

The rules are flytekit's (types/file/file.py, FlyteFilePathTransformer): what came from a remote source goes back as that
URI; a remote URI is passed on uncopied; a local file is uploaded to `{raw}/{32 hex}/{basename}`.
"""

from __future__ import annotations

import os
from typing import Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.storage.uris import is_remote
from glider.types.blobs import blob_uri, upload_blob, upload_file
from glider.types.errors import ConversionError, describe, type_name
from glider.types.flytefile import FlyteFile
from glider.types.hints import bare
from glider.types.packed import is_packed, unpacked
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Files:
    """FlyteFile, FlyteFile["ext"], and os.PathLike, which is never uploaded."""

    tag = "FlyteFilePath"

    def literal_type(self, hint: Any) -> LiteralType:
        """A single blob of the format."""
        return LiteralType(blob=_blob_type(bare(hint)))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """A blob; uploads a local file. A str or a path may stand for a file."""
        hint = bare(hint)
        if not isinstance(value, (FlyteFile, str, os.PathLike)):
            raise ConversionError(variable, expected=f"{type_name(hint)} or a path", found=describe(value))
        if not _is_file(hint):
            uri = value.path if isinstance(value, FlyteFile) else os.fspath(value)
        else:
            uri = _returned_uri(value, variable) if isinstance(value, FlyteFile) else _uploaded(os.fspath(value), variable)
        metadata = value.metadata if isinstance(value, FlyteFile) else None
        return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": _blob_type(hint)}}}, metadata=metadata)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> FlyteFile:
        """A lazy file: nothing is downloaded."""
        hint = bare(hint)
        kind = hint if _is_file(hint) else FlyteFile
        if is_packed(literal) and isinstance(plain := unpacked(literal, hint, variable), dict):
            return kind.from_plain(plain, variable)
        uri = blob_uri(literal, expected="the blob of a single file", variable=variable)
        file: FlyteFile = kind.from_source(uri) if _is_file(hint) else FlyteFile(uri)
        file.metadata = dict(literal.metadata) or None
        return file


def _is_file(hint: Any) -> bool:
    """Whether the hint is FlyteFile's, and not os.PathLike."""
    return isinstance(hint, type) and issubclass(hint, FlyteFile)


def _blob_type(hint: Any) -> types_pb2.BlobType:
    extension = hint.extension() if _is_file(hint) else ""
    return types_pb2.BlobType(format=extension, dimensionality=types_pb2.BlobType.SINGLE)


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
    if target is None:
        return upload_blob(path, variable)
    upload_file(path, target, current_access())
    return target
