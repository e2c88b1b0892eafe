"""Single files in the store: what all types that are saved as one file share.

One kind of these is here too: typing.TextIO and typing.BinaryIO, an input file, opened. Flyte has them as inputs only.
"""

from __future__ import annotations

import os
from typing import IO, Any

from flyteidl.core import types_pb2

from glider.storage.access import DataAccess, current_access
from glider.storage.uris import basename, is_local, local_path
from glider.types.errors import ConversionError, describe_literal
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


def new_scratch_file(name: str) -> str:
    """A local path called `name` in a fresh folder, for a file that is to be uploaded."""
    path = current_access().scratch_path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    return path


def upload_blob(path: str, variable: str) -> str:
    """The URI, `{raw}/{32 hex}/{name}`, to which the local file was uploaded."""
    access = current_access()
    uri = access.new_uri(basename(path), what=f'The output "{variable}", a file,')
    upload_file(path, uri, access)
    return uri


def upload_file(path: str, uri: str, access: DataAccess) -> None:
    """The file `path` as the object `uri`, with the content encoding that flytekit gives it."""
    access.storage.upload(path, uri, attributes={"Content-Encoding": "gzip"} if path.endswith(".gz") else None)


def download_blob(uri: str, access: DataAccess) -> str:
    """A local path with the content of `uri`: the file itself where it is local."""
    if is_local(uri):
        return local_path(uri)
    path = access.scratch_path(uri)
    access.storage.download(uri, path)
    return path


def blob_literal(uri: str, *, format: str) -> Literal:
    """The literal of a single file."""
    return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": {"format": format}}}})


def blob_uri(literal: Literal, *, expected: str, variable: str) -> str:
    """The URI of a single file's literal.

    Raises:
        ConversionError: it is none.
    """
    blob = literal.scalar.blob
    if not literal.scalar.HasField("blob") or blob.metadata.type.dimensionality != types_pb2.BlobType.SINGLE:
        raise ConversionError(variable, expected=expected, found=describe_literal(literal))
    return str(blob.uri)


class TextStreams:
    """typing.TextIO."""

    tag = "TextIO"
    _format = "text/plain"
    _mode = "r"

    def literal_type(self, hint: Any) -> LiteralType:
        """A blob of the MIME type."""
        return LiteralType(blob=types_pb2.BlobType(format=self._format))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """There is no way out for these."""
        raise ConversionError(variable, expected="a FlyteFile", found=f"{self.tag}, which can only be an input")

    def to_python(self, literal: Literal, hint: Any, variable: str) -> IO[Any]:
        """Downloads the file and opens it; the task closes it."""
        uri = blob_uri(literal, expected="a file", variable=variable)
        return open(download_blob(uri, current_access()), self._mode)  # noqa: PTH123


class BinaryStreams(TextStreams):
    """typing.BinaryIO."""

    tag = "BinaryIO"
    _format = "application/octet-stream"
    _mode = "rb"
